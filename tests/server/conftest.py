"""An editor on a fresh project with one scripted model, or two for edits, behind a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.backend import Backend
from tests.support.drafting import Studio
from tests.support.workshop import Workshop


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[Workshop]:
    folder = tmp_path / "my project"
    (folder / ".git").mkdir(parents=True)
    async with Backend() as backend:
        made = Workshop(tmp_path / "home", folder, backend)
        made.configure()
        yield made


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    folder = tmp_path / "my project"
    (folder / ".git").mkdir(parents=True)
    async with Backend() as backend:
        made = Studio(tmp_path / "home", folder, backend)
        made.configure()
        yield made
