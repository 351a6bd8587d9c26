"""How long to wait before a model is asked: typing that goes on makes an answer stale before it comes."""

from __future__ import annotations

from dataclasses import dataclass

from lsp_router.domain.model import Tier

USUAL = 0.18
"""Seconds between two keys of an ordinary typist, until this one is known."""
LEARN = 0.25
PAUSE = 3.0
"""A gap this many times longer than usual is a pause for thought, not typing."""
MARGIN = 1.4
SHORTEST, LONGEST = 0.02, 0.3


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

    def delay(self, tier: Tier, line: str) -> float:
        """Seconds: none for local models, little after a pause, a good key's length in the flow of a line.

        Who has begun a line stops to think, and who types so slowly that the next key would come too late anyway
        is not made to wait for it. `line` is what stands before the cursor.
        """
        if tier is Tier.LOCAL:
            return 0.0
        if self._burst == 0 or not line.strip():
            return SHORTEST
        wait = self.usual * MARGIN
        return SHORTEST if wait > LONGEST else max(wait, SHORTEST)
