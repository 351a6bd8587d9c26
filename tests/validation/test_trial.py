"""Which tests fail now and did not before, in the words of the usual runners."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_router.validation.sandbox import Ran
from lsp_router.validation.trial import _compared, command_for

PYTEST = "FAILED tests/test_a.py::test_adds - assert 3 == 4\n1 failed in 0.1s\n"
GO = "--- FAIL: TestAdd (0.00s)\n    a_test.go:5: no\nFAIL\n"
CARGO = "test tests::adds ... FAILED\ntest tests::other ... ok\n"
TAP = "not ok 1 - adds numbers\nok 2 - other\n"


@pytest.mark.parametrize(
    ("out", "name"),
    [(PYTEST, "tests/test_a.py::test_adds"), (GO, "TestAdd"), (CARGO, "tests::adds"), (TAP, "adds numbers")],
)
def test_a_new_failure_is_named_and_an_old_one_is_a_note(out, name) -> None:
    fresh = _compared(Ran(0, "", ""), Ran(1, out, ""))
    assert [problem.message.split(" fails")[0] for problem in fresh.problems] == [f"`{name}`"]
    old = _compared(Ran(1, out, ""), Ran(1, out, ""))
    assert (old.problems, len(old.notes)) == ((), 1)


@pytest.mark.parametrize(("before", "fails"), [(0, True), (1, False)])
def test_a_failure_without_names_counts_when_it_is_new(before, fails) -> None:
    asked = _compared(Ran(before, "", ""), Ran(2, "", "Segmentation fault"))
    assert ["Segmentation" in problem.message for problem in asked.problems] == [True] * fails


@pytest.mark.parametrize(
    ("language", "file", "command"),
    [("go", "go.mod", "go test"), ("rust", "Cargo.toml", "cargo test"), ("go", "", ""), ("cobol", "", "")],
)
def test_the_usual_command(tmp_path: Path, language, file, command) -> None:
    if file:
        (tmp_path / file).touch()
    assert " ".join(command_for(language, tmp_path, (), ""))[: len(command) or None] == command


def test_python_runs_the_projects_own(tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    command = command_for("python", tmp_path, ("tests/test_a.py",), "")
    assert (command[0], command[-1]) == (str(python), "tests/test_a.py")
