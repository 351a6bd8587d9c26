"""Many documents, a few at a time: whoever reviews a project must not open it all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
AT_ONCE = 8


async def side_by_side(work: Iterable[Callable[[], Awaitable[T]]], at_once: int = AT_ONCE) -> list[T]:
    """The results in order. A failure or a cancellation stops all of it before it leaves."""
    permits = asyncio.Semaphore(at_once)

    async def one(begin: Callable[[], Awaitable[T]]) -> T:
        async with permits:
            return await begin()

    tasks = [asyncio.ensure_future(one(begin)) for begin in work]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
