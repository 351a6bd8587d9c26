"""From an old text to a new one by the fewest touched characters: cursors, marks and undo survive."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_TOO_MUCH = 4_000_000
"""Pairs of lines beyond which one large edit is better than waiting for a diff."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `text[start:end]`; offsets count characters of the old text."""

    start: int
    end: int
    text: str


def minimal_edits(old: str, new: str) -> tuple[Edit, ...]:
    """Edits in order that do not touch each other; lines that are the same in both texts are not in any."""
    return tuple(edit for part in _by_line(old, new) for edit in _refine(old, part))


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """The text after edits that do not overlap, in any order."""
    for edit in sorted(edits, key=lambda e: (e.start, e.end), reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _by_line(old: str, new: str) -> Iterator[Edit]:
    before, after = _lines(old), _lines(new)
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    ours, theirs = before[head : len(before) - tail], after[head : len(after) - tail]
    offset = sum(map(len, before[:head]))
    if len(ours) * len(theirs) > _TOO_MUCH:
        yield Edit(offset, offset + sum(map(len, ours)), "".join(theirs))
        return
    starts = [offset]
    for line in ours:
        starts.append(starts[-1] + len(line))
    for tag, i, j, k, m in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "replace" and j - i == m - k:
            yield from (Edit(starts[i + n], starts[i + n + 1], theirs[k + n]) for n in range(j - i))
        elif tag != "equal":
            yield Edit(starts[i], starts[j], "".join(theirs[k:m]))


def _refine(old: str, edit: Edit) -> Iterator[Edit]:
    """The edit without what both sides share at its ends; it never parts the two halves of a line break."""
    was, text = old[edit.start : edit.end], edit.text
    if was == text:
        return
    head = _common(was, text)
    if head and was[head - 1] == "\r":
        head -= 1
    tail = _common(was[head:][::-1], text[head:][::-1])
    if tail and was[len(was) - tail] == "\n" and "\r" in (was[: len(was) - tail][-1:], text[: len(text) - tail][-1:]):
        tail -= 1
    yield Edit(edit.start + head, edit.end - tail, text[head : len(text) - tail])


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    size = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        size += 1
    return size


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [*(line + "\n" for line in lines[:-1]), *lines[-1:]]
