"""A project with one scripted model behind a real socket, for an editor to be opened in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.neovim import Neovim
from tests.support.backend import Backend
from tests.support.workshop import Workshop


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    folder = tmp_path / "my project"
    (folder / ".git").mkdir(parents=True)
    async with Backend() as backend:
        made = Workshop(tmp_path / "home", folder, backend)
        made.configure()
        yield made


@pytest.fixture(params=["0.12", "0.11", "0.10"])
def nvim(request: pytest.FixtureRequest, workshop: Workshop) -> Neovim:
    return Neovim(request.param, workshop)
