"""What routing costs and saves: 1,000 builds through the real engine, with a virtual clock and scripted models.

    python -m tests.bench.simulate [--builds 1000] [--seed 1] [--week]

Prices, failure rates and call sizes are the published ones in FLEET and LOAD below; everything else
(who is asked, what a failure costs, when money is spent) falls out of the engine.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from statistics import mean

from lsp_router.domain.decision import Decision, Problem, Served
from lsp_router.domain.model import Capability, Model, Quality, Tier
from lsp_router.domain.money import Price, Rates, Tokens
from lsp_router.domain.task import Limits, Prefer, Task, TaskPolicy, Work
from lsp_router.domain.wire import Call, Chunk, Failed, Failure, Fault, Finish, Message, Prompt, Text
from lsp_router.engine.execute import Engine
from lsp_router.engine.heal import Clinic, heal
from lsp_router.engine.hop import Tools
from lsp_router.engine.order import ExhaustedError, Order
from lsp_router.engine.purse import Purse
from lsp_router.routing.alerts import Watch
from lsp_router.routing.budget import Spending
from lsp_router.routing.candidates import Situation
from lsp_router.routing.health import Health
from lsp_router.routing.latency import percentile
from lsp_router.routing.router import decide
from tests.support.scripted import LoopClock, MemoryTill, ScriptedTransport, provider, run_virtually

DAY = 86_400.0
NO_LIMITS = Limits(None, None, None)
TOKENS_PER_SECOND = 120.0


@dataclass(frozen=True)
class Habits:
    """How often a model fails, per call: not there, unusable text, or wrong code (routine and hard)."""

    unavailable: float
    malformed: float
    routine: float
    hard: float


@dataclass(frozen=True)
class Load:
    """One kind of call."""

    task: Task
    tokens: Tokens
    hard: bool


FREE = Habits(0.025, 0.007, 0.006, 0.06)
CHEAP = Habits(0.003, 0.002, 0.007, 0.02)
REASONING = replace(CHEAP, hard=0.005)
PREMIUM = Habits(0.0, 0.0, 0.008, 0.008)
NOTICED = 0.6
"""The share of wrong code that gates see."""
MEAN_BURST = 3
"""Calls in a row that find a pool busy."""
HARD_SHARE = 0.12
ROUTINE = Load(Task.BOILERPLATE, Tokens(input=1_500, output=500), hard=False)
HARD = Load(Task.ALGORITHM, Tokens(input=4_000, output=1_500), hard=True)

POLICIES = {
    Task.BOILERPLATE: TaskPolicy(Task.BOILERPLATE, 500, prefer=Prefer.VALUE),
    Task.ALGORITHM: TaskPolicy(Task.ALGORITHM, 1_500, prefer=Prefer.QUALITY, hard=True, latency_budget_ms=6_000),
}


def _model(name: str, tier: Tier, quality: float, rates: Rates, latency: float) -> Model:
    return Model(
        name, name, name, tier, name, price=Price(rates), quality=Quality(quality),
        latency_target_ms=latency, context_window=131_072, capabilities=frozenset({Capability.CHAT}),
    )  # fmt: skip


def _output(usd: float) -> Rates:
    """Published tables name the output price only; input is taken at a quarter of it, as the premium model's is."""
    return Rates(input=usd / 4, cached=usd / 40, written=usd / 4, output=usd)


FLEET: dict[str, tuple[Model, Habits]] = {
    model.name: (model, habits)
    for model, habits in [
        (_model("free-a", Tier.FREE, 8.7, Rates(), 400), FREE),
        (_model("free-b", Tier.FREE, 8.8, Rates(), 350), FREE),
        (_model("free-c", Tier.FREE, 8.5, Rates(), 400), FREE),
        (_model("deepseek-v4-flash", Tier.PAID, 8.7, _output(0.25), 400), CHEAP),
        (_model("qwen3-coder-30b", Tier.PAID, 8.8, _output(0.35), 350), CHEAP),
        (_model("smart-upstream", Tier.PAID, 8.5, _output(0.20), 400), CHEAP),
        (_model("kimi-k2.5", Tier.PAID, 9.0, _output(3.00), 400), CHEAP),
        (_model("deepseek-r1", Tier.PAID, 9.4, _output(2.50), 1_200), REASONING),
        (_model("premium", Tier.PAID, 9.3, _output(10.0), 800), PREMIUM),
    ]
}
ROUTED = [name for name in FLEET if name != "premium"]


