"""The project's formatter touches what an edit brought, and files that never knew it are left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lsp_router.validation.formatter import formatted
from lsp_router.validation.room import Copying
from lsp_router.validation.sandbox import Sandbox
from lsp_router.validation.tools import Draft


@pytest.mark.parametrize(
    ("settings", "before", "after", "expected"),
    [
        ("[tool.ruff]\n", "x = 1\n", "x = 1\ny  =  2\n", "x = 1\ny = 2\n"),
        ("[tool.ruff.format]\nquote-style = 'single'\n", "x = 'a'\n", 'x = "b"\n', "x = 'b'\n"),
        ("[tool.ruff]\n", "x = 1\r\n", "x = 1\r\ny  =  2\r\n", "x = 1\r\ny = 2\r\n"),
        ("[tool.ruff]\n", "x  = 1\n", "x  = 1\ny  =  2\n", "x  = 1\ny  =  2\n"),
        ("[tool.ruff]\n", "x = 1\n", "x = (\n", "x = (\n"),
        ("[tool.other]\n", "x = 1\n", "y  =  2\n", "y  =  2\n"),
    ],
)
async def test_only_formatted_files_are_formatted(
    tmp_path: Path, settings: str, before: str, after: str, expected: str
) -> None:
    root, rooms = tmp_path / "project", tmp_path / "rooms"
    root.mkdir()
    rooms.mkdir()
    (root / "pyproject.toml").write_text(settings)
    draft = Draft("pkg/a.py", "python", before, after, root)
    assert await formatted(draft, Sandbox(os.environ), Copying(folder=rooms)) == expected
    assert list(rooms.iterdir()) == []
    assert [path.name for path in root.iterdir()] == ["pyproject.toml"]
