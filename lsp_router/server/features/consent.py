"""Keys that were merely found in the environment: the user is asked once whether they may be used."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from lsp_router.domain.model import Provider
from lsp_router.domain.task import Privacy
from lsp_router.server.router_server import RouterServer

YES, NO, LATER = "Use them", "Never", "Not now"


async def ask(ls: RouterServer) -> None:
    """Only where the client shows questions. Whoever closes it, or says later, is asked again in the next session."""
    desk = await ls.desk()
    found = desk.unasked
    window = ls.client_capabilities.window
    if not (found and window and window.show_message):
        return
    actions = [lsp.MessageActionItem(title=title) for title in (YES, LATER, NO)]
    question = lsp.ShowMessageRequestParams(lsp.MessageType.Info, wording(found), actions)
    with suppress(JsonRpcException):  # a client that cannot ask has not said yes
        answer = await ls.window_show_message_request_async(question)
        if answer is not None and answer.title in {YES, NO}:
            await desk.consent([provider.name for provider in found], yes=answer.title == YES)


def wording(found: Sequence[Provider]) -> str:
    names = _listed([provider.name for provider in found])
    trains = _listed([provider.name for provider in found if provider.privacy is Privacy.TRAINS])
    warning = f" What is sent to {trains} may be used for training." if trains else ""
    return (
        f"lsp-router found keys for {names} in your environment. May it send code to them, within your budget?{warning}"
    )


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
