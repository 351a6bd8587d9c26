"""How often each model fails, as the ledger has seen it, with a little of what is usual where it has seen little."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from lsp_router.domain.model import Model, Tier
from lsp_router.domain.wire import Fault

USUAL = {Tier.LOCAL: 0.01, Tier.FREE: 0.05, Tier.PAID: 0.01}
"""Shares of attempts that fail before anything is measured: free tiers are busy, paid ones seldom."""
MANNER = {Tier.LOCAL: Fault.CONNECTION, Tier.FREE: Fault.RATE_LIMIT, Tier.PAID: Fault.SERVER}
DOUBT = 20.0
"""Attempts that what is usual weighs as much as."""
NO_FAULT = frozenset({Fault.CANCELLED, Fault.BUDGET, Fault.REJECTED})
"""Ends of an attempt that say nothing about whether the model was there."""


@dataclass(frozen=True, slots=True)
class Odds:
    """`tries` is how often each model's attempts ended how."""

    tries: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def measured(self, name: str) -> int:
        """Attempts at a model that say something."""
        return sum(count for outcome, count in self.tries.get(name, {}).items() if outcome == "ok" or _fault(outcome))

    def faults(self, model: Model) -> dict[Fault, float]:
        """Each fault with how likely an attempt ends in it."""
        outcomes = self.tries.get(model.name, {})
        weight = self.measured(model.name) + DOUBT
        shares = {MANNER[model.tier]: USUAL[model.tier] * DOUBT / weight}
        for outcome, count in outcomes.items():
            fault = _fault(outcome)
            if fault:
                shares[fault] = shares.get(fault, 0.0) + count / weight
        return shares

    def failing(self, model: Model) -> float:
        return sum(self.faults(model).values())

    def draw(self, model: Model, dice: random.Random) -> Fault | None:
        """How one attempt ends; None when well."""
        left = dice.random()
        for fault, chance in self.faults(model).items():
            left -= chance
            if left < 0:
                return fault
        return None


def _fault(outcome: str) -> Fault | None:
    found = next((fault for fault in Fault if fault.value == outcome), None)
    return None if found in NO_FAULT else found
