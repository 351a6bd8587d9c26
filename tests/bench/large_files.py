"""Our own time for an edit and a request in files nobody wrote by hand, and what 500 edits leave in memory.

python -m tests.bench.large_files
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import psutil

from tests.server.client import Client

CONFIG = "[completion]\nembedded = false\ndebounce = 0\n"
FILES = {
    "100,000 lines": ("value = compute(1, 2)\n" * 100_000 + "def f(a, b):\n    ", (100_001, 4)),
    "100,000 lines, accents": ("valeur = café(1, 2)\n" * 100_000 + "def f(a, b):\n    ", (100_001, 4)),
    "2 MB in a line": ("x" * 2_000_000, (0, 2_000_000)),
    "2 MB in a line of emoji": ("🚀" * 500_000, (0, 1_000_000)),
}
EDITS = 500


async def measure(home: Path, folder: Path, name: str) -> None:
    text, (line, character) = FILES[name]
    async with Client(home, folder) as client:
        await client.server.desk()
        uri, process = client.open("a.py", text), psutil.Process()
        spent, before = [], 0
        for step in range(EDITS):
            here = {"line": line, "character": character + step}
            start = time.perf_counter()
            client.change(uri, step + 2, {"range": {"start": here, "end": here}, "text": "y"})
            await client.items(uri, line, character + step + 1)
            spent.append((time.perf_counter() - start) * 1000)
            client.sent.clear()
            if step == EDITS // 5:
                before = process.memory_info().rss
        grown = (process.memory_info().rss - before) / 2**20
    ordered = sorted(spent)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(f"{name:26} p50 {statistics.median(spent):6.2f} ms   p95 {p95:6.2f} ms   memory {grown:+.1f} MB")


def main() -> None:
    with tempfile.TemporaryDirectory() as where:
        home, folder = Path(where) / "home", Path(where) / "project"
        (home / "config").mkdir(parents=True)
        folder.mkdir()
        (home / "config" / "config.toml").write_text(CONFIG)
        for name in FILES:
            asyncio.run(measure(home, folder, name))


if __name__ == "__main__":
    main()
