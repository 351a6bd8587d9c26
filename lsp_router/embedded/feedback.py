"""Learns how readily to speak, per language, from what became of the suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

STEP = 0.01
LARGEST = 0.25
AIM = 0.3
"""The share of shown suggestions that should be taken; below it thresholds rise, above it they fall."""


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    PARTIAL = "partial"
    REJECTED = "rejected"
    """Dismissed on purpose."""
    IGNORED = "ignored"
    """Typed over: the mildest of reproaches, it happens to good suggestions too."""


_TAKEN = {Outcome.ACCEPTED: 1.0, Outcome.PARTIAL: 0.8, Outcome.IGNORED: 0.2, Outcome.REJECTED: -0.4}


class Feedback:
    """How much the thresholds of each language are raised; small steps, bounded, and good to be stored."""

    def __init__(self, raised: Mapping[str, float] | None = None) -> None:
        self._raised = {language: _bounded(by) for language, by in (raised or {}).items()}

    def note(self, language: str, outcome: Outcome) -> None:
        by = self.raise_of(language) + STEP * (AIM - _TAKEN[outcome])
        self._raised[language] = _bounded(by)

    def raise_of(self, language: str) -> float:
        return self._raised.get(language, 0.0)

    def dump(self) -> dict[str, float]:
        """What the constructor takes."""
        return dict(self._raised)


def _bounded(by: float) -> float:
    return min(max(by, -LARGEST / 2), LARGEST)
