"""The floor to measure against: a pygls server that answers with one httpx call, and nothing else."""

from __future__ import annotations

import sys

import httpx
from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

server = LanguageServer("bare", "1")
client = httpx.AsyncClient(timeout=10)


@server.feature(lsp.TEXT_DOCUMENT_INLINE_COMPLETION, lsp.InlineCompletionOptions())
async def inline(ls: LanguageServer, params: lsp.InlineCompletionParams) -> lsp.InlineCompletionList:
    document = ls.workspace.get_text_document(params.text_document.uri)
    offset = document.offset_at_position(params.position)
    body = {"model": "m", "prompt": document.source[:offset], "suffix": document.source[offset:], "stream": False}
    answer = await client.post(sys.argv[1] + "/completions", json=body)
    return lsp.InlineCompletionList([lsp.InlineCompletionItem(answer.json()["choices"][0]["text"])])


server.start_io()
