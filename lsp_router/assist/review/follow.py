"""Findings in a text that is being edited: they move with their lines and are gone when those were changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lsp_router.assist.review.finding import Finding


def follow(findings: Iterable[Finding], old: str, new: str) -> tuple[Finding, ...]:
    """The findings in the new text; whatever was edited between the two texts counts as one change."""
    if old == new:
        return tuple(findings)
    head = _common_head(old, new)
    tail = _common_tail(old, new, head)
    return tuple(_moved(findings, old, new, (head, len(old) - tail)))


def _moved(findings: Iterable[Finding], old: str, new: str, changed: tuple[int, int]) -> Iterator[Finding]:
    shift = len(new) - len(old)
    for finding in findings:
        first, last = lines_of(old, finding.span)
        if last < changed[0]:
            yield finding
        elif first >= changed[1] and _begins_line(new, first + shift):
            yield _shifted(finding, shift)
        else:
            at = _found_again(old[first:last], new, (changed[0], changed[1] + shift))
            if at is not None:
                yield _shifted(finding, at - first)


def lines_of(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """The lines of a span, from the start of the first to the end of the last."""
    first = text.rfind("\n", 0, span[0]) + 1
    last = text.find("\n", max(span[1] - 1, span[0]))
    return first, len(text) if last < 0 else last


def _shifted(finding: Finding, by: int) -> Finding:
    return replace(finding, span=(finding.span[0] + by, finding.span[1] + by))


def _begins_line(text: str, at: int) -> bool:
    return at == 0 or text[at - 1 : at] == "\n"


def _found_again(lines: str, new: str, changed: tuple[int, int]) -> int | None:
    """Where the same lines stand in what was changed, if in one place only."""
    low = new.rfind("\n", 0, changed[0]) + 1
    high = new.find("\n", changed[1])
    stretch = new[low : len(new) if high < 0 else high]
    hits = list(_line_hits(lines, stretch))
    return low + hits[0] if len(hits) == 1 else None


def _line_hits(lines: str, stretch: str) -> Iterator[int]:
    at = stretch.find(lines)
    while at >= 0:
        end = at + len(lines)
        if _begins_line(stretch, at) and (end == len(stretch) or stretch[end] in "\r\n"):
            yield at
        at = stretch.find(lines, at + 1)


def _common_head(one: str, other: str) -> int:
    """By halving: comparing slices is a matter of microseconds, comparing characters is not."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_tail(one: str, other: str, head: int) -> int:
    low, high = 0, min(len(one), len(other)) - head
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low
