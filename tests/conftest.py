"""Fixtures every room's tests share."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.backend import Backend
from tests.support.workshop import Workshop

REPO = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_eval() -> Path:
    """The folder of cases nobody here wrote; it lies beside the repository or where LSP_ROUTER_SHARED says."""
    folder = Path(os.environ.get("LSP_ROUTER_SHARED", REPO.parent / "shared")) / "eval"
    if not folder.is_dir():
        pytest.skip("the shared evaluation cases are not beside this checkout")
    return folder


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own configuration, cache or keys."""
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "xdg" / name.lower()))
    for name in list(os.environ):
        if name.startswith("LSP_ROUTER_") or name.endswith("_API_KEY"):
            monkeypatch.delenv(name)


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    """A fresh project with one scripted model behind a real socket, for an editor to be opened in."""
    folder = tmp_path / "my project"
    (folder / ".git").mkdir(parents=True)
    async with Backend() as backend:
        made = Workshop(tmp_path / "home", folder, backend)
        made.configure()
        yield made
