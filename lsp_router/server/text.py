"""The text of an open document as the editor has it: lines, edited in place, whatever their length or ending.

LSP ends lines at LF, CRLF and CR only; Python's own line splitting knows eight more characters, which
editors count as ordinary text, so it is not used here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)|[^\r\n]+")


class Position(NamedTuple):
    line: int
    character: int


class LiveText:
    """Owns the lines of one document; an edit costs what it touches, the joined text is made on demand."""

    __slots__ = ("_encoding", "_lines", "_starts", "_text", "size")

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self._encoding = encoding
        self._lines = _LINE.findall(text)
        self._text: str | None = text
        self._starts: list[int] | None = None
        self.size = len(text)
        """In characters."""

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = "".join(self._lines)
        return self._text

    def replace(self, text: str) -> None:
        self._lines = _LINE.findall(text)
        self._text, self._starts, self.size = text, None, len(text)

    def edit(self, start: Position, end: Position, new: str) -> None:
        """Replaces a range; a CR and a LF that come to stand together become one line end."""
        (first, head), (last, tail) = self._inside(start), self._inside(end)
        new = self._line(first)[:head] + new + self._line(last)[tail:]
        if first > 0 and new.startswith("\n") and self._lines[first - 1].endswith("\r"):
            first -= 1
            new = self._lines[first] + new
        while last + 1 < len(self._lines) and not (new.endswith("\n") or (new.endswith("\r") and self._safe(last + 1))):
            last += 1
            new += self._lines[last]
        self.size += len(new) - sum(map(len, self._lines[first : last + 1]))
        self._lines[first : last + 1] = _LINE.findall(new)
        self._text = self._starts = None

    def offset(self, position: Position) -> int:
        line, inside = self._inside(position)
        return self._start(line) + inside

    def position(self, offset: int) -> Position:
        starts = self._all_starts()
        offset = max(0, min(offset, starts[-1]))
        line = bisect_right(starts, offset) - 1
        if line == len(self._lines) and line > 0 and not self._lines[-1].endswith(("\n", "\r")):
            line -= 1
        return Position(line, self._units(self._line(line)[: offset - starts[line]]))

    # --- helpers ---

    def _safe(self, line: int) -> bool:
        return not self._lines[line].startswith("\n")

    def _line(self, number: int) -> str:
        return self._lines[number] if number < len(self._lines) else ""

    def _start(self, line: int) -> int:
        if self._starts is not None:
            return self._starts[min(line, len(self._lines))]
        return sum(map(len, self._lines[:line]))

    def _all_starts(self) -> list[int]:
        if self._starts is None:
            self._starts = list(accumulate(map(len, self._lines), initial=0))
        return self._starts

    def _inside(self, position: Position) -> tuple[int, int]:
        """Line and character index, pulled back into the document where the client is beyond it."""
        number, units = position
        if number >= len(self._lines):
            last = len(self._lines) - 1
            if last >= 0 and not self._lines[last].endswith(("\n", "\r")):
                return last, len(self._lines[last])
            return len(self._lines), 0
        line = self._lines[number]
        return number, min(self._index(line, units), len(line.rstrip("\r\n")))

    def _index(self, line: str, units: int) -> int:
        if self._encoding == "utf-32" or line.isascii():
            return units
        if self._encoding == "utf-8":
            return len(line.encode("utf-8", "surrogatepass")[:units].decode("utf-8", "ignore"))
        return len(line.encode("utf-16-le", "surrogatepass")[: units * 2].decode("utf-16-le", "ignore"))

    def _units(self, text: str) -> int:
        if self._encoding == "utf-32" or text.isascii():
            return len(text)
        if self._encoding == "utf-8":
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
