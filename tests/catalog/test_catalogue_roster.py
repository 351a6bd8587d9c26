"""Which models a user has, and what is filled in where they said little."""

from __future__ import annotations

import pytest

from lsp_router.catalog import prices
from lsp_router.catalog.description import describe
from lsp_router.catalog.listing import Listed, Listing
from lsp_router.catalog.names import canonical
from lsp_router.catalog.overlay import Overlay
from lsp_router.catalog.recognition import facts_of, is_own
from lsp_router.catalog.refresh import merge
from lsp_router.catalog.roster import fill, models_for
from lsp_router.domain.model import Capability, Dialect, Model, Provider, Quality, Secret, Tier
from lsp_router.domain.money import Price, Rates
from lsp_router.domain.task import Privacy, Task

OPENROUTER = Provider("openrouter", Dialect.OPENAI, "https://openrouter.ai/api/v1", pool="openrouter")
GEMINI = Provider("gemini", Dialect.GEMINI, "https://generativelanguage.googleapis.com/v1beta")
GROQ = Provider("groq", Dialect.OPENAI, "https://api.groq.com/openai/v1", privacy=Privacy.NO_TRAIN)
OLLAMA = Provider("ollama", Dialect.OLLAMA, "http://127.0.0.1:11434", privacy=Privacy.LOCAL)
LLAMACPP = Provider("llamacpp", Dialect.LLAMACPP, "http://127.0.0.1:8080", privacy=Privacy.LOCAL)
GATEWAY = Provider("gateway", Dialect.OPENAI, "https://llm.example.com/v1")
NOTHING: frozenset[str] = frozenset()


def listing(catalogue, provider: Provider, *rows: Listed):
    return merge(catalogue, Overlay({provider.name: Listing(provider.name, 1.0, rows, complete=True)}))


# --- names


@pytest.mark.parametrize(
    ("model_id", "name"),
    [
        ("qwen/qwen3-coder-30b-a3b-instruct", "qwen3-coder-30b-a3b"),
        ("Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8", "qwen3-coder-30b-a3b"),
        ("accounts/fireworks/models/deepseek-v4p1-flash", "deepseek-v4-1-flash"),
        ("deepseek-ai/DeepSeek-R1-0528", "deepseek-r1"),
        ("/home/me/models/qwen2.5-coder-7b-instruct-q4_k_m.gguf", "qwen2-5-coder-7b"),
        (r"C:\models\Qwen2.5-Coder-1.5B-Q8_0.gguf", "qwen2-5-coder-1-5b"),
        ("qwen2.5-coder:latest", "qwen2-5-coder"),
        ("codestral-2508", "codestral"),
        ("claude-haiku-4-5-20251001", "claude-haiku-4-5"),
        ("gpt-6.1-sol-2026-09-29", "gpt-6-1-sol"),
        ("poolside/laguna-s-2.1:free", "laguna-s-2-1"),
        ("google/gemini-3.5-flash-lite", "gemini-3-5-flash-lite"),
        ("gemma-4-31b-it", "gemma-4-31b"),
        ("seed-coder-8b-base", "seed-coder-8b-base"),
        ("", ""),
    ],
)
def test_canonical_names(model_id, name):
    assert canonical(model_id) == name


# --- which provider is which


@pytest.mark.parametrize(
    ("provider", "known_as"),
    [
        (Provider("mine", Dialect.OPENAI, "https://openrouter.ai/api/v1"), "openrouter"),
        (Provider("openrouter", Dialect.OPENAI, "https://proxy.example.com/v1"), "openrouter"),
        (Provider("box", Dialect.OLLAMA, "http://gpu.lan:11434"), "ollama"),
        (Provider("x", Dialect.OPENAI, "http://127.0.0.1:1234/v1"), "lmstudio"),
        (Provider("x", Dialect.OPENAI, "http://localhost:9999/v1"), None),
        (Provider("x", Dialect.OPENAI, "https://unknown.example.com"), None),
        (Provider("x", Dialect.OPENAI, "http://[broken"), None),
        (Provider("x", Dialect.OPENAI, "http://localhost:port"), None),
    ],
)
def test_providers_are_recognised_by_place_name_or_dialect(catalogue, provider, known_as):
    facts = facts_of(catalogue, provider)
    assert (facts.name if facts else None) == known_as


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://localhost:1", True),
        ("http://127.0.0.1", True),
        ("http://[::1]:11434", True),
        ("http://192.168.1.9:11434", True),
        ("http://gpu:11434", True),
        ("http://gpu.lan:11434", True),
        ("https://ollama.com", False),
        ("http://8.8.8.8", False),
        ("", False),
        ("not a url", False),
    ],
)
def test_own_machines(url, own):
    assert is_own(url) is own


