"""Holds money before a call and books what it really cost; every hop of a chain goes through here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from lsp_router.domain.task import Limits, Work
from lsp_router.routing.budget import Spending, refusal


@dataclass(frozen=True, slots=True)
class Hold:
    """Money set aside for one call; `ticket` is None when the call costs nothing."""

    ticket: int | None
    amount: float


class Till(Protocol):
    """Keeps holds and bookings so that they count in every process of the user."""

    async def reserve(
        self, work: Work, request: str, amount: float, judge: Callable[[Spending, float], str | None]
    ) -> int | str:
        """A ticket, or the judge's refusal; atomic over all processes."""
        ...

    def settle(self, ticket: int, actual: float) -> None: ...

    def spending(self, work: Work, request: str = "") -> Spending: ...


class Purse:
    """Judges by the limits in force now, which a configuration change may replace."""

    def __init__(self, till: Till, limits: Callable[[], Limits]) -> None:
        self._till = till
        self._limits = limits

    async def hold(self, work: Work, request: str, amount: float) -> Hold | str:
        """Sets the worst case aside, or says why it may not be spent."""
        if amount <= 0:
            return Hold(None, 0.0)
        limits = self._limits()
        ticket = await self._till.reserve(work, request, amount, lambda gone, more: refusal(limits, gone, more))
        return ticket if isinstance(ticket, str) else Hold(ticket, amount)

    def settle(self, hold: Hold, actual: float) -> None:
        if hold.ticket is not None:
            self._till.settle(hold.ticket, actual)

    def spending(self, work: Work) -> Spending:
        return self._till.spending(work)
