"""Real tools in the sandbox: new findings only, projects' own code only where that is allowed."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from pathlib import Path

import pytest

from lsp_router.validation.room import Copying
from lsp_router.validation.sandbox import Limits, Sandbox
from lsp_router.validation.toolbox import TOOLS
from lsp_router.validation.tools import Asked, Draft, ask_tools

posix = pytest.mark.skipif(os.name != "posix", reason="stands in for a tool with a script")


async def ask(draft: Draft, tmp_path: Path, *, project_code: bool = False, **limits) -> Asked:
    rooms = tmp_path / "rooms"
    rooms.mkdir(exist_ok=True)
    box = Sandbox(os.environ, Limits(**{"seconds": 20.0, **limits}))
    asked = await ask_tools(draft, box, project_code=project_code, copying=Copying(folder=rooms))
    assert list(rooms.iterdir()) == []
    return asked


def python(before: str, after: str, root: Path | None = None) -> Draft:
    return Draft("pkg/a.py", "python", before, after, root)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("x = 1\n", "x = y\n", [("F821 Undefined name `y`", 1)]),
        ("x = 1\n", "import os\n\nx = 1\n", [("F401 `os` imported but unused", 1)]),
        ("x = y\n", "# moved\nx = y\n", []),
        ("x = y\n", "x = y\nz = w\n", [("F821 Undefined name `w`", 2)]),
        ("x = y\n", "x = 1\n", []),
        ("import os\nx = (\n", "import os\nx = ()\n", []),
        ("import os\nx = (\n", "import os\nx = y\n", [("F821 Undefined name `y`", 2)]),
        ("q = 1\n", "def f(cur, a):\n    cur.execute(f'select * from t where a = {a}')\n", [("S608", 2)]),
    ],
)
async def test_ruff_tells_only_what_is_new(tmp_path: Path, before: str, after: str, found: list) -> None:
    asked = await ask(python(before, after), tmp_path)
    assert (asked.notes, asked.tools) == ((), ("ruff",))
    assert [p.line for p in asked.problems] == [line for _, line in found]
    assert all(words in p.message for p, (words, _) in zip(asked.problems, found, strict=True))


def tool(root: Path, name: str, script: str) -> None:
    """A stand-in for a project's own tool: what it prints is what the real one would."""
    place = root / "node_modules" / ".bin" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!{sys.executable}\n{script}")
    place.chmod(place.stat().st_mode | stat.S_IXUSR)


TSC = """
text = open('src/a.ts').read()
for number, line in enumerate(text.splitlines(), 1):
    if 'bad' in line:
        print(f'src/a.ts({number},1): error TS1: bad {line}')
if 'breaks b' in text:
    print('src/b.ts(3,1): error TS2: b is broken')
"""
PYRIGHT = (
    '{"generalDiagnostics": [{"file": "/w/a.py", "severity": "error", "message": "bad",'
    ' "range": {"start": {"line": 2}}}]}'
)
ESLINT = """
import json, os, sys
file = sys.argv[-1]
bad = {'severity': 2, 'line': 1, 'message': 'no ' + open(file).read(), 'ruleId': 'r'}
print(json.dumps([{'filePath': os.path.abspath(file), 'messages': [bad, {'severity': 1, 'message': 'w'}]}]))
"""


@posix
async def test_the_projects_compiler_is_asked_only_where_that_is_allowed(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "src").mkdir(parents=True)
    (root / "tsconfig.json").write_text("{}")
    (root / "src" / "a.ts").write_text("one\nbad\n")
    tool(root, "tsc", TSC)
    draft = Draft("src/a.ts", "typescript", "one\nbad\n", "new\none\nbad\nbad two\nbreaks b\n", root)
    assert await ask(draft, tmp_path) == Asked()
    asked = await ask(draft, tmp_path, project_code=True)
    assert [(p.gate, p.message, p.line) for p in asked.problems] == [
        ("tsc", "error TS1: bad bad two", 4),
        ("tsc", "src/b.ts:3: error TS2: b is broken", None),
    ]
    assert (root / "src" / "a.ts").read_text() == "one\nbad\n"
    (root / "tsconfig.json").unlink()
    assert (await ask(draft, tmp_path, project_code=True)).tools == ()


