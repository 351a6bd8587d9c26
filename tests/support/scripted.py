"""A transport whose models are functions, money that is kept in memory, and a clock that never waits."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lsp_router.domain.model import Capability, Dialect, Model, Provider, Quality, Quota, Tier
from lsp_router.domain.money import Price, Rates
from lsp_router.domain.task import Privacy, Work
from lsp_router.domain.wire import Call, Chunk, Failed, Failure, Fault
from lsp_router.routing.budget import Spending

T = TypeVar("T")


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time jumps to the next timer when nothing else is to do: hours of waiting in no time at all."""

    def __init__(self) -> None:
        self._skipped = 0.0
        super().__init__(_Impatient(self))

    def time(self) -> float:
        return self._skipped

    def skip(self, seconds: float) -> None:
        self._skipped += seconds


class _Impatient(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self._loop.skip(timeout)
        return ready


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


@dataclass
class LoopClock:
    """Wall time that starts at a fixed moment and moves with the running loop."""

    start: float = 1_790_000_000.0

    def now(self) -> float:
        return self.start + asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


Script = Callable[[Call], AsyncIterator[Chunk]]


@dataclass
class ScriptedTransport:
    """Each model answers as its script says; every call is remembered."""

    scripts: dict[str, Script]
    calls: list[Call] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    async def stream(self, call: Call) -> AsyncIterator[Chunk]:
        self.calls.append(call)
        ended = False
        try:
            async for chunk in self.scripts[call.model.name](call):
                yield chunk
            ended = True
        finally:
            if not ended:
                self.closed.append(call.model.name)

    def asked(self) -> list[str]:
        return [call.model.name for call in self.calls]


def failing(fault: Fault, message: str = "scripted", **facts: Any) -> Script:
    async def script(_call: Call) -> AsyncIterator[Chunk]:
        raise Failed(Failure(fault, message, **facts))
        yield  # pragma: no cover

    return script


@dataclass
class MemoryTill:
    """Keeps money in this process only."""

    gone: float = 0.0
    open: dict[int, float] = field(default_factory=dict)
    by_request: dict[str, float] = field(default_factory=dict)
    _requests: dict[int, str] = field(default_factory=dict)
    _next: int = 0

    async def reserve(
        self, work: Work, request: str, amount: float, judge: Callable[[Spending, float], str | None]
    ) -> int | str:
        refused = judge(self.spending(work, request), amount)
        if refused:
            return refused
        self._next += 1
        self.open[self._next] = amount
        self._requests[self._next] = request
        return self._next

    def settle(self, ticket: int, actual: float) -> None:
        self.open.pop(ticket)
        request = self._requests.pop(ticket)
        self.gone += actual
        self.by_request[request] = self.by_request.get(request, 0.0) + actual

    def spending(self, work: Work, request: str = "") -> Spending:
        held = sum(self.open.values())
        held_here = sum(a for t, a in self.open.items() if self._requests[t] == request)
        total = self.gone + held
        return Spending(total, total, self.by_request.get(request, 0.0) + held_here)


def provider(name: str = "p", **changes: Any) -> Provider:
    return Provider(
        **{"name": name, "kind": Dialect.OPENAI, "base_url": "http://127.0.0.1:9/v1", "pool": name, **changes}
    )


def free(name: str, pool: str = "", quality: float = 8.0, **changes: Any) -> Model:
    return _model(name, pool, quality, Tier.FREE, Price(), changes)


def paid(name: str, pool: str = "", quality: float = 8.5, output: float = 0.35, **changes: Any) -> Model:
    price = Price(Rates(input=output / 4, cached=output / 40, written=output / 4, output=output))
    return _model(name, pool, quality, Tier.PAID, price, changes)


def local(name: str, pool: str = "", quality: float = 6.0, **changes: Any) -> Model:
    return _model(name, pool, quality, Tier.LOCAL, Price(), {"privacy": Privacy.LOCAL, **changes})


def _model(name: str, pool: str, quality: float, tier: Tier, price: Price, changes: dict[str, Any]) -> Model:
    fields: dict[str, Any] = {
        "name": name,
        "provider": pool or name,
        "id": name,
        "tier": tier,
        "pool": pool or name,
        "price": price,
        "quality": Quality(quality),
        "latency_target_ms": 300.0,
        "context_window": 100_000,
        "capabilities": frozenset({Capability.CHAT}),
    }
    return Model(**{**fields, **changes})


def daily(requests: int) -> Quota:
    return Quota(per_day=requests)
