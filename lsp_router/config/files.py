"""Reading configuration files that may be broken, huge, hostile or not there."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

from lsp_router.config.problem import Problem
from lsp_router.config.tree import Path, fold

PROJECT_FILE = "lsp-router.toml"
PYPROJECT = "pyproject.toml"
PYPROJECT_TABLE = ("tool", "lsp-router")
LARGEST = 1_000_000

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=\s*(.*)""")
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")
_LINE = re.compile(r"\(at line (\d+)")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A file that was read: its table, and enough of its text to say on which line a key stands."""

    path: File
    table: Mapping[str, Any] = field(default_factory=dict)
    text: str = field(default="", repr=False)
    inside: Path = ()
    """The table of the file that is ours."""

    def line_of(self, path: Path) -> int | None:
        """The line of a key, the first one inside it, or that of the closest table around it."""
        wanted, best, line = (*self.inside, *path), 0, None
        for number, at in _written(self.text):
            shared = _shared(at, wanted)
            if shared in {len(at), len(wanted)} and shared > best:
                best, line = shared, number
        return line


def project_root(start: File) -> File:
    """The folder above that has our settings, else the repository around, else the start itself."""
    for folder in (start, *start.parents):
        if (folder / PROJECT_FILE).is_file() or _read_pyproject(folder / PYPROJECT)[0]:
            return folder
        if (folder / ".git").exists():
            return folder
    return start


def read_user(path: File) -> tuple[TomlFile | None, list[Problem]]:
    text, problems = _text(path)
    return _parsed(path, text) if text is not None else (None, problems)


def read_project(root: File) -> tuple[TomlFile | None, list[Problem]]:
    """`lsp-router.toml`, or else our table in `pyproject.toml`; never both."""
    own, problems = read_user(root / PROJECT_FILE)
    if own or problems:
        return own, problems
    return _read_pyproject(root / PYPROJECT)


def _read_pyproject(path: File) -> tuple[TomlFile | None, list[Problem]]:
    text, _ = _text(path)
    if text is None or "lsp-router" not in text:
        return None, []
    file, problems = _parsed(path, text)
    inner = file.table.get("tool") if file else None
    ours = inner.get("lsp-router") if isinstance(inner, Mapping) else None
    if not isinstance(ours, Mapping):
        return None, problems
    return TomlFile(path, ours, text, PYPROJECT_TABLE), problems


def _text(path: File) -> tuple[str | None, list[Problem]]:
    """Only a regular file of a sane size is opened: a pipe or a device in a project must not hang the editor."""
    try:
        what = path.stat()
        if not stat.S_ISREG(what.st_mode) or what.st_size > LARGEST:
            return None, [Problem(str(path), "", "not a configuration file (no regular file, or larger than 1 MB)")]
        return path.read_bytes().decode("utf-8-sig"), []
    except (FileNotFoundError, NotADirectoryError):
        return None, []
    except UnicodeDecodeError:
        return None, [Problem(str(path), "", "not UTF-8, so nothing of it is used; save it as UTF-8")]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not valid"
        return None, [Problem(str(path), "", f"cannot be read ({reason}), so nothing of it is used")]


def _parsed(path: File, text: str) -> tuple[TomlFile | None, list[Problem]]:
    try:
        return TomlFile(path, tomllib.loads(text), text), []
    except ValueError as error:  # also: a number too long to be read
        message = f"not valid TOML, so nothing of it is used: {error}"
        return None, [Problem(str(path), "", message, line=_line_of(str(error), text))]
    except RecursionError:
        return None, [Problem(str(path), "", "nested too deeply, so nothing of it is used")]


def _line_of(error: str, text: str) -> int | None:
    at = _LINE.search(error)
    return int(at[1]) if at else max(len(text.splitlines()), 1) if "end of document" in error else None


def _written(text: str) -> Iterator[tuple[int, Path]]:
    """Which key stands on which line, well enough for a warning; entries of `[[models]]` go by their name."""
    lines = text.splitlines()
    table: Path = ()
    for number, line in enumerate(lines, 1):
        if header := _HEADER.match(line):
            table = _parts(header[2])
            if header[1] == "[[":
                table = (*table, _entry_name(lines[number:]))
            yield number, table
        elif key := _KEY.match(line):
            yield number, (*table, *_parts(key[1]))


def _entry_name(lines: list[str]) -> str:
    for line in lines:
        key = _KEY.match(line)
        if key and key[1] == "name":
            return "".join(_parts(key[2])[:1])
        if _HEADER.match(line):
            break
    return ""


def _parts(key: str) -> Path:
    return tuple("".join(groups) for groups in _PART.findall(key))


def _shared(one: Path, other: Path) -> int:
    """How many leading keys are the same, in whatever spelling."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if fold(left) != fold(right):
            break
        count += 1
    return count
