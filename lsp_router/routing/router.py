"""The one decision: classify, screen, rank, spread; every step of it can be shown to the user."""

from __future__ import annotations

from lsp_router.domain.decision import Decision, Verdict
from lsp_router.domain.model import Model
from lsp_router.domain.task import Task, Work
from lsp_router.routing.budget import EXPLAINED, Step, step
from lsp_router.routing.candidates import Screened, Situation, screen
from lsp_router.routing.chain import spread
from lsp_router.routing.classify import Classified, classify
from lsp_router.routing.rank import Ranked, rank
from lsp_router.routing.words import DEFAULT, Words


def decide(work: Work, situation: Situation, ident: str, words: Words = DEFAULT) -> Decision:
    """Who shall serve this work, in which order, and why everybody else shall not."""
    seen: Classified = classify(work, words)
    policy = situation.policies[seen.task]
    where = step(situation.limits, situation.spending)
    screened = screen(work, seen.task, situation)
    ranked = rank([s.candidate for s in screened if not s.reason], work, policy, situation.profile, where)
    chain = _in_order(ranked, policy.chain, pinned=bool(_pin(work, seen.task, situation)))
    worst = {r.candidate.model.name: r.candidate.worst_usd for r in ranked}
    return Decision(
        id=ident,
        task=seen.task,
        chain=chain,
        candidates=(*map(_chosen, ranked), *(_refused(s) for s in screened if s.reason)),
        evidence=seen.evidence,
        policy=policy,
        estimate_usd=max((worst[m.name] for m in chain), default=0.0),
        note=_note(work, seen.task, situation, chain, where),
    )


def _in_order(ranked: list[Ranked], wanted: tuple[str, ...], *, pinned: bool) -> tuple[Model, ...]:
    """A chain that the user wrote is taken as written; otherwise the ranking speaks."""
    models = [r.candidate.model for r in ranked]
    if wanted and not pinned:
        return tuple(sorted(models, key=lambda m: wanted.index(m.name)))
    return spread(models)


def _chosen(row: Ranked) -> Verdict:
    return Verdict(row.candidate.model.name, row.score, row.reason, row.candidate.expected_usd)


def _refused(row: Screened) -> Verdict:
    return Verdict(row.candidate.model.name, None, row.reason, row.candidate.expected_usd)


def _pin(work: Work, task: Task, situation: Situation) -> str | None:
    return work.pin or (situation.pins or {}).get(task)


def _note(work: Work, task: Task, situation: Situation, chain: tuple[Model, ...], where: Step) -> str:
    pin = _pin(work, task, situation)
    if pin and not any(pin in {m.name, m.id} for m in situation.models):
        return f"no model is called {pin!r}; `lsp-router models` lists the names"
    if not situation.models:
        return "no model is configured; `lsp-router init` looks for keys and local servers"
    if not chain:
        return "no model may serve this; each candidate says why"
    return EXPLAINED[where]
