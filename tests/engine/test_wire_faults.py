"""The engine against a rude provider on loopback, through real sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from email.utils import formatdate

import pytest

from lsp_router.domain.decision import Decision, Served
from lsp_router.domain.model import Dialect, Model, Provider, Secret
from lsp_router.domain.task import Limits, Task, TaskPolicy, Work
from lsp_router.domain.wire import Message, Prompt
from lsp_router.engine.execute import Engine
from lsp_router.engine.hop import Tools
from lsp_router.engine.order import ExhaustedError, Order
from lsp_router.engine.purse import Purse
from lsp_router.providers.transport import HttpTransport
from lsp_router.routing.health import Health
from tests.support.backend import Backend, Reply, Seen
from tests.support.scripted import MemoryTill, free, paid
from tests.support.world import outcomes

DAILY = {"error": {"message": "Rate limit exceeded: free-models-per-day", "code": 429}}


class WallClock:
    """The real time, or a later one."""

    ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Street:
    """An engine whose providers all live at one scripted backend."""

    def __init__(self, backend: Backend, limits: Limits) -> None:
        self.backend, self.health, self.till = backend, Health(), MemoryTill()
        self.transport, self.clock = HttpTransport(), WallClock()
        tools = Tools(
            transport=self.transport,
            providers=lambda name: Provider(name, Dialect.OPENAI, backend.base, Secret("sk-canary")),
            health=self.health,
            purse=Purse(self.till, lambda: limits),
            clock=self.clock,
            shield=lambda prompt, _model: prompt,
            count=len,
        )
        self.told: list[Served] = []
        self.engine = Engine(tools, lambda served, _order: self.told.append(served))

    def order(self, *models: Model, timeout_ms: int = 2_000, keep_partial: bool = False) -> Order:
        policy = TaskPolicy(Task.EXPLAIN, timeout_ms=timeout_ms)
        prompt = Prompt((Message("user", "hi"),), max_tokens=100)
        decision = Decision("d", Task.EXPLAIN, chain=models, policy=policy)
        return Order(decision, Work(prompt_tokens=10), lambda _m: prompt, "r", keep_partial)

    async def answer(self, *models: Model, **order) -> tuple[str, Served]:
        return await self.engine.answer(self.order(*models, **order))


@pytest.fixture
async def street():
    opened: list[Street] = []
    backends: list[Backend] = []

    async def open_street(script: Callable[[Seen], Reply], limits: Limits = Limits(None, None, None)) -> Street:
        backend = await Backend(script).__aenter__()
        backends.append(backend)
        opened.append(Street(backend, limits))
        return opened[-1]

    yield open_street
    for one in opened:
        await one.transport.aclose()
    for backend in backends:
        await backend.__aexit__()


def only(model: str, reply: Reply) -> Callable[[Seen], Reply]:
    """That model is rude, everybody else polite."""
    return lambda seen: reply if seen.model == model else Reply("fine")


A, B = paid("a"), paid("b")


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(status=500), "server"),
        (Reply(status=401), "auth"),
        (Reply(status=404), "model_not_found"),
        (Reply(text=""), "empty"),
        (Reply(body={"error": {"message": "upstream is down", "code": 502}}), "server"),
        (Reply(body="<html><body>Welcome to the proxy</body></html>"), "malformed"),
        (Reply(error_after=0), "server"),
    ],
)
async def test_whatever_comes_instead_of_an_answer_falls_back(street, reply: Reply, outcome: str) -> None:
    here = await street(only("a", reply))
    text, served = await here.answer(A, B)
    assert text == "fine"
    assert outcomes(served) == [("a", outcome), ("b", "ok")]


async def test_heartbeats_do_not_buy_time(street) -> None:
    here = await street(only("a", Reply(heartbeats_only=True)))
    text, served = await here.answer(A, B, timeout_ms=1_000)
    assert text == "fine"
    assert served.attempts[0].outcome == "timeout"
    assert served.attempts[0].ms < 900


@pytest.mark.parametrize("fault", [Reply("from a and more", error_after=2), Reply("from a and more", drop_after=2)])
async def test_text_of_two_models_is_never_mixed(street, fault: Reply) -> None:
    here = await street(only("a", fault))
    assert (await here.answer(A, B))[0] == "fine"
    assert (await here.answer(A, B, keep_partial=True))[0] == "from a a"


async def test_a_spent_day_wastes_one_call_and_no_time(street) -> None:
    here = await street(only("a", Reply(status=429, body=DAILY)))
    for _ in range(20):
        await here.answer(free("a"), free("b"))
    assert here.backend.calls("a") == 1
    assert here.backend.calls("b") == 20


@pytest.mark.parametrize(
    ("headers", "low", "high"),
    [
        ({"retry-after": "120"}, 118, 121),
        ({"retry-after": "1.5"}, 1, 2),
        ({"retry-after-ms": "2500"}, 2, 3),
        ({"retry-after": "in 300 s, as a date"}, 290, 301),
    ],
)
async def test_retry_after_is_honoured(street, headers: dict[str, str], low: float, high: float) -> None:
    dated = {
        name: formatdate(time.time() + 300, usegmt=True) if "date" in said else said for name, said in headers.items()
    }
    here = await street(only("a", Reply(status=429, headers=dated)))
    await here.answer(A, B)
    shut = here.health.closed(A, time.time())
    assert shut is not None
    assert low <= shut.until - time.time() <= high


async def test_a_short_rest_of_everybody_is_waited_for(street) -> None:
    replies = [Reply(status=429, headers={"retry-after": "0.3"}), Reply("after the rest")]
    here = await street(lambda _seen: replies.pop(0))
    with pytest.raises(ExhaustedError):
        await here.answer(A)
    text, served = await here.answer(A)
    assert text == "after the rest"
    assert served.latency_ms > 100


async def test_a_breaker_opens_and_half_opens_for_one_probe(street) -> None:
    here = await street(only("a", Reply(status=500)))
    for _ in range(5):
        await here.answer(A, B)
    assert here.backend.calls("a") == 3
    here.backend.script = lambda _seen: Reply("fine", delay=0.05)
    here.clock.ahead = 601
    answers = await asyncio.gather(*(here.answer(A, B) for _ in range(5)))
    assert [text for text, _ in answers] == ["fine"] * 5
    assert here.backend.calls("a") == 4
    await here.answer(A, B)
    assert here.backend.calls("a") == 5


async def test_a_success_that_began_before_does_not_close_a_newer_breaker(street) -> None:
    replies = [Reply("slow", delay=0.3), *[Reply(status=500)] * 3]
    here = await street(lambda seen: replies.pop(0) if seen.model == "a" and replies else Reply("fine"))
    slow = asyncio.create_task(here.answer(A, B))
    await asyncio.sleep(0.1)
    for _ in range(3):
        await here.answer(A, B)
    assert (await slow)[0] == "slow"
    shut = here.health.closed(A, time.time())
    assert shut is not None
    assert "failed 3 times" in shut.reason


async def test_when_all_rest_for_long_the_error_names_each_and_comes_at_once(street) -> None:
    here = await street(lambda _seen: Reply(status=429, headers={"retry-after": "600"}))
    with pytest.raises(ExhaustedError):
        await here.answer(A, B)
    begun = time.monotonic()
    with pytest.raises(ExhaustedError, match=r"a: skipped \(rests for another \d+ s\)\n  b: skipped"):
        await here.answer(A, B)
    assert time.monotonic() - begun < 2
    assert len(here.backend.log) == 2


async def test_cancelling_closes_the_socket(street) -> None:
    here = await street(lambda _seen: Reply("word " * 400, token_delay=0.01))
    async with aclosing(here.engine.run(here.order(A)).stream()) as pieces:
        async for _ in pieces:
            break
    gone = time.time()
    while not here.backend.log[0].aborted and time.time() - gone < 1:  # noqa: ASYNC110 - the backend knows no events
        await asyncio.sleep(0.001)
    assert here.backend.log[0].aborted
    assert time.time() - gone < 1
    assert here.told[0].attempts[0].outcome == "cancelled"
    assert here.told[0].cost_usd > 0


async def test_a_free_model_with_a_paid_fallback_stays_within_the_budget(street) -> None:
    here = await street(only("f", Reply(status=503)), Limits(per_request=1e-7))
    with pytest.raises(ExhaustedError, match="per_request_usd"):
        await here.answer(free("f"), paid("p", output=10))
    assert here.backend.calls("p") == 0


async def test_the_key_is_in_no_message(street) -> None:
    echo = {"error": {"message": "invalid key sk-canary given", "code": 401}}
    here = await street(lambda _seen: Reply(status=401, body=echo))
    with pytest.raises(ExhaustedError) as caught:
        await here.answer(A)
    assert "sk-canary" not in str(caught.value)
    assert "sk-canary" not in repr(caught.value.served)
