"""Stands between the protocol library and the features: what is cancelled stops, what fails says so cleanly.

The library cancels requests but not commands, sends tracebacks to the client, and trips over its own
table when it shuts down with requests in flight. All of that is mended here and nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.protocol import LanguageServerProtocol

T = TypeVar("T")
log = logging.getLogger(__name__)
INTERNAL = -32603


class Running:
    """The tasks that work for somebody right now; each can be stopped by what asked for it."""

    def __init__(self) -> None:
        self._tasks: dict[object, set[asyncio.Task[Any]]] = {}

    async def run(self, work: Awaitable[T], *keys: object) -> T:
        """Awaits the work under keys (a message id, a document, a progress token) that may cancel it."""
        task: asyncio.Task[Any] | None = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can be cancelled")
        for key in keys:
            self._tasks.setdefault(key, set()).add(task)
        try:
            return await work
        finally:
            for key in keys:
                left = self._tasks.get(key, set())
                left.discard(task)
                if not left:
                    self._tasks.pop(key, None)

    def cancel(self, key: object) -> None:
        for task in list(self._tasks.get(key, ())):
            if task is not asyncio.current_task():
                task.cancel()

    async def stop(self) -> None:
        """Cancels everything and waits until it has stopped paying."""
        tasks = {t for group in self._tasks.values() for t in group if t is not asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class GuardedProtocol(LanguageServerProtocol):
    """The library's protocol with commands that can be cancelled and errors that leak nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.running = Running()

    def complain(self, error: Exception) -> None:
        log.warning("a message could not be read: %s", type(error).__name__)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Some clients count the kinds of triggers from 0; that is the first kind."""
        if data.get("method") == lsp.TEXT_DOCUMENT_INLINE_COMPLETION:
            context = (data.get("params") or {}).get("context")
            if isinstance(context, dict) and context.get("triggerKind") not in {1, 2}:
                context["triggerKind"] = 1
        return super().structure_message(data)

    def _handle_cancel_notification(self, msg_id: int | str) -> None:
        self.running.cancel(("request", msg_id))
        if msg_id in self._request_futures:
            super()._handle_cancel_notification(msg_id)

    def _send_response(self, msg_id: Any, result: Any = None, error: lsp.ResponseError | None = None) -> None:
        if error is not None:
            error = _clean(error)
        super()._send_response(msg_id, result, error)


def _clean(error: lsp.ResponseError) -> lsp.ResponseError:
    """No traceback and no text of an exception we did not write ourselves."""
    if error.code != INTERNAL:
        return lsp.ResponseError(error.code, error.message)
    return lsp.ResponseError(error.code, "lsp-router failed to do this; its log (stderr) says where")


async def or_nothing(work: Awaitable[T], nothing: T, say: Callable[[BaseException], None]) -> T:
    """For answers that may be empty but never an error: whatever happens, the editor gets an answer."""
    try:
        return await work
    except asyncio.CancelledError:
        return nothing
    except Exception as error:  # noqa: BLE001 - the one place where a completion's failure ends
        say(error)
        return nothing


def as_editor_error(message: str) -> JsonRpcException:
    """A failure in words for the user."""
    return JsonRpcException(message, code=-32803)


def is_internal(error: Exception) -> bool:
    return isinstance(error, JsonRpcInternalError)
