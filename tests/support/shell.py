"""The command line as a person or a script has it: a process of its own, a home of its own, a clean environment."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return json.loads(self.out)


@dataclass
class Shell:
    """`await shell("route", "why")` runs `lsp-router route why` in `folder`."""

    home: Path
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    async def __call__(self, *words: str, **environ: str) -> Done:
        return await self.python("-m", "lsp_router", *words, **environ)

    async def python(self, *words: str, **environ: str) -> Done:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *words,
            cwd=self.folder,
            env={**self.world(), **environ},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        finally:  # late or cancelled: killed, as an editor would do it
            if process.returncode is None:
                process.kill()
                await process.communicate()
        return Done(process.returncode or 0, out.decode("utf-8"), err.decode("utf-8"))

    def world(self) -> dict[str, str]:
        """Nothing of the environment of whoever runs the tests but what an interpreter needs."""
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
        ours = {"HOME": str(self.home), "LSP_ROUTER_HOME": str(self.home), "PYTHONPATH": str(REPO), "PYTHONUTF8": "1"}
        return {**kept, **ours, **self.environ}

    def user(self, text: str) -> Path:
        """Writes the user's own configuration."""
        path = self.home / "config" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path
