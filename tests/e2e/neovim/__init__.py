"""Neovim without a screen: a test's body is Lua that types and looks, run inside the editor by `harness.lua`."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.e2e import editors
from tests.support.workshop import Workshop, until

HARNESS = Path(__file__).with_name("harness.lua")
SETUP = 'require("lsp_router").setup()'


@dataclass
class Neovim:
    """`await nvim(body)` starts the editor with the plugin, runs the body and fails with its words."""

    version: str
    workshop: Workshop

    async def __call__(
        self, body: str, *, setup: str = SETUP, meanwhile: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        launcher = editors.program(f"nvim-{self.version}")
        environ = {**editors.world(self.workshop), "E2E_SETUP": setup}
        script = self.workshop.home / "body.lua"
        script.write_text(textwrap.dedent(body), encoding="utf-8")
        plugin = f"set rtp^={editors.CLIENTS / 'neovim'}"
        words = (launcher, "--clean", "--headless", "--cmd", plugin, "-c", f"luafile {HARNESS}")
        beside = asyncio.ensure_future(meanwhile()) if meanwhile else None
        try:
            done = await editors.run(*words, cwd=self.workshop.folder, environ={**environ, "E2E_BODY": str(script)})
        finally:
            if beside is not None:
                beside.cancel()
        assert done.code == 0, done.out
        assert "deprecated" not in done.out, done.out

    async def mark_when_asked(self) -> None:
        """Leaves files for the editor to see: when the model was asked first, and when that was given up."""
        backend = self.workshop.backend
        await until(lambda: backend.log, editors.PATIENCE)
        (self.workshop.home / "asked").touch()
        await until(lambda: backend.log[0].aborted, editors.PATIENCE)
        (self.workshop.home / "aborted").touch()