# --- the models of a set of providers


def test_a_cloud_provider_has_its_offers_under_the_users_name_and_pool(catalogue):
    mine = Provider("work", Dialect.OPENAI, "https://openrouter.ai/api/v1")
    models = {m.name: m for m in models_for(catalogue, [mine])}
    assert models["work/glm-5.3"].pool == "work"
    assert models["work/laguna-s-2.1:free"].pool == "work:free"
    assert {m.provider for m in models.values()} == {"work"}
    assert len(models) == len(catalogue.of("openrouter"))


def test_a_pool_the_user_named_is_the_pool(catalogue):
    mine = Provider("work", Dialect.OPENAI, "https://openrouter.ai/api/v1", pool="company")
    assert {m.pool for m in models_for(catalogue, [mine])} == {"company"}


def test_limits_per_model_are_pools_per_model(catalogue):
    pools = [m.pool for m in models_for(catalogue, [GROQ])]
    assert len(pools) == len(set(pools)) == 3


@pytest.mark.parametrize(
    ("declared", "stated", "free", "paid"),
    [
        (Privacy.CLOUD, NOTHING, Privacy.TRAINS, Privacy.NO_TRAIN),
        (Privacy.TRAINS, NOTHING, Privacy.TRAINS, Privacy.TRAINS),
        (Privacy.NO_TRAIN, NOTHING, Privacy.TRAINS, Privacy.NO_TRAIN),
        (Privacy.NO_TRAIN, frozenset({"privacy"}), Privacy.NO_TRAIN, Privacy.NO_TRAIN),
        (Privacy.CLOUD, frozenset({"privacy"}), Privacy.CLOUD, Privacy.CLOUD),
    ],
)
def test_the_looser_class_holds_unless_the_user_stated_one(catalogue, declared, stated, free, paid):
    gemini = Provider("gemini", Dialect.GEMINI, GEMINI.base_url, privacy=declared)
    models = {m.id: m for m in models_for(catalogue, [gemini], stated={"gemini": stated})}
    assert models["gemini-3.8-flash"].privacy is free
    assert models["gemini-4-argon"].privacy is paid


def test_a_local_server_has_what_it_lists_and_nothing_before(catalogue):
    assert models_for(catalogue, [OLLAMA]) == ()
    fresh = listing(catalogue, OLLAMA, Listed("qwen2.5-coder:7b"), Listed("nomic-embed-text:latest"), Listed("mine:3b"))
    models = {m.name: m for m in models_for(fresh, [OLLAMA])}
    assert list(models) == ["ollama/qwen2.5-coder:7b", "ollama/mine:3b"]
    assert {(m.tier, m.privacy, m.price) for m in models.values()} == {(Tier.LOCAL, Privacy.LOCAL, Price())}
    assert models["ollama/qwen2.5-coder:7b"].fim == "suffix"
    assert models["ollama/qwen2.5-coder:7b"].quality.of(Task.COMPLETION) == 7.8
    assert models["ollama/mine:3b"].quality.source == "unknown"


def test_a_model_that_a_local_server_only_passes_on_is_not_local(catalogue):
    fresh = listing(catalogue, OLLAMA, Listed("gpt-oss:120b-cloud", remote=True))
    (model,) = models_for(fresh, [OLLAMA])
    assert (model.tier, model.privacy) == (Tier.FREE, Privacy.CLOUD)


def test_a_local_servers_dialect_in_the_open_is_not_local(catalogue):
    far = Provider("ollama", Dialect.OLLAMA, "https://ollama.example.com", privacy=Privacy.LOCAL)
    model = describe(catalogue, far, "qwen2.5-coder:7b")
    assert (model.tier, model.privacy) == (Tier.PAID, Privacy.CLOUD)


def test_configured_models_come_first_and_are_not_doubled(catalogue):
    own = fill(Model("my-glm", "openrouter", "Z-AI/GLM-5.3"), NOTHING, catalogue, OPENROUTER)
    models = models_for(catalogue, [OPENROUTER], [own])
    assert models[0] == own
    assert [m.name for m in models if m.id.lower() == "z-ai/glm-5.3"] == ["my-glm"]


