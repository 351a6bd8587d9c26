"""Two hops to the first token: the second starts only when the first is later than it usually is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from lsp_router.domain.wire import Failed, Failure
from lsp_router.engine.hop import Hop


async def race(first: Hop, second: Callable[[], Hop], head_start: float) -> tuple[Hop | None, Failure | None]:
    """Whoever commits first; the loser is cancelled and stops costing. Both failed: the first one's failure."""
    opening = asyncio.create_task(first.open())
    running = {opening: first}
    try:
        await asyncio.wait(running, timeout=head_start)
        if not opening.done():
            rival = second()
            running[asyncio.create_task(rival.open())] = rival
        return await _first_to_commit(running)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _first_to_commit(running: dict[asyncio.Task[None], Hop]) -> tuple[Hop | None, Failure | None]:
    failure: Failure | None = None
    waiting = set(running)
    while waiting:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            try:
                task.result()
            except Failed as error:
                failure = failure or error.failure
            else:
                winner = running[task]
                await _abandon_others(running, winner)
                return winner, None
    return None, failure


async def _abandon_others(running: dict[asyncio.Task[None], Hop], winner: Hop) -> None:
    for task, hop in running.items():
        if hop is not winner:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await hop.abandon("cancelled", "the other one answered first")
