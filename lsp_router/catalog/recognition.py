"""Which known provider a configured one is, and how far its machine can be trusted."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from lsp_router.catalog.facts import Catalogue, Facts
from lsp_router.domain.model import Dialect, Provider
from lsp_router.domain.task import Privacy

_LOCAL_KINDS = {Dialect.OLLAMA: "ollama", Dialect.LLAMACPP: "llamacpp"}
_HOME_ENDINGS = (".local", ".lan", ".home", ".internal", ".localhost")


def facts_of(catalogue: Catalogue, provider: Provider) -> Facts | None:
    """By its address first, then by its name, then by a dialect that only one server speaks."""
    here = _place(provider.base_url)
    by_place = next((f for f in catalogue.providers.values() if here and _place(f.base_url) == here), None)
    return (
        by_place
        or catalogue.providers.get(provider.name)
        or catalogue.providers.get(_LOCAL_KINDS.get(provider.kind, ""))
    )


def is_own(base_url: str) -> bool:
    """Whether an address belongs to this machine or to the house it stands in."""
    host = _host(base_url)
    try:
        address = ip_address(host)
    except ValueError:
        return bool(host) and ("." not in host or host.endswith(_HOME_ENDINGS))
    return address.is_private or address.is_loopback


def privacy_of(provider: Provider, offered: Privacy, *, stated: bool = False) -> Privacy:
    """The class of a model there: what the user stated; else the looser of what the provider and the offer say.

    `Privacy.CLOUD` is what a provider has that nobody classified, so alone it does not loosen an offer. A server
    in the open is not local only because it speaks a local server's dialect.
    """
    if stated:
        return provider.privacy
    if Privacy.LOCAL in {offered, provider.privacy} and not is_own(provider.base_url):
        return max(Privacy.CLOUD, offered, provider.privacy)
    return offered if provider.privacy is Privacy.CLOUD else max(offered, provider.privacy)


def _place(base_url: str) -> str:
    """Host, and the port where the host is this machine and only the port tells servers apart."""
    host = _host(base_url)
    if host in {"localhost", "127.0.0.1", "::1", "0.0.0.0"}:  # noqa: S104 - compared with, not bound to
        return f"here:{_port(base_url)}"
    return host


def _host(base_url: str) -> str:
    try:
        return (urlsplit(base_url).hostname or "").lower()
    except ValueError:
        return ""


def _port(base_url: str) -> int | None:
    try:
        return urlsplit(base_url).port
    except ValueError:
        return None
