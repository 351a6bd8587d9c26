"""A small world around the real engine: scripted models, money in memory, time that does not wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from lsp_router.domain.decision import Decision, Served
from lsp_router.domain.model import Model
from lsp_router.domain.money import Tokens
from lsp_router.domain.task import Limits, Task, TaskPolicy, Work
from lsp_router.domain.wire import Call, Chunk, Failed, Failure, Fault, Finish, Message, Prompt, Text
from lsp_router.engine.execute import Engine
from lsp_router.engine.hop import Tools
from lsp_router.engine.order import Order
from lsp_router.engine.purse import Purse
from lsp_router.routing.health import Health
from tests.support.scripted import LoopClock, MemoryTill, Script, ScriptedTransport, provider, run_virtually

POLICY = TaskPolicy(Task.EXPLAIN, max_output_tokens=1_000)
USED = Tokens(input=100, output=10)


def saying(*texts: str, wait: float = 0.01, gap: float = 0.0, finish: str = "stop") -> Script:
    async def script(_call: Call) -> AsyncIterator[Chunk]:
        await asyncio.sleep(wait)
        for text in texts:
            yield Text(text)
            await asyncio.sleep(gap)
        yield Finish(finish, USED)

    return script


def breaking(*texts: str, fault: Fault = Fault.CONNECTION) -> Script:
    async def script(_call: Call) -> AsyncIterator[Chunk]:
        for text in texts:
            yield Text(text)
        raise Failed(Failure(fault, "it broke"))

    return script


class World:
    def __init__(self, scripts: dict[str, Script], limits: Limits = Limits(None, None, None)) -> None:
        self.transport = ScriptedTransport(scripts)
        self.health, self.till, self.told = Health(), MemoryTill(), []
        tools = Tools(
            transport=self.transport,
            providers=provider,
            health=self.health,
            purse=Purse(self.till, lambda: limits),
            clock=LoopClock(),
            shield=lambda prompt, _model: prompt,
            count=lambda text: len(text) // 4,
        )
        self.engine = Engine(tools, lambda served, _order: self.told.append(served))

    def order(self, *models: Model, keep_partial: bool = False, policy: TaskPolicy = POLICY) -> Order:
        decision = Decision("d1", policy.task, chain=models, policy=policy)
        prompt = Prompt(messages=(Message("user", "hi"),), max_tokens=policy.max_output_tokens)
        return Order(decision, Work(prompt_tokens=100), lambda _m: prompt, "r1", keep_partial)

    def answer(self, *models: Model, **order) -> tuple[str, Served]:
        return run_virtually(self.engine.answer(self.order(*models, **order)))


def outcomes(served: Served) -> list[tuple[str, str]]:
    return [(a.model, a.outcome) for a in served.attempts]
