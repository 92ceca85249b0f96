"""No circle of modules: what two of them share lies on the floor below, types included."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import grimp  # type: ignore[import-untyped, unused-ignore]
import pytest

ROOTS = ("labpool", "labpool_catalog", "labpool_server")


def circle(imports: dict[str, set[str]]) -> list[str]:
    """Return the modules of a circle, each importing the next; nothing where there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        found: list[str] = error.args[1][::-1]
        return found
    return []


@pytest.mark.parametrize(
    ("imports", "found"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"a"}}, ["a", "b"]),
        ({"a": {"b"}, "b": {"c"}, "c": {"d"}, "d": {"b"}}, ["b", "c", "d"]),
    ],
)
def test_a_circle_is_seen(imports: dict[str, set[str]], found: list[str]) -> None:
    assert sorted(set(circle(imports))) == found


def test_no_modules_import_one_another_in_a_circle() -> None:
    graph = grimp.build_graph(*ROOTS, cache_dir=None, exclude_type_checking_imports=False)
    imports = {
        module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules
    }
    assert not circle(imports), " -> ".join(circle(imports))