def test_a_name_the_user_gave_belongs_to_their_model(catalogue):
    own = Model("openrouter/glm-5.3", "gateway", "something-else")
    models = models_for(catalogue, [OPENROUTER, GATEWAY], [own])
    assert [m.provider for m in models if m.name == "openrouter/glm-5.3"] == ["gateway"]


@pytest.mark.parametrize(
    ("provider", "reason"),
    [
        (Provider("groq", Dialect.OPENAI, GROQ.base_url, key_hint="set GROQ_API_KEY"), "set GROQ_API_KEY"),
        (Provider("groq", Dialect.OPENAI, GROQ.base_url, key=Secret("k"), consent=False), "consent"),
    ],
)
def test_models_of_a_provider_that_cannot_be_used_yet_say_why(catalogue, provider, reason):
    models = models_for(catalogue, [provider])
    assert len(models) == 3
    assert all(not m.usable and reason in m.why_unusable for m in models)


def test_a_configured_model_without_a_provider_says_what_to_add(catalogue):
    (model,) = models_for(catalogue, [], [Model("m", "nowhere", "x")])
    assert not model.usable
    assert "[providers.nowhere]" in model.why_unusable


@pytest.mark.parametrize("name", ["github", "perplexity"])
def test_a_provider_that_is_gone_says_so(catalogue, name):
    model = fill(Model("m", name, "gpt-5"), NOTHING, catalogue)
    assert not model.usable
    assert "2026" in model.why_unusable


# --- filling in


def test_a_configured_model_gets_what_the_user_left_open(catalogue):
    said = Model("qwen3-coder", "openrouter", "qwen/qwen3-coder-30b-a3b-instruct", latency_target_ms=999.0)
    filled = fill(said, frozenset({"latency_target_ms"}), catalogue, OPENROUTER)
    known = catalogue.find("openrouter", said.id)
    assert (filled.name, filled.provider, filled.id) == (said.name, said.provider, said.id)
    assert filled.latency_target_ms == 999.0
    assert (filled.price, filled.quality, filled.context_window) == (known.price, known.quality, known.context_window)
    assert filled.pool == "openrouter"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tier", Tier.PAID),
        ("price", Price(Rates(1, 1, 1, 2))),
        ("quality", Quality(9.9, {}, "configured")),
        ("context_window", 4_096),
        ("max_output", 77),
        ("privacy", Privacy.NO_TRAIN),
        ("pool", "mine"),
        ("latency_target_ms", 5.0),
        ("fim", "codestral"),
        ("capabilities", frozenset({Capability.CHAT})),
    ],
)
def test_what_the_user_said_stands(catalogue, field, value):
    said = Model("m", "gemini", "gemini-3.8-flash", **{field: value})
    assert getattr(fill(said, frozenset({field}), catalogue, GEMINI), field) == value


def test_a_reason_against_it_is_not_lost(catalogue):
    said = Model("m", "openai", "gpt-6-luna", usable=False, why_unusable="switched off")
    filled = fill(said, NOTHING, catalogue)
    assert (filled.usable, filled.why_unusable) == (False, "switched off")


def test_who_pays_has_the_paying_accounts_offer(catalogue):
    paying = fill(Model("m", "gemini", "gemini-3.8-flash", tier=Tier.PAID), frozenset({"tier"}), catalogue, GEMINI)
    assert (paying.price.free, paying.quota, paying.privacy) == (False, None, Privacy.NO_TRAIN)
    free = fill(Model("m", "gemini", "gemini-3.8-flash"), NOTHING, catalogue, GEMINI)
    assert (free.tier, free.price.free, free.quota.per_day, free.privacy) == (Tier.FREE, True, 20, Privacy.TRAINS)


def test_who_states_a_price_pays(catalogue):
    said = Model("m", "groq", "openai/gpt-oss-120b", price=Price(Rates(1, 1, 1, 2)))
    filled = fill(said, frozenset({"price"}), catalogue, GROQ)
    assert (filled.tier, filled.quota, filled.context_window) == (Tier.PAID, None, 131_072)


def test_a_free_model_called_paid_is_not_paid_with_nothing(catalogue):
    said = Model("m", "openrouter", "poolside/laguna-s-2.1:free", tier=Tier.PAID)
    assert fill(said, frozenset({"tier"}), catalogue, OPENROUTER).price == prices.ASSUMED


