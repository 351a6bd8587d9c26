"""Explaining code and pictures: streamed as it comes, shown as a document where the editor can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsp_router.server import asking, explaining
from lsp_router.server.editing import in_time
from lsp_router.server.router_server import RouterServer

LATER: Mapping[str, Any] = {"text": "", "decision": None, "pending": True}


def register(server: RouterServer) -> None:
    @server.command("lspRouter.explain")
    async def explain(ls: RouterServer, *arguments: Any) -> Mapping[str, Any]:
        argument = asking.argument_of(arguments)
        uri = asking.uri_of(argument)
        return await in_time(ls, explaining.carry_out(ls, uri, argument), LATER)
