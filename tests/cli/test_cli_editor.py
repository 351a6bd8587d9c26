"""The small editor of `try`: it starts the server in a project, whatever that project's modules are called, and says
what changed as real ones do.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_router.cli.editor import Editor
from lsp_router.server.text import LiveText, Position


@pytest.mark.parametrize("name", ["types.py", "json.py", "lsp_router.py"])
async def test_no_module_of_the_project_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("LSP_ROUTER_HOME", str(tmp_path / "home"))
    project = tmp_path / "project"
    project.mkdir()
    (project / name).write_text("open('was_run', 'w').close()\n", encoding="utf-8")
    async with Editor(project) as editor:
        assert editor.start_ms > 0
    assert not (project / "was_run").exists()


TEXTS = st.text(st.sampled_from("ab\n é😀"), max_size=30)


@settings(max_examples=200)
@given(TEXTS, TEXTS)
def test_a_change_says_what_is_different(old: str, new: str) -> None:
    said: list[Mapping[str, Any]] = []
    editor = Editor(Path.cwd())
    with patch.object(Editor, "_send", lambda _, message: said.append(message)):
        uri = editor.open(Path("a.py"), old, "python")
        editor.change(uri, new)
    change = said[-1]["params"]["contentChanges"][0]
    seen = LiveText(old)
    seen.edit(*(Position(**change["range"][end]) for end in ("start", "end")), change["text"])
    assert seen.text == new
    assert len(change["text"]) <= len(new)


def test_a_key_is_not_the_whole_text() -> None:
    said: list[Mapping[str, Any]] = []
    editor = Editor(Path.cwd())
    with patch.object(Editor, "_send", lambda _, message: said.append(message)):
        uri = editor.open(Path("a.py"), "a = 1\nb = \nc = 3\n", "python")
        editor.change(uri, "a = 1\nb = 2\nc = 3\n")
    place = {"line": 1, "character": 4}
    assert said[-1]["params"]["contentChanges"] == [{"range": {"start": place, "end": place}, "text": "2"}]
