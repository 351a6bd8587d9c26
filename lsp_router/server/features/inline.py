"""Inline completions: always a list, never null, never an error."""

from __future__ import annotations

from lsprotocol import types as lsp

from lsp_router.assist.moment import Suggestion
from lsp_router.server import convert, guard
from lsp_router.server.router_server import RouterServer

OPTIONS = lsp.InlineCompletionOptions(work_done_progress=False)
"""Spelt out, because an empty object is nothing at all to some editors."""


def register(server: RouterServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_INLINE_COMPLETION, OPTIONS)
    async def inline_completion(ls: RouterServer, params: lsp.InlineCompletionParams) -> lsp.InlineCompletionList:
        asked_for = params.context.trigger_kind == lsp.InlineCompletionTriggerKind.Invoked
        at = convert.moment(ls.documents, params, ls.guarded.edits, asked_for=asked_for)
        if at is None:
            return lsp.InlineCompletionList(items=[])

        async def suggest() -> list[Suggestion]:
            desk = await ls.desk()
            return await desk.suggest(at)

        key = ("request", ls.protocol.msg_id)
        found = await guard.or_nothing(ls.running.run(suggest(), key, ("document", at.uri)), [], ls.note_failure)
        return convert.inline_list(found, at, ls.documents)
