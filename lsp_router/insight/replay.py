"""What logged traffic would have cost under some rules: the real router decides every logged request once more.

Who fails is drawn from what was measured; benches, free quotas, budgets and fallbacks follow from that as they do in
the engine. The ledger holds no words of anybody, so the kind of each request stays what it was found to be.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import mean, median

from lsp_router.assist.builtin import NAME
from lsp_router.domain.model import Model, Tier
from lsp_router.domain.money import Tokens
from lsp_router.domain.task import Work
from lsp_router.domain.wire import Failure, Fault
from lsp_router.engine.monitor import MEASURING
from lsp_router.insight.odds import Odds
from lsp_router.routing.budget import Spending, refusal
from lsp_router.routing.candidates import EXPECTED_FILL, Situation
from lsp_router.routing.chain import Fallback, Try, Wait
from lsp_router.routing.health import Closed, Health
from lsp_router.routing.router import decide
from lsp_router.store.entry import Row

CANNOT_KNOW = (
    "whether another model's answer would have been as good, or accepted as often",
    "how long another model's answer would have been: it is taken to be as long as the one that came",
    "what another provider's own prompt cache would have saved: nothing is taken to be cached there",
    "what the user would have done differently, such as asking again after a worse answer",
)
QUICK_FAULT = 0.4
"""Seconds that an attempt takes to fail, unless it is late."""
PATIENT = 0.6
"""The share of the time left after which a late attempt is given up."""


@dataclass(frozen=True, slots=True)
class Played:
    """How all requests went once."""

    requests: int = 0
    hits: int = 0
    """Known without any model: to a cache, or to the offline tier; nobody would be asked for them again."""
    answered: int = 0
    unserved: int = 0
    fell_back: int = 0
    cost_usd: float = 0.0
    by_model: Mapping[str, int] = field(default_factory=dict)
    by_tier: Mapping[str, int] = field(default_factory=dict)
    first_token_ms: float | None = None
    """The median."""

    @property
    def paid_share(self) -> float:
        return self.by_tier.get(Tier.PAID.value, 0) / self.answered if self.answered else 0.0


@dataclass(frozen=True, slots=True)
class Replayed:
    """Several draws of the same traffic: what is said is their mean, and the lowest and highest cost."""

    draws: tuple[Played, ...]

    @property
    def cost_usd(self) -> float:
        return mean(p.cost_usd for p in self.draws)

    @property
    def cost_range(self) -> tuple[float, float]:
        costs = [p.cost_usd for p in self.draws]
        return min(costs), max(costs)

    def mean_of(self, name: str) -> float:
        return float(mean(getattr(p, name) for p in self.draws))

    def by(self, name: str) -> dict[str, float]:
        """Requests by model or tier, the most first."""
        total: Counter[str] = Counter()
        for played in self.draws:
            total.update(getattr(played, name))
        return {key: count / len(self.draws) for key, count in total.most_common()}


def replay(
    rows: Sequence[Row], rules: Situation, odds: Odds, speeds: Mapping[str, float], *, draws: int = 5, seed: int = 1
) -> Replayed:
    """Under `rules`: their models, policies, limits and profile; `speeds` are first tokens in ms as measured."""
    return Replayed(tuple(_Play(rules, odds, speeds, _dice(seed + n)).all(rows) for n in range(draws)))


def wanted(rows: Iterable[Row]) -> list[Row]:
    """What somebody asked for, in the order of time; what only measured a model would not be asked again."""
    return sorted((row for row in rows if row.work.kind != MEASURING), key=lambda row: row.at)


def by_a_model(row: Row) -> bool:
    """Whether a model was asked and answered; caches and the offline tier need none."""
    return row.outcome == "ok" and not _was_known(row)


def logged(rows: Sequence[Row]) -> Played:
    """How it really went, in the same words."""
    answered = [row for row in rows if by_a_model(row)]
    times = [row.ttft_ms for row in answered if row.ttft_ms]
    return Played(
        requests=len(rows),
        hits=sum(map(_was_known, rows)),
        answered=len(answered),
        unserved=sum(row.outcome in {"failed", "refused"} for row in rows),
        fell_back=sum(row.fallback_depth > 0 for row in answered),
        cost_usd=sum(row.cost_usd for row in rows),
        by_model=Counter(row.model for row in answered),
        by_tier=Counter(row.tier for row in answered),
        first_token_ms=median(times) if times else None,
    )


def tokens_of(row: Row, model: Model) -> Tokens:
    """What the request would have taken of another model: the answer as long as it was, nothing in its cache."""
    if row.tokens.total == 0:
        return Tokens(input=row.work.prompt_tokens, output=int((row.work.output_tokens or 400) * EXPECTED_FILL))
    last = next((a.tokens for a in reversed(row.attempts) if a.outcome == "ok"), row.tokens)
    if model.name == row.model:
        return last
    return Tokens(input=last.prompt, output=last.output)


class _Play:
    """One draw: owns the health, the quotas and the purses of an imagined fortnight."""

    def __init__(self, rules: Situation, odds: Odds, speeds: Mapping[str, float], dice: random.Random) -> None:
        self._health = Health()
        self._rules = replace(rules, health=self._health, builtin=())
        self._odds, self._dice, self._speeds = odds, dice, speeds
        self._names = {m.name for m in rules.models} | {m.id for m in rules.models}
        self._days: Counter[tuple[str, str]] = Counter()
        self._sessions: Counter[str] = Counter()
        self._models: Counter[str] = Counter()
        self._tiers: Counter[str] = Counter()
        self._times: list[float] = []
        self._cost = 0.0
        for model in rules.models:
            if model.name in speeds:
                self._health.latencies.record(model.name, speeds[model.name])

    def all(self, rows: Sequence[Row]) -> Played:
        hits = unserved = fell_back = 0
        for row in rows:
            if _was_known(row):
                hits += 1
            elif row.outcome != "cancelled" or row.tokens.total:
                depth = self._serve(row)
                unserved += depth is None
                fell_back += bool(depth)
        return Played(
            requests=len(rows),
            hits=hits,
            answered=self._models.total(),
            unserved=unserved,
            fell_back=fell_back,
            cost_usd=self._cost,
            by_model=self._models,
            by_tier=self._tiers,
            first_token_ms=median(self._times) if self._times else None,
        )

    def _serve(self, row: Row) -> int | None:
        """How many failed before somebody answered; None when nobody did."""
        work = self._work(row)
        spending = self._spending(row)
        decision = decide(work, replace(self._rules, spending=spending, now=row.at), row.id)
        timeout = decision.policy.timeout_ms / 1000 if decision.policy else 15.0
        waited, depth = 0.0, 0
        fallback = Fallback(lambda: timeout - waited, lambda m: self._rest(m, row.at + waited), timeout)
        steps = fallback.steps(decision.chain)
        step = next(steps, None)
        while step is not None:
            failure: Failure | None = None
            if isinstance(step, Wait):
                waited += step.seconds
            elif isinstance(step, Try):
                failure = self._attempt(step.model, row, spending, row.at + waited)
                if failure is None:
                    self._times.append(waited * 1000 + self._first_token(step.model))
                    return depth
                depth += 1
                waited += PATIENT * (timeout - waited) if failure.fault is Fault.TIMEOUT else QUICK_FAULT
            try:
                step = steps.send(failure)
            except StopIteration:
                step = None
        return None

    def _attempt(self, model: Model, row: Row, spending: Spending, now: float) -> Failure | None:
        tokens = tokens_of(row, model)
        rates = model.price.at(tokens.prompt, now)
        refused = refusal(self._rules.limits, spending, rates.worst(tokens.prompt, tokens.output))
        if refused:
            return Failure(Fault.BUDGET, refused)
        permit = self._health.permit(model, now)
        if isinstance(permit, Closed):
            return Failure(Fault.CANCELLED, permit.reason)
        fault = self._odds.draw(model, self._dice)
        if fault:
            failure = Failure(fault, "as it was measured to happen")
            self._health.fail(permit, failure, now)
            return failure
        self._health.succeed(permit)
        self._book(model, row, 0.0 if model.price.free else rates.cost(tokens))
        return None

    def _book(self, model: Model, row: Row, cost: float) -> None:
        self._models[model.name] += 1
        self._tiers[model.tier.value] += 1
        self._cost += cost
        self._days[row.day, row.project] += cost  # type: ignore[assignment]
        self._sessions[row.work.session] += cost  # type: ignore[assignment]

    def _work(self, row: Row) -> Work:
        """A pin on a model that these rules do not know would not have been set."""
        work = row.work
        return work if work.pin is None or work.pin in self._names else replace(work, pin=None)

    def _spending(self, row: Row) -> Spending:
        session = self._sessions[row.work.session] if row.work.session else 0.0
        return Spending(day=self._days[row.day, row.project], session=session)

    def _rest(self, model: Model, now: float) -> float:
        shut = self._health.closed(model, now)
        return shut.until - now if shut else 0.0

    def _first_token(self, model: Model) -> float:
        return self._speeds.get(model.name, model.latency_target_ms)


def _dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same draws every time


def _was_known(row: Row) -> bool:
    return row.cache != "miss" or row.model == NAME
