"""How long to wait before a model is asked: typing that goes on makes an answer stale before it comes."""

from __future__ import annotations

from dataclasses import dataclass

from lsp_router.domain.model import Tier

USUAL = 0.18
"""Seconds between two keys of an ordinary typist, until this one is known."""
LEARN = 0.25
PAUSE = 3.0
"""A gap this many times longer than usual is a pause for thought, not typing."""
MARGIN = 1.15
SHORTEST, LONGEST = 0.02, 0.25


@dataclass(slots=True)
class Pace:
    """Learns one typist's rhythm; `key` is told of every request that typing causes."""

    usual: float = USUAL
    _last: float | None = None
    _burst: int = 0

    def key(self, now: float) -> None:
        gap = None if self._last is None else now - self._last
        self._last = now
        if gap is None or gap > self.usual * PAUSE:
            self._burst = 0
            return
        self._burst += 1
        self.usual += (min(gap, 1.0) - self.usual) * LEARN

    def delay(self, tier: Tier) -> float:
        """Seconds: none for local models, little after a pause, a good key's length in the middle of a word."""
        if tier is Tier.LOCAL:
            return 0.0
        if self._burst == 0:
            return SHORTEST
        return min(max(self.usual * MARGIN, SHORTEST), LONGEST)
