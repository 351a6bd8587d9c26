"""Sockets: gates, connection pools and one exchange at a time. The only module that imports httpx, so imported late."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, cast
from urllib.request import getproxies, proxy_bypass

import httpx

from lsp_router.domain.wire import Fault
from lsp_router.providers.alarm import Alarm
from lsp_router.providers.failures import Trouble
from lsp_router.providers.speech import Request, is_loopback

if TYPE_CHECKING:
    from lsp_router.domain.model import Provider

POOL_SIZE = 8
"""httpx slows down badly with more connections in one pool; more concurrency gets more pools."""
KEEP_ALIVE = 60.0
WORN = 16
"""A request cancelled before its answer may leave a dead connection in its pool: with so many it is replaced."""
NO_ADDRESS = "its base_url must be an http:// or https:// address; correct it in the configuration"
CLOSED_UNDER_US = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


def prepare() -> ssl.SSLContext:
    """What all lanes share, made once (it takes ~20 ms); SSL_CERT_FILE and SSL_CERT_DIR name private authorities."""
    for name in ("httpx", "httpcore"):  # they tell addresses and headers, which belong in nobody's log
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx.create_ssl_context()


class Exchange:
    """One response while it arrives. Whoever gets one must close it."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = dict(response.headers)
        encoded = self.headers.get("content-encoding", "identity") != "identity"
        source = response.aiter_bytes() if encoded else aiter(cast("httpx.AsyncByteStream", response.stream))
        self._body = cast("AsyncGenerator[bytes]", source)
        self._alarm = Alarm()

    async def read(self, until: float) -> bytes | None:
        """The next bytes, None at a proper end; TimeoutError or Trouble otherwise."""
        try:
            return await self._alarm.bound(anext(self._body, None), until)
        except (httpx.TransportError, ssl.SSLError) as error:
            raise Trouble(_fault(error), "the connection broke off in the middle of the answer") from None
        except httpx.DecodingError:
            raise Trouble(Fault.MALFORMED, "the compressed answer is damaged") from None

    async def read_all(self, until: float, most: int) -> bytes:
        body = bytearray()
        while len(body) < most and (data := await self.read(until)) is not None:
            body += data
        return bytes(body)

    async def close(self) -> None:
        """Closes the socket at once unless all was read; then it goes back to its pool.

        A cancellation does not stop that: what is half closed would keep its place in the pool for ever.
        """
        self._alarm.stop()
        await asyncio.shield(asyncio.ensure_future(self._close()))

    async def _close(self) -> None:
        await self._response.aclose()
        await self._body.aclose()


class Pool:
    """A few connections to one host."""

    def __init__(self, http: httpx.AsyncHTTPTransport) -> None:
        self.http = http
        self.busy = 0
        self.served = False
        self._dropped = 0

    @property
    def worn(self) -> bool:
        return self._dropped >= WORN

    async def send(self, request: Request, body: bytes, until: float) -> Exchange:
        """Up to the response's headers; TimeoutError or Trouble otherwise."""
        _check(request.headers)
        try:
            async with asyncio.timeout_at(until):
                return await self._send_fresh(request, body)
        except (httpx.TransportError, ssl.SSLError) as error:
            raise Trouble(_fault(error), _what(error, request)) from None
        except (httpx.InvalidURL, UnicodeError):
            raise Trouble(Fault.NOT_FOUND, NO_ADDRESS) from None

    async def _send_fresh(self, request: Request, body: bytes) -> Exchange:
        """Sends once more when a kept connection turns out to be closed: the server has hardly heard us."""
        try:
            return await self._send(request, body)
        except CLOSED_UNDER_US:
            if not self.served:
                raise
            return await self._send(request, body)

    async def _send(self, request: Request, body: bytes) -> Exchange:
        method = "GET" if request.body is None else "POST"
        message = httpx.Request(method, _parsed(request.url), headers=dict(request.headers), content=body or None)
        try:
            exchange = Exchange(await self.http.handle_async_request(message))
        except asyncio.CancelledError:
            self._dropped += 1
            raise
        self.served = True
        return exchange


