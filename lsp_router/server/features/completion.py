"""Ordinary completion for editors without ghost text: never delays the popup, comes with the next request instead."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lsprotocol import types as lsp

from lsp_router.assist.moment import Suggestion
from lsp_router.server import convert, guard
from lsp_router.server.router_server import RouterServer

BOUND = 0.150
"""Seconds after which the popup opens without us."""
PATIENCE = 0.100
"""Seconds for which models are waited for where the embedded tier has something."""


def register(server: RouterServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=list(".:=(,[{ ")))
    async def completion(ls: RouterServer, params: lsp.CompletionParams) -> lsp.CompletionList:
        at = convert.moment(ls.documents, params, ls.guarded.edits, asked_for=False)
        if at is None or ls.has_ghost_text:
            return lsp.CompletionList(is_incomplete=False, items=[])

        async def suggest() -> list[Suggestion]:
            desk = await ls.desk()
            return await desk.suggest(replace(at, patience=PATIENCE))

        work = asyncio.ensure_future(suggest())
        ls.keep(work)
        bounded = asyncio.wait({work}, timeout=BOUND)
        try:
            await ls.running.run(bounded, ("request", ls.protocol.msg_id), ("document", at.uri))
        except asyncio.CancelledError:
            work.cancel()
        if not work.done():
            return lsp.CompletionList(is_incomplete=True, items=[])
        found = await guard.or_nothing(work, [], ls.note_failure)
        return convert.completion_list(found, at, ls.documents, incomplete=True)
