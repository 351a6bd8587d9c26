"""The models a user has: what the providers they named offer, and what they configured themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from lsp_router.catalog import guesses, prices, recognition
from lsp_router.catalog.description import SUFFIX, describe
from lsp_router.catalog.facts import Catalogue, Facts, Offer
from lsp_router.catalog.names import is_dated_form, stem
from lsp_router.catalog.refresh import refreshed
from lsp_router.domain.model import Capability, Dialect, Model, Provider, Tier
from lsp_router.domain.money import Price

FILLABLE = frozenset({
    "tier", "pool", "privacy", "price", "quality", "latency_target_ms", "context_window", "max_output", "capabilities",
    "fim", "quota",
})  # fmt: skip
"""Fields of a configured model that the catalogue may supply."""
NOTHING: frozenset[str] = frozenset()


def models_for(
    catalogue: Catalogue,
    providers: Sequence[Provider],
    configured: Sequence[Model] = (),
    stated: Mapping[str, frozenset[str]] | None = None,
) -> tuple[Model, ...]:
    """Everything these providers serve: configured models first, then the known ones that were not configured.

    `stated` names, by provider, the fields the user set themselves (`privacy`, `pool`): those win over the catalogue.
    A provider that cannot be used yet keeps its models, each with the reason.
    """
    by_name = {p.name: p for p in providers}
    taken = {(m.provider, m.id.lower()) for m in configured}
    names = {m.name for m in configured}
    served = (m for p in providers for m in _served(catalogue, p, (stated or {}).get(p.name, NOTHING)))
    others = (m for m in served if (m.provider, m.id.lower()) not in taken and m.name not in names)
    return tuple(_barred(model, by_name.get(model.provider)) for model in (*configured, *others))


def fill(model: Model, explicit: frozenset[str], catalogue: Catalogue, provider: Provider | None = None) -> Model:
    """A configured model with every field that the user left open taken from the catalogue, or guessed honestly."""
    home = provider or _usual(catalogue, model.provider)
    known = _choose(_known(catalogue, home, model.id), model, explicit)
    filled = replace(known, name=model.name, provider=model.provider, id=model.id, **_set(model, explicit))
    if not model.usable:
        filled = replace(filled, usable=False, why_unusable=model.why_unusable)
    return _agreed(filled, explicit, catalogue, home)


def _served(catalogue: Catalogue, provider: Provider, stated: frozenset[str]) -> tuple[Model, ...]:
    facts = recognition.facts_of(catalogue, provider)
    listing = catalogue.listings.get(provider.name)
    if listing and (facts is None or facts.local) and recognition.is_own(provider.base_url):
        rows = (row for row in listing.models if _is_text(row.id, row.capabilities))
        return tuple(describe(catalogue, provider, row.id, row) for row in rows)
    if facts is None or facts.local or facts.retired:
        return ()
    offers, _ = refreshed(catalogue.of(facts.name), listing)
    return tuple(_at_home(offer.model, provider, facts, stated) for offer in offers)


def _is_text(model_id: str, capabilities: frozenset[Capability] | None) -> bool:
    return guesses.makes_text(model_id) if capabilities is None else bool(capabilities)


def _known(catalogue: Catalogue, provider: Provider, model_id: str) -> Offer:
    """The offer for an id; without one a description, for which the provider's own list is the best witness."""
    facts = recognition.facts_of(catalogue, provider)
    listing = catalogue.listings.get(provider.name)
    if facts and not facts.local:
        offers = refreshed(catalogue.of(facts.name), listing)[0]
        exact = (offer for offer in offers if offer.model.id.lower() == model_id.lower())
        dated = (offer for offer in offers if is_dated_form(model_id, offer.model.id))
        offer = next(chain(exact, dated), None)
        if offer:
            paid = offer.paid and _at_home(offer.paid, provider, facts, NOTHING)
            return Offer(_at_home(offer.model, provider, facts, NOTHING), paid)
    return Offer(describe(catalogue, provider, model_id, listing.find(model_id) if listing else None))


def _at_home(model: Model, provider: Provider, facts: Facts, stated: frozenset[str]) -> Model:
    """An offer under the user's own name for the provider, in their own pool, with their own word on privacy."""
    base = provider.pool or provider.name
    chosen_pool = "pool" in stated or base != provider.name
    return replace(
        model,
        name=f"{provider.name}/{stem(model.id).lower()}",
        provider=provider.name,
        pool=base if chosen_pool else facts.pool_of(model.id, base),
        privacy=recognition.privacy_of(provider, model.privacy, stated="privacy" in stated),
    )


def _barred(model: Model, provider: Provider | None) -> Model:
    if not model.usable or (provider and provider.usable):
        return model
    if provider is None:
        why = f"no provider {model.provider!r} is configured; add [providers.{model.provider}]"
    elif not provider.consent:
        why = f"{provider.name} waits for your consent; run `lsp-router init` or name it in the configuration"
    else:
        why = f"{provider.name} has no key: {provider.key_hint}"
    return replace(model, usable=False, why_unusable=why)


def _choose(offer: Offer, model: Model, explicit: frozenset[str]) -> Model:
    """Whoever says that they pay, or what, has the paying account's offer; whoever says free pays nothing."""
    known = offer.model
    pays = model.tier is Tier.PAID if "tier" in explicit else "price" in explicit and not model.price.free
    if pays and known.tier is Tier.FREE:
        return offer.paid or replace(known, tier=Tier.PAID, price=prices.ASSUMED, quota=None)
    if "tier" in explicit and model.tier is not Tier.PAID:
        return replace(known, price=Price())
    return known


def _set(model: Model, explicit: frozenset[str]) -> dict[str, Any]:
    return {name: getattr(model, name) for name in explicit & FILLABLE}


def _agreed(model: Model, explicit: frozenset[str], catalogue: Catalogue, provider: Provider) -> Model:
    """A FIM template without the capability, or the other way round, is half a sentence: complete it."""
    fills = Capability.FIM in model.capabilities
    if "capabilities" in explicit and not fills:
        return replace(model, fim=None) if "fim" not in explicit else model
    if model.fim:
        return replace(model, capabilities=model.capabilities | {Capability.FIM})
    if fills:
        return replace(model, fim=catalogue.fim_of(model.id, provider.kind) or SUFFIX)
    return model


def _usual(catalogue: Catalogue, name: str) -> Provider:
    facts = catalogue.providers.get(name)
    return Provider(name, facts.kind, facts.base_url) if facts else Provider(name, Dialect.OPENAI, "")
