"""Who may serve a request, and for everyone else the reason why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from lsp_router.domain.model import Capability, Model, Tier
from lsp_router.domain.task import Limits, Prefer, Privacy, Profile, Task, TaskPolicy, Trigger, Work
from lsp_router.routing.budget import Spending, Step, refusal, step
from lsp_router.routing.health import Health

TYPING = frozenset({Task.COMPLETION, Task.EXPLICIT_COMPLETION})
THINKING_TOKENS = 4_096
"""A reasoning model thinks inside its output limit; without this room it would be cut off before it answers."""
EXPECTED_FILL = 0.5
"""How much of its output limit an ordinary answer uses."""
CAUTIOUS = frozenset({Profile.LOCAL_ONLY, Profile.PAID_FIRST})
"""Profiles that care where code goes."""
UNATTENDED = frozenset({Trigger.AUTOMATIC, Trigger.SAVE})


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a decision may depend on besides the request itself."""

    models: Sequence[Model]
    policies: dict[Task, TaskPolicy]
    health: Health
    limits: Limits = Limits()
    spending: Spending = Spending()
    profile: Profile = Profile.FREE_FIRST
    pins: dict[Task, str] | None = None
    measured: dict[tuple[str, str], float] | None = None
    """(model, task) → quality as measured on the user's own code."""
    liked: dict[tuple[str, str, str], float] | None = None
    """(model, task, language) → how many points better, or worse, it is accepted than others there."""
    now: float = 0.0
    builtin: Sequence[Model] = ()
    """What comes with the product and completes code. It is ranked like the others, and serves alone only where nobody
    else may: no chain need name it, and no chain that is sent holds it."""


class Candidate(NamedTuple):
    """A model as this request would use it."""

    model: Model
    quality: float
    latency_ms: float
    expected_usd: float
    worst_usd: float
    output_cap: int


class Screened(NamedTuple):
    """A candidate with the reason it is out; a mild reason gives way when nobody else is left."""

    candidate: Candidate
    reason: str = ""
    mild: bool = False


@dataclass(frozen=True, slots=True)
class _Question:
    """One request as the reasons below look at it."""

    work: Work
    policy: TaskPolicy
    situation: Situation
    pin: str | None
    chain: tuple[str, ...]
    budget: Step


Reason = Callable[[Candidate, _Question], str]
"""Why a candidate is out, or an empty text."""


def screen(work: Work, task: Task, situation: Situation) -> list[Screened]:
    """Every model, each with its reason or none; no model vanishes silently."""
    pin = work.pin or (situation.pins or {}).get(task)
    policy = situation.policies[task]
    where = step(situation.limits, situation.spending)
    question = _Question(work, policy, situation, pin, () if pin else policy.chain, where)
    looked_at = _screen_all(situation.models, question)
    if not any(not s.reason for s in looked_at):
        looked_at = [Screened(s.candidate) if s.mild else s for s in looked_at]
    if task not in TYPING:
        return looked_at
    return looked_at + _screen_all(situation.builtin, replace(question, chain=()))


def describe(model: Model, work: Work, policy: TaskPolicy, situation: Situation) -> Candidate:
    cap = output_cap(model, policy, work)
    quality = quality_of(model, policy.task, work.language, situation)
    latency_ms = situation.health.latencies.p50(model.name) or model.latency_target_ms
    if model.price.free:
        return Candidate(model, quality, latency_ms, 0.0, 0.0, cap)
    rates = model.price.at(work.prompt_tokens, situation.now)
    fresh = work.prompt_tokens - work.cached_tokens
    expected = rates.expect(fresh, work.cached_tokens, int(cap * EXPECTED_FILL))
    return Candidate(model, quality, latency_ms, expected, rates.worst(work.prompt_tokens, cap), cap)


def quality_of(model: Model, task: Task, language: str, situation: Situation) -> float:
    """What was measured, or else the catalogue's word, moved by what the user accepts in this language."""
    measured = situation.measured.get((model.name, task.value)) if situation.measured else None
    quality = model.quality.of(task) if measured is None else measured
    if situation.liked:
        quality += situation.liked.get((model.name, task.value, language), 0.0)
    return quality


def output_cap(model: Model, policy: TaskPolicy, work: Work) -> int:
    cap = work.output_tokens or policy.max_output_tokens
    if Capability.REASONING in model.capabilities and policy.task not in TYPING:
        cap += THINKING_TOKENS
    return min(cap, model.max_output)


def _screen_all(models: Sequence[Model], q: _Question) -> list[Screened]:
    hard, mild = tuple(_hard_reasons(q)), tuple(_mild_reasons(q))
    return [_screen_one(describe(m, q.work, q.policy, q.situation), q, hard, mild) for m in models]


