from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.scripted import Script
from tests.support.studio import Studio, in_turn


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Callable[..., Studio]]:
    """Makes workspaces with two models: `small` is free and drafts, `strong` costs and is asked when that fails."""
    made: list[Studio] = []

    def make(small: str | Script = "", strong: str | Script = "", **wishes: object) -> Studio:
        said = {"small": small, "strong": strong or small}
        scripts = {name: in_turn(script) if isinstance(script, str) else script for name, script in said.items()}
        made.append(Studio(tmp_path / "home", tmp_path / "project", scripts, **wishes))
        return made[-1]

    yield make
    for one in made:
        await one.close()
