"""A shell in a fresh project, for a user who has nothing yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    folder = tmp_path / "my project"
    (folder / ".git").mkdir(parents=True)
    return Shell(tmp_path / "home", folder)
