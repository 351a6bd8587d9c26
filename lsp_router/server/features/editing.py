"""Commands that change documents: fix, refactor, generate, generate tests, document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lsp_router.assist.edit.ask import Complaint, Kind
from lsp_router.server import asking, editing
from lsp_router.server.asking import Wish
from lsp_router.server.diagnostics import words
from lsp_router.server.guard import as_editor_error
from lsp_router.server.router_server import RouterServer

if TYPE_CHECKING:
    from lsp_router.server.desk import Desk

COMMANDS = {
    Kind.FIX: "lspRouter.fix",
    Kind.REFACTOR: "lspRouter.refactor",
    Kind.GENERATE: "lspRouter.generate",
    Kind.TESTS: "lspRouter.generateTests",
    Kind.DOCUMENT: "lspRouter.document",
}
INSTRUCTED = {Kind.REFACTOR, Kind.GENERATE}
"""Without an instruction nobody knows what these should do."""


def register(server: RouterServer) -> None:
    for kind in COMMANDS:
        _register(server, kind)


def _register(server: RouterServer, kind: Kind) -> None:
    @server.command(COMMANDS[kind])
    async def edit(ls: RouterServer, *arguments: Any) -> Mapping[str, Any]:
        argument = asking.argument_of(arguments)
        wish = asking.wish(ls.documents, kind, argument)
        if kind in INSTRUCTED and not wish.ask.instruction.strip():
            raise as_editor_error(asking.MISSING.format(name="instruction", example=asking.EXAMPLE))
        if kind is Kind.FIX and not wish.ask.complaints:
            live = ls.documents.live(wish.uri)
            wish = _complained(await ls.desk(), wish, live.edits if live else 0)
        return await editing.in_time(ls, editing.carry_out(ls, wish), editing.LATER)


def _complained(desk: Desk, wish: Wish, edits: int) -> Wish:
    """What is known to be wrong there: our own findings, and what the editor passed on about that very text."""
    ask, uri = wish.ask, wish.uri
    known = [Complaint(words(f), f.span) for f in desk.reviews.board.look(uri, ask.document.text)]
    known += [Complaint(report.message, report.span) for report in desk.reviews.reports(uri, edits)]
    first, last = ask.span or (0, len(ask.document.text))
    meant = tuple(c for c in known if c.span and c.span[0] <= last and first <= c.span[1])
    return replace(wish, ask=replace(ask, complaints=meant))
