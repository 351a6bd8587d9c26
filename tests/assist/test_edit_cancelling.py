"""Cancelling an edit at any stage stops the model's stream and every process, and leaves no file behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from lsp_router.assist.edit.ask import Kind
from lsp_router.domain.wire import Call, Chunk, Text
from tests.support.scripted import Script
from tests.support.studio import Studio, fenced
from tests.support.world import saying

TEXT = "import os\n\n\ndef add(a, b):\n    return a - b\n"
GOOD = fenced("def add(a, b):\n    return a + b\n")
BROKEN = fenced("def add(a, b):\n    return (a + b\n")
SLOW_TOOL = "#!/bin/sh\ntouch tool-runs\nsleep 60 &\nsleep 60\n"

posix = pytest.mark.skipif(os.name != "posix", reason="the tool is a shell script")


@pytest.fixture(autouse=True)
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every temporary file of the test is below this folder."""
    folder = tmp_path / "temp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


async def endless(call: Call) -> AsyncIterator[Chunk]:
    yield Text("```python\ndef add(a, b):\n")
    await asyncio.sleep(60)


def then(*scripts: Script) -> Script:
    left = list(scripts)

    def script(call: Call) -> AsyncIterator[Chunk]:
        return left.pop(0)(call)

    return script


def is_running(made: Studio, temp: Path) -> bool:
    return any(temp.rglob("tool-runs"))


def is_streaming(calls: int):
    return lambda made, _temp: len(made.transport.calls) == calls


@pytest.mark.parametrize(
    ("small", "strong", "reached"),
    [
        (endless, endless, is_streaming(1)),
        (then(saying(BROKEN), endless), endless, is_streaming(2)),
        (saying(BROKEN), endless, is_streaming(3)),
    ],
    ids=["drafting", "repairing", "escalating"],
)
async def test_while_a_model_speaks(studio, temp, small, strong, reached) -> None:
    made = studio(small, strong)
    await cancel(made, temp, reached)
    assert made.transport.closed == [made.transport.asked()[-1]]
    (row,) = made.rows()
    assert row.attempts[-1].outcome == "cancelled"


@posix
async def test_while_a_tool_runs(studio, temp) -> None:
    made = studio(GOOD, trusted=True, config="[validation]\nproject_tools = true\n")
    made.write("eslint.config.js", "export default []\n")
    made.write("node_modules/.bin/eslint", SLOW_TOOL).chmod(0o755)
    answer = fenced("function f() {\n  return 2;\n}\n", "javascript")
    made.transport.scripts["small"] = saying(answer)
    await cancel(made, temp, is_running, "function f() {\n  return 1;\n}\n", "a.js")


@pytest.mark.parametrize("after", [0.0, 0.005, 0.02, 0.05, 0.1, 0.2])
async def test_at_any_moment(studio, temp, after) -> None:
    made = studio(GOOD)
    made.write("ruff.toml", "")
    task = asyncio.create_task(made.edit(TEXT, Kind.FIX, at="a - b"))
    await asyncio.sleep(after)
    await stop(task, temp)


async def cancel(made: Studio, temp: Path, reached, text: str = TEXT, path: str = "a.py") -> None:
    task = asyncio.create_task(made.edit(text, Kind.FIX, path, at=text[text.index("return") :].partition("\n")[0]))
    async with asyncio.timeout(30):
        while not reached(made, temp):
            assert not task.done(), task.result()
            await asyncio.sleep(0.002)
    await stop(task, temp)


def left_in(temp: Path) -> list[str]:
    return [path.name for path in temp.iterdir()]


async def stop(task: asyncio.Task, temp: Path) -> None:
    task.cancel()
    async with asyncio.timeout(30):
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert left_in(temp) == []
    assert psutil.Process().children(recursive=True) == []
