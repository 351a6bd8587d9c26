"""What long work tells while it lasts: on the client's token, on one of ours, or to nobody where the client cannot."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from lsp_router.server.router_server import RouterServer

T = TypeVar("T")
Token = int | str
BEAT = 0.08
"""Seconds between two pieces of streamed text: an editor draws each of them."""
LONGEST_MESSAGE = 120


class Progress:
    """Owns the telling of one piece of work. What is told before the client took the token is told once it has."""

    def __init__(self, tell: Callable[[Token, Any], None], token: Token | None, partial: Token | None = None) -> None:
        self._tell = tell
        self._token = token
        self._partial = partial
        self._begun = self._ended = False
        self._message = ""
        self._line = self._unsent = ""
        self._sent_at = 0.0

    def begin(self, title: str) -> None:
        if self._token is None or self._begun or self._ended:
            return
        self._begun = True
        begin = lsp.WorkDoneProgressBegin(title=title, cancellable=True, message=self._message or None)
        self._tell(self._token, begin)

    def report(self, message: str) -> None:
        """A stage of the work in a few words: who drafts, what is being checked."""
        self._message = message
        self._say(message)

    def stream(self, text: str) -> None:
        """A piece of the answer itself: whole for whoever gave a token for it, its last line for everybody."""
        self._unsent += text
        now = asyncio.get_running_loop().time()
        if now - self._sent_at >= BEAT:
            self._sent_at = now
            self._flush()

    def restart(self) -> None:
        """What was streamed so far is void: another model begins again."""
        self._unsent = self._line = ""
        if self._partial is not None:
            self._tell(self._partial, {"restart": True})

    def end(self) -> None:
        if self._unsent:
            self._flush()
        if self._begun and not self._ended and self._token is not None:
            self._tell(self._token, lsp.WorkDoneProgressEnd())
        self._ended = True

    # --- helpers ---

    def _flush(self) -> None:
        text, self._unsent = self._unsent, ""
        self._line = (self._line + text).rstrip("\n").rpartition("\n")[2] + ("\n" if text.endswith("\n") else "")
        if self._partial is not None:
            self._tell(self._partial, {"text": text})
        self._say(self._line.strip()[-LONGEST_MESSAGE:], text=text)

    def _say(self, message: str, **more: str) -> None:
        if self._begun and not self._ended and self._token is not None:
            self._tell(self._token, {"kind": "report", "message": message, **more})


async def with_progress(
    ls: RouterServer,
    title: str,
    work: Callable[[Progress], Awaitable[T]],
    argument: Mapping[str, Any] | None = None,
) -> T:
    """Does the work where the client can watch and cancel it.

    Commands hardly ever come with a token, so one is made; nothing waits for the client to take it.
    An argument's `partialResultToken` gets the streamed text, piece by piece.
    """

    def tell(token: Token, value: Any) -> None:
        ls.protocol.notify(lsp.PROGRESS, lsp.ProgressParams(token=token, value=value))

    given = ls.guarded.work_done_token
    token = given if given is not None else uuid.uuid4().hex if ls.takes_progress else None
    progress = Progress(tell, token, _token((argument or {}).get("partialResultToken")))
    making = None
    if given is None and token is not None:
        making = asyncio.create_task(_begin(ls, token, progress, title))
        ls.keep(making)
    else:
        progress.begin(title)
    try:
        return await ls.running.run(work(progress), *([("progress", token)] if token is not None else []))
    finally:
        progress.end()
        if making is not None:
            making.cancel()


async def _begin(ls: RouterServer, token: Token, progress: Progress, title: str) -> None:
    with suppress(JsonRpcException):  # a client that takes no token hears nothing
        await ls.window_work_done_progress_create_async(lsp.WorkDoneProgressCreateParams(token))
        progress.begin(title)


def _token(value: Any) -> Token | None:
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None
