"""One attempt at one model, from permit to settlement; settled exactly once, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, replace
from enum import Enum

from lsp_router.domain.decision import Attempt
from lsp_router.domain.model import Model, Provider
from lsp_router.domain.money import Tokens
from lsp_router.domain.wire import Call, Clock, Failed, Failure, Fault, Finish, Last, Patience, Prompt, Text, Transport
from lsp_router.engine.order import Order
from lsp_router.engine.purse import Hold, Purse
from lsp_router.routing.health import Closed, Health, Permit

IDLE = 15.0
LONGEST_ANSWER = 10.0
"""A committed stream may flow for this many timeouts."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What every hop needs; owned by the engine."""

    transport: Transport
    providers: Callable[[str], Provider | None]
    health: Health
    purse: Purse
    clock: Clock
    shield: Callable[[Prompt, Model], Prompt]
    """Takes secrets out of whatever is about to leave; the only way to the wire leads through it."""
    count: Callable[[str], int]
    """Estimates tokens where a provider reports none."""


class State(Enum):
    NEW = 0
    OPEN = 1
    COMMITTED = 2
    SETTLED = 3


class Hop:
    """Owns the permit, the held money and the upstream of one attempt."""

    def __init__(
        self, tools: Tools, order: Order, model: Model, patience: float, max_tokens: int | None = None
    ) -> None:
        self._tools = tools
        self._order = order
        self.model = model
        self._patience = patience
        self._cap = max_tokens
        self._state = State.NEW
        self._permit: Permit | None = None
        self._hold: Hold | None = None
        self._chunks: AsyncIterator[object] | None = None
        self._started = 0.0
        self._prompt_tokens = 0
        self._written = 0
        self._first: list[str] = []
        self.ttft_ms: float | None = None
        self.finish: Finish | None = None
        self.last = ""
        """Why the model ended, as soon as it said so; the counts may still be on their way."""
        self.attempt: Attempt | None = None
        self.failure: Failure | None = None

    async def open(self) -> None:
        """Up to the first real token; raises Failed. What comes before it is held back."""
        self._started = asyncio.get_running_loop().time()
        try:
            self._chunks = self._call(await self._prepare())
            await self._until_first_token()
        except Failed as error:
            await self._fail(error.failure)
            raise
        except (asyncio.CancelledError, GeneratorExit):
            await self.abandon()
            raise

    async def texts(self) -> AsyncGenerator[str, None]:
        """The committed text. When it breaks off before its end, it just ends and `failure` says why."""
        try:
            for text in self._first:
                yield text
            async for chunk in self._arriving():
                if isinstance(chunk, Text):
                    self._written += len(chunk.text)
                    yield chunk.text
                elif isinstance(chunk, Last):
                    self.last = chunk.reason
                    yield ""
                elif isinstance(chunk, Finish):
                    self.finish = chunk
            self._complete()
        except Failed as error:
            await self._fail(error.failure)

    @property
    def speaking(self) -> bool:
        return self._state is State.COMMITTED

    async def cut(self) -> None:
        """Enough was heard: the upstream is closed and the answer counts as a good one."""
        self.finish = self.finish or Finish("enough")
        self._praise()
        self._settle(Attempt(self.model.name, "ok", self.finish.reason), self._used(billed=True))
        await self._close()

    async def abandon(self, outcome: str = "cancelled", reason: str = "") -> None:
        """Stops paying at once: closes the upstream and books what was used."""
        if self._state is State.SETTLED:
            return
        streamed = self._state is State.COMMITTED
        if self._permit:
            self._tools.health.give_back(self._permit)
        self._settle(Attempt(self.model.name, outcome, reason), self._used(billed=streamed or self._bills_aborts()))
        await self._close()

    # --- before the first token ---

    async def _prepare(self) -> Call:
        tools, model = self._tools, self.model
        provider = tools.providers(model.provider)
        if provider is None:
            raise Failed(Failure(Fault.NOT_FOUND, f"no provider is called {model.provider!r}", retryable=False))
        permit = tools.health.permit(model, tools.clock.now())
        if isinstance(permit, Closed):
            raise Failed(Failure(Fault.RATE_LIMIT, permit.reason, retry_after=permit.until - tools.clock.now()))
        self._permit = permit
        prompt = tools.shield(self._prompt(), model)
        self._prompt_tokens = self._measure(prompt)
        await self._hold_money(prompt)
        return Call(provider, model, prompt, self._deadlines(), self._learn)

    def _prompt(self) -> Prompt:
        prompt = self._order.prompt_for(self.model)
        return replace(prompt, max_tokens=min(self._cap, prompt.max_tokens)) if self._cap else prompt

    def _measure(self, prompt: Prompt) -> int:
        """The caller's estimate, unless the prompt as sent is visibly longer."""
        if self.model.price.free:
            return self._order.work.prompt_tokens
        texts = [m.text for m in prompt.messages]
        if prompt.hole:
            texts += [prompt.hole.raw] if prompt.hole.raw else [prompt.hole.prefix, prompt.hole.suffix]
        return max(self._order.work.prompt_tokens, sum(map(self._tools.count, texts)))

    async def _hold_money(self, prompt: Prompt) -> None:
        if self.model.price.free:
            return
        rates = self.model.price.at(self._prompt_tokens, self._tools.clock.now())
        worst = rates.worst(self._prompt_tokens, prompt.max_tokens)
        hold = await self._tools.purse.hold(self._order.work, self._order.request, worst)
        if isinstance(hold, str):
            raise Failed(Failure(Fault.BUDGET, hold, retryable=False))
        self._hold = hold

    def _deadlines(self) -> Patience:
        total = self._order.timeout * (1 if self._order.keep_partial else LONGEST_ANSWER)
        return Patience(self._patience, min(IDLE, total), max(total, self._patience))

    def _call(self, call: Call) -> AsyncIterator[object]:
        self._state = State.OPEN
        return self._tools.transport.stream(call)

    async def _until_first_token(self) -> None:
        async for chunk in self._arriving():
            if isinstance(chunk, Text):
                self._first.append(chunk.text)
                if not chunk.text.isspace():
                    self._commit()
                    return
            elif isinstance(chunk, Finish):
                self.finish = chunk
        raise Failed(Failure(Fault.EMPTY, "the answer is empty"))

    def _commit(self) -> None:
        self._state = State.COMMITTED
        self.ttft_ms = self._elapsed_ms()
        self._written = sum(map(len, self._first))

    # --- after it ---

    def _complete(self) -> None:
        finish = self.finish or Finish("unknown")
        self.finish = finish
        if finish.reason == "unknown" and not self._order.keep_partial:
            raise Failed(Failure(Fault.MALFORMED, "the stream ended before the answer did"))
        self._praise()
        self._settle(Attempt(self.model.name, "ok", finish.reason), finish.tokens or self._used(billed=True))

    def _praise(self) -> None:
        if self._permit:
            self._tools.health.succeed(self._permit)
        if self.ttft_ms is not None:
            self._tools.health.latencies.record(self.model.name, self.ttft_ms)

    async def _fail(self, failure: Failure) -> None:
        if self._state is State.SETTLED:
            return
        self.failure = failure
        committed = self._state is State.COMMITTED
        if self._permit:
            self._book(self._permit, failure)
        tokens = self.finish.tokens if self.finish and self.finish.tokens else self._used(billed=committed)
        self._settle(Attempt(self.model.name, failure.fault.value, failure.message), tokens)
        await self._close()

    def _book(self, permit: Permit, failure: Failure) -> None:
        health = self._tools.health
        if failure.fault is Fault.BUDGET:
            health.give_back(permit)
        else:
            health.fail(permit, failure, self._tools.clock.now())

    def _learn(self, facts: tuple[object, ...]) -> None:
        self._tools.health.quotas.learn(self.model.pool or self.model.provider, facts, self._tools.clock.now())  # type: ignore[arg-type]

    # --- the end ---

    def _settle(self, attempt: Attempt, tokens: Tokens) -> None:
        cost = self.model.price.at(tokens.prompt, self._tools.clock.now()).cost(tokens) if tokens.total else 0.0
        if self._hold is not None:
            self._tools.purse.settle(self._hold, cost)
        self.attempt = replace(attempt, ms=self._elapsed_ms(), cost_usd=cost, tokens=tokens)
        self._state = State.SETTLED

    def _used(self, *, billed: bool) -> Tokens:
        """What a provider that told nothing has most likely counted."""
        if not billed or self._state is State.NEW:
            return Tokens()
        return Tokens(input=self._prompt_tokens, output=(self._written + 3) // 4)

    def _bills_aborts(self) -> bool:
        provider = self._tools.providers(self.model.provider)
        return provider is not None and provider.bills_aborts

    def _elapsed_ms(self) -> float:
        return (asyncio.get_running_loop().time() - self._started) * 1000

    def _arriving(self) -> AsyncIterator[object]:
        if self._chunks is None:
            raise RuntimeError("open() comes first")
        return self._chunks

    async def _close(self) -> None:
        chunks, self._chunks = self._chunks, None
        if chunks is not None and hasattr(chunks, "aclose"):
            await chunks.aclose()
