"""Which lines of a text are new, and where the old ones went."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

_TOO_MUCH = 16_000_000


@dataclass(frozen=True, slots=True)
class Difference:
    """Two versions of a text by lines; numbers count from 0."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    fresh: frozenset[int]
    """Lines of `after` that are new or changed."""
    moved: Mapping[int, int]
    """For every line that stayed: from its number before to its number after."""
    seams: frozenset[int]
    """Lines of `after` next to which something was changed or taken away."""

    def touches(self, first: int, last: int) -> bool:
        """Whether something changed in or right beside these lines."""
        return any(n in self.fresh or n in self.seams for n in range(first, last + 1))


def compare(before: str, after: str) -> Difference:
    old, new = before.split("\n"), after.split("\n")
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    moved = {n: n for n in range(head)}
    moved.update({len(old) - n: len(new) - n for n in range(1, tail + 1)})
    fresh: set[int] = set()
    seams: set[int] = set()
    ours, theirs = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(ours) * len(theirs) > _TOO_MUCH:
        return Difference(tuple(old), tuple(new), frozenset(range(head, len(new) - tail)), moved, frozenset())
    for tag, i, j, k, m in difflib.SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            moved.update({head + i + n: head + k + n for n in range(j - i)})
        else:
            fresh.update(range(head + k, head + m))
            seams.update((head + k - 1, head + m))
    return Difference(tuple(old), tuple(new), frozenset(fresh), moved, frozenset(seams))


def _common(one: list[str], other: list[str]) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
