"""Sends calls and yields their chunks: the one door between the engine and the network."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from lsp_router.domain.model import Dialect, Provider
from lsp_router.domain.wire import Call, Chunk, Failed, Failure, Fault
from lsp_router.providers.dialects import anthropic, gemini, llamacpp, mistral, ollama, openai
from lsp_router.providers.failures import Refusal, Trouble, explain, explain_trouble, limits_of
from lsp_router.providers.patience import Watch
from lsp_router.providers.quirks import Quirks
from lsp_router.providers.reading import Reading
from lsp_router.providers.speech import Request, Speech

if TYPE_CHECKING:
    import ssl

    from lsp_router.providers.lanes import Exchange, Lane, Pool

SPEECHES: dict[Dialect, Speech] = {
    Dialect.OPENAI: openai,
    Dialect.ANTHROPIC: anthropic,
    Dialect.GEMINI: gemini,
    Dialect.MISTRAL: mistral,
    Dialect.OLLAMA: ollama,
    Dialect.LLAMACPP: llamacpp,
}
LONGEST_REFUSAL = 64 * 2**10
LONGEST_REPORT = 32 * 2**20
REFUSAL_PATIENCE = 5.0
MOST_ATTEMPTS = 3
"""A model may refuse two parameters, one after the other, before a call gives up."""
GOODBYE = 0.05
"""After its end was announced a stream may still close properly, so that its connection can serve again."""


class HttpTransport:
    """Owns the lanes to all providers; implements the domain's `Transport`.

    `stream` raises Failed and nothing else. An empty answer fails too, after its Finish if that tells its cost.
    Closing the iterator, or cancelling whoever waits for it, closes the socket at once.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lanes: dict[str, Lane] = {}
        self._quirks = Quirks()
        self._tls: ssl.SSLContext | None = None
        self._loading = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        lanes, self._lanes = self._lanes, {}
        for lane in lanes.values():
            await lane.retire()

    async def warm(self) -> ssl.SSLContext:
        """Loads what the first call needs, beside the event loop; worth doing before anybody waits for it."""
        async with self._loading:
            if self._tls is None:
                self._tls = await asyncio.to_thread(_load)
            return self._tls

    async def stream(self, call: Call) -> AsyncGenerator[Chunk, None]:
        watch = Watch(call.patience)
        try:
            lane = await self._lane(call.provider)
            watch.start(_clock())
            async with lane.enter(watch.total) as pool:
                exchange = await self._open(pool, call, watch)
                try:
                    self._tell_limits(call, exchange)
                    reading, last = Reading(SPEECHES[call.provider.kind]), None
                    while (data := await _next(exchange, reading, watch)) is not None:
                        chunks = reading.feed(data)
                        for chunk in chunks:
                            yield chunk
                        if last is None and (last := reading.last()):
                            yield last
                        watch.hear(_clock(), token=bool(chunks))
                    await _part(exchange)
                    for chunk in _ending(reading):
                        yield chunk
                    return
                finally:
                    await exchange.close()
        except (Trouble, TimeoutError) as error:
            failure = self._explain(error, call.provider, watch.why)
        raise Failed(failure)  # out here, so that no chain of errors that saw headers and keys goes with it

    async def fetch(self, provider: Provider, request: Request, patience: float = 10.0) -> Any:
        """The JSON that a provider answers to a plain question; raises Failed like `stream` does."""
        until = _clock() + patience
        try:
            lane = await self._lane(provider)
            async with lane.enter(until) as pool:
                exchange = await pool.send(_packed(request), _encode(request), until)
                try:
                    body = await exchange.read_all(until, LONGEST_REPORT)
                finally:
                    await exchange.close()
            if exchange.status != 200:
                raise self._refused(provider, exchange, body[:LONGEST_REFUSAL])
            return _decode(body)
        except (Trouble, TimeoutError) as error:
            failure = self._explain(error, provider, f"no answer within {patience:g} s")
        raise Failed(failure)

    async def _lane(self, provider: Provider) -> Lane:
        tls = self._tls or await self.warm()
        lane = self._lanes.get(provider.name)
        if lane is not None and lane.fits(provider):
            return lane
        from lsp_router.providers.lanes import Lane  # noqa: PLC0415 - loaded by warm(), beside the loop

        fresh = self._lanes[provider.name] = Lane(provider, tls)
        if lane is not None:
            await lane.retire()
        return fresh

    async def _open(self, pool: Pool, call: Call, watch: Watch) -> Exchange:
        """The response to the call, asked again without what the model refuses to hear."""
        speech = SPEECHES[call.provider.kind]
        for _ in range(MOST_ATTEMPTS):
            request = speech.request(call, self._quirks.of(call.model))
            exchange = await pool.send(request, _encode(request), watch.until_headers())
            if 200 <= exchange.status < 300:
                return exchange
            raw = await _refusal(exchange, watch)
            if not self._quirks.learn(call.model, exchange.status, raw.decode("utf-8", "replace"), request.body or {}):
                break
        failed = self._refused(call.provider, exchange, raw)
        if call.on_facts:
            call.on_facts(failed.failure.facts)
        raise failed

    def _tell_limits(self, call: Call, exchange: Exchange) -> None:
        if call.on_facts:
            call.on_facts(limits_of(exchange.headers, call.provider, self._now()))

    def _refused(self, provider: Provider, exchange: Exchange, raw: bytes) -> Failed:
        return Failed(explain(Refusal.parse(exchange.status, exchange.headers, raw), provider, self._now()))

    def _explain(self, error: Trouble | TimeoutError, provider: Provider, late: str) -> Failure:
        trouble = error if isinstance(error, Trouble) else Trouble(Fault.TIMEOUT, late)
        return explain_trouble(trouble, provider, self._now())


