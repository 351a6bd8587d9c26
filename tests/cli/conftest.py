"""A shell in a fresh project, for a user who has nothing yet."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lsp_router.cli.main import main
from tests.support.shell import Done, Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    folder = tmp_path / "my project"
    (folder / ".git").mkdir(parents=True)
    return Shell(tmp_path / "home", folder)


@pytest.fixture
def quick(shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """The same command line in this process: for tables of cases, where starting an interpreter is all the time."""

    def run(*words: str) -> Done:
        for name, value in shell.world().items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(shell.folder)
        capsys.readouterr()
        with ThreadPoolExecutor(1) as elsewhere:  # a command has an event loop of its own
            code = elsewhere.submit(_exit_code, words).result()
        return Done(code, *capsys.readouterr())

    return run


def _exit_code(words: tuple[str, ...]) -> int:
    try:
        return main(words)
    except SystemExit as stop:
        return int(stop.code or 0)
