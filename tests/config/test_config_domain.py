"""From settings to what routing knows."""

from __future__ import annotations

import pytest

from lsp_router.config.convert import (
    configured,
    explicit_fields,
    local_servers,
    to_limits,
    to_models,
    to_policies,
    to_providers,
)
from lsp_router.config.keys import Keys
from lsp_router.config.wellknown import WELL_KNOWN
from lsp_router.domain.model import Capability, Dialect, Provider, Quality, Quota, Tier
from lsp_router.domain.money import Price, Rates
from lsp_router.domain.task import Limits, Prefer, Privacy, Task, TaskPolicy

from .conftest import World

PROMISED = [
    ("openrouter", "OPENROUTER_API_KEY"),
    ("deepseek", "DEEPSEEK_API_KEY"),
    ("mistral", "MISTRAL_API_KEY"),
    ("codestral", "CODESTRAL_API_KEY"),
    ("groq", "GROQ_API_KEY"),
    ("cerebras", "CEREBRAS_API_KEY"),
    ("gemini", "GEMINI_API_KEY"),
    ("anthropic", "ANTHROPIC_API_KEY"),
    ("openai", "OPENAI_API_KEY"),
    ("together", "TOGETHER_API_KEY"),
]


def providers(world: World, text: str = "", consents: dict[str, bool] | None = None) -> dict[str, Provider]:
    world.user(text)
    return {p.name: p for p in to_providers(world.load().settings, Keys(world.environ), consents)}


@pytest.mark.parametrize(
    ("task", "tokens", "timeout"),
    [
        (Task.COMPLETION, 128, 1_500),
        (Task.BOILERPLATE, 500, 15_000),
        (Task.DEBUGGING, 800, 15_000),
        (Task.ALGORITHM, 1_500, 15_000),
        (Task.REVIEW, 1_200, 15_000),
        (Task.ARCHITECTURE, 2_000, 15_000),
    ],
)
def test_the_published_limits_are_the_defaults(world: World, task: Task, tokens: int, timeout: int) -> None:
    policy = to_policies(world.load().settings)[task]
    assert (policy.max_output_tokens, policy.timeout_ms) == (tokens, timeout)


def test_every_task_has_a_policy_and_the_hard_ones_are_marked(world: World) -> None:
    policies = to_policies(world.load().settings)
    assert set(policies) == set(Task)
    hard = {task for task, policy in policies.items() if policy.hard}
    assert hard == {Task.ALGORITHM, Task.ARCHITECTURE, Task.DEBUGGING, Task.REFACTOR, Task.SPEC}
    assert policies[Task.COMPLETION].prefer is Prefer.LATENCY
    assert all(policy.latency_budget_ms <= policy.timeout_ms for policy in policies.values())


def test_a_task_as_configured(world: World) -> None:
    world.user(
        '[tasks.docs]\nchain = ["a", "b"]\nmax_output_tokens = 9\ntemperature = 0\ntimeout_ms = 700\n'
        'latency_budget_ms = 600\nprefer = "price"\nhard = true'
    )
    assert to_policies(world.load().settings)[Task.DOCS] == TaskPolicy(
        Task.DOCS, 9, 0.0, 700, 600, Prefer.PRICE, ("a", "b"), hard=True
    )


def test_limits(world: World) -> None:
    assert to_limits(world.load().settings) == Limits(0.05, 1.0, 0.5, 0.05)
    world.user('[budget]\nper_day_usd = "unlimited"\nper_session_usd = 0')
    assert to_limits(world.load().settings) == Limits(0.05, None, 0.0, 0.05)


def test_without_config_and_keys_there_is_nobody(world: World) -> None:
    assert providers(world) == {}


@pytest.mark.parametrize(("name", "variable"), PROMISED)
def test_a_well_known_key_makes_a_provider_that_waits_for_consent(world: World, name: str, variable: str) -> None:
    world.environ[variable] = "k"
    found = providers(world)
    assert list(found) == [name]
    assert (found[name].consent, found[name].usable, found[name].pool) == (False, False, name)
    assert found[name].base_url.startswith("https://")
    assert found[name].key.reveal() == "k"