@posix
async def test_eslint_is_read(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "eslint.config.js").write_text("")
    tool(root, "eslint", ESLINT)
    asked = await ask(Draft("a.js", "javascript", "old", "new", root), tmp_path, project_code=True)
    assert [(p.gate, p.message, p.line) for p in asked.problems] == [("eslint", "no new (r)", 1)]


@posix
@pytest.mark.parametrize(
    ("script", "note"),
    [
        ("import time; time.sleep(60)", "not done after"),
        ("print('x' * 5_000_000)", "bytes of output"),
        ("import sys; sys.exit('config is broken')", "config is broken"),
    ],
)
async def test_a_tool_that_fails_is_a_note_and_no_verdict(tmp_path: Path, script: str, note: str) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "tsconfig.json").write_text("{}")
    tool(root, "tsc", script)
    asked = await ask(Draft("a.ts", "typescript", "a", "b", root), tmp_path, project_code=True, seconds=1.0)
    assert asked.problems == ()
    assert "tsc: " in asked.notes[0]
    assert note in asked.notes[0]


async def test_mypy_reads_the_project_and_a_hostile_conftest_never_runs(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "pkg").mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.mypy]\nstrict = true\ncache_dir = '/nonexistent'\n")
    (root / "pkg" / "__init__.py").write_text("")
    (root / "pkg" / "b.py").write_text("def f(a: int) -> int:\n    return a\n")
    (root / "conftest.py").write_text(f"open({str(tmp_path / 'harm')!r}, 'w')\n")
    before = "from pkg.b import f\n\nx: str = f(1)\n"
    asked = await ask(python(before, before + "y: str = f(2)\n", root), tmp_path, project_code=True)
    assert [(p.gate, p.line) for p in asked.problems] == [("mypy", 4)], asked
    assert not (tmp_path / "harm").exists()


async def test_cancelling_a_tool_leaves_nothing(tmp_path: Path) -> None:
    rooms = tmp_path / "rooms"
    rooms.mkdir()
    draft = python("x = 1\n", "x = y\n")
    cancelled = 0
    for after in (0.0, 0.005, 0.01, 0.03, 0.06):
        task = asyncio.create_task(
            ask_tools(draft, Sandbox(os.environ), project_code=False, copying=Copying(folder=rooms))
        )
        await asyncio.sleep(after)
        cancelled += task.cancel()
        await asyncio.wait({task}, timeout=10)
        assert task.cancelled() or task.result() is not None
        assert list(rooms.iterdir()) == []
    assert cancelled, "on no machine is it done at once"


@pytest.mark.parametrize(
    ("name", "out", "err", "found"),
    [
        ("gofmt", "a.go\n", "a.go:3:5: expected ';', found x\n", [("a.go", 3, "expected ';', found x")]),
        (
            "cargo",
            "",
            "src/a.rs:2:9: error[E0425]: cannot find value `x`\nsrc/a.rs:1:1: warning: unused\n",
            [("src/a.rs", 2, "error[E0425]: cannot find value `x`")],
        ),
        (
            "mypy",
            "C:\\w\\a.py:3: error: Bad  [misc]\nC:\\w\\a.py:3: note: See\n",
            "",
            [("C:\\w\\a.py", 3, "Bad  [misc]")],
        ),
        ("tsc", "src/a.ts(4,2): error TS1005: ';' expected.\n", "", [("src/a.ts", 4, "error TS1005: ';' expected.")]),
        (
            "pyright",
            PYRIGHT,
            "",
            [("/w/a.py", 3, "bad")],
        ),
    ],
)
def test_answers_of_tools_are_read(name: str, out: str, err: str, found: list) -> None:
    (one,) = [tool for tool in TOOLS if tool.name == name]
    assert [(f.path, f.line, f.message) for f in one.read(out, err)] == found
