"""When findings are shown: pushed to whoever does not pull, announced to whoever does, moved along with every edit."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from lsp_router.assist.review.errand import Errand
from lsp_router.domain.task import Trigger
from lsp_router.server import convert
from lsp_router.server.diagnostics import diagnostics
from lsp_router.server.router_server import RouterServer
from lsp_router.server.text import LiveText


def pulls(ls: RouterServer) -> bool:
    text = ls.client_capabilities.text_document
    return bool(text and text.diagnostic)


def refreshes(ls: RouterServer) -> bool:
    workspace = ls.client_capabilities.workspace
    return bool(workspace and workspace.diagnostics and workspace.diagnostics.refresh_support)


def shown(ls: RouterServer, uri: str) -> list[lsp.Diagnostic]:
    """What an open document shows, pushed or pulled."""
    desk, live = ls.open_desk, ls.documents.live(uri)
    if desk is None or live is None:
        return []
    return diagnostics(desk.reviews.board.look(uri, live.source), live.live)


def show(ls: RouterServer, uri: str) -> None:
    """The findings of an open document are others now. Who pulls but cannot be told to is pushed to until it does."""
    if pulls(ls) and refreshes(ls):
        ls.keep(asyncio.create_task(_announce(ls)))
        return
    desk, live = ls.open_desk, ls.documents.live(uri)
    if pulls(ls) and desk is not None:
        desk.reviews.pushed.add(uri)
    version = live.version if live else None
    ls.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, shown(ls, uri), version))


def show_closed(ls: RouterServer, uri: str, text: str) -> None:
    """Nobody pulls for a document that is not open, so its findings are pushed to everybody."""
    desk = ls.open_desk
    if desk is not None:
        found = diagnostics(desk.reviews.board.look(uri, text), LiveText(text, convert.encoding(ls.documents)))
        desk.reviews.push(uri)
        ls.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found))


def take_back(ls: RouterServer, uri: str) -> None:
    """What was pushed is pulled from now on, and is not shown twice."""
    desk = ls.open_desk
    if desk is not None and uri in desk.reviews.pushed:
        desk.reviews.pushed.discard(uri)
        ls.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))


# --- what happens to a document ---


async def opened(ls: RouterServer, uri: str) -> None:
    """What earlier reviews found in it is there at once; nobody is asked."""
    await ls.desk()
    take_back(ls, uri)
    await _review_unasked(ls, uri, recall=True)


def changed(ls: RouterServer, uri: str) -> None:
    """Who pulls does so after every change; to others what moved or is gone is told."""
    desk = ls.open_desk
    if desk is not None and desk.reviews.board.knows(uri) and not pulls(ls):
        show(ls, uri)


async def saved(ls: RouterServer, uri: str) -> None:
    """A save during a review is reviewed after it: who saves often would else pay for answers that nobody reads."""
    desk = await ls.desk()
    with suppress(asyncio.CancelledError):
        async with aclosing(desk.reviews.rounds(uri)) as rounds:
            async for _ in rounds:
                await ls.running.run(_review_unasked(ls, uri), ("document", uri))


def closed(ls: RouterServer, uri: str) -> None:
    desk = ls.open_desk
    if desk is not None and desk.reviews.board.knows(uri):
        desk.reviews.board.forget(uri)
        take_back(ls, uri)
        if not pulls(ls):
            ls.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))


# --- helpers ---


async def _review_unasked(ls: RouterServer, uri: str, *, recall: bool = False) -> None:
    desk, live = await ls.desk(), ls.documents.live(uri)
    if live is None:
        return
    document = convert.document(ls.documents, live)
    if not desk.reviews.unasked(document):
        return
    errand = Errand(document, trigger=Trigger.SAVE, spares=True, recall=recall)
    reviewed = await desk.review(uri, errand)
    if recall and not reviewed.findings:
        return
    if ls.documents.live(uri) is live:
        show(ls, uri)
    for problem in () if recall else reviewed.problems:
        ls.tell(f"{document.path} was not reviewed: {problem}")


async def _announce(ls: RouterServer) -> None:
    with suppress(JsonRpcException):
        await ls.workspace_diagnostic_refresh_async(None)
