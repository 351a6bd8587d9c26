"""How the embedded tier appears among models: in decisions, lists and the ledger. No wire leads to it."""

from __future__ import annotations

from dataclasses import replace

from lsp_router.domain.decision import Decision
from lsp_router.domain.model import Capability, Model, Quality, Tier
from lsp_router.domain.task import Privacy

NAME = "embedded"
EMBEDDED = Model(
    name=NAME,
    provider=NAME,
    id=NAME,
    tier=Tier.LOCAL,
    pool=NAME,
    privacy=Privacy.LOCAL,
    quality=Quality(4.0, source="its own confidence at each place; this is a usual one"),
    latency_target_ms=5.0,
    capabilities=frozenset({Capability.FIM}),
)


def without_embedded(decision: Decision) -> Decision:
    """The same decision for those who send requests."""
    return replace(decision, chain=tuple(model for model in decision.chain if model.name != NAME))
