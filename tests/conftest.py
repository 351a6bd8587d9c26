"""Fixtures every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
