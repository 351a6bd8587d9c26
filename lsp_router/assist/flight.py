"""A completion request under way, which later keystrokes may join instead of paying for another."""

from __future__ import annotations

import asyncio
from typing import Any

from lsp_router.assist.answers import Answers
from lsp_router.assist.moment import Moment, Suggestion
from lsp_router.assist.offline import StandIn
from lsp_router.assist.request import Request
from lsp_router.assist.trim.place import Trimmed
from lsp_router.assist.trim.stream import StreamTrim
from lsp_router.domain.model import Model, Tier
from lsp_router.engine.execute import Run

HEAD_START = 0.008
"""Seconds a request has to leave, or to be answered, before the embedded tier is asked."""
QUICK = 0.15
"""Seconds a model that was seen to answer within them is waited for, however sure the tier is."""


class Flight:
    """Owns the task of one request and whoever waits for it: with the last waiter gone, it stops paying."""

    def __init__(self, answers: Answers, request: Request, delay: float = 0.0, head_start: float = HEAD_START) -> None:
        self.moment = request.moment
        self.why = "no model had anything to suggest here"
        self.astray = False
        """The answer goes another way than what was typed since."""
        self.partly_shown = False
        self.behind = False
        """What the embedded tier says is on the screen in its place."""
        self._request = request
        self._answers = answers
        self._head_start = head_start
        self._typed = ""
        self._waiting = 0
        self._superseded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._growing: StreamTrim | None = None
        self._run: Run | None = None
        self._cancelled = self._sent = False
        self._answered: asyncio.Future[list[Suggestion]] = asyncio.get_running_loop().create_future()
        """Has the suggestions as soon as the text is whole; the task goes on until everything is counted."""
        self.task = asyncio.create_task(self._fly(delay))

    @property
    def done(self) -> bool:
        return self.task.done() or self._answered.done()

    def leads_to(self, moment: Moment) -> bool:
        """Whether the text typed since is, as far as one can see, what the answer begins with.

        What was not sent yet waits for typing to rest: then the text as it is by that time is asked for.
        """
        if self._cancelled or moment.suffix != self.moment.suffix or not moment.prefix.startswith(self.moment.prefix):
            return False
        typed = moment.prefix[len(self.moment.prefix) :]
        return self._begins_with(typed) if self._sent else not typed

    def take_over(self) -> None:
        """A newer request waits now; whoever waited before is answered with nothing, at once."""
        if not self._superseded.done():
            self._superseded.set_result(None)
        self._superseded = asyncio.get_running_loop().create_future()

    async def wait(self, moment: Moment, stand_in: StandIn | None = None) -> list[Suggestion] | None:
        """The suggestions; what stands alone when the latency budget is over; None when superseded or cancelled.

        With the flight left `behind`, there is nothing of it, but the stand-in has something.
        """
        superseded = self._superseded
        self.follow(moment)
        self.behind = False
        self._waiting += 1
        try:
            await self._attend({self.task, superseded, self._answered}, moment, stand_in)
            if superseded.done():
                self.behind = False
                return None
            return [] if self.behind else self._found()
        finally:
            self._waiting -= 1
            if self._waiting == 0 and not self._may_go_on():
                self._stop()

    def follow(self, moment: Moment) -> None:
        """An answer that goes another way than what is typed by now is not waited for to its end."""
        self._typed = moment.prefix[len(self.moment.prefix) :]

    def take_the_stage(self) -> None:
        """From now on it is what is shown."""
        self.behind, self.partly_shown = False, True

    def so_far(self) -> list[Suggestion]:
        """What has come that is worth showing: everything, or the whole lines of it."""
        if self._answered.done():
            return self._answered.result()
        if self.task.done():
            return [] if self.task.cancelled() else self.task.result()
        early = self._early()
        if early is None:
            return []
        speaker = self._speaker() or self._request.first
        return [Suggestion(self._request.decision.id, early.insert, early.replace, speaker.name)]

    def cancel(self) -> None:
        """Only once: a second cancellation would hit a task that is closing its wire, and leave it open."""
        if not self._superseded.done():
            self._superseded.set_result(None)
        if not self._cancelled:
            self._cancelled = True
            self.task.cancel()

    def cut(self) -> None:
        """The text is whole and was shown: nobody waits for the counts, and the answer was a good one."""
        if self._run:
            self._run.enough()
        self.cancel()

    # --- helpers ---

    async def _attend(self, either: set[asyncio.Future[Any]], moment: Moment, stand_in: StandIn | None) -> None:
        """Until there is something to show, or nothing to wait for any more (see `offline` for who is shown when)."""
        if stand_in is not None:
            if await _over(either, min(self._head_start, moment.patience or QUICK)):
                return
            self.behind = stand_in.sure
        if self.behind or await _over(either, self._budget(moment, stand_in)) or self._stands_alone():
            return
        self.behind = stand_in is not None and stand_in.look() is not None
        if not self.behind:
            await _over(either, None)

    def _budget(self, moment: Moment, stand_in: StandIn | None) -> float | None:
        """Seconds; whoever has something else to show waits no longer than the editor does."""
        policy = self._request.decision.policy
        budget = policy.latency_budget_ms / 1000 if policy else None
        if stand_in is None or budget is None:
            return budget
        hurried = moment.patience is not None and stand_in.look() is not None
        return max(0.0, (moment.patience if hurried and moment.patience else budget) - self._head_start)

    def _found(self) -> list[Suggestion] | None:
        if self._answered.done():
            return self._answered.result()
        if self.task.done():
            return self.task.result() if not self.task.cancelled() else [] if self.astray else None
        self.partly_shown = True
        return self.so_far()

    def _stands_alone(self) -> bool:
        """Whether what has come goes beyond what was typed by now."""
        early = self._early()
        return early is not None and len(early.insert) > len(self._typed) and early.insert.startswith(self._typed)

    def _may_go_on(self) -> bool:
        """With nobody waiting, only what was shown in part and costs nothing goes on, for the keys that follow.

        And what is behind a stand-in: it was asked for this place, and the place is still looked at. What costs and
        has not left yet is saved.
        """
        if self.behind:
            return self._sent or self._request.first.tier is not Tier.PAID
        speaker = self._speaker()
        return self.partly_shown and speaker is not None and speaker.tier is not Tier.PAID

    def _stop(self) -> None:
        """An answer of which a part is shown was a good one, though nobody pays for its end."""
        if self._answered.done():
            return
        if self.partly_shown:
            self.cut()
        else:
            self.cancel()

    def _begins_with(self, typed: str) -> bool:
        """Chat models wrap their answers: only what is left after trimming tells, and at first there is nothing."""
        early = self._early() if typed else None
        raw = self._growing.raw if self._growing and self._request.first.fim else ""
        heard = early.insert if early else raw
        return typed.startswith(heard) or heard.startswith(typed)

    def _early(self) -> Trimmed | None:
        return self._growing.shown if self._growing else None

    def _speaker(self) -> Model | None:
        return self._run.speaker if self._run else None

    async def _fly(self, delay: float) -> list[Suggestion]:
        if delay:
            await asyncio.sleep(delay)
        self._sent = True
        found, self.why = await self._answers.ask(self._request, self._hear)
        return found

    def _hear(self, growing: StreamTrim, run: Run) -> None:
        self._growing, self._run = growing, run
        if self._typed and not self._begins_with(self._typed):
            self.astray = self._cancelled = True
            self.task.cancel()
        elif not self._answered.done() and (found := self._answers.whole(self._request, growing, run)):
            self._answered.set_result(found)


async def _over(either: set[asyncio.Future[Any]], seconds: float | None) -> bool:
    done, _ = await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)
