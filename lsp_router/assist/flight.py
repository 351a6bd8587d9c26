"""A completion request under way, which later keystrokes may join instead of paying for another."""

from __future__ import annotations

import asyncio
from typing import Any

from lsp_router.assist.answers import Answers
from lsp_router.assist.moment import Moment, Suggestion
from lsp_router.assist.request import Request
from lsp_router.assist.trim.stream import StreamTrim
from lsp_router.domain.model import Tier


class Flight:
    """Owns the task of one request and whoever waits for it: with the last waiter gone, it stops paying."""

    def __init__(self, answers: Answers, request: Request, delay: float) -> None:
        self.moment = request.moment
        self.why = "no model had anything to suggest here"
        self._request = request
        self._answers = answers
        self._waiting = 0
        self._superseded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._growing: StreamTrim | None = None
        self._early: list[Suggestion] = []
        self._task = asyncio.create_task(self._fly(delay))

    @property
    def done(self) -> bool:
        return self._task.done()

    def leads_to(self, moment: Moment) -> bool:
        """Whether the text typed since is, as far as one can see, what the answer begins with."""
        if moment.suffix != self.moment.suffix or not moment.prefix.startswith(self.moment.prefix):
            return False
        typed = moment.prefix[len(self.moment.prefix) :]
        so_far = self._growing.raw if self._growing else ""
        return typed.startswith(so_far) or so_far.startswith(typed)

    def take_over(self) -> None:
        """A newer request waits now; whoever waited before is answered with nothing, at once."""
        if not self._superseded.done():
            self._superseded.set_result(None)
        self._superseded = asyncio.get_running_loop().create_future()

    async def wait(self) -> list[Suggestion] | None:
        """The suggestions; what stands alone when the latency budget is over; None when superseded or cancelled."""
        superseded = self._superseded
        self._waiting += 1
        try:
            policy = self._request.decision.policy
            budget = policy.latency_budget_ms / 1000 if policy else None
            either: set[asyncio.Future[Any]] = {self._task, superseded}
            await asyncio.wait(either, timeout=budget, return_when=asyncio.FIRST_COMPLETED)
            if not self._task.done() and not superseded.done() and not self._stands_alone():
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return self._found(superseded.done())
        finally:
            self._waiting -= 1
            if self._waiting == 0 and not self._may_go_on():
                self.cancel()

    def cancel(self) -> None:
        if not self._superseded.done():
            self._superseded.set_result(None)
        self._task.cancel()

    def _found(self, superseded: bool) -> list[Suggestion] | None:  # noqa: FBT001 - one caller, one line above
        if self._task.done():
            if self._task.cancelled():
                return None
            return self._task.result()
        return None if superseded else list(self._early)

    def _stands_alone(self) -> bool:
        """Whether what has come so far is worth showing: whole lines of it."""
        early = self._growing.shown if self._growing else None
        if early is not None:
            first = self._request
            self._early = [Suggestion(first.decision.id, early.insert, early.replace, first.first.name)]
        return bool(self._early)

    def _may_go_on(self) -> bool:
        """With nobody waiting, only what was shown in part and costs nothing goes on, for the keys that follow."""
        return not self._task.done() and bool(self._early) and self._request.first.tier is not Tier.PAID

    async def _fly(self, delay: float) -> list[Suggestion]:
        if delay:
            await asyncio.sleep(delay)
        found, self.why = await self._answers.ask(self._request, self._hear)
        return found

    def _hear(self, growing: StreamTrim) -> None:
        self._growing = growing
