"""What a provider itself says it serves, as far as it says anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lsp_router.catalog.names import is_dated_form
from lsp_router.domain.model import Capability
from lsp_router.domain.money import Price


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a model list; None is what the list does not say."""

    id: str
    price: Price | None = None
    context_window: int | None = None
    max_output: int | None = None
    capabilities: frozenset[Capability] | None = None
    aliases: tuple[str, ...] = ()
    remote: bool = False
    """Listed by a local server, but run by somebody else."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A model list at a moment; `complete` is False when rows may be missing, so that absence proves nothing."""

    provider: str
    fetched_at: float
    models: tuple[Listed, ...] = ()
    complete: bool = False
    problems: tuple[str, ...] = ()
    _by_id: Mapping[str, Listed] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id = {name.lower(): row for row in self.models for name in (*row.aliases, row.id)}
        object.__setattr__(self, "_by_id", by_id)

    def find(self, model_id: str) -> Listed | None:
        """The row of an id, or of its dated form when the list has only that."""
        exact = self._by_id.get(model_id.lower())
        return exact or next((row for name, row in self._by_id.items() if is_dated_form(name, model_id)), None)
