"""Fresh prices re-rank at once; prices that cannot be true are not believed."""

from __future__ import annotations

import pytest

from lsp_router.catalog.listing import Listed, Listing
from lsp_router.catalog.overlay import Overlay
from lsp_router.catalog.refresh import merge, notes
from lsp_router.catalog.roster import models_for
from lsp_router.domain.model import Dialect, Provider, Tier
from lsp_router.domain.money import Price, PriceBand, Rates

OPENROUTER = Provider("openrouter", Dialect.OPENAI, "https://openrouter.ai/api/v1", pool="openrouter")
GEMINI = Provider("gemini", Dialect.GEMINI, "https://generativelanguage.googleapis.com/v1beta")
GLM, CODER, FREE = "z-ai/glm-5.3", "qwen/qwen3-coder", "poolside/laguna-s-2.1:free"


def price(prompt: float, answer: float, *bands: PriceBand) -> Price:
    return Price(Rates(prompt, prompt, prompt, answer), bands)


def after(catalogue, *rows: Listed, provider: Provider = OPENROUTER, complete: bool = False):
    """Models by id, and what was noted, once the provider has listed these rows."""
    fresh = merge(catalogue, Overlay({provider.name: Listing(provider.name, 1.0, rows, complete)}))
    return {m.id: m for m in models_for(fresh, [provider])}, notes(fresh, [provider])


def test_a_new_price_is_the_price_at_once(catalogue):
    new = price(1.0, 3.0, PriceBand(Rates(2, 2, 2, 6), above_prompt=200_000))
    models, noted = after(catalogue, Listed(GLM, new))
    assert models[GLM].price == new
    assert noted == ()


def test_a_list_of_another_provider_changes_nothing(catalogue):
    fresh = merge(catalogue, Overlay({"other": Listing("other", 1.0, (Listed(GLM, price(1, 3)),))}))
    assert models_for(fresh, [OPENROUTER]) == models_for(catalogue, [OPENROUTER])


def test_the_catalogue_itself_is_not_changed(catalogue):
    before = catalogue.models
    after(catalogue, Listed(GLM, price(1, 3)))
    assert catalogue.models == before


@pytest.mark.parametrize(
    ("new", "believed"),
    [
        (price(1.4, 4.4), True),
        (price(0.02, 0.06), True),
        (price(100.0, 300.0), True),
        (price(0.0, 0.0), False),
        (price(0.001, 0.001), False),
        (price(200.0, 500.0), False),
        (price(1.4, 0.0), False),
        (price(0.0, 4.4), False),
    ],
)
def test_absurd_prices_are_not_believed_and_said(catalogue, new, believed):
    old = catalogue.find("openrouter", GLM).price
    models, noted = after(catalogue, Listed(GLM, new))
    assert models[GLM].price == (new if believed else old)
    assert bool(noted) != believed
    assert believed or "not believed" in noted[0]


def test_windows_are_taken_over(catalogue):
    models, _ = after(catalogue, Listed(GLM, None, 65_536, 131_072))
    assert (models[GLM].context_window, models[GLM].max_output) == (65_536, 65_536)


def test_a_model_missing_from_a_complete_list_is_out_with_the_reason(catalogue):
    models, noted = after(catalogue, Listed(GLM), complete=True)
    assert models[GLM].usable
    assert not models[CODER].usable
    assert models[CODER].why_unusable == "the provider no longer lists it"
    assert any(CODER in note for note in noted)


def test_a_model_missing_from_half_a_list_stays(catalogue):
    models, _ = after(catalogue, Listed(GLM), complete=False)
    assert models[CODER].usable


def test_a_list_that_knows_none_of_them_is_another_server_and_proves_nothing(catalogue):
    models, noted = after(catalogue, Listed("my-own-model"), complete=True)
    assert all(m.usable for m in models.values())
    assert "is its address right?" in noted[0]


@pytest.mark.parametrize("listed_as", ["claude-haiku-4-5-20251001", "claude-haiku-4-5", "claude-haiku-4-5@20251001"])
def test_a_dated_id_is_the_same_model(catalogue, listed_as):
    anthropic = Provider("anthropic", Dialect.ANTHROPIC, "https://api.anthropic.com/v1")
    models, _ = after(catalogue, Listed(listed_as), provider=anthropic, complete=True)
    assert models["claude-haiku-4-5"].usable
    assert not models["claude-haiku-5-5"].usable


def test_a_free_model_stays_free_at_price_zero_and_pays_once_it_has_a_price(catalogue):
    models, _ = after(catalogue, Listed(FREE, Price()))
    assert models[FREE].tier is Tier.FREE
    models, noted = after(catalogue, Listed(FREE, price(0.1, 0.2)))
    assert (models[FREE].tier, models[FREE].price, models[FREE].quota) == (Tier.PAID, price(0.1, 0.2), None)
    assert noted == (f"openrouter: {FREE}: is no longer free",)


def test_a_free_tier_of_a_priced_model_stays_free(catalogue):
    models, _ = after(catalogue, Listed("gemini-3.8-flash", price(0.8, 4.0)), provider=GEMINI)
    assert (models["gemini-3.8-flash"].tier, models["gemini-3.8-flash"].price) == (Tier.FREE, Price())


def test_a_second_account_has_its_own_list(catalogue):
    second = Provider("work", Dialect.OPENAI, "https://openrouter.ai/api/v1")
    fresh = merge(catalogue, Overlay({"work": Listing("work", 1.0, (Listed(GLM, price(1, 3)),))}))
    by_name = {m.name: m for m in models_for(fresh, [OPENROUTER, second])}
    assert by_name["work/glm-5.3"].price == price(1, 3)
    assert by_name["openrouter/glm-5.3"].price == catalogue.find("openrouter", GLM).price