def _load() -> ssl.SSLContext:
    from lsp_router.providers.lanes import prepare  # noqa: PLC0415 - httpx costs 100 ms that importing us must not

    try:
        return prepare()
    except OSError:
        message = "the certificates named in SSL_CERT_FILE or SSL_CERT_DIR cannot be read; correct or unset it"
        raise Trouble(Fault.CONNECTION, message) from None


def _clock() -> float:
    return asyncio.get_running_loop().time()


def _packed(request: Request) -> Request:
    """A report may be big, and nobody waits for its first words."""
    return replace(request, headers={**request.headers, "accept-encoding": "gzip, deflate"})


def _encode(request: Request) -> bytes:
    return b"" if request.body is None else json.dumps(request.body, separators=(",", ":")).encode()


def _decode(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Trouble(Fault.MALFORMED, "answered with something that is not JSON") from None


async def _next(exchange: Exchange, reading: Reading, watch: Watch) -> bytes | None:
    """The next bytes; None when none matter any more, also if the connection fails after the model has ended."""
    if reading.over:
        return None
    try:
        return await exchange.read(watch.until(reading))
    except (Trouble, TimeoutError):
        if reading.finished:
            return None
        raise


async def _part(exchange: Exchange) -> None:
    until = _clock() + GOODBYE
    with suppress(Trouble, TimeoutError):
        while await exchange.read(until) is not None:
            pass


def _ending(reading: Reading) -> Iterator[Chunk]:
    yield from reading.end()
    trouble, finish = reading.trouble(), reading.finish()
    if trouble is None or (trouble.fault is Fault.EMPTY and finish.tokens):
        yield finish
    if trouble is not None:
        raise trouble


async def _refusal(exchange: Exchange, watch: Watch) -> bytes:
    """As much of an error's body as comes soon."""
    until = min(watch.total, _clock() + REFUSAL_PATIENCE)
    body = bytearray()
    try:
        with suppress(Trouble, TimeoutError):
            while len(body) < LONGEST_REFUSAL and (data := await exchange.read(until)) is not None:
                body += data
    finally:
        await exchange.close()
    return bytes(body)
