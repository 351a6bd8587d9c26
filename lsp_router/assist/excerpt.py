"""What of a long file goes along with a request about a part of it: the part, its surroundings, what it uses, the rest.

Nothing is shortened without a line that says so: a model that sees a gap does not take it for the code.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from lsp_router.assist.passages import REST, Passage, Span
from lsp_router.context.document import Document

HEAD_LINES = 6
"""A signature is rarely longer."""
REST_LINES = 60
"""Of a run between functions; what is longer is a table of data."""
GAP = 32
"""Characters that the line about a gap takes."""


def excerpt(
    document: Document,
    passages: Sequence[Passage],
    focus: Sequence[Span],
    room: int,
    *,
    without: Sequence[Span] = (),
    fill: bool = True,
) -> str:
    """At most about `room` characters of a document; `without` stands somewhere else in the prompt.

    With `fill` the room that is left goes to functions that nobody mentions.
    """
    text = document.text
    if len(text) <= room and not without:
        return text
    page = _Page(text, room, without)
    for span in _by_use(text, passages, focus, fill=fill):
        page.keep(span)
    return page.render()


def _by_use(text: str, passages: Sequence[Passage], focus: Sequence[Span], *, fill: bool) -> Iterator[Span]:
    """First what is asked about, then what it stands in and imports, then what it names, then everybody's head."""
    functions = [p for p in passages if p.name != REST]
    inside = [p for p in functions if any(p.touches(span) for span in focus)]
    yield from focus
    yield _top(text, functions)
    yield from (span for p in inside for span in p.spans)
    yield from (_first_lines(text, span, REST_LINES) for p in passages if p.name == REST for span in p.spans)
    near = sorted(functions, key=lambda p: min((abs(p.spans[0][0] - span[0]) for span in focus), default=0))
    named = _names(text, [*focus, *(span for p in inside for span in p.spans)])
    yield from (span for p in near if p.name.rpartition(".")[2] in named for span in p.spans)
    yield from (_first_lines(text, p.spans[0], _head(text, p.spans[0])) for p in near)
    if fill:
        yield from (span for p in (near if focus else functions) for span in p.spans)


def _top(text: str, functions: Sequence[Passage]) -> Span:
    """What a file says of itself at its beginning, and imports."""
    first = min((p.spans[0][0] for p in functions), default=len(text))
    return _first_lines(text, (0, first), REST_LINES)


def _names(text: str, spans: Iterable[Span]) -> set[str]:
    return {name for start, end in spans for name in re.findall(r"[A-Za-z_]\w{2,}", text[start:end])}


def _head(text: str, span: Span) -> int:
    """How many lines the decorators and the signature take."""
    lines = text[span[0] : span[1]].split("\n", HEAD_LINES * 3)
    for number, line in enumerate(lines, 1):
        if line.rstrip().endswith((":", "{", "=>", "do")) and not line.lstrip().startswith(("#", "//", "*", "/*")):
            return number
    return min(len(lines), HEAD_LINES)


def _first_lines(text: str, span: Span, count: int) -> Span:
    at = span[0]
    for _ in range(count):
        at = text.find("\n", at, span[1]) + 1
        if at == 0:
            return span
    return span[0], at


class _Page:
    """Lines that are kept, as many as there is room for."""

    def __init__(self, text: str, room: int, without: Sequence[Span]) -> None:
        self._lines = text.split("\n")
        self._starts = [*accumulate((len(line) + 1 for line in self._lines), initial=0)]
        self._room = room - GAP  # for what is left out at the end
        self._kept = [False] * len(self._lines)
        self._elsewhere = [False] * len(self._lines)
        for row in (row for span in without for row in self._rows(span)):
            self._elsewhere[row] = True

    def keep(self, span: Span) -> None:
        """The lines of a span, whole or as far as the room reaches."""
        for row in self._rows(span):
            if self._kept[row] or self._elsewhere[row]:
                continue
            opens = row > 0 and not self._kept[row - 1]
            cost = len(self._lines[row]) + 1 + (GAP if opens else 0)
            if cost > self._room:
                return
            self._kept[row] = True
            self._room -= cost

    def render(self) -> str:
        out: list[str] = []
        row = 0
        while row < len(self._lines):
            if self._kept[row]:
                out.append(self._lines[row])
                row += 1
                continue
            first = row
            while row < len(self._lines) and not self._kept[row]:
                row += 1
            out += self._gap(first, row)
        return "\n".join(out)

    def _gap(self, first: int, after: int) -> list[str]:
        if not any(line.strip() for line in self._lines[first:after]):
            return [""]
        if all(self._elsewhere[row] or not self._lines[row].strip() for row in range(first, after)):
            return ["⋮ (stands in the selection)"]
        return [f"⋮ ({after - first} lines left out)"]

    def _rows(self, span: Span) -> range:
        first = bisect_right(self._starts, span[0]) - 1
        return range(max(first, 0), min(bisect_left(self._starts, max(span[1], span[0] + 1)), len(self._lines)))
