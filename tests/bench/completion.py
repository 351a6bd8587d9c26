"""The server's share of a completion against a bare pygls and httpx server: python -m tests.bench.completion

Both ask the same backend, which answers after DELAY; overhead is what is left of a cold completion without it.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path

import psutil

from lsp_router.cli.editor import OURS, Editor
from lsp_router.routing.latency import percentile
from tests.support.backend import Backend, Reply

HERE = Path(__file__).parents[2]
DELAY = 0.05
ANSWER = "total = sum(values) / len(values)"
FILE = 'import os\n\n\ndef mean(values):\n    """Average of values."""\n    '
CONFIG = """
[providers.bench]
kind = "openai"
base_url = "{base}"
[[models]]
name = "bench"
provider = "bench"
tier = "free"
capabilities = ["fim"]
fim = "suffix"
[completion]
embedded = {embedded}
debounce = 0
"""
ALONE = "models only"
"""The same with the embedded tier switched off."""
HEADS = ["start", "cold p50", "overhead", "repeat p50", "type p50", "type p95", "served", "RSS MB"]


async def measure(name: str, rounds: int = 40) -> list[float]:
    async with Backend(lambda _seen: Reply(ANSWER, delay=DELAY)) as backend:
        with tempfile.TemporaryDirectory() as folder:
            config = folder + "/bench.toml"
            text = CONFIG.format(base=backend.base, embedded="false" if name == ALONE else "true")
            await asyncio.to_thread(Path(config).write_text, text)
            fresh = {**os.environ, "LSP_ROUTER_HOME": folder}
            ours = name != "bare"
            command = OURS if ours else (sys.executable, "-m", "tests.bench.bare_server", backend.base)
            async with Editor(HERE, ["--config", config] if ours else [], command, fresh) as editor:
                return await _drive(editor, Path(folder, "a.py"), rounds)


async def _drive(editor: Editor, path: Path, rounds: int) -> list[float]:
    uri = editor.open(path, FILE, "python")
    await editor.ghost_text(uri, len(FILE))
    cold, repeat, typing, served = [], [], [], 0
    for number in range(rounds):
        text = f"# {number}\n{FILE}"
        editor.change(uri, text)
        cold.append((await editor.ghost_text(uri, len(text)))[1])
        repeat.append((await editor.ghost_text(uri, len(text)))[1])
    for typed in range(1, len(ANSWER)):
        text = f"# {rounds - 1}\n{FILE}{ANSWER[:typed]}"
        editor.change(uri, text)
        ghost, took = await editor.ghost_text(uri, len(text))
        typing.append(took)
        served += ghost == ANSWER[typed:]
    median = statistics.median(cold)
    return [
        editor.start_ms,
        median,
        median - DELAY * 1e3,
        statistics.median(repeat),
        statistics.median(typing),
        percentile(typing, 0.95),
        served / len(typing),
        psutil.Process(editor.pid).memory_info().rss / 1e6,
    ]


async def main() -> None:
    names = ["lsp-router", ALONE, "bare"]
    rows: dict[str, list[list[float]]] = {name: [] for name in names}
    for _ in range(3):
        for name in names:
            rows[name].append(await measure(name))
    print(f"{'':12}" + "".join(f"{head:>12}" for head in HEADS))
    medians = {name: [statistics.median(column) for column in zip(*rows[name], strict=True)] for name in names}
    for name, figures in medians.items():
        print(f"{name:12}" + "".join(f"{figure:12.2f}" for figure in figures))
    pairs = zip(medians["lsp-router"], medians["bare"], strict=True)
    print(f"{'ratio':12}" + "".join(f"{a / b:12.2f}" if b else f"{'':12}" for a, b in pairs))


if __name__ == "__main__":
    asyncio.run(main())
