"""One real model server for all tests of a process: llama.cpp's own, over a model that is made on the spot."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import httpx
import pytest

from tests.real.tiny_gguf import write_model
from tests.support.lsp import REPO

REQUIRED = os.environ.get("LSP_ROUTER_REQUIRE_E2E") == "1"
"""Asked for here, because every test clears these variables."""
PATIENCE = 60.0
MISSING = "xllamacpp is not installed: pip install xllamacpp"


@dataclass(frozen=True)
class ModelServer:
    base: str

    def slots_at_work(self) -> int:
        return sum(slot["is_processing"] for slot in httpx.get(f"{self.base}/slots", timeout=10).json())

    def config(self, extra: str = "", *, kind: str = "llamacpp", model: str = "") -> str:
        path = "/v1" if kind == "openai" else ""
        return f"""{extra}
[providers.tiny]
kind = "{kind}"
base_url = "{self.base}{path}"
privacy = "local"
[completion]
embedded = false
debounce = 0
speculative = false
{model}"""


@pytest.fixture(scope="module")
def model_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelServer]:
    if find_spec("xllamacpp") is None:
        (pytest.fail if REQUIRED else pytest.skip)(MISSING)
    folder = tmp_path_factory.mktemp("model")
    write_model(folder / "tiny.gguf")
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.real.serve_tiny", str(folder / "tiny.gguf")],
            cwd=REPO,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        try:
            yield ModelServer(_address(process, folder / "log.txt"))
        finally:
            _stop(process)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """The first line it prints; a server that prints none in time is a failure, not a wait without end."""
    said: Queue[bytes] = Queue()
    assert process.stdout is not None
    Thread(target=lambda pipe: said.put(pipe.readline()), args=(process.stdout,), daemon=True).start()
    try:
        address = said.get(timeout=PATIENCE).decode().strip()
    except Empty:
        address = ""
    assert address.startswith("http"), log.read_text("utf-8", "replace")[-2_000:]
    return address


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Its stdin ends, and so does it; whoever does not listen is killed."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
