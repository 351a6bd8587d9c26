"""Which requests that were paid for a free or local model could have served, and what stood in the way of the rest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from lsp_router.domain.decision import Decision
from lsp_router.domain.model import Model, Tier
from lsp_router.domain.task import TaskPolicy
from lsp_router.insight.odds import Odds
from lsp_router.insight.replay import by_a_model, wanted
from lsp_router.routing.candidates import Situation, describe
from lsp_router.routing.health import Health
from lsp_router.routing.rank import GOOD_ENOUGH
from lsp_router.routing.router import decide
from lsp_router.store.entry import Row

CANNOT_KNOW = (
    "whether the free answer would have been good enough: quality is what the catalogue, or `lsp-router eval`, says",
    "whether a free tier would have been there at that minute: the chance is that of all measured attempts",
)
IN_A_ROW = 3
"""Free models that would be tried before somebody gives up."""


@dataclass(frozen=True, slots=True)
class Case:
    """One paid request, looked at again."""

    task: str
    paid_model: str
    cost_usd: float
    because: str
    """Why it was paid for."""
    free_model: str = ""
    """Who could have served it for nothing; empty when nobody."""
    chance: float = 0.0
    """How likely it, or those after it, would have been there."""
    as_good: bool = False
    """Whether its quality is near enough that routing lets a free model go first."""
    obstacle: str = ""
    """What stood in the way when nobody could."""


@dataclass(frozen=True, slots=True)
class Audit:
    """`asked` requests were answered by models, `free` of them for nothing; the rest are the cases."""

    asked: int
    free: int
    cases: tuple[Case, ...]

    @property
    def could(self) -> list[Case]:
        return [case for case in self.cases if case.free_model]

    @property
    def expected(self) -> float:
        """How many would have worked out, failures counted."""
        return sum(case.chance for case in self.could)

    @property
    def saving_usd(self) -> float:
        return sum(case.cost_usd * case.chance for case in self.could)

    def reasons(self) -> list[tuple[str, int]]:
        return Counter(case.because for case in self.cases).most_common()

    def obstacles(self) -> list[tuple[str, int]]:
        return Counter(case.obstacle for case in self.cases if case.obstacle).most_common()


def audit(rows: Sequence[Row], rules: Situation, odds: Odds, speeds: Mapping[str, float]) -> Audit:
    """Free quotas are counted day by day: what free models really served is gone from them first."""
    answered = list(filter(by_a_model, wanted(rows)))
    auditor = _Auditor(rules, odds, speeds)
    cases = []
    for row in answered:
        if row.tier == Tier.PAID.value:
            cases.append(auditor.look(row))
        else:
            auditor.count(row)
    return Audit(len(answered), len(answered) - len(cases), tuple(cases))


class _Auditor:
    def __init__(self, rules: Situation, odds: Odds, speeds: Mapping[str, float]) -> None:
        self._health = Health()
        costless = [m for m in rules.models if m.tier is not Tier.PAID]
        self._rules = replace(rules, models=costless, health=self._health, builtin=())
        self._everybody = {m.name: m for m in rules.models}
        self._odds = odds
        for model in costless:
            if model.name in speeds:
                self._health.latencies.record(model.name, speeds[model.name])

    def count(self, row: Row) -> None:
        """A free request that was served takes its part of the day's quota."""
        model = self._everybody.get(row.model)
        if model is not None:
            self._health.quotas.take(model, row.at)

    def look(self, row: Row) -> Case:
        work = replace(row.work, pin=None, force_paid=False)
        decision = decide(work, replace(self._rules, now=row.at), row.id)
        shut = [(model, self._health.closed(model, row.at)) for model in decision.chain]
        there = [model for model, closed in shut if closed is None]
        case = Case(row.task, row.model, row.cost_usd, _because(row))
        if not there:
            rests = [closed.reason for _, closed in shut if closed]
            return replace(case, obstacle=_obstacle(decision, rests, self._rules))
        self._health.quotas.take(there[0], row.at)
        failing = prod(self._odds.failing(model) for model in there[:IN_A_ROW])
        return replace(
            case, free_model=there[0].name, chance=1 - failing, as_good=self._as_good(there[0], row, decision)
        )

    def _as_good(self, free: Model, row: Row, decision: Decision) -> bool:
        paid, policy = self._everybody.get(row.model), decision.policy
        if paid is None or policy is None:
            return False
        return self._quality(free, row, policy) >= self._quality(paid, row, policy) - GOOD_ENOUGH[policy.prefer]

    def _quality(self, model: Model, row: Row, policy: TaskPolicy) -> float:
        return describe(model, row.work, policy, self._rules).quality


def _because(row: Row) -> str:
    """Why money was spent: somebody wanted that, others failed first, or it was simply first."""
    if row.work.pin:
        return "the model was pinned"
    if row.work.force_paid:
        return "a paid model was asked for"
    failed = [a for a in row.attempts if a.model != row.model and a.outcome not in {"ok", "cancelled"}]
    if not failed:
        return "it came first in the ranking"
    last = failed[-1]
    return f"{last.model}: {last.outcome.replace('_', ' ')}"


def _obstacle(decision: Decision, rests: Sequence[str], rules: Situation) -> str:
    """What stands in the way of the most: the figures in it differ from model to model."""
    if not rules.models:
        return "no free or local model is configured"
    said = [*rests, *(v.reason for v in decision.candidates if v.score is None)]
    reasons = Counter(re.sub(r"\d[\d.,]*", "…", reason) for reason in said)
    return reasons.most_common(1)[0][0] if reasons else decision.note
