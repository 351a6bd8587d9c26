"""Several requests of one user action as one: what it took altogether, under the decision that says most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lsp_router.domain.decision import Served
from lsp_router.domain.money import Tokens


def together(history: Sequence[Served]) -> Served | None:
    """The first that a model served well, with everybody's attempts, tokens and cost; None when nobody was asked."""
    if not history:
        return None
    asked = [served for served in history if served.attempts]
    good = (served for served in asked if served.model is not None and served.attempts[-1].outcome == "ok")
    first = next(good, asked[0] if asked else history[0])
    if len(asked) < 2:
        return first
    return replace(
        first,
        attempts=tuple(attempt for served in asked for attempt in served.attempts),
        tokens=sum((served.tokens for served in asked), Tokens()),
        cost_usd=sum(served.cost_usd for served in asked),
        latency_ms=sum(served.latency_ms for served in asked),
        fallback_depth=max(served.fallback_depth for served in asked),
    )