# --- the scripted models ---------------------------------------------------------------------------


@dataclass
class Weather:
    """Whether a pool is there: half of its failures come in bursts, and a morning can be lost as a whole."""

    dice: random.Random
    outage: Callable[[float], bool] = lambda _now: False
    _burst: dict[str, int] = field(default_factory=dict)

    def bad(self, name: str, habits: Habits, now: float) -> bool:
        if self.outage(now) and name.startswith("free"):
            return True
        left = self._burst.get(name, 0)
        if left == 0 and self.dice.random() < habits.unavailable / 2 / MEAN_BURST:
            left = 1 + int(self.dice.expovariate(1 / (MEAN_BURST - 0.5)))
        self._burst[name] = max(0, left - 1)
        return left > 0 or self.dice.random() < habits.unavailable / 2


def script(name: str, weather: Weather, clock: LoopClock) -> Callable[[Call], AsyncIterator[Chunk]]:
    model, habits = FLEET[name]
    dice = weather.dice

    async def answer(call: Call) -> AsyncIterator[Chunk]:
        if weather.bad(name, habits, clock.now()):
            await asyncio.sleep(0.15)
            fault = dice.choice([Fault.RATE_LIMIT, Fault.TIMEOUT, Fault.SERVER])
            raise Failed(Failure(fault, "not there", retry_after=20 if fault is Fault.RATE_LIMIT else None))
        await asyncio.sleep(dice.lognormvariate(0, 0.35) * model.latency_target_ms / 1000)
        if dice.random() < habits.malformed:
            raise Failed(Failure(Fault.MALFORMED, "not an answer"))
        hard = call.prompt.template == Task.ALGORITHM.value
        wrong = dice.random() < (habits.hard if hard else habits.routine)
        load = HARD if hard else ROUTINE
        yield Text("wrong" if wrong else "right")
        await asyncio.sleep(load.tokens.output / TOKENS_PER_SECOND)
        yield Finish("stop", load.tokens)

    return answer


# --- three ways of building ------------------------------------------------------------------------


@dataclass
class World:
    dice: random.Random
    names: list[str]
    outage: Callable[[float], bool] = lambda _now: False
    limits: Limits = NO_LIMITS

    def __post_init__(self) -> None:
        self.clock, self.till, self.watch = LoopClock(), MemoryTill(), Watch()
        weather = Weather(self.dice, self.outage)
        self._transport = ScriptedTransport({n: script(n, weather, self.clock) for n in self.names})
        self._transport.calls = _Forgetful()
        self.alerts: set[str] = set()
        self.served: list[Served] = []
        self.renew()

    def renew(self) -> None:
        """Forgets what is known of anybody's health."""
        self.health = Health()
        self.engine = Engine(
            Tools(self._transport, provider, self.health, Purse(self.till, lambda: self.limits),
                  self.clock, lambda prompt, _m: prompt, len)
        )  # fmt: skip

    def decide(self, work: Work) -> Decision:
        models = [FLEET[name][0] for name in self.names]
        state = Situation(models, POLICIES, self.health, self.limits, self.till.spending(work), now=self.clock.now())
        return decide(work, state, "sim")

    def book(self, served: Served) -> None:
        self.served.append(served)
        self.alerts |= {a.key for a in self.watch.look(served, self.limits, Spending())}


class _Forgetful(list[Call]):
    """The log of a long simulation is of no interest."""

    def append(self, _call: Call) -> None:
        pass


def _prompt(load: Load) -> Prompt:
    return Prompt((Message("user", "…"),), max_tokens=load.tokens.output, template=load.task.value)


def _order(world: World, load: Load) -> Order:
    work = Work(task=load.task, prompt_tokens=load.tokens.input, output_tokens=load.tokens.output)
    return Order(world.decide(work), work, lambda _m: _prompt(load), "build")


async def plain_call(world: World, load: Load) -> bool:
    """One model, no fallback, no gates, no memory of failures: what most scripts do."""
    world.renew()
    try:
        text, served = await world.engine.answer(_order(world, load))
    except ExhaustedError as error:
        world.book(error.served)
        return False
    world.book(served)
    return text == "right"


