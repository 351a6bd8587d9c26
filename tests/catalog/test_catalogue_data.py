"""Every row of the bundled catalogue makes sense, there are enough of them, and they weigh little."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

import lsp_router.catalog
from lsp_router.catalog.names import canonical
from lsp_router.catalog.source import DATA, build, load
from lsp_router.domain.model import Capability, Model, Tier
from lsp_router.domain.money import Rates
from lsp_router.domain.task import Privacy, Task
from lsp_router.prompts import fim
from lsp_router.prompts.families import template_for

FILE = Path(lsp_router.catalog.__file__).with_name(DATA)
MODELS = load(template_for).models
CLOUD = [m for m in MODELS if m.tier is not Tier.LOCAL]


def rates(model: Model) -> list[Rates]:
    return [model.price.base, *(band.rates for band in model.price.bands)]


def test_there_are_enough_models_of_enough_providers(catalogue):
    cloud = {m.provider for m in CLOUD}
    assert len(MODELS) >= 90
    assert len(CLOUD) >= 60
    assert len(cloud) >= 12
    assert {"openrouter", "deepseek", "mistral", "codestral", "groq", "cerebras", "gemini", "anthropic"} <= cloud
    assert {"openai", "together", "fireworks", "xai", "moonshot", "zai", "dashscope", "nvidia", "cohere"} <= cloud
    assert {"ollama", "llamacpp", "lmstudio", "vllm"} <= {m.provider for m in MODELS if m.tier is Tier.LOCAL}
    assert {m.provider for m in MODELS} <= catalogue.providers.keys()


def test_it_is_dated_and_says_where_its_prices_come_from(catalogue):
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", catalogue.dated)
    assert catalogue.source.startswith("genai-prices ")


def test_the_baseline_of_savings_is_the_published_premium_model(catalogue):
    assert catalogue.baseline.name
    assert (catalogue.baseline.rates.input, catalogue.baseline.rates.output) == (2.5, 10.0)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_every_row_makes_sense(model):
    for r in rates(model):
        assert min(r.input, r.cached, r.written, r.output, r.request) >= 0
        assert r.cached <= r.input <= r.written
    assert (model.tier is Tier.PAID) == (not model.price.free)
    assert model.capabilities & {Capability.CHAT, Capability.FIM}
    assert (Capability.FIM in model.capabilities) == (model.fim is not None)
    assert model.fim is None or model.fim in fim.names()
    assert 0 < model.max_output <= model.context_window <= 2_000_000
    assert 50 <= model.latency_target_ms <= 5_000
    assert model.pool
    assert model.privacy in Privacy
    assert (model.privacy is Privacy.LOCAL) == (model.tier is Tier.LOCAL)
    assert model.usable


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_every_quality_has_a_source_and_lies_in_range_for_every_task(model):
    assert re.match(r"aider polyglot \d|published example data|estimate", model.quality.source)
    assert model.quality.by_task.keys() <= {task.value for task in Task}
    assert all(0 < model.quality.of(task) <= 10 for task in Task)


def test_an_estimate_never_claims_the_top():
    assert max(m.quality.default for m in MODELS if m.quality.source.startswith("estimate")) <= 9.8


def test_names_are_unique_and_say_where_the_model_is():
    assert [name for name, n in Counter(m.name for m in MODELS).items() if n > 1] == []
    assert all(m.name.startswith(f"{m.provider}/") for m in MODELS)


@pytest.mark.parametrize(
    ("provider", "per_minute", "per_day", "resets"),
    [
        ("codestral/codestral-latest", 30, 2_000, "utc"),
        ("cerebras/gpt-oss-120b", 30, 14_400, "utc"),
        ("groq/gpt-oss-120b", 30, 1_000, "rolling"),
        ("gemini/gemini-3.8-flash", 5, 20, "pacific"),
        ("gemini/gemini-3.5-flash-lite", 15, 500, "pacific"),
        ("openrouter/laguna-s-2.1:free", 20, 50, "utc"),
        ("nvidia/gpt-oss-120b", 40, 10_000, "utc"),
    ],
)
def test_free_tiers_grant_what_is_published(provider, per_minute, per_day, resets):
    quota = next(m for m in MODELS if m.name == provider).quota
    assert quota is not None
    assert (quota.per_minute, quota.per_day, quota.resets) == (per_minute, per_day, resets)


def test_a_free_tier_that_counts_tokens_by_the_minute_has_no_larger_window(catalogue):
    offer = catalogue.offers["groq", "openai/gpt-oss-120b"]
    assert (offer.model.context_window, offer.model.max_output) == (8_000, 8_000)
    assert offer.paid.context_window == 131_072


def test_models_of_one_free_quota_share_a_pool_and_paying_ones_do_not_share_it():
    pools = {m.pool for m in MODELS if m.id.endswith(":free")}
    assert pools == {"openrouter:free"}
    assert "openrouter:free" not in {m.pool for m in MODELS if m.tier is Tier.PAID}


def test_free_code_goes_where_it_may_be_trained_on_only_under_that_name():
    free = [m for m in MODELS if m.tier is Tier.FREE and m.provider in {"openrouter", "gemini", "nvidia", "codestral"}]
    assert len(free) > 15
    assert {m.privacy for m in free} == {Privacy.TRAINS}


def test_every_provider_says_why_it_has_its_privacy_class_and_when_it_was_looked_at(catalogue):
    for facts in catalogue.providers.values():
        assert facts.why
        assert re.fullmatch(r"20\d\d-\d\d", facts.checked)
        assert facts.base_url.startswith(("https://", "http://localhost"))
        assert bool(facts.keys) != facts.local


@pytest.mark.parametrize(
    ("name", "tokens", "dearer"),
    [
        ("anthropic/claude-haiku-5-5", 100_000, 5.0),
        ("openai/gpt-6.1-sol", 272_000, 2.0),
        ("gemini/gemini-3.1-pro-preview", 200_000, 2.0),
        ("dashscope/qwen3-coder-plus", 32_000, 1.8),
    ],
)
def test_long_prompts_cost_more_where_the_provider_says_so(name, tokens, dearer):
    price = next(m for m in MODELS if m.name == name).price
    assert price.at(tokens).input == price.base.input
    assert price.at(tokens + 1).input == pytest.approx(price.base.input * dearer)


@pytest.mark.parametrize(("hour", "factor"), [(0.5, 1), (1.0, 2), (3.99, 2), (4.0, 1), (6.0, 2), (10.0, 1), (23.0, 1)])
def test_deepseek_costs_twice_in_its_peak_hours(hour, factor):
    price = next(m for m in MODELS if m.name == "deepseek/deepseek-flash").price
    assert price.at(1_000, now=hour * 3600).output == pytest.approx(price.base.output * factor)


def test_announced_prices_take_effect_on_their_day():
    now, later = (load(template_for, moment).find("gemini", "gemini-4-argon") for moment in (1795e6, 1797e6))
    assert now is not None
    assert later is not None
    assert later.price.base.output == 2 * now.price.base.output


def test_weights_are_kept_under_their_canonical_names():
    rows = json.loads(FILE.read_text("utf-8"))["weights"]
    names = [(name, *row.get("aka", ())) for name, row in rows.items()]
    assert [n for n in itertools.chain.from_iterable(names) if canonical(n) != n] == []
    assert len(set(itertools.chain.from_iterable(names))) == sum(map(len, names))


def test_a_row_that_names_unknown_weights_is_not_swallowed():
    document = json.loads(FILE.read_text("utf-8"))
    document["offers"]["openai"][0] = {"id": "gpt-99", "price": {"rates": [1, 1, 1, 1]}}
    with pytest.raises(KeyError):
        build(document, template_for)


def test_the_file_and_what_is_made_of_it_are_small():
    tracemalloc.start()
    catalogue = load(template_for)
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert catalogue.models
    assert FILE.stat().st_size < 200_000
    assert held < 2_000_000
    assert peak < 5_000_000


def test_importing_the_room_reads_nothing_and_needs_nothing_heavy():
    heavy = {"httpx", "pydantic", "numpy", "genai_prices", "rich", "lsprotocol", "importlib.resources"}
    code = (
        "import sys; import lsp_router.catalog.source, lsp_router.catalog.roster, lsp_router.catalog.formats;"
        "print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert heavy & set(loaded) == set()
