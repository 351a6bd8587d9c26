"""A key that was merely found is used only after the user said yes, and the question is put once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lsp_router.config import convert, wellknown
from lsp_router.config.wellknown import WellKnown
from lsp_router.domain.model import Dialect
from lsp_router.domain.task import Privacy
from lsp_router.server.factory import build_server
from lsp_router.server.features.consent import LATER, NO, YES
from lsp_router.server.opening import opener
from tests.server.client import Client
from tests.support.backend import Backend
from tests.support.workshop import until

QUESTION = "window/showMessageRequest"
SHOWS = {"showMessage": {}}
KEY = "sk-found-in-the-environment"


@pytest.fixture
async def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    """Everything anybody could be asked listens here."""
    async with Backend() as made:
        known = (
            WellKnown("rented", Dialect.OPENAI, made.base, "RENTED_API_KEY"),
            WellKnown("curious", Dialect.OPENAI, made.base, "CURIOUS_API_KEY", Privacy.TRAINS),
        )
        for module in (convert, wellknown):
            monkeypatch.setattr(module, "WELL_KNOWN", known)
        yield made


def session(folder: Path, says: Any, *, window: dict[str, Any] | None = SHOWS, config: str = "") -> Client:
    home = folder / "home"
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "config.toml").write_text(config, "utf-8")
    made = Client(home, folder, answer=lambda method, _: says if method == QUESTION else None)
    made.greeting["capabilities"]["window"] = window
    environ = {"LSP_ROUTER_HOME": str(home), "PATH": os.environ["PATH"], "RENTED_API_KEY": KEY, "CURIOUS_API_KEY": KEY}
    made.server = build_server(opener(environ))
    return made


async def usable(client: Client) -> list[str]:
    return sorted(name for name, p in (await client.server.desk()).app.fleet.providers.items() if p.usable)


@pytest.mark.parametrize(
    ("says", "used", "asked_again"),
    [
        ({"title": YES}, ["curious", "rented"], False),
        ({"title": NO}, [], False),
        ({"title": LATER}, [], True),
        (None, [], True),
        ({"error": {"code": -32601, "message": "what?"}}, [], True),
    ],
)
async def test_an_answer_holds_for_good(backend: Backend, tmp_path: Path, says, used, asked_again: bool) -> None:
    async with session(tmp_path, says) as client:
        await until(lambda: client.notes(QUESTION))
        assert await usable(client) == []
        if used:
            await until(lambda: client.server.open_desk and not client.server.open_desk.unasked)
        else:
            await client.command("lspRouter.status")
        assert await usable(client) == used
    async with session(tmp_path, None) as client:
        assert await usable(client) == used
        if asked_again:
            await until(lambda: client.notes(QUESTION))
        await client.command("lspRouter.status")
        assert len(client.notes(QUESTION)) == asked_again


async def test_the_question_names_who_gets_the_code_and_shows_no_key(backend: Backend, tmp_path: Path) -> None:
    async with session(tmp_path, None) as client:
        await until(lambda: client.notes(QUESTION))
        (asked,) = client.notes(QUESTION)
        assert [action["title"] for action in asked["actions"]] == [YES, LATER, NO]
        assert "rented and curious" in asked["message"]
        assert "sent to curious may be used for training" in asked["message"]
        assert KEY not in str(client.sent)


@pytest.mark.parametrize(
    ("window", "config"),
    [
        (None, ""),
        ({}, ""),
        (SHOWS, "[privacy]\nuse_found_keys = false"),
        (SHOWS, "[privacy]\nuse_found_keys = true"),
        (SHOWS, "[providers.rented]\n[providers.curious]"),
    ],
)
async def test_nobody_is_asked_without_need(backend: Backend, tmp_path: Path, window, config: str) -> None:
    async with session(tmp_path, {"title": YES}, window=window, config=config) as client:
        before = await usable(client)
        for _ in range(3):
            await client.command("lspRouter.status")
        assert client.notes(QUESTION) == []
        assert await usable(client) == before