async def routed_call(world: World, load: Load) -> bool:
    """Fallback chain, gates that notice some defects, repair and escalation."""
    order = _order(world, load)

    async def check(text: str) -> tuple[Problem, ...]:
        noticed = text == "wrong" and world.dice.random() < NOTICED
        return (Problem("tests", "a case fails"),) if noticed else ()

    clinic = Clinic(
        check,
        repair=lambda _m, _text, _problems: _prompt(load),
        escalate=lambda model: world.decide(replace(order.work, stronger_than=model.name)),
    )
    try:
        healed = await heal(world.engine, order, clinic)
    except ExhaustedError as error:
        world.book(error.served)
        return False
    world.book(healed.served)
    return healed.text == "right"


async def build(world: World, call: Callable[[World, Load], object]) -> bool:
    """8 to 12 calls; right the first time when each of them is."""
    calls = [HARD if world.dice.random() < HARD_SHARE else ROUTINE for _ in range(world.dice.randint(8, 12))]
    results = [await call(world, load) for load in calls]  # type: ignore[misc]
    return all(results)


# --- the tables -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    name: str
    usd: float
    success: float
    depth: float
    paid: float
    p50: float
    p95: float
    ttft: float
    alerts: str


def run_builds(name: str, names: list[str], call: Callable[[World, Load], object], builds: int, seed: int) -> Row:
    world = World(random.Random(seed), names)

    async def all_builds() -> list[bool]:
        return [await build(world, call) for _ in range(builds)]

    return _row(name, world, run_virtually(all_builds()), builds)


def _row(name: str, world: World, results: list[bool], units: int) -> Row:
    times = [s.latency_ms for s in world.served]
    return Row(
        name,
        usd=world.till.gone / units,
        success=sum(results) / len(results),
        depth=mean(s.fallback_depth for s in world.served),
        paid=mean(s.model is not None and s.model.tier is Tier.PAID for s in world.served),
        p50=percentile(times, 0.5),
        p95=percentile(times, 0.95),
        ttft=percentile([s.ttft_ms for s in world.served if s.ttft_ms], 0.5),
        alerts=" ".join(sorted(world.alerts)) or "none",
    )


def simulate(builds: int, seed: int) -> list[Row]:
    return [
        run_builds("single premium", ["premium"], plain_call, builds, seed),
        run_builds("naive free", ["free-a"], plain_call, builds, seed),
        run_builds("routed", ROUTED, routed_call, builds, seed),
    ]


def simulate_week(seed: int, outage: bool) -> tuple[Row, float]:
    """500 requests a day for a week; with `outage` no free model answers from 8 to 12. Also what premium would cost."""
    start = LoopClock().start
    hour = lambda now: (now - start) % DAY / 3600  # noqa: E731 - a one-line helper of this table
    lost = lambda now: outage and 8 <= hour(now) < 12  # noqa: E731 - same
    world = World(random.Random(seed), ROUTED, lost)
    premium = FLEET["premium"][0].price.base

    async def week() -> tuple[list[bool], float]:
        results, baseline = [], 0.0
        for _ in range(7 * 500):
            load = HARD if world.dice.random() < HARD_SHARE else ROUTINE
            results.append(await routed_call(world, load))
            baseline += premium.cost(load.tokens)
            await asyncio.sleep(max(0.0, world.dice.expovariate(500 / DAY) - 6))
        return results, baseline

    results, baseline = run_virtually(week())
    return _row("week, morning outage" if outage else "week, fair weather", world, results, 7), baseline


def show(rows: list[Row], unit: str) -> None:
    print(f"{'':22}{'$/' + unit:>11}{'success':>9}{'depth':>7}{'paid':>7}", end="")
    print(f"{'p50 ms':>8}{'p95 ms':>8}{'ttft':>6}  alerts")
    for r in rows:
        shares = f"{r.name:22}{r.usd:11.5f}{r.success:9.1%}{r.depth:7.3f}{r.paid:7.1%}"
        print(f"{shares}{r.p50:8.0f}{r.p95:8.0f}{r.ttft:6.0f}  {r.alerts}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--builds", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rows = simulate(options.builds, options.seed)
    show(rows, "build")
    premium, _, routed = rows
    success, cost = routed.success / premium.success, routed.usd / premium.usd
    print(f"routed reaches {success:.1%} of premium's success at {cost:.2%} of its cost")
    print()
    weeks = [simulate_week(options.seed, outage=bad) for bad in (False, True)]
    show([row for row, _ in weeks], "day")
    for row, baseline in weeks:
        print(f"{row.name}: ${row.usd * 7:.3f} in all; a single premium model would have cost ${baseline:.2f}")


if __name__ == "__main__":
    main()
