"""`dashboard` as a person starts and stops it, over the ledger that real requests have left."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.support.backend import Backend, Reply
from tests.support.shell import PATIENCE, Shell

CONFIG = """
[providers.gate]
base_url = "{base}"
[[models]]
name = "dear"
provider = "gate"
model = "dear"
price = {{ input = 1.0, output = 4.0 }}
"""


@asynccontextmanager
async def dashboard(shell: Shell, *words: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "lsp_router", "dashboard", "--no-open", *words),
        cwd=shell.folder,
        env=shell.world(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
        found = re.fullmatch(r"dashboard: (http://127\.0\.0\.1:\d+/[\w-]+/)\n", line)
        assert found, line
        yield process, found[1]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def fetch(address: str) -> str:
    browser = build_opener(ProxyHandler({}))

    def get() -> str:
        with browser.open(address, timeout=30) as answer:
            return answer.read().decode()

    return await asyncio.to_thread(get)


async def test_it_is_live(shell: Shell) -> None:
    async with Backend(lambda _seen: Reply("fine")) as backend:
        shell.user(CONFIG.format(base=backend.base))
        async with dashboard(shell) as (_, address):
            assert "page.js" in await fetch(address)
            assert json.loads(await fetch(f"{address}figures.json"))["total"] is None
            await shell.python("-m", "tests.support.asking", json.dumps({"requests": 2}))
            told = json.loads(await fetch(f"{address}figures.json"))
    assert told["total"]["requests"] == 2
    assert [m["key"] for m in told["models"]] == ["dear"]
    assert told["recent"][0]["attempts"][0]["model"] == "dear"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no Ctrl-C for one process there")
async def test_ctrl_c_stops_it(shell: Shell) -> None:
    async with dashboard(shell) as (process, _):
        process.send_signal(signal.SIGINT)
        _, error = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, error) == (0, b"")


async def test_a_taken_port_is_told(shell: Shell) -> None:
    async with dashboard(shell) as (_, address):
        port = address.split(":")[2].split("/")[0]
        done = await shell("dashboard", "--no-open", "--port", port)
    assert done.code == 1
    assert done.err.splitlines()[0].startswith(f"lsp-router dashboard: port {port}:")
    assert "another --port" in done.err.splitlines()[1]


def test_the_same_figures_for_machines(quick) -> None:
    told = quick("dashboard", "--json", "--since", "30d").json
    assert (told["span"], told["total"], len(told["slices"])) == ("30d", None, 30)


@pytest.mark.parametrize("words", [("--port", "70000"), ("--port", "x"), ("--since", "3y")])
def test_wrong_use(quick, words: tuple[str, ...]) -> None:
    assert quick("dashboard", *words).code == 2
