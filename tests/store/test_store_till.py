from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lsp_router.domain.task import Limits, Work
from lsp_router.engine.purse import Purse
from lsp_router.routing.budget import Spending
from lsp_router.store.till import LOCKED, Till

NOON = 1_763_726_400.0
DAY = 86_400.0
HERE = Work(project="/home/me/shop", session="s1")
ELSEWHERE = Work(project="/elsewhere", session="s2")


def utc_day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at))


def anything(spent, amount) -> None:
    return None


@pytest.fixture
def till(database, writer, now) -> Till[Spending]:
    return Till(database, writer, Spending, now=now, day=utc_day)


async def test_a_promise_counts_until_the_real_cost_takes_its_place(till) -> None:
    ticket = await till.reserve(HERE, "r1", 0.03, anything)
    assert till.spending(HERE, "r1") == Spending(0.03, 0.03, 0.03)
    till.settle(ticket, 0.012_345_678)
    assert till.spending(HERE, "r1") == Spending(0.012_345_678, 0.012_345_678, 0.012_345_678)
    till.settle(ticket, 0.5)
    assert till.spending(HERE, "r1").day == 0.012_345_678


async def test_a_promise_that_was_not_needed_is_given_back(till) -> None:
    till.release(await till.reserve(HERE, "r1", 0.03, anything))
    assert till.spending(HERE, "r1") == Spending()


async def test_a_cost_above_the_estimate_is_booked_in_full(till) -> None:
    till.settle(await till.reserve(HERE, "r1", 0.01, anything), 0.04)
    assert till.spending(HERE).day == 0.04


async def test_day_session_and_request_are_told_apart(till, now) -> None:
    await till.reserve(HERE, "r1", 0.01, anything)
    await till.reserve(HERE, "r2", 0.02, anything)
    await till.reserve(ELSEWHERE, "r3", 0.04, anything)
    await till.reserve(Work(project=HERE.project, session="s3"), "", 0.08, anything)
    assert till.spending(HERE, "r2") == Spending(0.11, 0.03, 0.02)
    assert till.spending(ELSEWHERE) == Spending(0.04, 0.04, 0.0)
    assert till.spending(Work()) == Spending()
    now.at += DAY
    assert till.spending(HERE, "r2") == Spending(0.0, 0.03, 0.02)


async def test_a_promise_over_midnight_is_booked_on_its_own_day(till, now) -> None:
    ticket = await till.reserve(HERE, "r1", 0.03, anything)
    now.at += DAY
    till.settle(ticket, 0.01)
    assert till.spending(HERE).day == 0.0
    now.at -= DAY
    assert till.spending(HERE).day == 0.01


async def test_the_judge_sees_what_is_gone_and_its_no_costs_nothing(till) -> None:
    await till.reserve(HERE, "r1", 0.03, anything)
    heard = []

    def strict(spent: Spending, amount: float) -> str:
        heard.append((spent, amount))
        return "too dear"

    assert await till.reserve(HERE, "r1", 0.02, strict) == "too dear"
    assert heard == [(Spending(0.03, 0.03, 0.03), 0.02)]
    assert till.spending(HERE, "r1") == Spending(0.03, 0.03, 0.03)


async def test_a_judge_that_fails_leaves_no_promise(till) -> None:
    def broken(spent: Spending, amount: float) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await till.reserve(HERE, "r1", 0.02, broken)
    assert till.spending(HERE, "r1") == Spending()


async def test_other_processes_see_it_at_once(home, till, now) -> None:
    other = home.database()
    theirs = Till(other, home.writer(other), Spending, now=now, day=utc_day)
    ticket = await till.reserve(HERE, "r1", 0.03, anything)
    assert theirs.spending(HERE).day == 0.03
    theirs.settle(ticket, 0.01)
    assert till.spending(HERE).day == 0.01


async def test_the_engine_spends_through_it(till) -> None:
    purse = Purse(till, lambda: Limits(per_request=0.05, per_day=0.06, per_session=None))
    first = await purse.hold(HERE, "r1", 0.04)
    assert not isinstance(first, str)
    second = await purse.hold(HERE, "r2", 0.04)
    assert isinstance(second, str)
    assert "per_day_usd" in second
    purse.settle(first, 0.02)
    assert not isinstance(await purse.hold(HERE, "r2", 0.04), str)


async def test_waits_for_a_busy_file_without_stopping_the_loop(home, till, locked) -> None:
    till.spending(HERE)
    other = locked(home.folder / "ledger.db")
    asking = asyncio.create_task(till.reserve(HERE, "r1", 0.01, anything))
    longest, last = 0.0, time.monotonic()
    for _ in range(20):
        await asyncio.sleep(0.005)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    assert not asking.done()
    other.close()
    assert isinstance(await asking, int)
    assert longest < 0.4


async def test_a_file_that_stays_locked_refuses_in_words(home, till, locked, monkeypatch) -> None:
    monkeypatch.setattr("lsp_router.store.till.GIVE_UP", 0.05)
    till.spending(HERE)
    other = locked(home.folder / "ledger.db")
    assert await till.reserve(HERE, "r1", 0.01, anything) == LOCKED
    other.close()


