"""The transport against a real socket: deadlines, hanging up, reuse, gates, and what never leaves."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import time
import traceback
from dataclasses import replace

import pytest

from lsp_router.domain.model import Dialect, Secret
from lsp_router.domain.money import Tokens
from lsp_router.domain.wire import Failed, Failure, Fault, Finish, Hole, Patience, Prompt, QuotaFact
from lsp_router.providers.transport import HttpTransport
from tests.providers.loopback import CHAT, DONE, FINE, USAGE, Got, Heard, Loopback, Script, call, collect, delta, now


@pytest.fixture
async def wire():
    async with HttpTransport() as transport:
        await transport.warm()
        yield transport


def always(script: Script):
    return lambda _heard: Script(list(script.pieces), script.status, script.headers, script.end, script.keep)


async def failure_of(chunks, got: Got | None = None) -> Failure:
    with pytest.raises(Failed) as failed:
        await collect(chunks, got)
    return failed.value.failure


async def test_yields_text_and_one_finish_with_disjoint_tokens(wire):
    async with Loopback(always(Script(FINE))) as server:
        got = await collect(wire.stream(call(server.provider())))
    assert got == Got("return 1", "", Finish("stop", Tokens(7, output=3), "m"), last="stop")
    assert server.heard[0].headers["authorization"] == "Bearer sk-loopback-key"
    assert server.heard[0].path == "/v1/chat/completions"


async def test_a_connection_serves_again_and_again(wire):
    async with Loopback(always(Script(FINE))) as server:
        for _ in range(5):
            await collect(wire.stream(call(server.provider())))
        assert server.connections == 1


async def test_a_connection_closed_under_us_is_replaced_without_anybody_noticing(wire):
    async with Loopback(always(Script(FINE, keep=False))) as server:
        for _ in range(3):
            assert (await collect(wire.stream(call(server.provider())))).text == "return 1"


async def test_no_more_calls_run_at_once_than_the_provider_allows(wire):
    async with Loopback(always(Script([(0.02, delta("x")), *now(DONE)]))) as server:
        one = call(server.provider(max_concurrency=3))
        await asyncio.gather(*(collect(wire.stream(one)) for _ in range(12)))
        assert (server.most_busy, server.connections) == (3, 3)


async def test_much_concurrency_gets_more_pools_not_bigger_ones(wire):
    async with Loopback(always(Script([(0.05, delta("x")), *now(DONE)]))) as server:
        one = call(server.provider(max_concurrency=20))
        await asyncio.gather(*(collect(wire.stream(one)) for _ in range(20)))
        assert server.most_busy == 20


async def test_waiting_for_a_free_connection_ends_in_time(wire):
    async with Loopback(always(Script(now(delta("x")), end="stall"))) as server:
        first = wire.stream(call(server.provider(max_concurrency=1)))
        await anext(first)
        hasty = call(server.provider(max_concurrency=1), patience=Patience(0.1, 0.1, 0.1))
        failure = await failure_of(wire.stream(hasty))
        await first.aclose()
    assert failure.fault is Fault.TIMEOUT
    assert "busy" in failure.message


# --- deadlines ---

QUICK = Patience(first_token=0.25, idle=0.25, total=1.5)
PING = b": ping\n\n"
EMPTY_DELTA = b'data: {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}\n\n'


@pytest.mark.parametrize(
    ("pieces", "text", "at_most"),
    [
        pytest.param([], "", 0.7, id="silence"),
        pytest.param([(0.05, PING)] * 40, "", 0.7, id="comments are no token"),
        pytest.param([(0.05, EMPTY_DELTA)] * 40, "", 0.7, id="empty deltas are no token"),
        pytest.param([(0.05, b'data: {"type": "ping"}\n\n')] * 40, "", 0.7, id="pings as data are no token"),
        pytest.param(now(delta("ab")), "ab", 0.7, id="silence after a token"),
        pytest.param([*now(delta("ab")), *[(0.05, PING)] * 40], "ab", 1.3, id="heartbeats stretch, not for ever"),
        pytest.param([(0.05, delta("ab "))] * 90, None, 2.2, id="all of it takes too long"),
    ],
)
async def test_no_stream_is_waited_for_longer_than_said(wire, pieces, text, at_most):
    async with Loopback(always(Script(pieces, end="stall"))) as server:
        got, start = Got(), time.monotonic()
        failure = await failure_of(wire.stream(call(server.provider(), patience=QUICK)), got)
        assert time.monotonic() - start < at_most
    assert (failure.fault, failure.retryable) == (Fault.TIMEOUT, True)
    assert text is None or got.text == text


async def test_headers_that_never_come_time_out(wire):
    async with Loopback(lambda _: Script(FINE, head_delay=5)) as server:
        failure = await failure_of(wire.stream(call(server.provider(), patience=QUICK)))
    assert failure.fault is Fault.TIMEOUT
    assert failure.message == "loop: no answer within 0.25 s"


SLOW = EMPTY_DELTA + delta("a") + DONE


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([(0.09, delta("ab"))] * 6, id="slow tokens"),
        pytest.param([(0.03, bytes([b])) for b in delta("a")[:10]] + now(delta("a")[10:], DONE), id="a dripping event"),
        pytest.param(
            [(0.01, bytes([b])) for b in EMPTY_DELTA + delta("a") + DONE], id="a drip that starts with nothing"
        ),
        pytest.param([*now(delta("a")), *[(0.09, PING)] * 3, *now(delta("b"), DONE)], id="heartbeats between tokens"),
    ],
)
async def test_slow_is_not_silent(wire, pieces):
    patience = replace(QUICK, total=10.0)
    async with Loopback(always(Script(pieces))) as server:
        assert (await collect(wire.stream(call(server.provider(), patience=patience)))).text


async def test_a_slow_reader_is_not_a_silent_provider(wire):
    async with Loopback(always(Script([*now(delta("a")), (0.05, delta("b")), *now(DONE)]))) as server:
        chunks = wire.stream(call(server.provider(), patience=QUICK))
        await anext(chunks)
        await asyncio.sleep(0.4)
        assert (await collect(chunks)).text == "b"


@pytest.mark.parametrize("end", ["stall", "reset", "cut"])
@pytest.mark.parametrize("tail", [now(delta("", "stop")), now(delta("", "stop"), USAGE, DONE), now(DONE)])
async def test_an_answer_that_has_ended_survives_a_bad_goodbye(wire, end, tail):
    async with Loopback(always(Script([*now(delta("whole")), *tail], end=end))) as server:
        got = await collect(wire.stream(call(server.provider(), patience=QUICK)))
    assert (got.text, got.finish.reason) == ("whole", "stop")


@pytest.mark.parametrize("end", ["reset", "cut"])
@pytest.mark.parametrize("pieces", [[], now(delta("par"))])
async def test_a_broken_connection_is_a_failure_that_keeps_what_was_said(wire, end, pieces):
    async with Loopback(always(Script(pieces, end=end))) as server:
        got = Got()
        failure = await failure_of(wire.stream(call(server.provider())), got)
    assert (failure.fault, failure.retryable) == (Fault.CONNECTION, True)
    assert got.text == ("par" if pieces else "")


async def test_nobody_at_home(wire):
    async with Loopback(always(Script(FINE))) as server:
        provider = server.provider()
    failure = await failure_of(wire.stream(call(provider)))
    assert failure.fault is Fault.CONNECTION
    assert "is the server running?" in failure.message


# --- hanging up ---


async def hung_up_within(heard: Heard, start: float) -> float:
    for _ in range(200):
        if heard.hung_up_at is not None:
            return heard.hung_up_at - start
        await asyncio.sleep(0.005)
    return float("inf")


@pytest.mark.parametrize(
    "pieces", [pytest.param([], id="before the first token"), pytest.param(now(delta("a")), id="after")]
)
async def test_a_cancelled_reader_closes_the_socket_at_once(wire, pieces):
    async with Loopback(always(Script(pieces, end="stall"))) as server:
        task = asyncio.create_task(collect(wire.stream(call(server.provider()))))
        await asyncio.sleep(0.1)
        start = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await hung_up_within(server.heard[0], start) < 1.0


async def test_closing_the_iterator_closes_the_socket_at_once(wire):
    async with Loopback(always(Script(now(delta("a")), end="stall"))) as server:
        chunks = wire.stream(call(server.provider(max_concurrency=1)))
        await anext(chunks)
        start = time.monotonic()
        await chunks.aclose()
        assert await hung_up_within(server.heard[0], start) < 1.0
        server.answer = always(Script(FINE))
        assert (await collect(wire.stream(call(server.provider(max_concurrency=1))))).text == "return 1"


async def test_a_stream_may_be_read_by_one_task_after_another(wire):
    async with Loopback(always(Script([*now(delta("a")), (0.02, delta("b")), *now(DONE)]))) as server:
        chunks = wire.stream(call(server.provider()))
        first = await asyncio.create_task(anext(chunks))
        rest = await asyncio.create_task(collect(chunks))
    assert first.text + rest.text == "ab"


async def test_cancelling_is_not_mistaken_for_a_deadline(wire):
    async with Loopback(always(Script([], end="stall"))) as server:
        task = asyncio.create_task(collect(wire.stream(call(server.provider(), patience=QUICK))))
        await asyncio.sleep(0.248)
        task.cancel()
        with pytest.raises((asyncio.CancelledError, Failed)):
            await task
        assert task.cancelled() == (task.cancelling() == 1) or task.exception() is not None


# --- what comes instead of a stream ---

WHOLE = {
    "model": "m",
    "choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1},
}


@pytest.mark.parametrize("indent", [None, 2])
async def test_a_plain_json_answer_will_do(wire, indent):
    script = Script(now(json.dumps(WHOLE, indent=indent)), headers={"content-type": "application/json"})
    async with Loopback(always(script)) as server:
        got = await collect(wire.stream(call(server.provider())))
    assert (got.text, got.finish.reason) == ("whole", "stop")


async def test_compressed_although_we_asked_not_to(wire):
    packed = gzip.compress(b"".join(data for _, data in FINE))
    async with Loopback(always(Script(now(packed[:40], packed[40:]), headers={"content-encoding": "gzip"}))) as server:
        assert (await collect(wire.stream(call(server.provider())))).text == "return 1"
    assert server.heard[0].headers["accept-encoding"] == "identity"


async def test_damaged_compression_is_malformed(wire):
    async with Loopback(always(Script(now(b"not gzip at all"), headers={"content-encoding": "gzip"}))) as server:
        assert (await failure_of(wire.stream(call(server.provider())))).fault is Fault.MALFORMED


async def test_a_web_page_never_gets_into_a_message(wire):
    page = "<!DOCTYPE html><html><title>Sign in</title>secret page</html>"
    for status in (200, 502):
        async with Loopback(always(Script(now(page), status=status, headers={"content-type": "text/html"}))) as server:
            failure = await failure_of(wire.stream(call(server.provider())))
        assert failure.fault is (Fault.MALFORMED if status == 200 else Fault.SERVER)
        assert failure.retryable
        assert "page</html>" not in failure.message
        assert "Sign in" not in failure.message


async def test_an_error_page_without_an_end_is_not_waited_for(wire, monkeypatch):
    monkeypatch.setattr("lsp_router.providers.transport.REFUSAL_PATIENCE", 0.1)
    script = Script(now('{"error": {"message": "slow down"}}'), status=429, end="stall")
    async with Loopback(always(script)) as server:
        failure = await failure_of(wire.stream(call(server.provider())))
    assert (failure.fault, failure.message) == (Fault.RATE_LIMIT, "loop: HTTP 429: slow down")


async def test_an_empty_answer_tells_its_cost_before_it_fails(wire):
    thinks = b'data: {"choices": [{"index": 0, "delta": {"reasoning_content": "hm"}, "finish_reason": "stop"}]}\n\n'
    async with Loopback(always(Script(now(thinks, USAGE, DONE)))) as server:
        got = Got()
        failure = await failure_of(wire.stream(call(server.provider())), got)
    assert (failure.fault, failure.retryable) == (Fault.EMPTY, True)
    assert (got.text, got.thought, got.finish.tokens) == ("", "hm", Tokens(7, output=3))


# --- limits and quirks ---


async def test_limits_are_told_on_success_and_on_refusal(wire):
    told: list[tuple[QuotaFact, ...]] = []
    headers = {"x-ratelimit-limit-requests": "30", "x-ratelimit-remaining-requests": "0"}
    async with Loopback(always(Script(FINE, headers=headers))) as server:
        await collect(wire.stream(call(server.provider(), on_facts=told.append)))
        server.answer = always(Script([], status=429, headers=headers))
        failure = await failure_of(wire.stream(call(server.provider(), on_facts=told.append)))
    assert told == [(QuotaFact("minute", 30, 0),)] * 2
    assert failure.facts == told[0]


def refusing(*names: str):
    def answer(heard: Heard) -> Script:
        for name in names:
            if name in heard.body:
                message = f"Unsupported parameter: '{name}' is not supported. Use 'max_completion_tokens' instead."
                return Script(now(json.dumps({"error": {"message": message}})), status=400)
        return Script(FINE)

    return answer


async def test_a_refused_parameter_is_left_out_once_and_for_all(wire):
    async with Loopback(refusing("stream_options", "max_tokens")) as server:
        for _ in range(2):
            assert (await collect(wire.stream(call(server.provider())))).text == "return 1"
        assert len(server.heard) == 4
        assert "stream_options" not in server.heard[-1].body
        assert server.heard[-1].body["max_completion_tokens"] == CHAT.max_tokens
        await collect(wire.stream(call(server.provider(), model="another")))
        assert "stream_options" in server.heard[4].body


async def test_a_bad_request_is_not_sent_again(wire):
    script = Script(now('{"error": {"message": "messages: unknown role"}}'), status=400)
    async with Loopback(always(script)) as server:
        failure = await failure_of(wire.stream(call(server.provider())))
        assert len(server.heard) == 1
    assert (failure.fault, failure.retryable) == (Fault.BAD_REQUEST, False)


# --- what never leaves ---

CANARY = "sk-canary-0123456789abcdef"


async def test_a_redirect_is_not_followed(wire):
    async with Loopback(always(Script(FINE))) as trap:
        for status in (301, 302, 307, 308):
            async with Loopback(always(Script([], status, {"location": f"{trap.url}/v1/chat/completions"}))) as server:
                failure = await failure_of(wire.stream(call(server.provider())))
            assert not failure.retryable
            assert "redirect" in failure.message
        assert trap.heard == []


@pytest.mark.parametrize("status", [200, 400, 401, 500])
async def test_the_key_is_in_no_message_log_or_trace(wire, status, caplog):
    caplog.set_level(logging.DEBUG)
    body = json.dumps({"error": {"message": f"Incorrect API key: {CANARY}; starts with {CANARY[:16]}", "type": CANARY}})
    data = body if status != 200 else f"data: {body}\n\n"
    async with Loopback(always(Script(now(data), status=status, headers={"x-echo": CANARY}))) as server:
        provider = server.provider(key=Secret(CANARY), headers={"x-gateway": "gw-" + CANARY})
        with pytest.raises(Failed) as failed:
            await collect(wire.stream(call(provider)))
        assert server.heard[0].headers["authorization"] == f"Bearer {CANARY}"
    told = "".join(traceback.format_exception(failed.value)) + repr(failed.value.failure) + caplog.text
    assert CANARY[:16] not in told
    assert failed.value.__context__ is None
    assert failed.value.__cause__ is None


@pytest.mark.parametrize("key", ["sk-canary\nX-Evil: 1", "sk-canarü-0123456789"])
async def test_a_key_that_cannot_be_sent_is_not_shown_either(wire, key):
    async with Loopback(always(Script(FINE))) as server:
        failure = await failure_of(wire.stream(call(server.provider(key=Secret(key), key_hint="set SOME_API_KEY"))))
        assert server.heard == []
    assert failure.fault is Fault.AUTH
    assert "canar" not in failure.message
    assert "set SOME_API_KEY" in failure.message


async def test_what_is_local_takes_no_proxy(wire, monkeypatch):
    async with Loopback(always(Script(FINE))) as trap, Loopback(always(Script(FINE))) as server:
        monkeypatch.setenv("HTTP_PROXY", trap.url)
        monkeypatch.setenv("http_proxy", trap.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        await collect(wire.stream(call(server.provider())))
        assert trap.heard == []


async def test_what_is_not_local_takes_the_proxy_of_the_environment(wire, monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with Loopback(always(Script(FINE))) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.removeprefix("http://"))
        provider = proxy.provider(base_url="http://models.example/v1")
        assert (await collect(wire.stream(call(provider)))).text == "return 1"
        assert proxy.heard[0].path == "http://models.example/v1/chat/completions"
        monkeypatch.setenv("no_proxy", "models.example")
        async with HttpTransport() as fresh:
            failure = await failure_of(fresh.stream(call(provider, patience=QUICK)))
        assert failure.fault in {Fault.CONNECTION, Fault.TIMEOUT}
        assert len(proxy.heard) == 1


async def test_a_proxy_that_cannot_be_used_is_told(wire, monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "gopher://10.0.0.1")
    async with Loopback(always(Script(FINE))) as server:
        failure = await failure_of(wire.stream(call(server.provider(base_url="http://models.example/v1"))))
    assert "HTTPS_PROXY" in failure.message


async def test_certificates_that_cannot_be_read_are_told(monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    async with HttpTransport() as fresh, Loopback(always(Script(FINE))) as server:
        failure = await failure_of(fresh.stream(call(server.provider())))
    assert "SSL_CERT_FILE" in failure.message


@pytest.mark.parametrize("base_url", ["http://", "not an address", "ftp://host/v1", "http://[::1"])
async def test_an_address_that_is_none_is_told(wire, base_url):
    async with Loopback(always(Script(FINE))) as server:
        failure = await failure_of(wire.stream(call(server.provider(base_url=base_url))))
    assert failure.fault in {Fault.NOT_FOUND, Fault.CONNECTION}
    assert "base_url" in failure.message


async def test_a_provider_whose_address_changes_gets_a_new_lane(wire):
    async with Loopback(always(Script(FINE))) as old, Loopback(always(Script(FINE))) as new:
        await collect(wire.stream(call(old.provider())))
        await collect(wire.stream(call(old.provider(base_url=new.url))))
        assert (len(old.heard), len(new.heard)) == (1, 1)


async def test_holes_are_refused_where_there_is_no_endpoint_for_them(wire):
    async with Loopback(always(Script(FINE))) as server:
        for kind in (Dialect.ANTHROPIC, Dialect.GEMINI):
            failure = await failure_of(wire.stream(call(server.provider(kind), Prompt(hole=Hole("a", "b")))))
            assert (failure.fault, server.heard) == (Fault.BAD_REQUEST, [])
