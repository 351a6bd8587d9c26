"""The models of this user: what they configured, what their providers offer, what answers on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from lsp_router.catalog import roster, source
from lsp_router.catalog.facts import Catalogue
from lsp_router.catalog.overlay import Overlay
from lsp_router.catalog.refresh import merge
from lsp_router.config import convert
from lsp_router.config.schema import Settings
from lsp_router.domain.model import Model, Provider
from lsp_router.prompts.families import template_for


@dataclass(frozen=True)
class Fleet:
    """Providers and models as they stand; a change of settings, prices or local servers makes a new one."""

    providers: Mapping[str, Provider] = field(default_factory=dict)
    models: tuple[Model, ...] = ()
    catalogue: Catalogue | None = None

    @cached_property
    def can_cost(self) -> bool:
        return any(model.usable and not model.price.free for model in self.models)


def printed(now: float) -> Catalogue:
    """The catalogue that ships with the package."""
    return source.load(template_for, now)


def assemble(settings: Settings, providers: Sequence[Provider], *, catalogue: Catalogue, overlay: Overlay) -> Fleet:
    """Who is there. A provider whose models the user listed serves those and no others."""
    by_name = {p.name: p for p in providers}
    current = merge(catalogue, overlay)
    explicit = convert.explicit_fields(settings)
    configured = [
        roster.fill(model, explicit[model.name], current, by_name.get(model.provider))
        for model in convert.to_models(settings, providers)
    ]
    stated = {name: frozenset(table.model_fields_set) for name, table in settings.providers.items()}
    listed_by_user = {model.provider for model in configured}
    names = {model.name for model in configured}
    models = roster.models_for(current, providers, configured, stated)
    wanted = tuple(m for m in models if m.name in names or m.provider not in listed_by_user)
    return Fleet(by_name, wanted, current)
