"""Small models get stuck: lines, blocks or words that come round again and again are cut to their first time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from lsp_router.assist.trim.lines import says_something
from lsp_router.assist.trim.place import Draft
from lsp_router.assist.trim.scene import Scene

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"\w+")
_MARK = re.compile(r"[^\w\s]+")
_LIMITS = ((1, 10), (10, 30), (20, 45), (30, 60))
"""A period of up to so many tokens that fills so many tokens at the end is a loop."""


_STUTTER = 240
"""Characters at the end of a line that are searched for words that go round."""


def loops(tokens: Sequence[str]) -> bool:
    """Whether the tail of a token list goes round in circles; blanks between do not hide it."""
    return _period([token for token in tokens if token.strip()]) > 0


def without_loops(draft: Draft, scene: Scene) -> Draft:
    """Cut at the second time round; three times the same line is no accident, nor four blocks of one shape."""
    del scene
    for cut in (_same_lines, _same_blocks, _same_shapes):
        found = cut(draft.lines)
        if found is not None:
            lines, stuck = found
            text = "\n".join(draft.lines[:lines]).rstrip()
            return draft.end(text) if stuck else draft.keep(text)
    text = without_stutter(draft.text)
    return draft if text is draft.text else draft.end(text)


def _same_lines(lines: list[str]) -> tuple[int, bool] | None:
    """A telling line three times in a row up to the end, or five times anywhere."""
    start = 0
    while start < len(lines):
        end = start + 1
        while end < len(lines) and (lines[end].strip() == lines[start].strip() or not lines[end].strip()):
            end += 1
        times = sum(bool(line.strip()) for line in lines[start:end])
        torn = end == len(lines) - 1 and lines[start].strip().startswith(lines[end].strip())
        if says_something(lines[start]) and (times >= 5 or (times >= 3 and (end == len(lines) or torn))):
            return start + 1, times >= 5
        start = end
    return None


def _same_blocks(lines: list[str]) -> tuple[int, bool] | None:
    """A block of two to eight lines that fills the end three times; its last line may be torn."""
    bare = [line.strip() for line in lines]
    for tail in (bare, bare[:-1]):
        for size in range(2, min(8, len(tail) // 3) + 1):
            start = len(tail) - size
            while start > 0 and tail[start - 1] == tail[start - 1 + size]:
                start -= 1
            times = (len(tail) - start) / size
            if times >= 3 and any(map(says_something, tail[start : start + size])):
                return start + size, times >= 5
    return None


def _same_shapes(lines: list[str]) -> tuple[int, bool] | None:
    """Four paragraphs in a row that differ in a name or a number only."""
    paragraphs = _paragraphs(lines)
    alike = 1
    for (_, before), (start, after) in pairwise(paragraphs):
        alike = alike + 1 if _alike(before, after) else 1
        if alike == 4:
            first = paragraphs[[begin for begin, _ in paragraphs].index(start) - 3]
            return first[0] + len(first[1]), True
    return None


def _paragraphs(lines: list[str]) -> list[tuple[int, list[str]]]:
    found: list[tuple[int, list[str]]] = []
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        if number and lines[number - 1].strip() and found:
            found[-1][1].append(line)
        else:
            found.append((number, [line]))
    return found


def _alike(one: list[str], other: list[str]) -> bool:
    """Two blocks of one shape that differ in a few names, or in numbers only."""
    if len(one) != len(other) or len(one) < 2:
        return False
    texts = [_NUMBER.sub("0", "\n".join(block)) for block in (one, other)]
    (words, marks), (more, others) = ((_WORD.findall(text), _MARK.findall(text)) for text in texts)
    same = sum(word == another for word, another in zip(words, more, strict=False))
    return marks == others and len(words) == len(more) and same >= 0.6 * len(words)


def without_stutter(text: str) -> str:
    """Words that go round at the very end of the last line are cut to their first time; rulers may be long."""
    line_start = text.rfind("\n") + 1
    tail = text[line_start:][-_STUTTER:]
    length, period = _circling(tail)
    if not period or not any(map(str.isalnum, tail[-period:])):
        return text
    start = len(text) - length
    while start > line_start and text[start - 1] == text[start - 1 + period]:
        start -= 1
    return text[: start + period].rstrip()


def _circling(tail: str) -> tuple[int, int]:
    """How much of a line's end goes round, and how long a round is: six short rounds or four longer ones."""
    fail = _failures(tail[::-1])
    for length in range(len(tail), 3, -1):
        period = length - fail[length - 1]
        if (period >= 3 and length >= 6 * period) or (period >= 10 and length >= 4 * period):
            return length, period
    return 0, 0


def _period(tokens: Sequence[str]) -> int:
    """The shortest period of a tail long enough to be a loop; 0 when there is none."""
    fail = _failures(tokens[:-61:-1])
    for longest, needed in _LIMITS:
        if len(fail) >= needed and 0 < (period := needed - fail[needed - 1]) <= longest:
            return period
    return 0


def _failures(items: Sequence[str]) -> list[int]:
    """For each beginning of a sequence, how much of its end equals its own beginning (Knuth, Morris, Pratt)."""
    fail = [0] * len(items)
    for at in range(1, len(items)):
        length = fail[at - 1]
        while length and items[length] != items[at]:
            length = fail[length - 1]
        fail[at] = length + (items[length] == items[at])
    return fail
