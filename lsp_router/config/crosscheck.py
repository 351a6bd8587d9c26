"""What is wrong only when the tables are seen together: names that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lsp_router.config.layers import Place
from lsp_router.config.problem import Problem, closest
from lsp_router.config.schema import Settings
from lsp_router.config.tree import Path
from lsp_router.config.wellknown import WELL_KNOWN, find


def crosschecked(settings: Settings, places: Mapping[Path, Place]) -> list[Problem]:
    return [*_addresses(settings, places), *_references(settings, places)]


def _addresses(settings: Settings, places: Mapping[Path, Place]) -> Iterator[Problem]:
    for name, table in settings.providers.items():
        if table.enabled and not table.base_url and not find(name):
            place = _somewhere(places, ("providers", name))
            yield Place(place.layer, ("providers", name, "base_url")).problem(
                "a provider that is not well known needs an address, so it is not used",
                f"an address here, or a well-known name: {', '.join(known.name for known in WELL_KNOWN)}",
            )


def _references(settings: Settings, places: Mapping[Path, Place]) -> Iterator[Problem]:
    names = [*settings.providers, *(known.name for known in WELL_KNOWN)]
    for model in settings.models:
        if model.provider and model.provider not in names:
            meant = closest(model.provider, names)
            hint = f"did you mean `{meant}`?" if meant else f"add a table [providers.{model.provider}]"
            place = places[("models", model.name, "provider")]
            yield place.problem(
                f"there is no provider of this name, so the model is not used; {hint}", ", ".join(names)
            )


def _somewhere(places: Mapping[Path, Place], table: Path) -> Place:
    """Any key of a table tells which layer made it."""
    return next(place for path, place in places.items() if path[: len(table)] == table)
