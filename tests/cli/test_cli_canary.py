"""A key never shows: not in what any command prints or logs, not in an error, not in any file that is left behind."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from lsp_router.cli.main import COMMANDS
from tests.support.backend import Backend, Reply, Seen
from tests.support.shell import Done, Shell

WELL_KNOWN = "tweet-and-sing-in-a-coal-mine"
"""Like no key that any rule would recognise."""
NAMED = "sk-proj-CANARY0123456789abcdefCANARY"
HEADER = "header-canary-quite-unlike-the-others"
COMMAND = "command-canary-never-written-down"
SECRETS = (WELL_KNOWN, NAMED, HEADER, COMMAND)

CONFIG = """
[providers.gate]
base_url = "{base}"
api_key_env = "GATE_KEY"
header_env = {{ X-Gate = "GATE_HEADER" }}
[providers.vault]
base_url = "{base}"
api_key_command = {command}
[[models]]
name = "by-variable"
provider = "gate"
model = "by-variable"
quality = {{ default = 9 }}
[[models]]
name = "by-command"
provider = "vault"
model = "by-command"
price = {{ input = 1, output = 1 }}
"""


def echo(seen: Seen, status: int = 401) -> Reply:
    """What was sent comes back, whole and in parts, as careless gateways do it."""
    sent = [seen.headers.get("authorization", "").removeprefix("Bearer "), seen.headers.get("x-gate", "")]
    parts = [sent[0][:18], sent[0][-18:]]
    said = f"Incorrect API key provided: {sent[0]} ({parts[0]}…{parts[1]}); X-Gate {sent[1]} is unknown"
    return Reply(status=status, body={"error": {"message": said, "param": sent}}, headers={"x-request": "1"})


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    async with Backend() as running:
        running.pages["/v1/models"] = Reply(status=401)
        yield running


@pytest.fixture
def shell(shell: Shell, backend: Backend) -> Shell:
    shell.environ.update(OPENROUTER_API_KEY=WELL_KNOWN, GATE_KEY=NAMED, GATE_HEADER=HEADER)
    command = json.dumps([sys.executable, "-c", f"print('{COMMAND[::-1]}'[::-1])"])
    shell.user(CONFIG.format(base=backend.base, command=command))
    return shell


def leaks(text: str) -> list[str]:
    return [piece for secret in SECRETS for piece in pieces(secret) if piece in text]


def pieces(secret: str) -> Iterator[str]:
    """Half a key is a key to whoever has time."""
    yield from (secret[:14], secret[-14:])


def left_behind(*folders: Path) -> dict[str, list[str]]:
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert len(files) >= 2
    found = {str(path): leaks(path.read_bytes().decode("latin1")) for path in files if path.name != "config.toml"}
    return {name: what for name, what in found.items() if what}


async def test_no_command_shows_a_key(shell: Shell, backend: Backend) -> None:
    backend.script = echo
    lines = ["doctor", "try", "models --all --json", "route it --json", "stats --json", "cache info", "config show",
             "config show --json", "config check", "config schema", "trust", "serve --log info", "audit --json",
             "dashboard --json", "replay --set profile=balanced", "eval --n 3 --yes", "complete shop.py:2:5",
             "review shop.py", "run explain shop.py", "init"]  # fmt: skip
    shell.write("shop.py", "def add(a, b):\n    total = a + b\n    print(total)\n    return total\n")
    assert {line.split()[0] for line in lines} == set(COMMANDS)
    told: list[Done] = []
    for some in (lines[:6], lines[6:12], lines[12:-1], lines[-1:]):  # init comes last: it says yes to a real provider
        told += await asyncio.gather(*(shell(*line.split()) for line in some))
    for line, done in zip(lines, told, strict=True):
        assert leaks(done.out + done.err) == [], line
        assert "Traceback" not in done.err, line
    assert {seen.headers.get("authorization") for seen in backend.log} == {f"Bearer {NAMED}", f"Bearer {COMMAND}"}
    assert {seen.headers.get("x-gate") for seen in backend.log} == {HEADER, None}
    assert left_behind(shell.home, shell.folder) == {}


@pytest.mark.parametrize("status", [401, 400, 200])
async def test_no_request_leaves_a_key_behind(shell: Shell, backend: Backend, status: int) -> None:
    """With every log of every library switched on."""
    backend.script = lambda seen: echo(seen, status)
    wish = json.dumps({"requests": 2, "debug": True})
    done = await shell.python("-m", "tests.support.asking", wish)
    assert done.code == 0
    assert len(backend.log) >= 2
    assert leaks(done.out + done.err) == []
    assert left_behind(shell.home) == {}


async def test_the_canary_would_be_seen(shell: Shell) -> None:
    """The test above can fail: the same search finds a key where there is one."""
    shell.write("a", NAMED)
    shell.write("b", "")
    shell.write("c", f"...{COMMAND[-20:]}")
    assert set(left_behind(shell.folder)) == {str(shell.folder / "a"), str(shell.folder / "c")}
