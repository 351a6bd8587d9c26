"""A fresh project with two scripted models, for edits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.backend import Backend
from tests.support.drafting import Studio


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    folder = tmp_path / "my project"
    (folder / ".git").mkdir(parents=True)
    async with Backend() as backend:
        made = Studio(tmp_path / "home", folder, backend)
        made.configure()
        yield made
