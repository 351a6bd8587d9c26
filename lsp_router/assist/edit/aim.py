"""Which text an ask is about, and which one an answer replaces: models answer with more or less than was asked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lsp_router.assist.edit.ask import Ask, Kind
from lsp_router.context.document import Document
from lsp_router.context.languages import definition_pattern
from lsp_router.context.structure import enclosing

LARGE = 8_000
"""Characters of a definition beyond which a fix is asked for its lines only."""
ALIKE = 0.6
"""How much the first line of code must be like a definition's before it counts as that definition."""
HARDLY_ALIKE = 0.3
NEARLY_THE_SAME = 0.9
_RINGS = 3
_HEAD = re.compile(r"\s*(?:@|#|//|/\*|\*|--|;|\[)")


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the document that an answer can take the place of."""

    start: int
    end: int
    name: str = ""
    """Of the definition it is, if it is one."""
    whole: bool = False
    """The whole file."""

    @property
    def empty(self) -> bool:
        return self.start == self.end

    def holds(self, other: Region) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Aim:
    """The region that is shown as the selection, and those that an answer may turn out to be for."""

    asked: Region
    exact: Region | None = None
    """What was selected or pointed at, to the letter."""
    lines: Region | None = None
    rings: tuple[Region, ...] = ()
    """The definitions around it, innermost first."""


def aim(ask: Ask) -> Aim:
    """The selection; the definition around a cursor or a spot; the whole file; for generating also a bare place."""
    document = ask.document
    text, everything = document.text, Region(0, len(document.text), whole=True)
    if ask.kind is Kind.GENERATE and (ask.span is None or ask.span[0] == ask.span[1]):
        at = len(text) if ask.span is None else ask.span[0]
        return Aim(Region(at, at))
    if ask.span is None:
        return Aim(everything)
    exact = Region(*ask.span)
    rings = _around(document, _stripped(text, exact))
    if exact.empty:
        return Aim(rings[0] if rings else everything, rings=rings)
    lines = _lines(text, exact)
    around = next((ring for ring in rings[:1] if ring.end - ring.start <= LARGE), None)
    spot = ask.kind is Kind.FIX and "\n" not in text[lines.start : lines.end]
    pointing = ask.points or spot or not _is_block(text, exact, lines)
    return Aim(around if pointing and around else lines, exact, lines, rings)


def land(code: str, aim: Aim, document: Document) -> Region:
    """The region that a block of code is for: the one that begins most like it. In doubt, the one asked for."""
    text, asked = document.text, aim.asked
    if asked.empty:
        return asked
    if asked.whole:
        return _one_of(_names(code, document.language), code, document) or asked
    if _is_file(code, text):
        return Region(0, len(text), whole=True)
    names = _names(code, document.language)
    ring = _meant(code, names, aim, document)
    if ring is not None or aim.exact is None or aim.lines is None:
        return ring or asked
    part = _part(code, text, aim.exact, aim.lines)
    return _stretched(code, text, part, asked) if asked in aim.rings and part == aim.lines else part


def _meant(code: str, names: list[str], aim: Aim, document: Document) -> Region | None:
    """The definition that code is a version of, if it is one: by its name, or by how it begins."""
    text, asked = document.text, aim.asked
    old = text[asked.start : asked.end]
    likeness = _likeness(code, old)
    for ring in aim.rings:
        if ring.holds(asked) and ring != asked and not _has_name(asked, ring, text):
            alike = _likeness(code, text[ring.start : ring.end])
            if ring.name in names or alike > max(likeness, ALIKE):
                return ring
    if asked not in aim.rings:
        return None
    spot = _likeness(code, text[aim.lines.start : aim.lines.end]) if aim.lines else 0.0
    headless = _starts_with_definition(old, document.language) or likeness <= max(min(spot, ALIKE), HARDLY_ALIKE)
    return asked if names or not headless else None


def _around(document: Document, place: Region) -> tuple[Region, ...]:
    """The definitions around a place; one whose closing bracket was selected with its last lines counts."""
    rings = tuple(_rings(document, place))
    return rings or tuple(ring for ring in _rings(document, Region(place.start, place.start)) if ring.holds(place))


def _rings(document: Document, around: Region) -> Iterator[Region]:
    start, end = around.start, around.end
    for _ in range(_RINGS):
        found = enclosing(document.text, start, end, document.language)
        if found is None:
            return
        yield Region(found.start, found.end, found.name)
        if found.start == 0:
            return
        start, end = found.start - 1, found.end


def _definition(document: Document, around: Region) -> Region | None:
    found = enclosing(document.text, around.start, around.end, document.language)
    return Region(found.start, found.end, found.name) if found else None


def _stripped(text: str, region: Region) -> Region:
    """A region without the white space at its ends: people select a line too many."""
    inside = text[region.start : region.end]
    if not inside.strip():
        return region
    return Region(region.start + len(inside) - len(inside.lstrip()), region.start + len(inside.rstrip()))


def _lines(text: str, region: Region) -> Region:
    """Whole lines, without the last one's break; a selection that ends at a line's start does not mean that line."""
    end = region.end
    if end > region.start and text[end - 1] == "\n":
        end -= 1 + (text[end - 2 : end - 1] == "\r")
    start = text.rfind("\n", 0, region.start) + 1
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop - (text[stop - 1 : stop] == "\r" and stop > end)
    return Region(start, max(stop, start))


def _is_block(text: str, exact: Region, lines: Region) -> bool:
    """Whether somebody selected whole lines rather than pointed at something in one."""
    return not text[lines.start : exact.start].strip() and not text[min(exact.end, lines.end) : lines.end].strip()


def _is_file(code: str, text: str) -> bool:
    """Whether code begins and ends as the file does."""
    ours, theirs = _said(code), _said(text)
    return len(theirs) > 2 and len(ours) > 2 and (ours[0], ours[-1]) == (theirs[0], theirs[-1])


def _one_of(names: list[str], code: str, document: Document) -> Region | None:
    """The definition that an answer to a whole file consists of, if it is but one of several things in it."""
    pattern = definition_pattern(document.language)
    if len(names) != 1 or pattern is None or _said(code)[0] == _said(document.text)[0]:
        return None
    places = [found for found in pattern.finditer(document.text) if found[found.lastindex or 0] == names[0]]
    if len(places) != 1 or not _starts_with_definition(code, document.language):
        return None
    at = places[0].start() + len(places[0][0]) - len(places[0][0].lstrip())
    return _definition(document, Region(at, at))


def _starts_with_definition(code: str, language: str) -> bool:
    pattern = definition_pattern(language)
    first = next((line for line in code.splitlines() if line.strip() and not _HEAD.match(line)), "")
    return pattern is not None and pattern.match(first) is not None


def _has_name(asked: Region, definition: Region, text: str) -> bool:
    return asked.start <= text.find(definition.name, definition.start) < asked.end


def _likeness(code: str, old: str) -> float:
    """How much the first lines of two texts are alike, comments and decorators aside; 0 to 1."""
    ours, theirs = (next((line for line in _said(one) if not _HEAD.match(line)), "") for one in (code, old))
    return difflib.SequenceMatcher(None, ours, theirs).ratio()


def _part(code: str, text: str, exact: Region, lines: Region) -> Region:
    """Of a spot in a line: the spot, or the line that holds it."""
    said, spot = code.strip(), text[exact.start : exact.end].strip()
    line = text[lines.start : lines.end].strip()
    if "\n" in said or "\n" in spot or spot == line or exact.empty:
        return lines
    lead = text[lines.start : exact.start].strip()
    if (lead and said.startswith(lead)) or abs(len(said) - len(line)) < abs(len(said) - len(spot)):
        return lines
    return exact


def _stretched(code: str, text: str, spot: Region, within: Region) -> Region:
    """The lines around a spot that code gives again, unchanged or nearly, at its beginning and its end."""
    said, rows = _said(code), list(_rows(text, within))
    here = next((n for n, row in enumerate(rows) if row.end >= spot.start), 0)
    if len(said) < 2:
        return spot
    first = _alike_row(said[0], text, rows[here::-1])
    last = _alike_row(said[-1], text, rows[here:])
    return Region(first.start if first else spot.start, last.end if last else spot.end)


def _alike_row(line: str, text: str, rows: list[Region]) -> Region | None:
    """The row that is the very same line, or nearly; the nearest of the best."""
    likeness = [difflib.SequenceMatcher(None, line, text[row.start : row.end].strip()).ratio() for row in rows]
    best = max(likeness, default=0.0)
    return rows[likeness.index(best)] if best >= NEARLY_THE_SAME else None


def _rows(text: str, region: Region) -> Iterator[Region]:
    start = region.start
    while start < region.end:
        row = _lines(text, Region(start, start))
        yield row
        start = text.find("\n", start) + 1 or region.end


def _names(code: str, language: str) -> list[str]:
    """What code defines at its outermost level."""
    pattern = definition_pattern(language)
    if pattern is None:
        return []
    found = [(len(m[0]) - len(m[0].lstrip()), m[m.lastindex or 0]) for m in pattern.finditer(code)]
    outermost = min((indent for indent, _ in found), default=0)
    return [name for indent, name in found if indent == outermost]


def _said(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()] or [""]
