"""Lays what providers now say over what the catalogue was printed with, and believes only what can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lsp_router.catalog import prices, recognition
from lsp_router.catalog.facts import Catalogue, Offer
from lsp_router.catalog.listing import Listed, Listing
from lsp_router.catalog.overlay import Overlay
from lsp_router.domain.model import Model, Provider, Tier


def merge(catalogue: Catalogue, overlay: Overlay) -> Catalogue:
    """The catalogue as it holds now: whatever is asked of it next answers with the refreshed prices."""
    return replace(catalogue, listings=overlay.listings)


def notes(catalogue: Catalogue, providers: Sequence[Provider]) -> tuple[str, ...]:
    """What the providers' lists said that was odd, not believed, or the end of a model."""
    found: list[str] = []
    for provider in providers:
        listing = catalogue.listings.get(provider.name)
        facts = recognition.facts_of(catalogue, provider)
        odd = refreshed(catalogue.of(facts.name), listing)[1] if facts and not facts.local else ()
        found += [f"{provider.name}: {note}" for note in (*(listing.problems if listing else ()), *odd)]
    return tuple(found)


def refreshed(offers: Sequence[Offer], listing: Listing | None) -> tuple[tuple[Offer, ...], tuple[str, ...]]:
    """Offers of one provider with its own figures, and what was odd about them."""
    if listing is None:
        return tuple(offers), ()
    found = [(offer, listing.find(offer.model.id)) for offer in offers]
    if offers and not any(listed for _, listed in found):
        return tuple(offers), ("lists none of the models known there; is its address right?",)
    pairs = [_update(offer, listed) if listed else _miss(offer, listing) for offer, listed in found]
    return tuple(offer for offer, _ in pairs), tuple(note for _, note in pairs if note)


def _miss(offer: Offer, listing: Listing) -> tuple[Offer, str]:
    if not listing.complete:
        return offer, ""
    why = "the provider no longer lists it"
    gone = replace(offer.model, usable=False, why_unusable=why)
    return replace(offer, model=gone, paid=offer.paid and replace(offer.paid, usable=False, why_unusable=why)), (
        f"{offer.model.id}: {why}"
    )


def _update(offer: Offer, listed: Listed) -> tuple[Offer, str]:
    if offer.model.tier is not Tier.FREE:
        model, note = _reprice(_resize(offer.model, listed), listed)
        return replace(offer, model=model), note
    if offer.paid is None:
        return _update_free(offer, listed)
    paid, note = _reprice(_resize(offer.paid, listed), listed)
    window = min(offer.model.context_window, paid.context_window)
    free = replace(offer.model, context_window=window, max_output=min(offer.model.max_output, window))
    return Offer(free, paid), note


def _update_free(offer: Offer, listed: Listed) -> tuple[Offer, str]:
    """A model that was free as such and now has a price is a paid one: believing this costs nothing, doubting might."""
    model = _resize(offer.model, listed)
    if listed.price is None or listed.price.free:
        return Offer(model), ""
    return Offer(replace(model, tier=Tier.PAID, price=listed.price, quota=None)), f"{model.id}: is no longer free"


def _reprice(model: Model, listed: Listed) -> tuple[Model, str]:
    if listed.price is None:
        return model, ""
    doubt = prices.doubt(model.price, listed.price)
    if doubt:
        return model, f"{model.id}: price not believed: {doubt}"
    return replace(model, price=listed.price), ""


def _resize(model: Model, listed: Listed) -> Model:
    window = listed.context_window or model.context_window
    answer = listed.max_output or model.max_output
    return replace(model, context_window=window, max_output=min(answer, window))
