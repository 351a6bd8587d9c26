"""Orders candidates: quality per dollar of the expected request, under the task's latency budget.

A score is quality × speed × thrift, each between 0 and 1, each raised to how much the task cares.
Profiles put tiers before scores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lsp_router.domain.model import Capability, Tier
from lsp_router.domain.task import Prefer, Profile, Task, TaskPolicy, Work
from lsp_router.routing.budget import Step
from lsp_router.routing.candidates import TYPING, Candidate


@dataclass(frozen=True, slots=True)
class Taste:
    """How much a task cares: exponents for quality and speed, and the dollars that halve a score."""

    quality: float
    speed: float
    halving_usd: float


TASTES = {
    Prefer.LATENCY: Taste(quality=1.5, speed=2.0, halving_usd=0.004),
    Prefer.VALUE: Taste(quality=2.0, speed=0.5, halving_usd=0.002),
    Prefer.QUALITY: Taste(quality=5.0, speed=0.25, halving_usd=0.05),
    Prefer.PRICE: Taste(quality=1.0, speed=0.1, halving_usd=0.0003),
}
GOOD_ENOUGH = {Prefer.LATENCY: 3.0, Prefer.VALUE: 2.5, Prefer.QUALITY: 1.5, Prefer.PRICE: 4.0}
"""How far below the best a free model's quality may lie and still come first."""
CHAT_FILLS_HOLES = 0.85
"""A chat model can fill a hole, but is not made for it."""
EXPLAINS_UNTHINKING = 0.6
"""Explaining was asked for and is waited for: a model that reasons does it better than its score says."""
BIG_SELECTION = 150


class Ranked(NamedTuple):
    """A candidate with its place in the order; `group` is the profile's word, `score` the task's."""

    candidate: Candidate
    score: float
    group: int


def rank(
    candidates: Sequence[Candidate], work: Work, policy: TaskPolicy, profile: Profile, budget: Step = Step.NORMAL
) -> list[Ranked]:
    """Best first; equal scores keep a stable order by name."""
    prefer = Prefer.PRICE if budget is Step.CHEAPER and policy.prefer is not Prefer.LATENCY else policy.prefer
    best = max((c.quality for c in candidates), default=0.0)
    group = _grouping(work, policy, profile)
    rows = [(group(c, best), -score(c, policy, prefer), c.model.name, place, c) for place, c in enumerate(candidates)]
    rows.sort()
    return [Ranked(c, -negative, tier) for tier, negative, _, _, c in rows]


def score(c: Candidate, policy: TaskPolicy, prefer: Prefer) -> float:
    taste = TASTES[prefer]
    value: float = (c.quality / 10) ** taste.quality
    if c.latency_ms > policy.latency_budget_ms:
        value *= (policy.latency_budget_ms / c.latency_ms) ** taste.speed
    if c.expected_usd:
        value /= 1 + c.expected_usd / taste.halving_usd
    if policy.task in TYPING and Capability.FIM not in c.model.capabilities:
        value *= CHAT_FILLS_HOLES
    if policy.task is Task.EXPLAIN and Capability.REASONING not in c.model.capabilities:
        value *= EXPLAINS_UNTHINKING
    return value


def explain(c: Candidate, policy: TaskPolicy) -> str:
    price = "free" if c.expected_usd == 0 else f"about ${c.expected_usd:.5f}"
    late = "" if c.latency_ms <= policy.latency_budget_ms else f" (over the {policy.latency_budget_ms} ms budget)"
    return f"quality {c.quality:.1f}, {price}, {c.latency_ms:.0f} ms{late}, {c.model.tier}"


def is_hard_refactor(work: Work, task: Task) -> bool:
    """Work over several files or a large selection: worth a paid model at once."""
    return task in {Task.REFACTOR, Task.ARCHITECTURE} and (work.files > 1 or work.selected_lines > BIG_SELECTION)


class _FreeFirst:
    """Free and local models that are good enough, then paid ones, then whatever is left."""

    def __init__(self, policy: TaskPolicy) -> None:
        self._margin = GOOD_ENOUGH[policy.prefer]
        self._too_late = policy.latency_budget_ms if policy.prefer is Prefer.LATENCY else float("inf")

    def __call__(self, c: Candidate, best: float) -> int:
        if c.model.tier is Tier.PAID:
            return 1
        return 0 if c.quality >= best - self._margin and c.latency_ms <= self._too_late else 2


def _paid_first(c: Candidate, _best: float) -> int:
    return 0 if c.model.tier is Tier.PAID else 1


def _by_score_alone(_c: Candidate, _best: float) -> int:
    return 0


def _grouping(work: Work, policy: TaskPolicy, profile: Profile) -> Callable[[Candidate, float], int]:
    if profile is Profile.PAID_FIRST or (profile is Profile.FREE_FIRST and is_hard_refactor(work, policy.task)):
        return _paid_first
    return _FreeFirst(policy) if profile is Profile.FREE_FIRST else _by_score_alone