class Lane:
    """One provider's way out: a gate of its concurrency before pools of few connections each."""

    def __init__(self, provider: Provider, context: ssl.SSLContext) -> None:
        self.base_url = provider.base_url
        self.width = max(1, provider.max_concurrency)
        self._gate = asyncio.Semaphore(self.width)
        self._tls = context
        self._pools: list[Pool] = []
        self._retired = False

    def fits(self, provider: Provider) -> bool:
        return self.base_url == provider.base_url and self.width == max(1, provider.max_concurrency)

    @asynccontextmanager
    async def enter(self, until: float) -> AsyncIterator[Pool]:
        """A place in a pool, as soon as one is free; TimeoutError when none was in time."""
        async with asyncio.timeout_at(until):
            await self._gate.acquire()
        try:
            pool = self._free_pool()
            pool.busy += 1
            try:
                yield pool
            finally:
                pool.busy -= 1
                await self._replace_worn(pool)
        finally:
            self._gate.release()
            if self._retired:
                await self.retire()

    async def retire(self) -> None:
        """Closes what is idle; what is busy is closed when it comes back."""
        self._retired = True
        idle = [pool for pool in self._pools if not pool.busy]
        self._pools = [pool for pool in self._pools if pool.busy]
        for pool in idle:
            await pool.http.aclose()

    async def _replace_worn(self, pool: Pool) -> None:
        if pool.worn and not pool.busy and pool in self._pools:
            self._pools.remove(pool)
            await asyncio.shield(asyncio.ensure_future(pool.http.aclose()))

    def _free_pool(self) -> Pool:
        """The first with room, so that few connections stay warm instead of many that go cold."""
        for pool in self._pools:
            if pool.busy < POOL_SIZE and not pool.worn:
                return pool
        self._pools.append(Pool(self._open_pool()))
        return self._pools[-1]

    def _open_pool(self) -> httpx.AsyncHTTPTransport:
        size = min(self.width, POOL_SIZE)  # of idle ones; how many are busy is for the gate, which counts no dead ones
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=size, keepalive_expiry=KEEP_ALIVE)
        proxy = proxy_for(_address(self.base_url))
        try:
            return httpx.AsyncHTTPTransport(verify=self._tls, limits=limits, proxy=proxy)
        except (ImportError, ValueError, httpx.InvalidURL):
            message = "the proxy in the environment cannot be used; give an http:// one in HTTPS_PROXY"
            raise Trouble(Fault.CONNECTION, message) from None


def proxy_for(url: httpx.URL) -> str | None:
    """The proxy that the environment names for it. What is local stays local: loopback never takes one."""
    if is_loopback(url.host) or proxy_bypass(url.netloc.decode("ascii", "replace")):
        return None
    named = getproxies()
    proxy = named.get(url.scheme) or named.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


@lru_cache(64)
def _parsed(url: str) -> httpx.URL:
    """The same few addresses are called again and again, and parsing one takes as long as a chunk."""
    return httpx.URL(url)


def _address(base_url: str) -> httpx.URL:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        raise Trouble(Fault.NOT_FOUND, NO_ADDRESS) from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise Trouble(Fault.NOT_FOUND, NO_ADDRESS)
    return url


def _check(headers: Mapping[str, str]) -> None:
    """What may not be sent is not even tried: the error of whoever tries quotes it."""
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable()):
            raise Trouble(Fault.AUTH, f"the header {name!r} holds characters that HTTP does not allow; check its key")


def _fault(error: Exception) -> Fault:
    return Fault.TIMEOUT if isinstance(error, httpx.TimeoutException) else Fault.CONNECTION


def _what(error: Exception, request: Request) -> str:
    """Never the error's own words about our side: they quote headers."""
    url = httpx.URL(request.url)
    where = url.netloc.decode("ascii", "replace")
    if isinstance(error, httpx.ConnectError):
        if "CERTIFICATE" in str(error).upper():
            return f"the certificate of {where} cannot be verified; name your authority's file in SSL_CERT_FILE"
        return f"cannot connect to {where}" + ("; is the server running?" if is_loopback(url.host) else "")
    if isinstance(error, httpx.ProxyError):
        return f"the proxy refused to connect to {where}"
    return f"{where} closed the connection without an answer"
