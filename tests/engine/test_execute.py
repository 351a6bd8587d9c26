"""One order through the chain: commit at the first real token, never mix texts, stop paying at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from lsp_router.domain.decision import Served
from lsp_router.domain.model import Model
from lsp_router.domain.money import Tokens
from lsp_router.domain.task import Limits
from lsp_router.domain.wire import Call, Chunk, Failed, Failure, Fault, Finish, Last, Text, Thought
from lsp_router.engine.order import ExhaustedError, Restart
from tests.support.scripted import LoopClock, Script, failing, free, paid, run_virtually
from tests.support.world import USED, World, breaking, outcomes, saying


def test_the_first_model_answers_and_is_booked() -> None:
    world, model = World({"a": saying("hel", "lo")}), paid("a")
    text, served = world.answer(model)
    assert text == "hello"
    assert served.model is model
    assert served.tokens == USED
    assert served.cost_usd == pytest.approx(model.price.base.cost(USED))
    assert world.till.gone == pytest.approx(served.cost_usd)
    assert world.till.open == {}
    assert world.told == [served]
    assert served.ttft_ms == pytest.approx(10)


@pytest.mark.parametrize(
    "fault", [Fault.RATE_LIMIT, Fault.TIMEOUT, Fault.CONNECTION, Fault.MALFORMED, Fault.EMPTY, Fault.SERVER, Fault.AUTH]
)
def test_a_failure_falls_back_silently(fault: Fault) -> None:
    world = World({"a": failing(fault), "b": saying("yes")})
    text, served = world.answer(paid("a"), paid("b"))
    assert text == "yes"
    assert outcomes(served) == [("a", fault.value), ("b", "ok")]
    assert served.fallback_depth == 1


def test_start_up_chunks_are_held_back() -> None:
    async def coy(_call: Call) -> AsyncIterator[Chunk]:
        yield Text("\n")
        yield Thought("hm")
        raise Failed(Failure(Fault.SERVER, "oops"))

    text, served = World({"a": coy, "b": saying("b")}).answer(paid("a"), paid("b"))
    assert text == "b"
    assert outcomes(served)[0] == ("a", "server")


def test_only_whitespace_is_empty() -> None:
    _, served = World({"a": saying("  ", "\n"), "b": saying("b")}).answer(paid("a"), paid("b"))
    assert outcomes(served)[0] == ("a", "empty")


def test_a_break_after_the_first_token_restarts_an_edit() -> None:
    world = World({"a": breaking("half of "), "b": saying("whole")})
    text, served = world.answer(paid("a"), paid("b"))
    assert text == "whole"
    assert outcomes(served) == [("a", "connection"), ("b", "ok")]
    assert served.attempts[0].cost_usd > 0


def test_a_break_after_the_first_token_is_kept_by_a_completion() -> None:
    world = World({"a": breaking("half"), "b": saying("whole")})
    text, _ = world.answer(paid("a"), paid("b"), keep_partial=True)
    assert text == "half"
    assert world.transport.asked() == ["a"]


def test_a_stream_that_just_ends_is_no_whole_edit() -> None:
    text, _ = World({"a": saying("half", finish="unknown"), "b": saying("whole")}).answer(paid("a"), paid("b"))
    assert text == "whole"


def test_a_restart_is_announced_to_whoever_streams() -> None:
    world = World({"a": breaking("half of "), "b": saying("whole")})

    async def collect() -> list[str | Restart]:
        return [piece async for piece in world.engine.run(world.order(paid("a"), paid("b"))).stream()]

    assert run_virtually(collect()) == ["half of ", Restart("a"), "whole"]


def test_exhaustion_names_each_attempt_and_its_reason() -> None:
    world = World({"a": failing(Fault.SERVER, "boom"), "b": failing(Fault.AUTH, "the key is refused")})
    with pytest.raises(ExhaustedError) as caught:
        world.answer(paid("a"), paid("b"))
    assert "a: server (boom)" in str(caught.value)
    assert "b: auth (the key is refused)" in str(caught.value)
    assert world.told == [caught.value.served]


def test_a_spent_day_costs_one_call_over_twenty_requests() -> None:
    spent = failing(Fault.QUOTA, "free-models-per-day")
    world = World({"a": spent, "b": saying("b")})

    async def twenty() -> list[Served]:
        return [(await world.engine.answer(world.order(free("a"), free("b"))))[1] for _ in range(20)]

    served = run_virtually(twenty())
    assert world.transport.asked().count("a") == 1
    assert all(s.latency_ms == pytest.approx(10) for s in served[1:])


def test_everybody_rests_but_one_wakes_up_in_time() -> None:
    world = World({"a": saying("a")})
    world.health.open("model:a", LoopClock().start + 3, "busy")
    text, served = world.answer(paid("a"))
    assert text == "a"
    assert served.latency_ms == pytest.approx(3_010)


def test_nobody_wakes_up_in_time_and_the_error_says_when() -> None:
    world = World({"a": saying("a")})
    world.health.open("model:a", LoopClock().start + 300, "busy")
    with pytest.raises(ExhaustedError, match=r"a: skipped \(rests for another 300 s"):
        world.answer(paid("a"))


def test_a_free_model_with_a_paid_fallback_cannot_break_the_budget() -> None:
    world = World({"a": failing(Fault.SERVER), "b": saying("b")}, Limits(per_request=0.0001))
    with pytest.raises(ExhaustedError, match="per_request_usd"):
        world.answer(free("a"), paid("b", output=10.0))
    assert world.transport.asked() == ["a"]
    assert world.till.gone == 0


def test_fifty_at_once_never_overspend() -> None:
    model = paid("a", output=10.0)
    worst = model.price.base.cost(Tokens(written=100, output=1_000))
    world = World({"a": saying("a")}, Limits(per_request=None, per_day=worst * 3.5, per_session=None))

    async def fifty() -> list[object]:
        orders = [world.engine.answer(world.order(model)) for _ in range(50)]
        return await asyncio.gather(*orders, return_exceptions=True)

    results = run_virtually(fifty())
    assert sum(isinstance(r, tuple) for r in results) == 3
    assert world.till.gone <= worst * 3.5
    assert world.till.open == {}


def test_cancelling_closes_the_upstream_and_books_what_was_used() -> None:
    world, model = World({"a": saying(*"abcdefgh", gap=1.0)}), paid("a")

    async def read_two() -> None:
        async with aclosing(world.engine.run(world.order(model)).stream()) as pieces:
            async for piece in pieces:
                if piece == "b":
                    break

    run_virtually(read_two())
    assert world.transport.closed == ["a"]
    assert outcomes(world.told[0]) == [("a", "cancelled")]
    assert world.told[0].tokens == Tokens(input=100, output=1)
    assert world.till.open == {}
    assert world.till.gone == pytest.approx(model.price.base.cost(Tokens(input=100, output=1)))


def test_enough_closes_the_upstream_and_counts_as_an_answer() -> None:
    world = World({"a": saying(*"abcdefgh", gap=1.0)})

    async def read_two() -> Served:
        run = world.engine.run(world.order(paid("a")))
        async with aclosing(run.stream()) as pieces:
            async for piece in pieces:
                if piece == "b":
                    run.enough()
                    break
        return run.served

    served = run_virtually(read_two())
    assert world.transport.closed == ["a"]
    assert outcomes(served) == [("a", "ok")]
    assert (served.finish, served.model.name) == ("enough", "a")
    assert world.till.open == {}
    assert world.till.gone > 0


def test_cancelling_before_the_first_token_costs_nothing() -> None:
    world = World({"a": saying("a", wait=9)})

    async def give_up() -> None:
        task = asyncio.create_task(world.engine.answer(world.order(paid("a"))))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run_virtually(give_up())
    assert world.transport.closed == ["a"]
    assert (world.till.gone, world.till.open) == (0, {})
    assert outcomes(world.told[0]) == [("a", "cancelled")]


def test_a_cancelled_probe_is_free_for_the_next() -> None:
    world = World({"a": saying("a", wait=9)})
    world.health.open("model:a", LoopClock().start - 1, "busy")

    async def give_up_then_ask() -> str:
        task = asyncio.create_task(world.engine.answer(world.order(paid("a"))))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return (await world.engine.answer(world.order(paid("a"))))[0]

    assert run_virtually(give_up_then_ask()) == "a"


# --- hedging ------------------------------------------------------------------------------------


def hedged(first: Model, second: Model, scripts: dict[str, Script]) -> World:
    world = World(scripts)
    for _ in range(20):
        world.health.latencies.record(first.name, 100)
    return world


def test_a_late_free_model_gets_a_free_rival_and_the_loser_is_cancelled() -> None:
    a, b = free("a"), free("b")
    world = hedged(a, b, {"a": saying("a", wait=5), "b": saying("b", wait=0.05)})
    text, served = world.answer(a, b)
    assert text == "b"
    assert served.latency_ms == pytest.approx(150)
    assert world.transport.closed == ["a"]
    assert outcomes(served) == [("a", "cancelled"), ("b", "ok")]


def test_a_first_that_is_in_time_has_no_rival() -> None:
    a, b = free("a"), free("b")
    world = hedged(a, b, {"a": saying("a", wait=0.09), "b": saying("b")})
    assert world.answer(a, b)[0] == "a"
    assert world.transport.asked() == ["a"]


@pytest.mark.parametrize(
    ("first", "second"), [(free("a"), paid("b")), (paid("a"), free("b")), (free("a", "x"), free("b", "x"))]
)
def test_money_and_shared_limits_are_never_hedged(first: Model, second: Model) -> None:
    world = hedged(first, second, {"a": saying("a", wait=0.5), "b": saying("b")})
    assert world.answer(first, second)[0] == "a"
    assert world.transport.asked() == ["a"]


def test_both_of_a_race_fail_and_the_chain_goes_on() -> None:
    async def late(_call: Call) -> AsyncIterator[Chunk]:
        await asyncio.sleep(1)
        raise Failed(Failure(Fault.SERVER, "late"))
        yield

    models = (free("a"), free("b"), paid("c"))
    world = hedged(models[0], models[1], {"a": late, "b": failing(Fault.SERVER), "c": saying("c")})
    text, served = world.answer(*models)
    assert text == "c"
    assert [model for model, _ in outcomes(served)].count("b") == 1


def test_the_last_word_is_told_before_the_counts_arrive() -> None:
    async def slow_counts(_call: Call) -> AsyncIterator[Chunk]:
        yield Text("done")
        yield Last("stop")
        await asyncio.sleep(5)
        yield Finish("stop", USED)

    world = World({"a": slow_counts})

    async def when_told() -> tuple[float, str, Served]:
        run, told = world.engine.run(world.order(paid("a"))), (0.0, "")
        async for piece in run.stream():
            if run.last and not told[1]:
                told = (asyncio.get_running_loop().time(), run.last)
                assert piece == ""
        return (*told, run.served)

    at, reason, served = run_virtually(when_told())
    assert (at, reason) == (0.0, "stop")
    assert served.tokens == USED
