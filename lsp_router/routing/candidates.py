"""Who may serve a request, and for everyone else the reason why not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lsp_router.domain.model import Capability, Model, Tier
from lsp_router.domain.money import Tokens
from lsp_router.domain.task import Limits, Prefer, Privacy, Profile, Task, TaskPolicy, Trigger, Work
from lsp_router.routing.budget import Spending, Step, refusal, step
from lsp_router.routing.health import Health

TYPING = frozenset({Task.COMPLETION, Task.EXPLICIT_COMPLETION})
THINKING_TOKENS = 4_096
"""A reasoning model thinks inside its output limit; without this room it would be cut off before it answers."""
EXPECTED_FILL = 0.5
"""How much of its output limit an ordinary answer uses."""
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
    """(model, task) → quality as measured on the user's own code and by what they accepted."""
    now: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model as this request would use it."""

    model: Model
    quality: float
    latency_ms: float
    expected_usd: float
    worst_usd: float
    output_cap: int


@dataclass(frozen=True, slots=True)
class Screened:
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


def screen(work: Work, task: Task, situation: Situation) -> list[Screened]:
    """Every model, each with its reason or none; no model vanishes silently."""
    policy = situation.policies[task]
    pin = work.pin or (situation.pins or {}).get(task)
    question = _Question(work, policy, situation, pin, () if pin else policy.chain)
    looked_at = [_screen_one(model, question) for model in situation.models]
    if any(not s.reason for s in looked_at):
        return looked_at
    return [replace(s, reason="", mild=False) if s.mild else s for s in looked_at]


def output_cap(model: Model, policy: TaskPolicy, work: Work) -> int:
    cap = min(work.output_tokens or policy.max_output_tokens, model.max_output)
    if Capability.REASONING in model.capabilities and policy.task not in TYPING:
        cap = min(cap + THINKING_TOKENS, model.max_output)
    return cap


def describe(model: Model, work: Work, policy: TaskPolicy, situation: Situation) -> Candidate:
    cap = output_cap(model, policy, work)
    fresh, cached = work.prompt_tokens - work.cached_tokens, work.cached_tokens
    rates = model.price.at(work.prompt_tokens, situation.now)
    measured = (situation.measured or {}).get((model.name, policy.task.value))
    return Candidate(
        model=model,
        quality=model.quality.of(policy.task) if measured is None else measured,
        latency_ms=situation.health.latencies.p50(model.name) or model.latency_target_ms,
        expected_usd=rates.cost(Tokens(input=fresh, cached=cached, output=int(cap * EXPECTED_FILL))),
        worst_usd=worst_cost(model, work.prompt_tokens, cap, situation.now),
        output_cap=cap,
    )


def worst_cost(model: Model, prompt_tokens: int, cap: int, now: float) -> float:
    """Nothing cached, everything written, the whole output used."""
    rates = model.price.at(prompt_tokens, now)
    as_input = Tokens(input=prompt_tokens, output=cap)
    as_written = Tokens(written=prompt_tokens, output=cap)
    return max(rates.cost(as_input), rates.cost(as_written))


def _screen_one(model: Model, question: _Question) -> Screened:
    candidate = describe(model, question.work, question.policy, question.situation)
    hard = next(_hard_reasons(candidate, question), "")
    if hard:
        return Screened(candidate, hard)
    mild = next(_mild_reasons(candidate, question), "")
    return Screened(candidate, mild, mild=bool(mild))


def _hard_reasons(c: Candidate, q: _Question) -> Iterator[str]:
    yield from _choice(c.model, q)
    if not c.model.usable:
        yield c.model.why_unusable or "not usable"
    yield from _strength(c, q)
    yield from _skills(c, q.work, q.policy)
    yield from _privacy(c.model, q.work, q.situation.profile)
    if q.work.force_paid and c.model.tier is not Tier.PAID and not q.pin:
        yield "a paid model was asked for"
    yield from _money(c, q.work, q.situation)
    if c.latency_ms > q.policy.timeout_ms:
        yield f"its {c.latency_ms:.0f} ms are beyond the {q.policy.timeout_ms} ms timeout"


def _choice(model: Model, q: _Question) -> Iterator[str]:
    if q.pin and q.pin not in {model.name, model.id}:
        yield f"pinned to {q.pin}"
    if q.chain and model.name not in q.chain:
        yield f"not in the chain of [tasks.{q.policy.task.value}]"


def _strength(c: Candidate, q: _Question) -> Iterator[str]:
    failed = next((m for m in q.situation.models if m.name == q.work.stronger_than), None)
    if failed is not None and c.quality <= describe(failed, q.work, q.policy, q.situation).quality:
        yield f"not stronger than {failed.name}, whose answer failed"


def _skills(c: Candidate, work: Work, policy: TaskPolicy) -> Iterator[str]:
    skills = c.model.capabilities
    if (policy.task is Task.MULTIMODAL or work.has_image) and Capability.VISION not in skills:
        yield "cannot see images"
    if policy.task in TYPING:
        if not skills & {Capability.FIM, Capability.CHAT}:
            yield "neither fills holes nor chats"
    elif Capability.CHAT not in skills:
        yield "only completes code, does not take instructions"
    if work.prompt_tokens + c.output_cap > c.model.context_window:
        yield f"needs {work.prompt_tokens + c.output_cap} tokens of context, has {c.model.context_window}"


def _privacy(model: Model, work: Work, profile: Profile) -> Iterator[str]:
    if model.privacy > Privacy.LOCAL and profile is Profile.LOCAL_ONLY:
        yield "profile local-only"
    if model.privacy > Privacy.LOCAL and work.forbid_cloud:
        yield "the cloud was forbidden for this request"
    if model.privacy > work.privacy:
        yield f"{work.why_private or 'privacy'}: nothing looser than {work.privacy.label} may see it"
    if profile is Profile.PAID_FIRST and model.privacy is Privacy.TRAINS:
        yield "profile paid-first: it may train on what it is sent"


def _money(c: Candidate, work: Work, situation: Situation) -> Iterator[str]:
    if c.worst_usd <= 0:
        return
    where = step(situation.limits, situation.spending)
    if where is Step.CACHE_ONLY:
        yield "the budget is spent"
    if where is Step.EXPLICIT_ONLY and work.trigger in UNATTENDED:
        yield "the budget is nearly spent: only explicit requests may cost money"
    over = refusal(situation.limits, situation.spending, c.worst_usd)
    if over:
        yield over


def _mild_reasons(c: Candidate, q: _Question) -> Iterator[str]:
    """Reasons that give way when everybody has one: a rest may end in time, a late answer beats none."""
    health, now, policy = q.situation.health, q.situation.now, q.policy
    shut = health.closed(c.model, now)
    if shut:
        yield f"{shut.reason}; again in {_span(shut.until - now)}"
    if q.pin or q.chain:
        return
    if policy.prefer is Prefer.LATENCY and c.latency_ms > policy.latency_budget_ms:
        yield f"its {c.latency_ms:.0f} ms are beyond the {policy.latency_budget_ms} ms latency budget"
    asked_for = q.work.trigger not in UNATTENDED
    kept = None if policy.hard else health.quotas.kept_for_hard(c.model, now, asked_for=asked_for)
    if kept:
        yield kept


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3600:.1f} h"
