"""The small editor of `try`: it starts the server in a project, whatever that project's modules are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_router.cli.editor import Editor


@pytest.mark.parametrize("name", ["types.py", "json.py", "lsp_router.py"])
async def test_no_module_of_the_project_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("LSP_ROUTER_HOME", str(tmp_path / "home"))
    project = tmp_path / "project"
    project.mkdir()
    (project / name).write_text("open('was_run', 'w').close()\n", encoding="utf-8")
    async with Editor(project) as editor:
        assert editor.start_ms > 0
    assert not (project / "was_run").exists()
