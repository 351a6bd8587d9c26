"""Reviews on demand, their findings as diagnostics, and what is said of them under the pointer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsprotocol import types as lsp

from lsp_router.server import publishing, reviewing
from lsp_router.server.diagnostics import SOURCE, range_of, result_id
from lsp_router.server.documents import to_position
from lsp_router.server.editing import in_time
from lsp_router.server.router_server import RouterServer

REVIEW, DISMISS = "lspRouter.review", "lspRouter.dismiss"
OPTIONS = lsp.DiagnosticOptions(inter_file_dependencies=False, workspace_diagnostics=False, identifier=SOURCE)
LATER: Mapping[str, Any] = {"findings": [], "decision": None, "pending": True}


def register(server: RouterServer) -> None:
    _register_commands(server)
    _register_sight(server)


def _register_commands(server: RouterServer) -> None:
    @server.command(REVIEW)
    async def review(ls: RouterServer, *arguments: Any) -> Mapping[str, Any]:
        wish = reviewing.wish(arguments)
        return await in_time(ls, reviewing.carry_out(ls, wish), LATER)

    @server.command(DISMISS)
    async def dismiss(ls: RouterServer, *arguments: Any) -> Mapping[str, Any]:
        await reviewing.dismiss(ls, arguments)
        return {}


def _register_sight(server: RouterServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DIAGNOSTIC, OPTIONS)
    def pull(ls: RouterServer, params: lsp.DocumentDiagnosticParams) -> lsp.DocumentDiagnosticReport:
        uri = params.text_document.uri
        found = publishing.shown(ls, uri)
        if ls.documents.live(uri) is not None:
            publishing.take_back(ls, uri)
        ident = result_id(found)
        if params.previous_result_id == ident:
            return lsp.RelatedUnchangedDocumentDiagnosticReport(result_id=ident)
        return lsp.RelatedFullDocumentDiagnosticReport(items=found, result_id=ident)

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(ls: RouterServer, params: lsp.HoverParams) -> lsp.Hover | None:
        """Over findings of ours and nothing else; as plain text, for a model wrote it."""
        desk, live = ls.open_desk, ls.documents.live(params.text_document.uri)
        if desk is None or live is None:
            return None
        at = live.live.offset(to_position(params.position))
        found = [f for f in desk.reviews.board.look(live.uri, live.source) if f.span[0] <= at <= f.span[1]]
        if not found:
            return None
        words = reviewing.origin if ls.hover_shows_problems else reviewing.sentence
        said = "\n\n".join(map(words, found))
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.PlainText, said), range_of(found[0], live.live))