def _screen_one(c: Candidate, q: _Question, hard: Sequence[Reason], mild: Sequence[Reason]) -> Screened:
    for reason in hard:
        said = reason(c, q)
        if said:
            return Screened(c, said)
    for reason in mild:
        said = reason(c, q)
        if said:
            return Screened(c, said, mild=True)
    return Screened(c)


def _hard_reasons(q: _Question) -> Iterator[Reason]:
    """Only what this question can give as a reason: with hundreds of models, the rest would cost for nothing."""
    if q.pin or q.chain:
        yield _choice
    yield _usable
    if q.work.stronger_than is not None:
        yield _strength
    yield _skills
    if q.work.privacy < Privacy.TRAINS or q.work.forbid_cloud or q.situation.profile in CAUTIOUS:
        yield _privacy
    if q.work.force_paid and not q.pin:
        yield _tier
    yield _money
    yield _timeout
    if q.work.spares and not q.pin and not q.policy.hard:
        yield _scarcity


def _mild_reasons(q: _Question) -> Iterator[Reason]:
    """Reasons that give way when everybody has one: a rest may end in time, a late answer beats none."""
    if not q.situation.health.calm:
        yield _rest
    if q.pin or q.chain:
        return
    if q.policy.prefer is Prefer.LATENCY:
        yield _lateness
    if not q.policy.hard:
        yield _scarcity


def _choice(c: Candidate, q: _Question) -> str:
    if q.pin and q.pin not in {c.model.name, c.model.id}:
        return f"pinned to {q.pin}"
    if q.chain and c.model.name not in q.chain:
        return f"not in the chain of [tasks.{q.policy.task.value}]"
    return ""


def _usable(c: Candidate, _q: _Question) -> str:
    return "" if c.model.usable else c.model.why_unusable or "not usable"


def _strength(c: Candidate, q: _Question) -> str:
    failed = next((m for m in q.situation.models if m.name == q.work.stronger_than), None)
    if failed is not None and c.quality <= describe(failed, q.work, q.policy, q.situation).quality:
        return f"not stronger than {failed.name}, whose answer failed"
    return ""


def _skills(c: Candidate, q: _Question) -> str:
    work, policy, skills = q.work, q.policy, c.model.capabilities
    if (work.has_image or policy.task is Task.MULTIMODAL) and Capability.VISION not in skills:
        return "cannot see images"
    if policy.task in TYPING:
        if Capability.FIM not in skills and Capability.CHAT not in skills:
            return "neither fills holes nor chats"
    elif Capability.CHAT not in skills:
        return "only completes code, does not take instructions"
    needs = work.prompt_tokens + c.output_cap
    return "" if needs <= c.model.context_window else f"needs {needs} tokens of context, has {c.model.context_window}"


def _privacy(c: Candidate, q: _Question) -> str:
    model, work, profile = c.model, q.work, q.situation.profile
    if model.privacy is Privacy.LOCAL:
        return ""
    if profile is Profile.LOCAL_ONLY:
        return "profile local-only"
    if work.forbid_cloud:
        return "the cloud was forbidden for this request"
    if model.privacy > work.privacy:
        return f"{work.why_private or 'privacy'}: nothing looser than {work.privacy.label} may see it"
    if profile is Profile.PAID_FIRST and model.privacy is Privacy.TRAINS:
        return "profile paid-first: it may train on what it is sent"
    return ""


def _tier(c: Candidate, _q: _Question) -> str:
    return "" if c.model.tier is Tier.PAID else "a paid model was asked for"


def _money(c: Candidate, q: _Question) -> str:
    if c.worst_usd <= 0:
        return ""
    if q.budget is Step.CACHE_ONLY:
        return "the budget is spent"
    if q.budget is Step.EXPLICIT_ONLY and q.work.trigger in UNATTENDED:
        return "the budget is nearly spent: only explicit requests may cost money"
    return refusal(q.situation.limits, q.situation.spending, c.worst_usd) or ""


def _timeout(c: Candidate, q: _Question) -> str:
    limit = q.policy.timeout_ms
    return "" if c.latency_ms <= limit else f"its {c.latency_ms:.0f} ms are beyond the {limit} ms timeout"


def _rest(c: Candidate, q: _Question) -> str:
    shut = q.situation.health.closed(c.model, q.situation.now)
    return f"{shut.reason}; again in {_span(shut.until - q.situation.now)}" if shut else ""


def _lateness(c: Candidate, q: _Question) -> str:
    budget = q.policy.latency_budget_ms
    return "" if c.latency_ms <= budget else f"its {c.latency_ms:.0f} ms are beyond the {budget} ms latency budget"


def _scarcity(c: Candidate, q: _Question) -> str:
    if c.model.tier is not Tier.FREE:
        return ""
    asked_for = q.work.trigger not in UNATTENDED
    return q.situation.health.quotas.kept_for_hard(c.model, q.situation.now, asked_for=asked_for) or ""


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3600:.1f} h"
