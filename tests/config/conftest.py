"""A user with a home and a workspace of their own, and nothing else in the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lsp_router.config.files import PROJECT_FILE
from lsp_router.config.load import Loaded, load
from lsp_router.config.places import Places, places
from lsp_router.config.sources import Sources


@dataclass
class World:
    home: Path
    workspace: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def places(self) -> Places:
        return places({"LSP_ROUTER_HOME": str(self.home)})

    def user(self, text: str) -> None:
        self.places.config.mkdir(parents=True, exist_ok=True)
        self.places.config_file.write_text(text, encoding="utf-8")

    def project(self, text: str, name: str = PROJECT_FILE) -> None:
        (self.workspace / name).write_text(text, encoding="utf-8")

    def sources(self, **more: object) -> Sources:
        return Sources(self.places, self.environ, self.workspace, **more)

    def load(self, **more: object) -> Loaded:
        return load(self.sources(**more))

    def vouched(self, **more: object) -> Loaded:
        """As in an editor that trusts the workspace."""
        return self.load(initialization={"trusted": True}, **more)


@pytest.fixture
def world(tmp_path: Path) -> World:
    workspace = tmp_path / "work space"
    workspace.mkdir()
    return World(tmp_path / "home", workspace)
