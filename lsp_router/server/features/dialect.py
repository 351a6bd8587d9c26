"""What clients of the Copilot dialect ask beside completions; here nobody signs in, so everything is well already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsp_router import __version__
from lsp_router.server.features.feedback import ident_of
from lsp_router.server.router_server import RouterServer

WELL = {"status": "OK", "user": "lsp-router"}
"""Some clients take it for a failure when nobody is named."""
SIGNED_IN = {**WELL, "status": "AlreadySignedIn"}
ANSWERS: Mapping[str, Any] = {
    "checkStatus": WELL,
    "setEditorInfo": "OK",
    "getVersion": {"version": __version__},
    "signIn": SIGNED_IN,
    "signInInitiate": SIGNED_IN,
    "signInConfirm": WELL,
    "signOut": {"status": "OK"},
}
"""Requests that have one answer whatever they ask."""


def register(server: RouterServer) -> None:
    for method in ANSWERS:
        _register_answer(server, method)

    @server.feature("notifyShown")
    async def shown(ls: RouterServer, params: Any) -> str:
        (await ls.desk()).shown(ident_of(params))
        return "OK"

    @server.feature("notifyAccepted")
    async def accepted(ls: RouterServer, params: Any) -> str:
        (await ls.desk()).feedback.accepted(ident_of(params))
        return "OK"

    @server.feature("notifyRejected")
    async def rejected(ls: RouterServer, params: Any) -> str:
        desk = await ls.desk()
        for ident in _uuids(params):
            desk.feedback.rejected(ident)
        return "OK"


def _register_answer(server: RouterServer, method: str) -> None:
    @server.feature(method)
    def answer(_params: Any) -> Any:
        return ANSWERS[method]


def _uuids(params: Any) -> list[str]:
    found = params.get("uuids") if isinstance(params, Mapping) else getattr(params, "uuids", None)
    return [ident for ident in found if isinstance(ident, str)] if isinstance(found, list | tuple) else []
