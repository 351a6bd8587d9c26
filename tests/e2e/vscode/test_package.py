"""What the extension says about itself, and that nothing of it runs before a file opens."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from lsp_router import __version__
from tests.e2e.vscode.conftest import CLIENT
from tests.e2e.vscode.generate_settings import PACKAGE, text_of, written

MANIFEST = json.loads(PACKAGE.read_text("utf-8"))
SOURCES = sorted((CLIENT / "src").glob("*.ts"))
CAP = 200


def test_the_settings_are_those_of_the_server() -> None:
    """`python tests/e2e/vscode/generate_settings.py` writes them."""
    assert PACKAGE.read_text("utf-8") == text_of(written(MANIFEST))


def test_it_is_of_the_version_of_the_server() -> None:
    assert MANIFEST["version"] == __version__
    assert json.loads((CLIENT / "package-lock.json").read_text("utf-8"))["version"] == __version__


def test_what_starts_a_program_or_loosens_a_limit_needs_trust() -> None:
    restricted = set(MANIFEST["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"])
    assert {f"lspRouter.server.{name}" for name in ("path", "python")} <= restricted
    assert {
        f"lspRouter.{name}" for name in ("providers", "models", "budget.perDayUsd", "privacy.loosest")
    } <= restricted
    assert "lspRouter.completion.maxLines" not in restricted


def test_nothing_happens_before_a_file_opens() -> None:
    assert MANIFEST["activationEvents"] == ["onLanguage"]


def test_every_command_is_there() -> None:
    source = (CLIENT / "src" / "commands.ts").read_text("utf-8").partition("  return {")[2].partition("  };")[0]
    known = {f"lspRouter.{name}" for name in re.findall(r"^    (\w+)[:,]", source, re.MULTILINE)}
    contributes = MANIFEST["contributes"]
    shown = {entry["command"] for entries in contributes["menus"].values() for entry in entries if "command" in entry}
    linked = set(re.findall(r"command:(lspRouter\.\w+)", json.dumps(contributes["walkthroughs"])))
    offered = {entry["command"] for entry in contributes["commands"]}
    assert offered | linked | shown <= known


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_files_are_rooms(source: Path) -> None:
    assert source.read_text("utf-8").count("\n") <= CAP


def test_the_lock_file_names_no_place_to_load_from() -> None:
    assert '"resolved"' not in (CLIENT / "package-lock.json").read_text("utf-8")


def test_the_package_holds_what_it_needs_and_no_more(vsix: Path) -> None:
    with zipfile.ZipFile(vsix) as package:
        names = {name.removeprefix("extension/") for name in package.namelist()}
    assert {"package.json", "out/extension.js", "media/icon.png", "readme.md", "LICENSE.txt"} <= names
    assert f"bundled/lsp_router-{__version__}-py3-none-any.whl" in names
    for step in MANIFEST["contributes"]["walkthroughs"][0]["steps"]:
        assert step["media"]["markdown"] in names
    assert not [name for name in names if name.startswith(("src/", "node_modules/", "scripts/"))]
    assert vsix.stat().st_size < 2_000_000
