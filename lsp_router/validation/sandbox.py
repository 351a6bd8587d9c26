"""Runs a tool so that it can do no harm: limits, a private room, no network where possible, nothing left running."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lsp_router.validation.launch import CANNOT_START, TOO_MANY
from lsp_router.validation.room import Room

_KEPT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "SYSTEMROOT",
    "COMSPEC",
    "PATHEXT",
    "WINDIR",
    "RUSTUP_HOME",
    "GOROOT",
    "JAVA_HOME",
)
_DEAD_PROXY = "http://127.0.0.1:9"
_CHUNK = 65_536
_PATIENCE = 5.0
"""Seconds for what was killed to be gone."""
_LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run of a tool may take."""

    seconds: float = 20.0
    memory_bytes: int = 4_000_000_000
    file_bytes: int = 256_000_000
    output_bytes: int = 2_000_000
    processes: int = 200


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run went; `stopped` says why it was cut short, and is empty if it was not."""

    code: int | None
    out: str
    err: str
    stopped: str = ""


class Sandbox:
    """Knows what walls this machine can put up; starts tools and stops them, with all they started."""

    def __init__(self, environ: Mapping[str, str], limits: Limits | None = None) -> None:
        self.environ = environ
        self.limits = limits or Limits()
        self._walls: bool | None = None
        self._looking = asyncio.Lock()

    async def walls(self, room: Room) -> bool:
        """Whether tools run without network and with a read-only file system here; found out once."""
        if sys.platform != "linux":
            return False
        async with self._looking:
            if self._walls is None:
                bare = self._launched([sys.executable, "-I", "-S", "-c", ""], room, walls=True)
                tried = await self._run(bare, room, b"")
                if tried.stopped:  # too slow to tell: with walls wanted, what cannot have them does not run
                    return True
                self._walls = tried.code == 0
        return bool(self._walls)

    async def run(self, command: Sequence[str], room: Room, *, stdin: bytes = b"") -> Ran:
        """One run in the room's copy of the workspace. Cancelling it ends every process before it returns."""
        if os.name != "posix":
            return await self._run(command, room, stdin)
        ran = await self._run(self._launched(command, room, walls=await self.walls(room)), room, stdin)
        if ran.code == TOO_MANY and not ran.stopped:
            return replace(ran, stopped="too many processes")
        return replace(ran, stopped=ran.err.strip() or "it could not start") if ran.code == CANNOT_START else ran

    def _launched(self, command: Sequence[str], room: Room, *, walls: bool) -> list[str]:
        told = {
            "walls": walls,
            "room": str(room.folder),
            "cpu": self.limits.seconds * 2 + 1,
            "memory_bytes": self.limits.memory_bytes,
            "file_bytes": self.limits.file_bytes,
            "processes": self.limits.processes,
        }
        return [sys.executable, "-I", "-S", str(_LAUNCHER), json.dumps(told), *command]

    async def _run(self, command: Sequence[str], room: Room, stdin: bytes) -> Ran:
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=room.work,
                env=self._environment(room),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            return Ran(None, "", "", error.strerror or "it could not start")
        talk = _Talk(process, self.limits.output_bytes)
        try:
            stopped = await talk.until_done(stdin, self.limits.seconds)
        finally:
            await _end(process)
        return Ran(process.returncode, *talk.said(), stopped)

    def _environment(self, room: Room) -> dict[str, str]:
        """No keys, no proxies that work, no configuration of the user: a tool sees the room as its home."""
        kept = {name: self.environ[name] for name in _KEPT if name in self.environ}
        home = Path(self.environ.get("HOME") or self.environ.get("USERPROFILE") or room.folder)
        private = {name: str(room.folder / "home") for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")}
        private |= {name: str(room.folder / "tmp") for name in ("TMPDIR", "TEMP", "TMP")}
        offline = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), _DEAD_PROXY)
        return {
            "RUSTUP_HOME": str(home / ".rustup"),
            "CARGO_HOME": self.environ.get("CARGO_HOME", str(home / ".cargo")),
            **kept,
            **private,
            **offline,
            "CARGO_TARGET_DIR": str(room.folder / "tmp" / "target"),
            "CARGO_NET_OFFLINE": "true",
            "GOPROXY": "off",
            "PYTHONDONTWRITEBYTECODE": "1",
            "NO_COLOR": "1",
        }


class _Talk:
    """What goes in and what comes out, as far as it is wanted."""

    def __init__(self, process: asyncio.subprocess.Process, most: int) -> None:
        self._process = process
        self._most = most
        self._heard = (bytearray(), bytearray())
        self._full = asyncio.Event()

    async def until_done(self, stdin: bytes, seconds: float) -> str:
        """Why it was cut short, or nothing."""
        streams = (self._process.stdout, self._process.stderr)
        pairs = [(stream, heard) for stream, heard in zip(streams, self._heard, strict=True) if stream]
        readers = [asyncio.ensure_future(self._listen(stream, heard)) for stream, heard in pairs]
        full = asyncio.ensure_future(self._full.wait())
        done = asyncio.gather(self._tell(stdin), *readers, self._process.wait())
        try:
            both: set[asyncio.Future[Any]] = {done, full}
            await asyncio.wait(both, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if self._full.is_set():
                return f"more than {self._most:,} bytes of output"
            return "" if self._process.returncode is not None else f"not done after {seconds:g} s"
        finally:
            full.cancel()
            done.cancel()
            await asyncio.gather(done, full, *readers, return_exceptions=True)

    def said(self) -> tuple[str, str]:
        out, err = (bytes(heard).decode("utf-8", "replace") for heard in self._heard)
        return out, err

    async def _tell(self, stdin: bytes) -> None:
        pipe = self._process.stdin
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                pipe.write(stdin)
                await pipe.drain()
            pipe.close()

    async def _listen(self, stream: asyncio.StreamReader, heard: bytearray) -> None:
        while chunk := await stream.read(_CHUNK):
            heard += chunk[: self._most - len(heard)]
            if len(heard) >= self._most:
                self._full.set()
                return


async def _end(process: asyncio.subprocess.Process) -> None:
    """The whole group, even if its leader has gone; and its pipes, so that nothing waits for them."""
    if sys.platform == "win32":
        if process.returncode is None:
            killer = await asyncio.create_subprocess_exec("taskkill", "/T", "/F", "/PID", str(process.pid))
            await killer.wait()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    drained = asyncio.gather(_drain(process.stdout), _drain(process.stderr), process.wait())
    try:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(drained, _PATIENCE)
    finally:
        transport = getattr(process, "_transport", None)
        if transport is not None:
            transport.close()  # somebody who got away may hold the other end of a pipe


async def _drain(stream: asyncio.StreamReader | None) -> None:
    while stream is not None and await stream.read(_CHUNK):
        pass
