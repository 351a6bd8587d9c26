"""The door for routing cases: realistic configurations, requests and states, said in more than one way."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.outside.adapter import decide

CONFIG = """
profile = "free-first"
[budget]
per_request_usd = 0.05
per_day_usd = 1.0

[providers.ollama]
kind = "ollama"
[providers.groq]
kind = "openai"
base_url = "https://api.groq.com/openai/v1"
api_key_env = "GROQ_API_KEY"
privacy = "no-train"
[providers.gate]
kind = "openai"
base_url = "https://gate.example/v1"
api_key_env = "GATE_KEY"

[[models]]
name = "local"
provider = "ollama"
model = "qwen2.5-coder:7b"
quality = { default = 6 }
latency_target_ms = 300
[[models]]
name = "free"
provider = "groq"
model = "some-oss"
tier = "free"
quality = { default = 8 }
latency_target_ms = 400
context_window = 32768
quota = { per_day = 1000 }
[[models]]
name = "paid"
provider = "gate"
model = "strong-1"
tier = "paid"
price = { input = 1.0, output = 4.0 }
quality = { default = 9.5 }
latency_target_ms = 900
capabilities = ["chat", "vision"]
context_window = 200000

[privacy]
local_only = ["**/secrets/**"]
"""


def chain(request: dict[str, Any], state: dict[str, Any] | None = None, config: str = CONFIG) -> list[str]:
    return decide(config, request, state)["chain"]


def reason(model: str, request: dict[str, Any], state: dict[str, Any] | None = None) -> str:
    return next(c["reason"] for c in decide(CONFIG, request, state)["candidates"] if c["model"] == model)


def test_it_is_the_decision_of_the_command_line() -> None:
    told = decide(CONFIG, {"instruction": "write unit tests for this module"}, None)
    assert (told["task"], told["chain"][0], told["tier"]) == ("tests", "free", "free")
    assert {c["model"] for c in told["candidates"]} == {"local", "free", "paid"}
    assert all(c["reason"] for c in told["candidates"])
    assert told["evidence"][0]["speaks_for"] == "tests"
    assert 0 < told["estimate_usd"] <= 0.05


@pytest.mark.parametrize(
    ("request_", "task"),
    [
        ({"text": "fix the crash when the list is empty"}, "debugging"),
        ({"trigger": "completion"}, "completion"),
        ({"trigger": "automatic", "language": "python"}, "completion"),
        ({"trigger": "quick_fix", "diagnostics": [{"message": "undefined name 'x'"}]}, "debugging"),
        ({"trigger": "refactor", "selection": "a\nb\nc"}, "refactor"),
        ({"task": "explicit_completion"}, "explicit-completion"),
        ({"image": True, "question": "what is on this diagram?"}, "multimodal"),
        ({"prompt": "explain this", "task": "nothing we know", "colour": "blue"}, "explain"),
        ({}, "explain"),
    ],
)
def test_requests_may_be_said_in_several_ways(request_: dict[str, Any], task: str) -> None:
    assert decide(CONFIG, request_)["task"] == task


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"file": "app/secrets/keys.py"}, {"local"}),
        ({"uri": "file:///home/me/project/.env"}, {"local"}),
        ({"path": "src/app.py", "privacy": "no-train"}, {"local", "free"}),
        ({"privacy": "local"}, {"local"}),
        ({"no_cloud": True}, {"local"}),
        ({"model": "paid"}, {"paid"}),
        ({"pin": "strong-1"}, {"paid"}),
        ({"force_paid": True}, {"paid"}),
        ({"has_image": True}, {"paid"}),
        ({"tokens": 40_000}, {"paid"}),
    ],
)
def test_who_may_serve_a_request(request_: dict[str, Any], expected: set[str]) -> None:
    assert set(chain({"instruction": "explain", **request_})) == expected


@pytest.mark.parametrize(
    ("state", "model", "says"),
    [
        ({"benched": {"free": 120}}, "free", "benched"),
        ({"open": ["free"]}, "free", "benched"),
        ({"breakers": {"groq": {"state": "open", "seconds": 60}}}, "free", "benched"),
        ({"health": {"free": "open", "paid": "closed"}}, "free", "benched"),
        ({"failures": [{"model": "free", "fault": "quota", "message": "per day"}]}, "free", "daily quota is spent"),
        ({"failures": [{"model": "paid", "kind": "rate_limit", "retry_after": 90}]}, "paid", "rate limited"),
        ({"quota": {"groq": {"remaining": 0, "limit": 1000}}}, "free", "day quota is spent"),
        ({"quota": {"free": 0}}, "free", "day quota is spent"),
        ({"quota": {"groq": {"remaining": 100, "limit": 1000}}}, "free", "kept for hard tasks"),
        ({"sent": {"free": 1000}}, "free", "requests of today are spent"),
        ({"spent": {"day": 0.9999}}, "paid", "per_day_usd"),
        ({"spent": 1.5}, "paid", "the budget is spent"),
        ({"budget": {"today_usd": 1.0}}, "paid", "the budget is spent"),
        ({"latency": {"free": 16_000}}, "free", "beyond the 15000 ms timeout"),
        ({"environ": {"GROQ_API_KEY": "x"}}, "paid", "set GATE_KEY"),
    ],
)
def test_what_has_happened_counts(state: dict[str, Any], model: str, says: str) -> None:
    request = {"instruction": "write the tests", "tokens": 2_000}
    assert says in reason(model, request, state)
    assert model not in chain(request, state)


def test_time_heals() -> None:
    state = {"now": "2026-11-21T12:00:00Z", "benched": {"free": 1_763_000_000}}
    assert chain({"instruction": "explain"}, state)[0] != "local"
    pinned = {"pins": {"tests": "local"}, "measured": {"local:tests": 9.9}}
    assert chain({"task": "tests"}, pinned) == ["local"]
    assert "quality 9.9" in reason("local", {"task": "tests"}, pinned)


@pytest.mark.parametrize(
    "config", ["", "profile = \n", "[[models]]\nname = 3\n", 'profile = "fast"\n[providers]\nx = 1\n']
)
def test_a_poor_configuration_is_a_decision_too(config: str) -> None:
    told = decide(config, {"instruction": "explain"})
    assert (told["chain"], told["model"]) == ([], None)
    assert "no model is configured" in told["note"]


def test_a_pin_that_nobody_has_says_so() -> None:
    assert "no model is called 'gpt-9'" in decide(CONFIG, {"model": "gpt-9"})["note"]


def test_neighbours_of_a_chain_share_no_pool_when_another_choice_exists() -> None:
    free = '[[models]]\nname = "{0}"\nprovider = "{1}"\nmodel = "{0}"\ntier = "free"\nquality = {{ default = 8 }}\n'
    more = '[providers.club]\nbase_url = "https://club.example/v1"\n' + "".join(
        free.format(f"club-{n}", "club") for n in range(3)
    )
    told = chain({"task": "tests"}, None, CONFIG + more)
    assert set(told) == {"local", "free", "paid", "club-0", "club-1", "club-2"}
    assert not any(a.startswith("club") and b.startswith("club") for a, b in pairwise(told)), told