def test_the_table_of_well_known_providers_is_whole() -> None:
    assert [(known.name, known.key_env) for known in WELL_KNOWN if known.key_env] == PROMISED
    assert {known.name: known.base_url for known in WELL_KNOWN if not known.key_env} == {
        "ollama": "http://127.0.0.1:11434",
        "llamacpp": "http://127.0.0.1:8080",
        "vllm": "http://127.0.0.1:8000/v1",
        "lmstudio": "http://127.0.0.1:1234/v1",
    }


@pytest.mark.parametrize(
    ("text", "consents", "consent"),
    [
        ("", {}, False),
        ("", {"groq": True}, True),
        ("", {"groq": False}, None),
        ("[privacy]\nuse_found_keys = true", {}, True),
        ("[privacy]\nuse_found_keys = true", {"groq": False}, None),
        ("[privacy]\nuse_found_keys = false", {"groq": True}, None),
        ("[providers.groq]", {}, True),
        ("[providers.groq]", {"groq": False}, True),
        ("[privacy]\nuse_found_keys = false\n[providers.groq]", {}, True),
        ('[[models]]\nname = "m"\nprovider = "groq"', {}, True),
        ("[providers.groq]\nenabled = false", {"groq": True}, None),
        ('[providers.groq]\nenabled = false\n[[models]]\nname = "m"\nprovider = "groq"', {}, None),
    ],
)
def test_consent(world: World, text: str, consents: dict[str, bool], consent: bool | None) -> None:
    world.environ["GROQ_API_KEY"] = "k"
    found = providers(world, text, consents)
    assert (found["groq"].consent if "groq" in found else None) is consent


@pytest.mark.parametrize(
    ("table", "privacy"),
    [
        ("[providers.groq]", Privacy.NO_TRAIN),
        ('[providers.groq]\nprivacy = "trains"', Privacy.TRAINS),
        ('[providers.groq]\nbase_url = "https://proxy.example"', Privacy.CLOUD),
        ("[providers.ollama]", Privacy.LOCAL),
        ('[providers.ollama]\nbase_url = "http://localhost:9999"', Privacy.LOCAL),
        ('[providers.ollama]\nbase_url = "http://gpu.example:11434"', Privacy.CLOUD),
        ('[providers.ollama]\nbase_url = "http://gpu.example:11434"\nprivacy = "local"', Privacy.LOCAL),
        ('[providers.x]\nkind = "llamacpp"\nbase_url = "http://[::1]:8081"', Privacy.LOCAL),
        # a gateway on this machine sends code on to wherever it likes
        ('[providers.x]\nbase_url = "http://localhost:4000"', Privacy.CLOUD),
    ],
)
def test_privacy_is_never_assumed_to_be_better_than_it_is(world: World, table: str, privacy: Privacy) -> None:
    (provider,) = providers(world, table).values()
    assert provider.privacy is privacy


def test_a_provider_as_configured(world: World) -> None:
    world.environ |= {"MY_KEY": "k", "TEAM": "t"}
    (provider,) = providers(
        world,
        """
[providers.mine]
kind = "anthropic"
base_url = "https://mine.example/"
api_key_env = "MY_KEY"
pool = "shared"
privacy = "no-train"
max_concurrency = 9
headers = { X-A = "1" }
header_env = { X-Team = "TEAM", X-Absent = "ABSENT" }
bills_aborts = true
""",
    ).values()
    assert (provider.kind, provider.base_url) == (Dialect.ANTHROPIC, "https://mine.example")
    assert (provider.pool, provider.privacy, provider.max_concurrency) == ("shared", Privacy.NO_TRAIN, 9)
    assert (provider.headers, provider.bills_aborts) == ({"X-A": "1", "X-Team": "t"}, True)
    assert (provider.key.reveal(), provider.key_hint, provider.usable) == ("k", "set MY_KEY", True)


