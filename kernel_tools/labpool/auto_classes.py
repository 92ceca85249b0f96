"""Makes transformers' Auto classes know Labpool's own model class.

``from_pretrained(path)`` finds a class by the ``model_type`` in the model's config.json, among
those that were registered; transformers has no entry point for other packages. Labpool
registers its type when transformers' registry is imported, or at once where it is there
already. Only a stand-in is registered: the class itself, and torch with it, is imported when
the first model of that type is asked for. Who never imports transformers pays for none of it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from types import ModuleType

MODEL_TYPE = "bert-lstm"
HOME = "labpool.jobs.train.bert_lstm"
"""Importing it registers the classes, in the stand-in's place."""
REGISTRY = "transformers.models.auto.configuration_auto"


class BertLstmConfig:
    """Stands for the configuration class of that name until it is needed."""

    model_type = MODEL_TYPE

    def __new__(cls, *args: Any, **named: Any) -> Any:
        """Return an instance of the class itself."""
        return _config_class()(*args, **named)

    @classmethod
    def from_dict(cls, config_dict: dict[str, Any], **named: Any) -> Any:
        """Return a configuration of the class itself."""
        return _config_class().from_dict(config_dict, **named)


def _config_class() -> Any:
    return import_module(HOME).BertLstmConfig


def register(registry: ModuleType) -> None:
    """Register the stand-in, unless the type is known.

    Args:
        registry: The module ``REGISTRY``, imported.
    """
    try:
        if MODEL_TYPE not in registry.CONFIG_MAPPING:
            registry.AutoConfig.register(MODEL_TYPE, BertLstmConfig)
    except (AttributeError, TypeError, ValueError) as error:
        # Another version of transformers: it must stay usable for everything else.
        import logging  # costs more than the rest of this file

        log = logging.getLogger(__name__)
        log.warning("transformers cannot be told about %s: %s", MODEL_TYPE, error)


def install() -> None:
    """Register now if transformers' registry is imported, else when it is."""
    if REGISTRY in sys.modules:
        register(import_module(REGISTRY))  # waits for a thread that is still importing it
    elif not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder:
    """Lets the other finders find the registry, and adds a step to its import.

    It keeps no state and stays where it is: taking it away while another thread walks the list
    would make that thread skip a finder.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != REGISTRY:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        found = (finder.find_spec(name, path, target) for finder in others)
        spec = next(filter(None, found), None)
        if spec is not None and spec.loader is not None:
            spec.loader = cast("Loader", _Step(spec.loader))
        return spec


class _Step:
    """Executes a module with its own loader, then registers."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # Whoever looks at the module later finds its own loader.
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        register(module)
