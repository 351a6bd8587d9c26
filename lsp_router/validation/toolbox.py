"""The tools that gates call: where each is found, how it is asked, how its answer is read. Data and small readers."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

_SCRIPTS = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})
_RUFF = (
    "E9,F,S202,S306,S310,S313,S314,S315,S316,S317,S318,S319,S324,S502,S503,S504,S505,S507,S508,S509,"
    "S608,S610,S611,S701,S702"
)
_LINE = re.compile(r"^(?P<path>.+?)[:(](?P<line>\d+)(?:[:,](?P<column>\d+))?\)?:\s*(?P<message>.+)$")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a tool said; lines count from 1, the path is that of the copy."""

    path: str
    line: int
    message: str


Read = Callable[[str, str], Iterator[Finding]]
"""From what a tool wrote to its two outputs; raises ValueError if that is not an answer."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One checker. Tools that need the workspace may run code of it, and only run where that is allowed."""

    name: str
    languages: frozenset[str]
    arguments: Callable[[str], Sequence[str]]
    read: Read
    project: bool = True
    marks: tuple[str, ...] = ()
    """A workspace that uses the tool has one of these files, or a file with the piece after the colon."""

    def find(self, root: Path | None, environ: Mapping[str, str]) -> str | None:
        """The program: the workspace's own, the one beside this interpreter, the one on the path."""
        places = [Path(sys.executable).parent]
        if self.project and root is not None:
            places = [root / "node_modules" / ".bin", root / ".venv" / "bin", root / ".venv" / "Scripts", *places]
        for place in places:
            if found := shutil.which(self.name, path=str(place)):
                return found
        return shutil.which(self.name, path=environ.get("PATH", ""))

    def is_used(self, root: Path) -> bool:
        return any(_has(root, mark) for mark in self.marks)


def tools_for(language: str) -> tuple[Tool, ...]:
    return tuple(tool for tool in TOOLS if language in tool.languages)


def _has(root: Path, mark: str) -> bool:
    name, _, piece = mark.partition(":")
    file = root / name
    if not file.is_file():
        return False
    return not piece or piece in file.read_text("utf-8", "replace")


def _read_ruff(out: str, err: str) -> Iterator[Finding]:
    for row in _rows(out, err):
        place = row.get("location") or {"row": 1}
        yield Finding(row["filename"], place["row"], f"{row['code'] or 'syntax'} {row['message']}")


def _read_eslint(out: str, err: str) -> Iterator[Finding]:
    for file in _rows(out, err):
        for said in file["messages"]:
            if said.get("severity") == 2:
                yield Finding(file["filePath"], said.get("line") or 1, f"{said['message']} ({said.get('ruleId')})")


def _read_pyright(out: str, err: str) -> Iterator[Finding]:
    told = _json(out, err)
    for row in told.get("generalDiagnostics", []):
        if row.get("severity") == "error":
            yield Finding(row["file"], row["range"]["start"]["line"] + 1, row["message"])


def _read_lines(out: str, err: str) -> Iterator[Finding]:
    """Any compiler that writes `path:line:column: message` or `path(line,column): message`."""
    for line in (*out.splitlines(), *err.splitlines()):
        found = _LINE.match(line)
        if found and not re.match(r"(?:note|warning|help)\b", found["message"]):
            yield Finding(found["path"], int(found["line"]), found["message"].removeprefix("error: "))


def _rows(out: str, err: str) -> list[dict[str, Any]]:
    told = _json(out, err)
    if not isinstance(told, list):
        raise ValueError("not a list of findings")  # noqa: TRY004 - one kind of failure for all readers
    return told


def _json(out: str, err: str) -> Any:
    try:
        return json.loads(out)
    except json.JSONDecodeError as error:
        raise ValueError((err or out).strip()[:200]) from error


TOOLS: tuple[Tool, ...] = (
    Tool(
        "ruff",
        frozenset({"python"}),
        lambda path: (
            *("check", "--isolated", "--no-cache", "--quiet", "--exit-zero", "--output-format", "json"),
            *("--select", _RUFF, "--ignore", "F401" if PurePosixPath(path).name == "__init__.py" else "F722"),
            path,
        ),
        _read_ruff,
        project=False,
    ),
    Tool("gofmt", frozenset({"go"}), lambda path: ("-e", "-l", path), _read_lines, project=False),
    Tool(
        "mypy",
        frozenset({"python"}),
        lambda path: ("--no-error-summary", "--no-color-output", "--no-pretty", "--cache-dir", os.devnull, path),
        _read_lines,
        marks=("mypy.ini", ".mypy.ini", "pyproject.toml:[tool.mypy", "setup.cfg:[mypy"),
    ),
    Tool(
        "pyright",
        frozenset({"python"}),
        lambda path: ("--outputjson", path),
        _read_pyright,
        marks=("pyrightconfig.json", "pyproject.toml:[tool.pyright"),
    ),
    Tool(
        "tsc",
        _SCRIPTS,
        lambda _: ("--noEmit", "--pretty", "false", "--incremental", "false", "-p", "tsconfig.json"),
        _read_lines,
        marks=("tsconfig.json",),
    ),
    Tool(
        "eslint",
        _SCRIPTS,
        lambda path: ("--format", "json", "--no-error-on-unmatched-pattern", path),
        _read_eslint,
        marks=(
            *(f"eslint.config.{ending}" for ending in ("js", "mjs", "cjs", "ts")),
            *(f".eslintrc{ending}" for ending in ("", ".js", ".cjs", ".json", ".yml", ".yaml")),
            "package.json:eslintConfig",
        ),
    ),
    Tool(
        "cargo",
        frozenset({"rust"}),
        lambda _: ("check", "--offline", "--quiet", "--message-format", "short"),
        _read_lines,
        marks=("Cargo.toml",),
    ),
)
