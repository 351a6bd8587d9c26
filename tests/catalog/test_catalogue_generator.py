"""The bundled file is what the generator makes of the tables beside it, and of nothing else."""

from __future__ import annotations

import json
from datetime import date
from importlib.metadata import version

import pytest
from genai_prices.types import ConditionalPrice, ModelInfo, ModelPrice, StartDateConstraint, Tier, TieredPrices

from lsp_router.domain.money import PriceBand, Rates
from tests.catalog import generate_catalogue as generator


def test_the_bundled_file_is_what_the_generator_makes():
    bundled = generator.TARGET.read_text("utf-8")
    made_of = json.loads(bundled)
    here = f"genai-prices {version('genai-prices')}"
    if made_of["source"] != here:
        pytest.skip(f"the file was made of {made_of['source']}, installed is {here}")
    assert generator.generate(made_of["dated"]) == bundled


@pytest.mark.parametrize(
    ("quality", "value", "source"),
    [
        ({"published": 8.8}, 8.8, "published example data"),
        ({"guess": 7.0}, 7.0, "estimate"),
        ({"bench": "half"}, 8.41, "polyglot 2026-01-01: half 50 %"),
        ({"after": "half", "generations": 2}, 8.61, "estimate for a successor; polyglot 2026-01-01: half 50 %"),
        ({"after": "all", "generations": 3}, 9.8, "estimate for a successor; polyglot 2026-01-01: all 100 %"),
    ],
)
def test_qualities_say_where_they_come_from(quality, value, source):
    rows = {"half": {"pass": 50, "date": "2026-01-01"}, "all": {"pass": 100, "date": "2026-01-01"}}
    assert generator.judge(quality, {"name": "polyglot", "rows": rows}) == (value, source)


def info(*entries: ConditionalPrice) -> ModelInfo:
    return ModelInfo(id="m", match=None, prices=list(entries))


def flat(dollars: float, begins: date | None = None) -> ConditionalPrice:
    price = ModelPrice(input_mtok=dollars, output_mtok=dollars)
    return ConditionalPrice(constraint=StartDateConstraint(start_date=begins) if begins else None, prices=price)


def test_the_price_of_the_day_is_the_last_that_has_begun_and_later_ones_are_kept():
    model = info(flat(1), flat(2, date(2026, 5, 1)), flat(3, date(2027, 1, 1)))
    now, later = generator.schedule(model, date(2026, 11, 21))
    assert now[1].base == Rates(2, 2, 2, 2)
    assert later == (1798761600.0, generator.Price(Rates(3, 3, 3, 3)))


def test_steps_by_prompt_length_become_bands():
    steps = TieredPrices(base=1, tiers=[Tier(start=1_000, price=2)])
    model = info(ConditionalPrice(prices=ModelPrice(input_mtok=steps, cache_read_mtok=0.1, output_mtok=5)))
    ((_, price),) = generator.schedule(model, date(2026, 11, 21))
    assert price.base == Rates(1, 0.1, 1, 5)
    assert price.bands == (PriceBand(Rates(2, 0.1, 2, 5), above_prompt=1_000),)


def test_a_model_the_price_source_does_not_know_is_a_gap_not_a_free_model():
    with pytest.raises(generator.Gap, match="no 'gpt-99' at openai"):
        generator.look_up("openai", "gpt-99")


def test_a_model_its_provider_has_given_up_is_a_gap():
    with pytest.raises(generator.Gap, match="deprecated"):
        generator.look_up("cerebras", "llama-3.3-70b")


def test_a_row_without_a_price_is_a_gap():
    with pytest.raises(generator.Gap, match="without a price"):
        generator.schedule(info(ConditionalPrice(prices=ModelPrice())), date(2026, 11, 21))


def test_a_benchmark_row_is_the_figure_of_the_public_one(shared_eval):
    published = json.loads((shared_eval / "routing_models.json").read_text("utf-8"))["models"]
    figures = {(row["model"], row["date"]): row["pass_rate"] for row in published}
    rows = generator.read_tables().benchmark["rows"]
    for name, row in rows.items():
        found = [rate for (model, day), rate in figures.items() if model.startswith(name) and day == row["date"]]
        assert found == [row["pass"]], name
