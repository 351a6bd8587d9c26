"""Keeps a workspace's index fresh from inside an event loop: one worker at a time, and not after every keystroke."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from lsp_router.embedded.worker import TETHERED, command

SETTLE_SECONDS = 3.0
"""How long files must have been left alone before the worker looks at them."""
_LOW_PRIORITY = getattr(subprocess, "IDLE_PRIORITY_CLASS", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""On Windows; elsewhere the worker lowers its own."""


class Keeper:
    """`ignored` is asked anew every time, because settings change."""

    def __init__(self, root: Path, cache: Path, ignored: Callable[[], Sequence[str]] = tuple) -> None:
        self._root = root
        self._cache = cache
        self._ignored = ignored
        self._wanted: asyncio.Task[None] | None = None
        self._again = False
        self.report: dict[str, Any] | None = None
        """What the last worker said of its work."""

    def refresh(self, near: str = "", *, settle: float = SETTLE_SECONDS) -> None:
        """Have the worker look soon. `near` is the file in front, relative to the root, with forward slashes."""
        if self._wanted is None or self._wanted.done():
            self._wanted = asyncio.create_task(self._run(near, settle))
        else:
            self._again = True

    async def settled(self) -> None:
        """Wait until nothing is under way."""
        if self._wanted is not None:
            await asyncio.shield(self._wanted)

    async def close(self) -> None:
        if self._wanted is not None and not self._wanted.done():
            self._wanted.cancel()
            with suppress(asyncio.CancelledError):
                await self._wanted

    async def _run(self, near: str, settle: float) -> None:
        self._again = True
        while self._again:
            await asyncio.sleep(settle)
            self._again = False
            words = command(self._root, self._cache, near, self._ignored())
            self.report = await run_worker([*words, TETHERED])


async def run_worker(arguments: Sequence[str]) -> dict[str, Any] | None:
    """What the worker reports; None when it could not be run or failed. Cancelling ends the process."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    try:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=subprocess.PIPE,  # never written to: the worker ends when its other end is gone
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            creationflags=_LOW_PRIORITY,
        )
    except OSError:
        return None
    try:
        out = await process.stdout.read() if process.stdout else b""
        await process.wait()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    try:
        report = json.loads(out) if process.returncode == 0 else None
    except ValueError:
        return None
    return report if isinstance(report, dict) else None
