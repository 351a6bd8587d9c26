"""Rules about lines, and which of their hits are new: what a file had before is not the edit's fault."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lsp_router.domain.decision import Problem
from lsp_router.validation.difference import Difference


@dataclass(frozen=True, slots=True)
class LineRule:
    """A pattern that a line must not match, in some languages or in all."""

    gate: str
    message: str
    pattern: re.Pattern[str]
    languages: frozenset[str] | None = None

    def applies(self, language: str) -> bool:
        return self.languages is None or language in self.languages


def rule(gate: str, message: str, pattern: str, *languages: str) -> LineRule:
    return LineRule(gate, message, re.compile(pattern), frozenset(languages) or None)


def new_hits(
    rules: Iterable[LineRule], before: Sequence[str], after: Sequence[str], change: Difference, language: str
) -> tuple[Problem, ...]:
    """A problem for each hit on a new line, as far as there are more of its kind than before."""
    problems = []
    for one in rules:
        if not one.applies(language):
            continue
        hits = [n for n in sorted(change.fresh) if n < len(after) and one.pattern.search(after[n])]
        stayed = [n for n in change.moved.values() if n < len(after) and one.pattern.search(after[n])] if hits else []
        known = sum(bool(one.pattern.search(line)) for line in before) if hits else 0
        spare = len(hits) + len(stayed) - known
        problems += [Problem(one.gate, one.message, n + 1) for n in hits[: max(spare, 0)]]
    return tuple(problems)
