"""Commands that change documents: fix, refactor, generate, generate tests, document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsp_router.assist.edit.ask import Kind
from lsp_router.server import asking, editing
from lsp_router.server.guard import as_editor_error
from lsp_router.server.router_server import RouterServer

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
        return await editing.in_time(ls, editing.carry_out(ls, wish), editing.LATER)