async def test_a_cost_is_booked_later_when_the_file_is_busy(home, till, writer, locked) -> None:
    ticket = await till.reserve(HERE, "r1", 0.03, anything)
    other = locked(home.folder / "ledger.db")
    till.settle(ticket, 0.01)
    other.close()
    writer.flush()
    assert till.spending(HERE).day == 0.01


async def test_in_memory_it_goes_on_where_the_file_stood(home, till, read_only, now) -> None:
    ticket = await till.reserve(HERE, "r1", 0.03, anything)
    home.close()
    home.folder = read_only(home.folder)
    database = home.database()
    again = Till(database, home.writer(database), Spending, now=now, day=utc_day)
    again.settle(ticket, 0.02)
    assert not database.durable
    await again.reserve(HERE, "r2", 0.01, anything)
    assert again.spending(HERE, "r2") == Spending(0.03, 0.03, 0.01)


STEPS = st.lists(
    st.tuples(st.sampled_from(["reserve", "settle"]), st.integers(0, 3), st.integers(0, 60)), min_size=1, max_size=40
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_order_of_steps_overspends_or_loses_a_cent(till, steps) -> None:
    """Against a model in plain numbers; each run has a session of its own, the limit is its own too."""
    run = Work(session=f"run {time.perf_counter_ns()}")
    open_tickets: list[tuple[int, int]] = []
    gone = 0
    for what, which, cents in steps:
        if what == "reserve":
            got = till.reserve_now(run, "", cents / 100, lambda s, a: "no" if s.session + a > 1.0 + 1e-12 else None)
            assert isinstance(got, str) == (gone + cents > 100)
            if isinstance(got, int):
                open_tickets.append((got, cents))
                gone += cents
        elif open_tickets:
            ticket, held = open_tickets.pop(which % len(open_tickets))
            actual = min(held, cents)
            till.settle(ticket, actual / 100)
            gone += actual - held
        assert till.spending(run).session == pytest.approx(gone / 100, abs=1e-9)


SPENDS = """
import asyncio, random, sys
from pathlib import Path
from lsp_router.domain.task import Limits, Work
from lsp_router.engine.purse import Purse
from lsp_router.routing.budget import Spending
from lsp_router.store.database import Database
from lsp_router.store.till import Till
from lsp_router.store.writer import Writer
database = Database(Path(sys.argv[1]), print)
writer = Writer(database)
till = Till(database, writer, Spending)
purse = Purse(till, lambda: Limits(per_request=0.05, per_session=0.3, per_day=0.8))
dice = random.Random(sys.argv[2])
spent, refused, worst = 0.0, 0, 0.0

async def spend(n):
    global spent, refused, worst
    work = Work(project="/p", session=f"session {n % 4}")
    for _ in range(3):
        amount = dice.uniform(0.005, 0.03)
        hold = await purse.hold(work, f"request {n % 12}", amount)
        seen = till.spending(work, f"request {n % 12}")
        assert seen.day < 0.8 + 1e-9 and seen.session < 0.3 + 1e-9 and seen.request < 0.05 + 1e-9, seen
        worst = max(worst, seen.day)
        if isinstance(hold, str):
            refused += 1
            continue
        await asyncio.sleep(dice.uniform(0, 0.01))
        actual = amount * dice.uniform(0.3, 1.0)
        purse.settle(hold, actual)
        spent += actual

async def main():
    await asyncio.gather(*(spend(n) for n in range(50)))

asyncio.run(main())
writer.close()
database.close()
print(spent, refused, worst)
"""


def test_fifty_tasks_in_each_of_four_processes_never_overspend(home, start, database, writer) -> None:
    processes = [start(SPENDS, home.folder, seed) for seed in range(4)]
    outputs = [process.communicate(timeout=60) for process in processes]
    assert all(process.returncode == 0 for process in processes), outputs
    results = [tuple(map(float, out.split())) for out, _ in outputs]
    total = sum(spent for spent, _, _ in results)
    assert all(refused > 0 for _, refused, _ in results)
    assert 0.3 < total <= 0.8
    till = Till(database, writer, Spending)
    assert till.spending(Work(project="/p")).day == pytest.approx(total, abs=1e-6)


DIES = """
import asyncio, os, sys
from pathlib import Path
from lsp_router.domain.task import Work
from lsp_router.store.database import Database
from lsp_router.store.till import Till
from lsp_router.store.writer import Writer
database = Database(Path(sys.argv[1]), print)
till = Till(database, Writer(database), lambda *gone: gone)
asyncio.run(till.reserve(Work(project="/p", session="s"), "r", 0.25, lambda gone, more: None))
os._exit(9)
"""


def test_the_promise_of_a_dead_process_stays_counted(home, start, database, writer) -> None:
    start(DIES, home.folder).wait(timeout=20)
    till = Till(database, writer, Spending)
    assert till.spending(Work(project="/p", session="s"), "r") == Spending(0.25, 0.25, 0.25)
