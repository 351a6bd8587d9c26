"""From an editor's start to ghost text without key, model or network: python -m tests.bench.first_ghost FOLDER

A fresh home each round. Milliseconds from wire to wire: until `initialize` is answered, until the first request is,
and until the first ghost text comes when somebody goes on typing; then the longest single step of the tier's work on
the event loop, in CPU time, which other processes do not lengthen.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from lsp_router.app.app import App
from lsp_router.assist.moment import Moment
from lsp_router.cli.editor import OURS, Editor
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.context.document import Document

ROUNDS = 5
LETTERS = 60
PLACES = 40
HEADS = ["start", "first answer", "first ghost", "of keys", "RSS MB"]


async def start(root: Path, path: Path, dice: random.Random) -> list[float]:
    text = path.read_text("utf-8")  # noqa: ASYNC240 - before anything is timed
    cut = dice.randrange(len(text) // 3, len(text) - LETTERS)
    with tempfile.TemporaryDirectory() as home:
        environ = {"PATH": os.environ["PATH"], "HOME": home, "LSP_ROUTER_HOME": home}
        async with Editor(root, [], OURS, environ) as editor:
            uri = editor.open(path, "", "python")
            began, answers, ghosts = time.perf_counter(), [], []
            for at in range(cut, cut + LETTERS):
                editor.change(uri, text[:at] + text[text.find("\n", at) :])
                ghost, _ = await editor.ghost_text(uri, at)
                answers.append(time.perf_counter() - began)
                ghosts += [answers[-1]] if ghost else []
            memory = psutil.Process(editor.pid).memory_info().rss / 1e6
            first = ghosts[0] * 1e3 if ghosts else float("nan")
            return [editor.start_ms, answers[0] * 1e3, first, len(ghosts) / LETTERS, memory]


async def longest_steps(root: Path, path: Path, dice: random.Random) -> dict[str, float]:
    """Of reading a file, of asking, and of starting a worker."""
    text, steps = path.read_text("utf-8"), {"read": 0.0, "ask": 0.0, "start a worker": 0.0}  # noqa: ASYNC240
    with tempfile.TemporaryDirectory() as home:
        app = App(Sources(places({"LSP_ROUTER_HOME": home}), {"LSP_ROUTER_HOME": home}, root))
        recall, name, document = app.offline.load(), str(path), Document(str(path), text, "python", 1)
        recall.suggest("x = 1\n", 6, "python", "warm.py")
        with _timed(steps, "start a worker"):
            app.offline.attend(document)
            await asyncio.sleep(0)
        for _ in _each(recall.warm(text, "python", name), steps):
            pass
        for _ in range(PLACES):
            at = dice.randrange(len(text) // 3, len(text) - LETTERS)
            app.offline.suggest(_moment(name, text, at))
            for typed in range(1, 8):
                with _timed(steps, "ask"):
                    app.offline.suggest(_moment(name, text, at + typed))
        await app.close()
    return steps


def _moment(name: str, text: str, at: int) -> Moment:
    """Somebody writes this line: its end is not there yet."""
    return Moment(name, Document(name, text[:at] + text[text.find("\n", at) :], "python", 1), at)


class _timed:  # noqa: N801 - reads as a word
    def __init__(self, steps: dict[str, float], name: str) -> None:
        self._steps, self._name = steps, name

    def __enter__(self) -> None:
        self._began = time.thread_time()

    def __exit__(self, *_: object) -> None:
        took = (time.thread_time() - self._began) * 1e3
        self._steps[self._name] = max(self._steps[self._name], took)


def _each(slices: Iterator[None], steps: dict[str, float]) -> Iterator[None]:
    while True:
        with _timed(steps, "read"):
            ended = next(slices, True)
        if ended:
            return
        yield


async def main(folder: str) -> None:
    root, dice = Path(folder).resolve(), random.Random(5)  # noqa: ASYNC240 - before anything is timed
    found = sorted(p for p in root.rglob("*.py") if 4_000 < p.stat().st_size < 40_000)
    chosen = dice.sample(found, ROUNDS)
    rows = [await start(root, path, dice) for path in chosen]
    print("".join(f"{head:>14}" for head in HEADS))
    for row in [*rows, [statistics.median(column) for column in zip(*rows, strict=True)]]:
        print("".join(f"{figure:14.2f}" for figure in row))
    steps = [await longest_steps(root, path, dice) for path in chosen]
    longest = {name: max(step[name] for step in steps) for name in steps[0]}
    print("longest steps on the loop, ms of CPU: " + ", ".join(f"{name} {ms:.1f}" for name, ms in longest.items()))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
