"""What the wheel promises agrees with what lies in the repository."""

import json
import tomllib
from importlib.metadata import distribution, entry_points
from pathlib import Path
from typing import Any, cast

import pytest
from jupyter_server.extension.manager import ExtensionPackage

import labpool
import labpool_server

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_panel_has_the_version_of_the_wheel(project: dict[str, Any]) -> None:
    package = json.loads((ROOT / "labext" / "package.json").read_text())
    assert package["version"] == project["project"]["version"]


def test_the_installed_version_is_that_of_the_sources(project: dict[str, Any]) -> None:
    assert distribution("labpool").version == project["project"]["version"]


def test_every_place_tells_this_version(project: dict[str, Any]) -> None:
    told = labpool.__version__, labpool_server.__version__
    assert told == (project["project"]["version"],) * 2
    point: Any = cast("Any", ExtensionPackage)(name="labpool_server", enabled=True)
    assert point.validate()
    assert point.version == project["project"]["version"]


def test_the_changelog_tells_about_this_version(project: dict[str, Any]) -> None:
    version = project["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_shipped_job_kinds_are_entry_points() -> None:
    kinds = {kind.name: kind.value for kind in entry_points(group="labpool.job_kinds")}
    assert kinds["train"] == "labpool.jobs.train:KIND"


def test_the_server_extension_is_enabled_by_the_wheel() -> None:
    config = json.loads((ROOT / "server_ext" / "labpool_server.json").read_text())
    assert config["ServerApp"]["jpserver_extensions"] == {"labpool_server": True}


def test_the_panel_and_the_widget_are_built() -> None:
    extension = ROOT / "server_ext" / "labpool_server" / "labextension"
    widget = ROOT / "kernel_tools" / "labpool" / "client" / "widgets" / "static"
    built = json.loads((extension / "package.json").read_text())
    assert (extension / built["jupyterlab"]["_build"]["load"]).is_file()
    assert (extension / "install.json").is_file()
    assert (widget / "run.js").is_file()
    assert (widget / "run.css").is_file()
