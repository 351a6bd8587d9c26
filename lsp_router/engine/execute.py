"""Serves one order: walks the chain, commits at the first real token, and never mixes two models' text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing
from dataclasses import dataclass

from lsp_router.domain.decision import Attempt, Served
from lsp_router.domain.model import Model, Tier
from lsp_router.domain.money import Tokens
from lsp_router.domain.wire import Failed, Failure
from lsp_router.engine.hop import Hop, Tools
from lsp_router.engine.order import ExhaustedError, Order, Restart
from lsp_router.engine.race import race
from lsp_router.routing.chain import Fallback, Skip, Step, Try, Wait
from lsp_router.routing.quota import pool_of

HOP_SHARE = 0.6
"""A hop that has others behind it may use this share of the time left before its first token."""


class Engine:
    """Owns nothing but its tools; every run owns its own hops."""

    def __init__(
        self, tools: Tools, tell: Callable[[Served, Order], None] = lambda *_: None, *, hedge: bool = True
    ) -> None:
        self._tools = tools
        self._tell = tell
        self._hedge = hedge

    def run(self, order: Order) -> Run:
        return Run(self._tools, order, self._tell, hedge=self._hedge)

    async def answer(self, order: Order) -> tuple[str, Served]:
        """The whole text at once: the same path as streaming, collected."""
        run = self.run(order)
        parts: list[str] = []
        async with aclosing(run.stream()) as pieces:
            async for piece in pieces:
                if isinstance(piece, Restart):
                    parts.clear()
                else:
                    parts.append(piece)
        return "".join(parts), run.served


@dataclass(frozen=True, slots=True)
class _Clockwork:
    """When this run began and when nobody waits for a first token any more."""

    began: float
    deadline: float

    def left(self) -> float:
        return max(0.0, self.deadline - asyncio.get_running_loop().time())

    def elapsed_ms(self) -> float:
        return (asyncio.get_running_loop().time() - self.began) * 1000


class Run:
    """One order under way: stream it once, close it to stop paying, read `served` afterwards."""

    def __init__(self, tools: Tools, order: Order, tell: Callable[[Served, Order], None], *, hedge: bool) -> None:
        self._tools = tools
        self._order = order
        self._tell = tell
        self._hedge = hedge
        self._log: list[Attempt | Hop] = []
        self._enough = False
        self.served = Served(order.decision)

    def enough(self) -> None:
        """What has come is all that can be used: closing the stream now is a success, not a cancellation."""
        self._enough = True

    @property
    def speaker(self) -> Model | None:
        """Whose text is coming right now; nobody's once it has ended."""
        return next((hop.model for hop in self._hops() if hop.speaking), None)

    @property
    def last(self) -> str:
        """Why the model that speaks has ended, once it has; told together with an empty text."""
        return next((hop.last for hop in self._hops() if hop.speaking), "")

    async def stream(self) -> AsyncGenerator[str | Restart, None]:
        """Text as it comes; a Restart voids what came before it. Raises ExhaustedError when nobody answered."""
        loop_time = asyncio.get_running_loop().time()
        clockwork = _Clockwork(loop_time, loop_time + self._order.timeout)
        winner: Hop | None = None
        try:
            async with aclosing(self._walk(clockwork)) as items:
                async for item in items:
                    if isinstance(item, Hop):
                        winner = item
                    else:
                        yield item
        finally:
            for hop in self._hops():
                if self._enough and hop.speaking:
                    winner = hop
                    await hop.cut()
                else:
                    await hop.abandon()
            self._account(winner, clockwork)
        if winner is None:
            raise ExhaustedError(self.served)

    async def _walk(self, clockwork: _Clockwork) -> AsyncGenerator[str | Restart | Hop, None]:
        """Texts of whoever is being read; the hop itself once it has ended well (or well enough to keep)."""
        steps = self._fallback(clockwork).steps(self._order.decision.chain)
        step = next(steps, None)
        while step is not None:
            failure: Failure | None = None
            if isinstance(step, Skip):
                self._log.append(Attempt(step.model.name, "skipped", step.reason))
            elif isinstance(step, Wait):
                await self._tools.clock.sleep(step.seconds)
            else:
                hop, failure = await self._open(step, clockwork)
                if hop is not None:
                    async with aclosing(hop.texts()) as texts:
                        async for text in texts:
                            yield text
                    if hop.failure is None or self._order.keep_partial:
                        yield hop
                        return
                    failure = hop.failure
                    yield Restart(hop.model.name)
            step = _advance(steps, failure)

    async def _open(self, step: Try, clockwork: _Clockwork) -> tuple[Hop | None, Failure | None]:
        raced = next((h for h in self._hops() if h.model is step.model and h.failure), None)
        if raced is not None and step.max_tokens is None:
            return None, raced.failure
        hop = self._hop(step.model, clockwork, step.max_tokens)
        rival = self._rival(step.model)
        if rival is None:
            try:
                await hop.open()
            except Failed as error:
                return None, error.failure
            return hop, None
        late = self._tools.health.latencies.p95(step.model.name)
        return await race(hop, lambda: self._hop(rival, clockwork, None), (late or 0.0) / 1000)

    def _rival(self, model: Model) -> Model | None:
        """Whom to ask as well when this one is late: free capacity of another pool, never money."""
        if not self._hedge or model.tier is Tier.PAID or self._tools.health.latencies.p95(model.name) is None:
            return None
        tried = {hop.model.name for hop in self._hops()}
        now = self._tools.clock.now()
        return next(
            (
                m
                for m in self._order.decision.chain
                if m.name not in tried
                and m.price.free
                and m.tier is not Tier.PAID
                and pool_of(m) != pool_of(model)
                and not self._tools.health.closed(m, now)
            ),
            None,
        )

    def _hop(self, model: Model, clockwork: _Clockwork, cap: int | None) -> Hop:
        left = clockwork.left()
        last = model.name == self._order.decision.chain[-1].name
        hop = Hop(self._tools, self._order, model, left if last else left * HOP_SHARE, cap)
        self._log.append(hop)
        return hop

    def _fallback(self, clockwork: _Clockwork) -> Fallback:
        now = self._tools.clock.now
        health = self._tools.health

        def resting(model: Model) -> float:
            shut = health.closed(model, now())
            return shut.until - now() if shut else 0.0

        return Fallback(clockwork.left, resting, self._order.timeout)

    def _account(self, winner: Hop | None, clockwork: _Clockwork) -> None:
        attempts = [item.attempt if isinstance(item, Hop) else item for item in self._log]
        made = [attempt for attempt in attempts if attempt is not None]
        hops = self._hops()
        last = winner or (hops[-1] if hops else None)
        self.served = Served(
            decision=self._order.decision,
            model=winner.model if winner else None,
            tokens=sum((a.tokens for a in made), Tokens()),
            cost_usd=sum(a.cost_usd for a in made),
            latency_ms=clockwork.elapsed_ms(),
            ttft_ms=last.ttft_ms if last else None,
            fallback_depth=sum(1 for a in made if winner and a.model != winner.model.name),
            attempts=tuple(made),
            finish=winner.finish.reason if winner and winner.finish else "",
        )
        self._tell(self.served, self._order)

    def _hops(self) -> list[Hop]:
        return [item for item in self._log if isinstance(item, Hop)]


def _advance(steps: Generator[Step, Failure | None, None], failure: Failure | None) -> Step | None:
    try:
        return steps.send(failure)
    except StopIteration:
        return None
