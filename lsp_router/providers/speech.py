"""What a dialect must be able to do, and the plain request it speaks in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

from lsp_router import __version__
from lsp_router.domain.model import Provider
from lsp_router.domain.money import Tokens
from lsp_router.domain.wire import Call, Message
from lsp_router.providers.answer import Answer

EVERY_REQUEST = {
    "user-agent": f"lsp-router/{__version__}",
    "content-type": "application/json",
    "accept": "text/event-stream, application/x-ndjson, application/json",
    "accept-encoding": "identity",
}
"""Compression would make a stream wait for its packer."""


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request without its wire; a body makes it a POST."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


class Speech(Protocol):
    """A dialect; each module in `dialects` is one."""

    def request(self, call: Call, without: frozenset[str]) -> Request:
        """The call in this dialect; `without` names optional parameters this model refuses."""
        ...

    def read(self, event: Mapping[str, Any], answer: Answer) -> None: ...

    def tokens(self, usage: Mapping[str, Any]) -> Tokens: ...


def headers(provider: Provider, **own: str) -> dict[str, str]:
    """The dialect's own headers under the user's."""
    ours = {name.replace("_", "-"): value for name, value in own.items() if value}
    return {**EVERY_REQUEST, **ours, **{name.lower(): value for name, value in provider.headers.items()}}


def key(provider: Provider, scheme: str = "") -> str:
    return scheme + provider.key.reveal().strip() if provider.key else ""


def bearer(provider: Provider) -> dict[str, str]:
    return headers(provider, authorization=key(provider, "Bearer "))


def versioned(base_url: str, version: str) -> str:
    """Exactly what the user gave; a bare host gets the API's usual version path."""
    base = base_url.rstrip("/")
    return base if address(base).path.strip("/") else f"{base}/{version}"


def address(url: str) -> SplitResult:
    """The parts of an address; of one that is none, nothing (the wire will say so)."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def host(provider: Provider) -> str:
    return address(provider.base_url).hostname or ""


def root(base_url: str, *endings: str) -> str:
    """The address without an ending that people copy from examples of a neighbouring API."""
    base = base_url.rstrip("/")
    for ending in endings:
        base = base.removesuffix(ending)
    return base


def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def count(value: object) -> int:
    """A token count as providers send it: missing, null and nonsense are 0."""
    return int(value) if isinstance(value, int | float) and 0 < value < 1e12 else 0


def part(usage: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = usage.get(name)
    return value if isinstance(value, dict) else {}


def parts(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list, if it is one: providers send null, texts and numbers where lists belong."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def joined(messages: Iterable[Message]) -> list[Message]:
    """Neighbours of one role as one turn: strict chat templates refuse roles that do not alternate."""
    turns: list[Message] = []
    for message in messages:
        last = turns[-1] if turns else None
        if last is not None and last.role == message.role:
            turns[-1] = replace(last, text=f"{last.text}\n\n{message.text}", images=(*last.images, *message.images))
        else:
            turns.append(message)
    return turns
