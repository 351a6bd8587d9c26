"""A terminal with a program in it, typed into and looked at through tmux."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.e2e import editors
from tests.support.workshop import Workshop

PATIENCE = 50.0


class Terminal:
    """`async with Terminal(workshop, words) as screen:` ends with the program and the server of its own."""

    def __init__(self, workshop: Workshop, *words: str | Path) -> None:
        self._words = [str(word) for word in words]
        self._workshop = workshop
        self._tmux = (editors.tool("tmux"), "-f", "/dev/null", "-S", str(workshop.home / "tmux"))

    async def __aenter__(self) -> Self:
        world = [f"{name}={value}" for name, value in editors.world(self._workshop).items()]
        line = shlex.join(["env", "-i", *world, *self._words])
        await self._say("new-session", "-d", "-x", "110", "-y", "30", "-c", str(self._workshop.folder), line)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._say("kill-server")

    async def press(self, *keys: str) -> None:
        """Keys by tmux's names; a text of several letters is typed."""
        for key in keys:
            await self._say("send-keys", key)

    async def type(self, text: str) -> None:
        await self._say("send-keys", "-l", text)

    async def look(self) -> str:
        return (await self._say("capture-pane", "-p")).out

    async def picture(self) -> str:
        """The screen with its colours."""
        return (await self._say("capture-pane", "-e", "-p")).out

    async def until(self, *parts: str) -> str:
        """The screen once it shows all of that."""
        return await self.until_it(lambda screen: all(part in screen for part in parts), f"{parts}")

    async def until_made(self, path: Path) -> None:
        """Something is in it: a file is there before anything is written to it."""
        await self.until_it(lambda _: path.exists() and path.stat().st_size > 0, f"that {path.name} is there")

    async def until_it(self, holds: Callable[[str], bool], what: str, key: str = "") -> str:
        """A key is pressed again once in a while: what it asks for may have come too late for the last time."""
        loop = asyncio.get_running_loop()
        end, press_at = loop.time() + PATIENCE, loop.time()
        while not holds(screen := await self.look()):
            assert loop.time() < end, f"it was never shown: {what}\n{screen}"
            if key and loop.time() >= press_at:
                await self.press(key)
                press_at = loop.time() + 1.5
            await asyncio.sleep(0.05)
        return screen

    async def _say(self, *words: str) -> editors.Done:
        return await editors.run(*self._tmux, *words, cwd=self._workshop.folder, environ=editors.world(self._workshop))
