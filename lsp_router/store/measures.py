"""Where what was measured of models is kept: facts that every process of the user hears of."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from lsp_router.store.facts import Facts

KIND = "measured "
LASTS = 90 * 86_400.0
"""Seconds after which a measurement says nothing any more: models change under their names."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What an exam on the user's own code found about a model, for one task."""

    model: str
    task: str
    answers: int
    mark: float
    """0..1; comparable with those of the same exam."""
    exam: str
    first_token_ms: float | None = None


class Measures:
    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def keep(self, measure: Measure, now: float) -> None:
        """Replaces what an earlier exam found."""
        told = asdict(measure)
        self._facts.publish(measure.model, f"{KIND}{measure.task}", told, now + LASTS)

    def known(self) -> list[Measure]:
        """What still holds; what another version wrote in other words is passed over."""
        found = []
        for (_, kind), fact in self._facts.facts().items():
            if kind.startswith(KIND) and fact.value.keys() == set(Measure.__slots__):
                found.append(Measure(**fact.value))
        return found
