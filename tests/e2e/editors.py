"""Where the editors are, and the world they run in: a home of their own, our server on the path."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.workshop import Workshop

REPO = Path(__file__).resolve().parents[2]
CLIENTS = REPO / "editors"
FOLDER = Path(os.environ.get("LSP_ROUTER_EDITORS") or REPO / ".editors")
REQUIRED = os.environ.get("LSP_ROUTER_REQUIRE_E2E") == "1"
"""Read when the tests are collected: no test sees the user's own variables."""
PATIENCE = 90.0
"""Seconds after which an editor is ended; what it waits for itself is bounded more tightly."""


def program(name: str) -> Path:
    """The launcher of an editor; without it the test is skipped, or fails where editors are required."""
    return _there(FOLDER / "bin" / name)


def folder(name: str) -> Path:
    return _there(FOLDER / name)


def tool(name: str) -> Path:
    """A program of the system that a test drives an editor with."""
    return _there(Path(shutil.which(name) or name))


@dataclass(frozen=True)
class Done:
    code: int
    out: str


async def run(*words: str | Path, cwd: Path, environ: dict[str, str]) -> Done:
    """Runs a program to its end, or ends it."""
    process = await asyncio.create_subprocess_exec(
        *words, cwd=cwd, env=environ, stdin=asyncio.subprocess.DEVNULL, stdout=-1, stderr=asyncio.subprocess.STDOUT
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    return Done(process.returncode or 0, out.decode("utf-8", "replace"))


def world(workshop: Workshop) -> dict[str, str]:
    """The environment of an editor whose user installed lsp-router."""
    shim = workshop.home / "bin" / "lsp-router"
    if not shim.exists():
        shim.parent.mkdir(parents=True, exist_ok=True)
        shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m lsp_router "$@"\n')
        shim.chmod(0o755)
    home = str(workshop.home)
    places = {f"XDG_{name}_HOME": f"{home}/xdg/{name.lower()}" for name in ("CACHE", "CONFIG", "DATA", "STATE")}
    return {
        **places,
        "PATH": f"{shim.parent}:{os.environ['PATH']}",
        "HOME": home,
        "LSP_ROUTER_HOME": home,
        "PYTHONPATH": str(REPO),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
    }


def _there(path: Path) -> Path:
    if not path.exists():
        reason = f"{path.name} is not installed; tests/e2e/install-editors.sh {FOLDER} installs it"
        if REQUIRED:
            pytest.fail(reason)
        pytest.skip(reason)
    return path
