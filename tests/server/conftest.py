"""An editor on a fresh project with one scripted model behind a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

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
