"""What became of suggestions, in our own words and in those of the Copilot dialect that many clients speak."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsp_router.server.convert import ACCEPT, COPILOT_ACCEPTED
from lsp_router.server.router_server import RouterServer


def register(server: RouterServer) -> None:
    @server.feature("textDocument/didShowCompletion")
    async def did_show(ls: RouterServer, params: Any) -> None:
        (await ls.desk()).shown(ident_of(_item(params)))

    @server.feature("textDocument/didPartiallyAcceptCompletion")
    async def did_partially_accept(ls: RouterServer, params: Any) -> None:
        item, length = _item(params), _get(params, "acceptedLength") or 0
        text = _get(item, "insertText")
        feedback = (await ls.desk()).feedback
        feedback.partially_accepted(ident_of(item), int(length), text if isinstance(text, str) else "")

    @server.feature("textDocument/didFocus")
    async def did_focus(ls: RouterServer, params: Any) -> None:
        """The document used last is the one whose neighbours matter least: it moves to the front of the tabs."""
        uri = _get(_get(params, "textDocument"), "uri")
        if isinstance(uri, str):
            ls.documents.focus(uri)

    @server.command(COPILOT_ACCEPTED)
    async def copilot_accepted(ls: RouterServer, *arguments: Any) -> None:
        for argument in arguments[:1]:
            (await ls.desk()).feedback.accepted(ident_of(argument))

    @server.command(ACCEPT)
    async def accepted(ls: RouterServer, *arguments: Any) -> Mapping[str, Any]:
        for argument in arguments[:1]:
            (await ls.desk()).accepted(ident_of(argument))
        return {}


def _item(params: Any) -> Any:
    return _get(params, "item")


def ident_of(value: Any) -> str:
    """An id itself, an object with one, or an item whose command carries one."""
    if isinstance(value, str):
        return value
    ident = _get(value, "id") or _get(value, "uuid")
    if isinstance(ident, str):
        return ident
    arguments = _get(_get(value, "command"), "arguments")
    return ident_of(arguments[0]) if isinstance(arguments, list | tuple) and arguments else ""


def _get(value: Any, name: str) -> Any:
    """Parameters of methods the library does not know arrive as mappings or as plain objects."""
    if isinstance(value, Mapping):
        return value.get(name)
    return getattr(value, name, None)