def test_who_says_free_pays_nothing(catalogue):
    said = Model("m", "openai", "gpt-6-luna", tier=Tier.FREE)
    assert fill(said, frozenset({"tier"}), catalogue).price.free


@pytest.mark.parametrize(
    ("said", "fim", "fills"),
    [
        ({"fim": "starcoder2"}, "starcoder2", True),
        ({"capabilities": frozenset({Capability.CHAT, Capability.FIM})}, "qwen2.5-coder", True),
        ({"capabilities": frozenset({Capability.CHAT})}, None, False),
        ({}, None, False),
    ],
)
def test_a_template_and_the_capability_go_together(catalogue, said, fim, fills):
    model = fill(Model("m", "gateway", "qwen2.5-coder-7b", **said), frozenset(said), catalogue, GATEWAY)
    assert (model.fim, Capability.FIM in model.capabilities) == (fim, fills)


def test_a_dated_id_has_the_price_of_the_model_it_names(catalogue):
    filled = fill(Model("m", "openai", "gpt-6.1-sol-2026-09-29"), NOTHING, catalogue)
    assert filled.price == catalogue.find("openai", "gpt-6.1-sol").price


def test_the_providers_own_list_fills_in_what_the_catalogue_does_not_know(catalogue):
    told = Price(Rates(0.5, 0.5, 0.5, 1.0))
    fresh = listing(catalogue, OPENROUTER, Listed("new/thing-9b", told, 55_555, 4_444, frozenset({Capability.CHAT})))
    filled = fill(Model("m", "openrouter", "new/thing-9b"), NOTHING, fresh, OPENROUTER)
    assert (filled.price, filled.context_window, filled.max_output) == (told, 55_555, 4_444)


# --- honest defaults


@pytest.mark.parametrize(
    ("provider", "model_id", "skills", "fim"),
    [
        (OLLAMA, "qwen2.5-coder:1.5b", {"chat", "fim"}, "suffix"),
        (OLLAMA, "qwen2.5-coder:7b-base", {"fim"}, "suffix"),
        (OLLAMA, "granite-code:8b-base", {"fim"}, "starcoder"),
        (OLLAMA, "llama3.3", {"chat", "tools"}, None),
        (OLLAMA, "deepseek-r1:8b", {"chat", "reasoning"}, None),
        (OLLAMA, "llava:13b", {"chat", "vision"}, None),
        (LLAMACPP, "/models/starcoder2-3b-Q4_K_M.gguf", {"fim"}, "suffix"),
        (LLAMACPP, "somebody.gguf", {"chat"}, None),
        (GATEWAY, "qwen2.5-coder-7b", {"chat"}, None),
        (GATEWAY, "gpt-7-mini", {"chat", "vision", "reasoning"}, None),
        (GATEWAY, "who-knows", {"chat"}, None),
    ],
)
def test_abilities_are_told_from_the_name_and_the_server(catalogue, provider, model_id, skills, fim):
    model = describe(catalogue, provider, model_id)
    assert (model.capabilities, model.fim) == (skills, fim)


def test_an_unknown_model_is_dear_and_of_unknown_quality(catalogue):
    model = describe(catalogue, GATEWAY, "who-knows")
    assert (model.tier, model.price, model.quality.source) == (Tier.PAID, prices.ASSUMED, "unknown")
    assert (model.pool, model.privacy, model.name) == ("gateway", Privacy.CLOUD, "gateway/who-knows")


def test_size_is_all_that_an_unknown_model_is_judged_by(catalogue):
    sizes = [describe(catalogue, OLLAMA, f"thing:{size}") for size in ("1b", "4b", "8b", "14b", "32b", "70b")]
    assert [m.quality.default for m in sizes] == sorted({m.quality.default for m in sizes})
    assert [m.latency_target_ms for m in sizes] == sorted({m.latency_target_ms for m in sizes})


def test_a_free_model_nobody_knows_has_the_quota_and_class_of_its_kind(catalogue):
    model = describe(catalogue, OPENROUTER, "new/thing:free")
    assert (model.tier, model.price.free, model.privacy) == (Tier.FREE, True, Privacy.TRAINS)
    assert (model.pool, model.quota.per_day) == ("openrouter:free", 50)


def test_a_local_window_is_no_larger_than_servers_open_unasked(catalogue):
    assert describe(catalogue, OLLAMA, "qwen3-coder:30b").context_window == 32_768
    assert describe(catalogue, OLLAMA, "qwen3-coder:30b", Listed("x", None, 65_536)).context_window == 65_536
