"""The one decision: classify, screen, rank, spread; every step of it can be shown to the user."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import overload

from lsp_router.domain.decision import NO_MODEL, Decision, Verdict
from lsp_router.domain.model import Model
from lsp_router.domain.task import Task, TaskPolicy, Work
from lsp_router.routing.budget import EXPLAINED, Step, step
from lsp_router.routing.candidates import Screened, Situation, screen
from lsp_router.routing.chain import spread
from lsp_router.routing.classify import Classified, classify
from lsp_router.routing.rank import Ranked, explain, rank
from lsp_router.routing.words import DEFAULT, Words


def decide(work: Work, situation: Situation, ident: str, words: Words = DEFAULT) -> Decision:
    """Who shall serve this work, in which order, and why everybody else shall not."""
    seen: Classified = classify(work, words)
    policy = situation.policies[seen.task]
    where = step(situation.limits, situation.spending)
    screened = screen(work, seen.task, situation)
    ranked = rank([s.candidate for s in screened if not s.reason], work, policy, situation.profile, where)
    builtin = {m.name for m in situation.builtin}
    asked = [r for r in ranked if r.candidate.model.name not in builtin]
    chain = _in_order(asked, policy.chain, pinned=bool(_pin(work, seen.task, situation)))
    chain = chain or tuple(r.candidate.model for r in ranked)
    members = {m.name for m in chain}
    return Decision(
        id=ident,
        task=seen.task,
        chain=chain,
        candidates=Verdicts(ranked, screened, policy),
        evidence=seen.evidence,
        policy=policy,
        estimate_usd=max((r.candidate.worst_usd for r in ranked if r.candidate.model.name in members), default=0.0),
        note=_note(work, seen.task, situation, chain, where),
    )


class Verdicts(Sequence[Verdict]):
    """Every candidate with its score or its reason, put into words when somebody looks: most decisions nobody reads."""

    def __init__(self, ranked: Sequence[Ranked], screened: Sequence[Screened], policy: TaskPolicy) -> None:
        self._ranked = ranked
        self._screened = screened
        self._policy = policy

    def __len__(self) -> int:
        return len(self._screened)

    @overload
    def __getitem__(self, index: int) -> Verdict: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Verdict]: ...
    def __getitem__(self, index: int | slice) -> Verdict | Sequence[Verdict]:
        return self._words[index]

    @cached_property
    def _words(self) -> tuple[Verdict, ...]:
        chosen = [
            Verdict(
                r.candidate.model.name, round(r.score, 6), explain(r.candidate, self._policy), r.candidate.expected_usd
            )
            for r in self._ranked
        ]
        refused = [
            Verdict(s.candidate.model.name, None, s.reason, s.candidate.expected_usd)
            for s in self._screened
            if s.reason
        ]
        return (*chosen, *refused)


def _in_order(ranked: list[Ranked], wanted: tuple[str, ...], *, pinned: bool) -> tuple[Model, ...]:
    """A chain that the user wrote is taken as written; otherwise the ranking speaks."""
    models = [r.candidate.model for r in ranked]
    if wanted and not pinned:
        return tuple(sorted(models, key=lambda m: wanted.index(m.name)))
    return spread(models)


def _pin(work: Work, task: Task, situation: Situation) -> str | None:
    return work.pin or (situation.pins or {}).get(task)


def _note(work: Work, task: Task, situation: Situation, chain: tuple[Model, ...], where: Step) -> str:
    pin = _pin(work, task, situation)
    if pin and not any(pin in {m.name, m.id} for m in (*situation.models, *situation.builtin)):
        return f"no model is called {pin!r}; `lsp-router models` lists the names"
    if not situation.models and not chain:
        return NO_MODEL
    if not chain:
        return "no model may serve this; each candidate says why"
    return EXPLAINED[where]
