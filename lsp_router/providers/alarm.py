from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


class Alarm:
    """A deadline that moves with every read of a stream, for the price of one timer.

    `asyncio.timeout` around each read makes and drops a timer per chunk, a tenth of all the time a stream costs.
    Here the timer may ring early; then it looks at the deadline of the moment and is set anew.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: asyncio.Task[object] | None = None
        self._until = 0.0
        self._rang = False

    async def bound(self, wanted: Awaitable[T], until: float) -> T:
        """What is awaited, or TimeoutError at `until` (loop time)."""
        task = self._waiting = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self._until = until
        if self._timer is None or until < self._timer.when():
            self._set()
        others = task.cancelling()
        try:
            return await wanted
        except asyncio.CancelledError:
            rang, self._rang = self._rang, False
            if rang and task.uncancel() <= others:
                raise TimeoutError from None
            raise
        finally:
            self._waiting = None

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self) -> None:
        self.stop()
        self._timer = self._loop.call_at(self._until, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._waiting is None:
            return
        if self._loop.time() < self._until:
            self._set()
            return
        self._rang = True
        self._waiting.cancel()