def test_a_well_known_name_keeps_what_was_not_set(world: World) -> None:
    (provider,) = providers(world, "[providers.anthropic]\nmax_concurrency = 1").values()
    assert (provider.kind, provider.base_url) == (Dialect.ANTHROPIC, "https://api.anthropic.com/v1")
    assert (provider.max_concurrency, provider.usable, provider.key_hint) == (1, False, "set ANTHROPIC_API_KEY")


def test_a_provider_without_an_address_does_not_exist(world: World) -> None:
    assert providers(world, '[providers.mine]\nkind = "openai"') == {}


def test_local_servers_are_those_not_configured(world: World) -> None:
    world.user("[providers.ollama]\n[providers.vllm]\nenabled = false")
    settings = world.load().settings
    assert [(p.name, p.privacy, p.consent) for p in local_servers(settings)] == [
        ("llamacpp", Privacy.LOCAL, True),
        ("lmstudio", Privacy.LOCAL, True),
    ]
    assert list(configured(settings)) == ["ollama"]


MODELS = """
[providers.openrouter]
pool = "shared"
[[models]]
name = "full"
provider = "openrouter"
model = "qwen/qwen3-coder"
tier = "paid"
price = { input = 0.07, cached = 0.02, output = 0.35, request = 0.1 }
quality = { default = 8.8, algorithm = 8.2 }
latency_target_ms = 350
context_window = 131072
max_output = 4096
capabilities = ["chat", "fim"]
fim = "qwen2.5-coder"
quota = { per_minute = 20, resets = "pacific" }
[[models]]
name = "bare"
provider = "groq"
[[models]]
name = "free"
provider = "openrouter"
price = { output = 0 }
[[models]]
name = "here"
provider = "ollama"
[[models]]
name = "nowhere"
"""


def test_models(world: World) -> None:
    world.environ["OPENROUTER_API_KEY"] = "k"
    found = providers(world, MODELS).values()
    settings = world.load().settings
    full, bare, free, here, nowhere = to_models(settings, found)
    assert (full.id, full.tier, full.pool, full.privacy) == ("qwen/qwen3-coder", Tier.PAID, "shared", Privacy.CLOUD)
    assert full.price == Price(Rates(0.07, 0.02, 0.07, 0.35, 0.1))
    assert full.quality == Quality(8.8, {"algorithm": 8.2}, "configured")
    assert (full.latency_target_ms, full.context_window, full.max_output) == (350, 131_072, 4_096)
    assert (full.capabilities, full.fim) == ({Capability.CHAT, Capability.FIM}, "qwen2.5-coder")
    assert (full.quota, full.usable) == (Quota(20, None, "pacific"), True)
    assert (bare.id, bare.tier, bare.privacy, bare.quota) == ("bare", Tier.PAID, Privacy.NO_TRAIN, None)
    assert (bare.usable, bare.why_unusable) == (False, "groq has no key: set GROQ_API_KEY")
    assert free.tier is Tier.FREE
    assert (here.tier, here.privacy, here.usable) == (Tier.LOCAL, Privacy.LOCAL, True)
    assert (nowhere.usable, nowhere.why_unusable) == (False, "it names no provider")


def test_a_catalogue_may_fill_in_what_nobody_set(world: World) -> None:
    world.user(MODELS)
    fields = explicit_fields(world.load().settings)
    assert fields["bare"] == {"name", "provider"}
    assert {"id", "price", "quality", "quota", "fim"} <= fields["full"]
    assert "model" not in fields["full"]


def test_a_cache_price_nobody_named_promises_no_discount(world: World) -> None:
    world.user('[[models]]\nname = "m"\nprice = { input = 2, output = 4 }')
    (model,) = to_models(world.load().settings, [])
    assert model.price.base == Rates(2, 2, 2, 4)
