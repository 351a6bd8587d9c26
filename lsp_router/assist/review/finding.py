"""What a reviewer says about a place in a document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lsp_router.domain.word import Word
from lsp_router.store.cache import key


class Severity(Word):
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"

    @property
    def rank(self) -> int:
        """0 is the most severe."""
        return _RANKS[self]


_RANKS = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFORMATION: 2, Severity.HINT: 3}


@dataclass(frozen=True, slots=True)
class Claim:
    """A finding as a model words it: what it quotes was not looked for yet."""

    quote: str
    severity: Severity
    category: str
    title: str
    message: str
    suggestion: str | None = None
    model: str = ""
    cost_usd: float = 0.0
    """Its share of what the review cost that found it."""
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim that has a place. `id` stays the same as long as the quoted code and its function do."""

    id: str
    path: str
    span: tuple[int, int]
    claim: Claim

    @property
    def severity(self) -> Severity:
        return self.claim.severity


def identify(path: str, passage: str, quoted: str) -> str:
    """One place, one finding: white space and the model's choice of words do not make it another."""
    return key("finding", path, passage, " ".join(quoted.split()))[:16]


def most_severe(findings: Iterable[Finding]) -> list[Finding]:
    """One for each place, the severest first; equal ones in the order of the text."""
    best: dict[str, Finding] = {}
    for finding in findings:
        known = best.get(finding.id)
        if known is None or finding.severity.rank < known.severity.rank:
            best[finding.id] = finding
    return sorted(best.values(), key=lambda f: (f.severity.rank, f.span))


MARK = re.compile(r"[^\S\n]*(?:#|//|--|;|%|<!--|/\*)[^\S\n]*lsp-router:[^\S\n]*ignore\b[^\n]*", re.IGNORECASE)
"""A remark in the code that its reviewer shall be quiet about this line, or about the next when it stands alone."""


def silenced(text: str, span: tuple[int, int]) -> bool:
    """Whether the code itself says that nothing more is to be said about this place."""
    first = text.rfind("\n", 0, span[0]) + 1
    last = text.find("\n", span[1])
    above = text.rfind("\n", 0, max(first - 1, 0)) + 1
    if MARK.search(text, first, len(text) if last < 0 else last):
        return True
    found = MARK.search(text, above, max(first - 1, 0))
    return found is not None and not text[above : found.start()].strip()
