"""Places in files as people and compilers write them: FILE:LINE:COL and FILE:A-B, counted from 1."""

from __future__ import annotations

import argparse
import re
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from lsp_router.context.document import Document
from lsp_router.context.file_types import language_of_path

LARGEST_FILE = 2_000_000
BOM = "\ufeff"
_SPOT = re.compile(r"(?P<file>.+):(?P<line>\d+):(?P<column>\d+)")
_LINES = re.compile(r"(?P<file>.+?):(?P<first>\d+)(?:-(?P<last>\d+))?")


class UnreadableError(Exception):
    """A file that cannot be worked on; the text says why."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Between two characters of a line."""

    file: Path
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines of a file, both ends included; without them it is all of the file."""

    file: Path
    first: int | None = None
    last: int | None = None


def spot(text: str) -> Spot:
    found = _SPOT.fullmatch(text)
    if found is None or not int(found["line"]) or not int(found["column"]):
        raise argparse.ArgumentTypeError("write it as FILE:LINE:COL, counted from 1, for example app.py:12:5")
    return Spot(Path(found["file"]), int(found["line"]), int(found["column"]))


def lines(text: str) -> Lines:
    found = _LINES.fullmatch(text)
    if found is None or Path(text).is_file():
        return Lines(Path(text))
    first, last = int(found["first"]), int(found["last"] or found["first"])
    if not 1 <= first <= last:
        raise argparse.ArgumentTypeError("write it as FILE:A-B, counted from 1, for example app.py:10-24")
    return Lines(Path(found["file"]), first, last)


def read(file: Path, project: Path | None) -> Document:
    """The file as an editor would open it; raises UnreadableError. Line endings stay."""
    if not file.is_file():
        raise UnreadableError(f"there is no file {file}")
    data = file.read_bytes()
    if len(data) > LARGEST_FILE:
        raise UnreadableError(f"{file} is larger than {LARGEST_FILE // 1_000_000} MB")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableError(f"{file} is not text in UTF-8") from None
    return Document(inside(file, project), text.removeprefix(BOM), language_of_path(str(file)))


def inside(file: Path, project: Path | None) -> str:
    """The path as an editor names it: where the project itself lies says nothing about the file."""
    path = file.resolve()
    return (path.relative_to(project) if project and path.is_relative_to(project) else path).as_posix()


def offset_of(text: str, line: int, column: int) -> int | None:
    """None beyond the end of the text; a column beyond the end of its line is that end."""
    starts = _starts(text)
    if line > len(starts):
        return None
    start = starts[line - 1]
    end = starts[line] if line < len(starts) else len(text)
    return min(start + column - 1, start + len(text[start:end].rstrip("\r\n")))


def spot_of(text: str, offset: int) -> tuple[int, int]:
    """Line and column of an offset, both counted from 1."""
    starts = _starts(text)
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def span_of(text: str, first: int, last: int) -> tuple[int, int] | None:
    """The offsets of whole lines, the last one's break left out; None beyond the end of the text."""
    start, end = offset_of(text, first, 1), offset_of(text, last, len(text) + 1)
    return None if start is None or end is None else (start, end)


def _starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]
