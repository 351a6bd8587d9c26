"""What providers say about themselves, fetched from a scripted server."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from lsp_router.domain.model import Dialect, Secret
from lsp_router.domain.wire import Failed, Fault
from lsp_router.providers.listings import PROBE_PATIENCE, key_status, list_models, probe
from lsp_router.providers.transport import HttpTransport
from tests.providers.loopback import Heard, Loopback, Script, now


@pytest.fixture
async def wire():
    async with HttpTransport() as transport:
        yield transport


def pages(**answers: Any):
    """Answers by path, slashes written as underscores; 404 elsewhere."""

    def answer(heard: Heard) -> Script:
        name = heard.path.partition("?")[0].strip("/").replace("/", "_")
        if name not in answers:
            return Script(now("404 page not found"), status=404)
        said = answers[name]
        return Script(now(json.dumps(said(heard) if callable(said) else said)))

    return answer


@pytest.mark.parametrize(
    ("kind", "base", "answers", "models"),
    [
        (
            Dialect.OPENAI,
            "",
            {"v1_models": {"data": [{"id": "a", "pricing": {"prompt": "0.000001"}}]}},
            [{"id": "a", "pricing": {"prompt": "0.000001"}}],
        ),
        (Dialect.OPENAI, "/api/v1", {"api_v1_models": [{"id": "a"}, "rubbish"]}, [{"id": "a"}]),
        (Dialect.MISTRAL, "/v1", {"v1_models": {"data": [{"id": "codestral"}]}}, [{"id": "codestral"}]),
        (Dialect.ANTHROPIC, "", {"v1_models": {"data": [{"id": "claude"}]}}, [{"id": "claude"}]),
        (Dialect.GEMINI, "", {"v1beta_models": {"models": [{"name": "models/g"}]}}, [{"name": "models/g"}]),
        (
            Dialect.LLAMACPP,
            "",
            {"v1_models": {"data": [{"id": "q"}]}, "props": {"default_generation_settings": {"n_ctx": 4096}}},
            [{"id": "q", "props": {"default_generation_settings": {"n_ctx": 4096}}}],
        ),
        (Dialect.LLAMACPP, "", {"v1_models": {"data": [{"id": "q"}]}}, [{"id": "q", "props": {}}]),
        (
            Dialect.OLLAMA,
            "",
            {
                "api_tags": {"models": [{"name": "q:7b"}, {"name": "gone"}]},
                "api_show": lambda heard: (
                    {"capabilities": ["completion", "insert"], "model_info": {"qwen2.context_length": 32768}}
                    if heard.body["model"] == "q:7b"
                    else {}
                ),
            },
            [
                {"name": "q:7b", "capabilities": ["completion", "insert"], "context_length": 32768},
                {"name": "gone", "capabilities": [], "context_length": None},
            ],
        ),
        (Dialect.OPENAI, "", {"v1_models": "nothing we know"}, []),
    ],
)
async def test_models_as_each_api_lists_them(wire, kind, base, answers, models) -> None:
    async with Loopback(pages(**answers)) as server:
        assert await list_models(wire, server.provider(kind, base_url=server.url + base)) == models
        assert all(heard.method == ("POST" if heard.path == "/api/show" else "GET") for heard in server.heard)


async def test_a_long_list_may_come_compressed(wire) -> None:
    packed = gzip.compress(json.dumps({"data": [{"id": f"m{n}"} for n in range(2_000)]}).encode())
    async with Loopback(lambda _: Script(now(packed), headers={"content-encoding": "gzip"})) as server:
        assert len(await list_models(wire, server.provider())) == 2_000
        assert "gzip" in server.heard[0].headers["accept-encoding"]


async def test_the_standing_of_a_key(wire) -> None:
    status = {"limit_remaining": 4.5, "usage_daily": 0.1, "is_free_tier": False}
    async with Loopback(pages(api_v1_key={"data": status})) as server:
        assert await key_status(wire, server.provider(base_url=f"{server.url}/api/v1")) == status


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        (Script(now('{"error": {"message": "no"}}'), status=401), Fault.AUTH),
        (Script([], status=302, headers={"location": "/elsewhere"}), Fault.BAD_REQUEST),
        (Script(now("<html>")), Fault.MALFORMED),
        (Script(now('{"data"'), end="cut"), Fault.CONNECTION),
    ],
)
async def test_questions_fail_as_calls_do(wire, script, fault) -> None:
    async with Loopback(lambda _: script) as server:
        with pytest.raises(Failed) as failed:
            await list_models(wire, server.provider())
        assert failed.value.failure.fault is fault
        assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [({"base_url": "http://[::1"}, Fault.NOT_FOUND), ({"key": Secret("two\nlines")}, Fault.AUTH)],
)
async def test_a_wrong_configuration_fails_as_everything_else(wire, wrong, fault) -> None:
    async with Loopback(pages()) as server:
        with pytest.raises(Failed) as failed:
            await list_models(wire, server.provider(**wrong))
    assert failed.value.failure.fault is fault


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"api_version": {"version": "0.9"}, "v1_models": {"data": []}}, Dialect.OLLAMA),
        ({"props": {"default_generation_settings": {}}, "v1_models": {"data": []}}, Dialect.LLAMACPP),
        ({"v1_models": {"object": "list", "data": [{"id": "m"}]}}, Dialect.OPENAI),
        ({"props": ["not", "ours"], "api_version": "2"}, None),
        ({}, None),
    ],
)
async def test_a_local_server_is_known_by_its_answers(wire, answers, kind) -> None:
    async with Loopback(pages(**answers)) as server:
        assert await probe(wire, server.url) is kind


async def test_nobody_there_or_nobody_who_answers(wire) -> None:
    async with Loopback(lambda _: Script([], end="stall")) as server:
        assert await probe(wire, server.url) is None
    assert await probe(wire, server.url) is None
    assert PROBE_PATIENCE <= 0.5
