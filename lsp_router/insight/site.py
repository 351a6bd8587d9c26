"""The dashboard's own small site: this machine only, for whoever knows the address, read only.

A page of somebody else cannot read it: the path begins with a random word, the Host must be a name of this machine
(so that no foreign name can be made to point here), other sites' requests are refused, and nothing is ever allowed
across origins.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import Message
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lsp_router.insight.figures import SPANS, Span
from lsp_router.store.database import BusyError

LOOPBACK = "127.0.0.1"
MINE = re.compile(r"(?:127\.0\.0\.1|localhost)(?::\d{1,5})?", re.IGNORECASE)
"""Names of this machine. The port may be another one: editors forward it from where the server runs."""
PAGES = {
    "": ("index.html", "text/html; charset=utf-8"),
    "style.css": ("style.css", "text/css; charset=utf-8"),
    "draw.js": ("draw.js", "text/javascript; charset=utf-8"),
    "panels.js": ("panels.js", "text/javascript; charset=utf-8"),
    "decisions.js": ("decisions.js", "text/javascript; charset=utf-8"),
    "page.js": ("page.js", "text/javascript; charset=utf-8"),
    "icon.svg": ("icon.svg", "image/svg+xml"),
}
FIGURES = "figures.json"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
IDLE = 10.0
"""Seconds after which a browser's unused connection is closed."""
REST = 10.0
"""Figures that took a second to add up are not added up again for this many seconds."""

Ask = Callable[[Span], Mapping[str, Any]]


@dataclass(slots=True)
class _Kept:
    stamp: object = None
    until: float = 0.0
    text: bytes = b""


@dataclass(slots=True)
class Desk:
    """Owns the one thread that may look at the ledger, and what it saw last."""

    ask: Ask
    stamp: Callable[[], object]
    _worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "figures"))
    _kept: dict[Span, _Kept] = field(default_factory=dict)

    def figures(self, span: Span) -> bytes:
        return self._worker.submit(self._figures, span).result()

    def close(self) -> None:
        self._worker.shutdown()

    def _figures(self, span: Span) -> bytes:
        """What was added up a moment ago, as long as nothing has changed."""
        kept, now, stamp = self._kept.setdefault(span, _Kept()), time.monotonic(), self.stamp()
        if stamp != kept.stamp and now >= kept.until:
            text = json.dumps(self.ask(span)).encode()
            kept.stamp, kept.text = stamp, text
            kept.until = time.monotonic() + (time.monotonic() - now) * REST
        return kept.text


class Site:
    """Serves from `open` to `close`; `address` is where, and the only way in."""

    def __init__(self, ask: Ask, stamp: Callable[[], object], port: int = 0) -> None:
        """Raises OSError when the port is taken."""
        self._desk = Desk(ask, stamp)
        self._server = _Server(port, self._desk, secrets.token_urlsafe(18))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}/{self._server.token}/"

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._desk.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = os.name == "posix"
    """Elsewhere that would let two programs listen on one port."""

    def __init__(self, port: int, desk: Desk, token: str) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.desk, self.token = desk, token

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that leaves early is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """One connection; everything that is not exactly what the page asks for is refused."""

    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = IDLE

    def do_GET(self) -> None:
        refused = _refusal(self.headers)
        path, query = _asked(self.path, self.server.token)
        if refused or path is None:
            self._send(HTTPStatus.FORBIDDEN, "text/plain", (refused or "unknown address").encode())
        elif path == FIGURES:
            self._send_figures(_span(query))
        elif path in PAGES:
            name, kind = PAGES[path]
            self._send(HTTPStatus.OK, kind, files(__package__).joinpath("page", name).read_bytes())
        else:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"there is nothing here")

    def version_string(self) -> str:
        return "lsp-router"

    def log_message(self, *_: object) -> None:
        """Nobody reads along."""

    def _send_figures(self, span: Span) -> None:
        try:
            text = self.server.desk.figures(span)
        except BusyError:
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", b"the ledger is busy; ask again")
            return
        self._send(HTTPStatus.OK, "application/json", text)

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _refusal(headers: Message) -> str:
    """Why a request is none of the page's own: it came under another name, or another site's script wants to look.

    That a link somewhere else opens the page in a window of its own is fine: whoever holds it sees nothing of it.
    """
    hosts = headers.get_all("Host") or []
    if len(hosts) != 1 or not MINE.fullmatch(hosts[0]):
        return "this page is served to this machine only"
    opened = (headers.get("Sec-Fetch-Mode"), headers.get("Sec-Fetch-Dest")) == ("navigate", "document")
    own = headers.get("Sec-Fetch-Site", "none") in {"none", "same-origin"}
    return "" if own or opened else "another site may not look"


def _asked(target: str, token: str) -> tuple[str | None, str]:
    """What is asked for below the secret word; None without it."""
    parts = urlsplit(target)
    word, slash, path = parts.path.lstrip("/").partition("/")
    known = bool(slash) and compare_digest(word.encode("utf-8", "surrogateescape"), token.encode())
    return (path if known else None), parts.query


def _span(query: str) -> Span:
    wanted = parse_qs(query).get("span", [""])[0]
    return next((span for span in SPANS if span == wanted), "7d")
