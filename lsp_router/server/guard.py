"""What stands between the protocol and the features: work that can be stopped, failures that say so cleanly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

T = TypeVar("T")
INTERNAL, CANCELLED, FAILED = -32603, -32800, -32803


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

    def cancel(self, key: object) -> bool:
        """Whether anybody worked for that."""
        tasks = [task for task in self._tasks.get(key, ()) if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        return bool(tasks)

    async def stop(self) -> None:
        """Cancels everything and waits until it has stopped paying."""
        tasks = {t for group in self._tasks.values() for t in group if t is not asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def or_nothing(work: Awaitable[T], nothing: T, say: Callable[[BaseException], None]) -> T:
    """For answers that may be empty but never an error: whatever happens, the editor gets an answer."""
    try:
        return await work
    except asyncio.CancelledError:
        return nothing
    except Exception as error:  # noqa: BLE001 - the one place where a completion's failure ends
        say(error)
        return nothing


async def or_cancelled(work: Awaitable[T]) -> T:
    """A cancellation that leaves a command would be no answer at all: it leaves as an error of its own."""
    try:
        return await work
    except asyncio.CancelledError:
        raise JsonRpcException("the request was cancelled", code=CANCELLED) from None


def clean(error: lsp.ResponseError) -> lsp.ResponseError:
    """No traceback and no text of an exception we did not write ourselves."""
    if error.code != INTERNAL:
        return lsp.ResponseError(error.code, error.message)
    return lsp.ResponseError(error.code, "lsp-router failed to do this; its log (stderr) says where")


def as_editor_error(message: str) -> JsonRpcException:
    """A failure in words for the user."""
    return JsonRpcException(message, code=FAILED)
