"""How long the wire may still be silent: three deadlines and what moves them."""

from __future__ import annotations

from lsp_router.domain.wire import Patience
from lsp_router.providers.reading import Reading

AFTER_THE_END = 3.0
"""Once the model has said why it ended, only counts and a goodbye are missing."""
HEARTBEATS_BUY = 3
"""Heartbeats between tokens say that the provider still works; they stretch the idle time so often, no further."""


class Watch:
    """Says until when the next bytes must be here, and in whose name it is over otherwise."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._first = self._heard = self._token = self.total = 0.0
        self.why = f"all its connections were busy for {patience.total:g} s"

    def start(self, now: float) -> None:
        self._first = now + self._patience.first_token
        self._heard = self._token = now
        self.total = now + self._patience.total

    def hear(self, now: float, *, token: bool) -> None:
        self._heard = now
        if token:
            self._token = now

    def until_headers(self) -> float:
        return self._soonest(self._first, f"no answer within {self._patience.first_token:g} s")

    def until(self, reading: Reading) -> float:
        """Before the first token heartbeats count for nothing; half an event is no heartbeat."""
        idle = self._patience.idle
        if reading.finished:
            return self._soonest(self._heard + min(idle, AFTER_THE_END), "no proper end")
        if reading.begun:
            until = min(self._heard + idle, self._token + HEARTBEATS_BUY * idle)
            return self._soonest(until, f"silent for {idle:g} s in the middle of the answer")
        first = max(self._first, self._heard + idle) if reading.pending else self._first
        return self._soonest(first, f"no first token within {self._patience.first_token:g} s")

    def _soonest(self, until: float, why: str) -> float:
        if until < self.total:
            self.why = why
            return until
        self.why = f"not done within {self._patience.total:g} s"
        return self.total
