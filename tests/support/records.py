"""Ledger entries in one line each."""

from __future__ import annotations

from lsp_router.domain.decision import Attempt, Decision, Served, Verdict
from lsp_router.domain.model import Model, Tier
from lsp_router.domain.money import Tokens
from lsp_router.domain.task import Task, Work
from lsp_router.store.entry import Entry

NOON = 1_763_726_400.0


def entry(
    ident: str,
    *,
    at: float = NOON,
    model: str = "small",
    tier: Tier = Tier.FREE,
    cost: float = 0.0,
    served: bool = True,
    task: Task = Task.COMPLETION,
    attempts: tuple[Attempt, ...] | None = None,
    cache: str = "miss",
    depth: int = 0,
    tokens: Tokens = Tokens(100, 10, 5, 20, 3),
    **work,
) -> Entry:
    tried = (Attempt(model, "ok", "stop", 100.0, cost, tokens),) if attempts is None else attempts
    decision = Decision(ident, task, candidates=(Verdict(model, 1.0, "best"), Verdict("big", None, "too dear")))
    answered = Model(model, f"{model}-house", model, tier) if served else None
    wanted = Work(**{"language": "python", "project": "/home/me/shop", "session": "s1", **work})
    how = Served(decision, answered, tokens, cost, 100.0, 40.0, depth, cache, tried, "stop", ("syntax",))
    return Entry(at, how, wanted, baseline_usd=cost * 10, template="fim@1")
