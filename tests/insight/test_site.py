"""Who may look at the dashboard: this machine's user through its own address, and nobody else in any way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from importlib.resources import files
from urllib.parse import urlsplit

import pytest

from lsp_router.insight.site import PAGES, Site
from lsp_router.store.database import BusyError

SECRET = "0.42 spent"
SVG = "http://www.w3.org/2000/svg"


class Seen:
    """Figures that count how often they are added up."""

    def __init__(self) -> None:
        self.stamp = 0
        self.asked: list[str] = []

    def __call__(self, span: str) -> dict[str, str]:
        self.asked.append(span)
        return {"span": span, "secret": SECRET}


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def site(seen: Seen) -> Iterator[Site]:
    site = Site(seen, lambda: seen.stamp)
    site.open()
    yield site
    site.close()


def get(site: Site, path: str | None = None, method: str = "GET", **headers: str) -> tuple[HTTPResponse, str]:
    """A request as a browser sends it; `path` is below the address unless it begins with a slash."""
    parts = urlsplit(site.address)
    assert parts.port is not None
    wire = HTTPConnection("127.0.0.1", parts.port, timeout=10)
    target = path if path and path.startswith("/") else parts.path + (path or "")
    try:
        wire.putrequest(method, target, skip_host=True)
        for name, value in {"Host": parts.netloc, **headers}.items():
            wire.putheader(name.replace("_", "-"), value)
        wire.endheaders()
        answer = wire.getresponse()
        return answer, answer.read().decode()
    finally:
        wire.close()


def test_the_page_and_its_figures_are_served(site: Site, seen: Seen) -> None:
    answer, text = get(site)
    assert (answer.status, answer.getheader("Content-Type")) == (200, "text/html; charset=utf-8")
    assert "lsp-router" in text
    for name in ("style.css", "draw.js", "panels.js", "decisions.js", "page.js", "icon.svg"):
        assert get(site, name)[0].status == 200, name
    assert json.loads(get(site, "figures.json?span=30d")[1]) == {"span": "30d", "secret": SECRET}
    get(site, "figures.json?span=everything")
    assert seen.asked == ["30d", "7d"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/figures.json", {}),
        ("/wrong/figures.json", {}),
        ("figures.json", {"Host": "evil.example"}),  # a name that was made to point here
        ("figures.json", {"Host": "evil.example:80"}),
        ("figures.json", {"Host": "127.0.0.1.evil.example"}),
        ("figures.json", {"Host": "127.0.0.1:80\x0b"}),
        ("figures.json", {"Host": ""}),
        ("figures.json", {"Host": "localhost.evil.example"}),
        ("figures.json", {"Host": "[::1"}),
        ("figures.json", {"Sec_Fetch_Site": "cross-site"}),
        ("figures.json", {"Sec_Fetch_Site": "same-site"}),
        ("page.js", {"Sec_Fetch_Site": "cross-site"}),
        ("", {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}),
    ],
)
def test_nobody_else_sees_anything(site: Site, seen: Seen, path: str, headers: dict[str, str]) -> None:
    answer, text = get(site, path, **headers)
    assert answer.status == 403
    assert SECRET not in text
    assert seen.asked == []


@pytest.mark.parametrize("host", ["localhost:9", "LOCALHOST:65535", "127.0.0.1:8080", "127.0.0.1"])
def test_a_forwarded_port_is_still_this_machine(site: Site, host: str) -> None:
    assert get(site, Host=host)[0].status == 200


def test_a_link_elsewhere_opens_it(site: Site) -> None:
    """A terminal in a browser is another site."""
    opened = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    assert get(site, **opened)[0].status == 200


def test_a_busy_ledger_is_no_crash(site: Site, monkeypatch: pytest.MonkeyPatch, capfd) -> None:
    def busy(_span: str) -> dict[str, str]:
        raise BusyError("locked")

    monkeypatch.setattr(site._desk, "ask", busy)
    assert get(site, "figures.json")[0].status == 503
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_can_be_done_but_look(site: Site, method: str) -> None:
    assert get(site, "figures.json", method)[0].status == 501


@pytest.mark.parametrize("path", ["../site.py", "%2e%2e/site.py", "page/index.html", "style.css/..", "x"])
def test_there_are_no_other_files(site: Site, path: str) -> None:
    assert get(site, path)[0].status == 404


@pytest.mark.parametrize("path", ["", "figures.json", "/wrong/"])
def test_a_browser_is_told_to_allow_nothing(site: Site, path: str) -> None:
    headers = {name.lower(): value for name, value in get(site, path or None)[0].getheaders()}
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    assert "unsafe" not in policy
    assert "access-control-allow-origin" not in headers
    assert (headers["referrer-policy"], headers["x-content-type-options"]) == ("no-referrer", "nosniff")
    assert headers["cache-control"] == "no-store"


def test_addresses_are_made_anew_and_cannot_be_guessed() -> None:
    sites = [Site(lambda _: {}, object) for _ in range(2)]
    try:
        words = [urlsplit(site.address).path.strip("/") for site in sites]
    finally:
        for site in sites:
            site._server.server_close()
    assert len({*words}) == 2
    assert all(len(word) >= 24 for word in words)


def test_it_listens_on_loopback_only(site: Site) -> None:
    assert site._server.socket.getsockname()[0] == "127.0.0.1"


def test_nothing_is_added_up_twice_as_long_as_nobody_writes(site: Site, seen: Seen) -> None:
    for _ in range(3):
        get(site, "figures.json")
    assert len(seen.asked) == 1
    seen.stamp += 1
    get(site, "figures.json")
    assert len(seen.asked) == 2


def test_the_page_needs_nobody_else_and_takes_text_for_text() -> None:
    """No address but ours and the name of SVG; nothing of models, providers or files ever becomes markup."""
    for name, _ in PAGES.values():
        text = files("lsp_router.insight").joinpath("page", name).read_text("utf-8").replace(SVG, "")
        assert not re.search(r"https?://|//cdn|@import|url\(", text), name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|new Function", text), name
        assert not re.search(r"<script>|<style|\son\w+=|style=\"", text), name
