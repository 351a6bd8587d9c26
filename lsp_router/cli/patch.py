"""Changes as people and tools read them on a command line: a unified diff, and files written in one go."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_router.cli.output import is_terminal, styled
from lsp_router.cli.places import BOM

if TYPE_CHECKING:
    from lsp_router.assist.edit.ask import Change

COLOURS = {"+": "green", "-": "red", "@": "cyan"}
NO_BREAK = "\n\\ No newline at end of file\n"


class OutdatedError(Exception):
    """A file changed while its edit was made; the text names it."""


def diff(changes: Iterable[Change]) -> str:
    """A patch that `git apply` and `patch -p1` take."""
    return "".join(part for change in changes for part in _hunks(change))


def show(patch: str) -> None:
    """In a pipe byte for byte: a patch with other line ends fits no file."""
    if not is_terminal():
        sys.stdout.flush()
        sys.stdout.buffer.write(patch.encode("utf-8"))
        return
    for line in patch.rstrip("\n").split("\n"):
        styled((line, "bold" if line.startswith(("+++ ", "--- ")) else COLOURS.get(line[:1], "")))


def write(changes: Sequence[Change], project: Path | None) -> None:
    """All of them, or none when one file is no longer what its change starts from: raises OutdatedError."""
    places = [(project / change.path if project else Path(change.path), change) for change in changes]
    kept = {path: read_text(path) for path, _ in places}
    for path, change in places:
        now = kept[path]
        if (now if now is None else now.removeprefix(BOM)) != change.before:
            raise OutdatedError(change.path)
    for path, change in places:
        path.parent.mkdir(parents=True, exist_ok=True)
        mark = BOM if (kept[path] or "").startswith(BOM) else ""
        path.write_bytes((mark + change.after).encode("utf-8"))


def read_text(path: Path) -> str | None:
    """As it is, line endings and byte-order mark too; None when there is no such file."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None


def _hunks(change: Change) -> Iterator[str]:
    before = _lines(change.before or "")
    old = "/dev/null" if change.before is None else f"a/{change.path}"
    for line in difflib.unified_diff(before, _lines(change.after), old, f"b/{change.path}"):
        yield line if line.endswith("\n") else line + NO_BREAK


def _lines(text: str) -> list[str]:
    """At line feeds only: other breaks are text to every tool that reads patches."""
    lines = text.split("\n")
    return [*(line + "\n" for line in lines[:-1]), *(lines[-1:] if lines[-1] else [])]
