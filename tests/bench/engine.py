"""Engine and provider against bare httpx, same backend, one run: python -m tests.bench.engine [--litellm]

Both read the same streamed answer; the bare side does nothing with it but join the text.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

import httpx

from lsp_router.domain.decision import Decision
from lsp_router.domain.model import Dialect, Provider, Secret
from lsp_router.domain.task import Limits, Task, TaskPolicy, Work
from lsp_router.domain.wire import Message, Prompt
from lsp_router.engine.execute import Engine
from lsp_router.engine.hop import Tools
from lsp_router.engine.order import Order
from lsp_router.engine.purse import Purse
from lsp_router.providers.transport import HttpTransport
from lsp_router.routing.health import Health
from tests.support.scripted import MemoryTill, paid

ANSWER = "def mean(values):\n    return sum(values) / len(values)\n"
SERVE = """
import asyncio, sys
from tests.support.backend import Backend, Reply
async def main():
    async with Backend(lambda _seen: Reply({text!r})) as backend:
        print(backend.base, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
asyncio.run(main())
"""
BODY = {"model": "a", "messages": [{"role": "user", "content": "hi"}], "stream": True, "max_tokens": 100}
Ask = Callable[[], Awaitable[str]]


class Clock:
    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def bare(base: str, client: httpx.AsyncClient, gate: asyncio.Semaphore) -> Ask:
    async def ask() -> str:
        parts: list[str] = []
        async with gate, client.stream("POST", f"{base}/chat/completions", json=BODY) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    parts += [choice["delta"].get("content") or "" for choice in json.loads(line[6:])["choices"]]
        return "".join(parts)

    return ask


def routed(base: str, transport: HttpTransport, width: int) -> Ask:
    model = paid("a")
    tools = Tools(
        transport=transport,
        providers=lambda name: Provider(name, Dialect.OPENAI, base, Secret("k"), max_concurrency=width),
        health=Health(),
        purse=Purse(MemoryTill(), lambda: Limits(None, None, None)),
        clock=Clock(),
        shield=lambda prompt, _model: prompt,
        count=len,
    )
    engine = Engine(tools)
    prompt = Prompt((Message("user", "hi"),), max_tokens=100)
    decision = Decision("d", Task.EXPLAIN, chain=(model,), policy=TaskPolicy(Task.EXPLAIN))
    order = Order(decision, Work(prompt_tokens=10), lambda _m: prompt, "r")

    async def ask() -> str:
        return (await engine.answer(order))[0]

    return ask


def litellm_router(base: str) -> Ask:
    from litellm import Router  # type: ignore[import-not-found]

    params = {"model": "openai/a", "api_base": base, "api_key": "k"}
    router = Router(model_list=[{"model_name": "a", "litellm_params": params}])

    async def ask() -> str:
        stream = await router.acompletion("a", messages=BODY["messages"], stream=True, max_tokens=100)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

    return ask


async def measure(ask: Ask, at_once: int, requests: int) -> float:
    """Milliseconds a request, with so many under way at once."""
    left = iter(range(requests))

    async def worker() -> None:
        for _ in left:
            assert await ask() == ANSWER

    start = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return (time.perf_counter() - start) * 1000 / requests


async def compare(base: str, *, with_litellm: bool) -> None:
    limits = httpx.Limits(max_connections=8, max_keepalive_connections=8)
    async with httpx.AsyncClient(limits=limits, timeout=30) as client, HttpTransport() as transport:
        for at_once, requests in [(1, 150), (50, 400)]:
            asks = {"bare httpx": bare(base, client, asyncio.Semaphore(8)), "lsp-router": routed(base, transport, 8)}
            if with_litellm:
                asks["litellm"] = litellm_router(base)
            rounds: dict[str, list[float]] = {name: [] for name in asks}
            for turn in range(6):
                for name, ask in asks.items():
                    took = await measure(ask, at_once, requests)
                    if turn:
                        rounds[name].append(took)
            floor = rounds["bare httpx"]
            for name, took in rounds.items():
                ratio = statistics.median(a / b for a, b in zip(took, floor, strict=True))
                print(
                    f"{at_once:3} at once  {name:12} {statistics.median(took):7.2f} ms a request   ratio {ratio:5.2f}"
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--litellm", action="store_true", help="also measure litellm's Router, if installed")
    options = parser.parse_args()
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE.format(text=ANSWER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        asyncio.run(compare(server.stdout.readline().strip(), with_litellm=options.litellm))
    finally:
        server.communicate("", timeout=5)


if __name__ == "__main__":
    main()
