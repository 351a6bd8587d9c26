"""One edit for an editor, from its wish to the change in its document, or to clear words about why there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextvars import Context
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from lsp_router.assist.edit.ask import Edited, Kind
from lsp_router.assist.edit.telling import tell_edited, tell_problem
from lsp_router.domain.decision import Problem
from lsp_router.server import edits
from lsp_router.server.asking import Wish
from lsp_router.server.progress import Progress, with_progress
from lsp_router.server.router_server import RouterServer

ANSWER_BY = 8.0
"""Seconds after which a client that gives up on us, or sees no progress, is answered; the work goes on."""
AGAIN = "Try again"
TITLES = {
    Kind.FIX: "Fixing",
    Kind.REFACTOR: "Refactoring",
    Kind.GENERATE: "Generating",
    Kind.TESTS: "Writing tests",
    Kind.DOCUMENT: "Documenting",
}
LATER: Mapping[str, Any] = {
    "applied": False,
    "problems": [tell_problem(Problem("time", "this takes a while; the change comes by itself when it is ready"))],
    "decision": None,
    "pending": True,
}
TOLD = 3
"""Problems that fit into a message."""


async def carry_out(ls: RouterServer, wish: Wish) -> Mapping[str, Any]:
    """Drafts, checks and applies; the answer of every command that edits."""

    async def work(progress: Progress) -> Mapping[str, Any]:
        edited = await draft(ls, wish, progress)
        refusal = await edits.apply(ls, edited.changes, title(wish), wish.known) if edited.changes else None
        if edited.changes and not refusal:
            await accept(ls, edited)
        problems = (refusal,) if refusal else edited.problems
        speak(ls, wish, edited, problems)
        return tell_edited(edited, problems=problems, applied=bool(edited.changes) and not refusal)

    return await with_progress(ls, title(wish), work, wish.argument)


async def draft(ls: RouterServer, wish: Wish, progress: Progress) -> Edited:
    """Closing the document is one way to say that nobody wants it any more."""
    desk = await ls.desk()
    return await ls.running.run(desk.edit(wish.ask, progress.report), ("document", wish.uri))


async def in_time(
    ls: RouterServer, work: Coroutine[Any, Any, Mapping[str, Any]], later: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Waits for the work, but no longer than the client does.

    Some clients give up after ten seconds without cancelling: they would lose, unseen, what is then still
    paid for. They hear that it is under way, and the change comes through `workspace/applyEdit` later.
    Cancelling stops the work as long as the request is open; after that closing the document does.
    """
    if ls.is_patient:
        return await work
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=ANSWER_BY)
    except asyncio.CancelledError:
        task.cancel()
        await asyncio.wait({task})
        raise
    if task.done():
        return task.result()
    ls.keep(task)
    return later


def speak(ls: RouterServer, wish: Wish, edited: Edited, problems: Sequence[Problem]) -> None:
    """What the user should know and no answer shows; what was changed meanwhile may be asked for again at once."""
    if not problems and not edited.note:
        return
    stale = any(problem.gate == "stale" for problem in problems)
    message = sentence(wish, problems) if problems else edited.note
    kind = lsp.MessageType.Warning if problems else lsp.MessageType.Info
    if stale and wish.again(ls.documents) is not None:
        ls.keep(asyncio.create_task(_offer_again(ls, wish, message), context=Context()))  # no request's any more
    else:
        ls.window_show_message(lsp.ShowMessageParams(kind, f"lsp-router: {message}"))


def sentence(wish: Wish, problems: Sequence[Problem]) -> str:
    said = "; ".join(p.message for p in problems[:TOLD])
    more = f" (and {len(problems) - TOLD} more)" if len(problems) > TOLD else ""
    return f"{title(wish)} changed nothing: {said}{more}"


def title(wish: Wish) -> str:
    return TITLES[wish.ask.kind]


async def accept(ls: RouterServer, edited: Edited) -> None:
    """The editor has taken it: that is what the model is judged by."""
    if edited.served is not None:
        desk = await ls.desk()
        desk.drafted(edited.served.decision.id, size(edited))
        desk.accepted(edited.served.decision.id)


def size(edited: Edited) -> int:
    return sum(len(edit.text) for change in edited.changes for edit in change.edits)


async def _offer_again(ls: RouterServer, wish: Wish, message: str) -> None:
    params = lsp.ShowMessageRequestParams(
        lsp.MessageType.Warning, f"lsp-router: {message}", [lsp.MessageActionItem(AGAIN)]
    )
    try:
        chosen = await ls.window_show_message_request_async(params)
    except JsonRpcException:
        return
    again = wish.again(ls.documents)  # by now the user may have typed more
    if chosen is not None and chosen.title == AGAIN and again is not None:
        await carry_out(ls, again)
