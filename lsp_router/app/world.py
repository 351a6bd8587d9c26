"""The outside world as a value: environment, time and dice. Everything below is handed these, and looks up nothing."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


class SystemClock:
    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class World:
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    clock: SystemClock = field(default_factory=SystemClock)
    new_id: Callable[[], str] = lambda: secrets.token_hex(8)
