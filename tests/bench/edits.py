"""The own share of an edit: listing an offer among 200 models, and a whole edit whose model answers at once.

python -m tests.bench.edits
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lsp_router.assist.edit.ask import Kind
from tests.support.studio import Studio, fenced, in_turn

FILE = "".join(f"def f{n}(a):\n    x = a + {n}\n    return x\n\n\n" for n in range(1_000))
ANSWER = fenced("def f500(a):\n    x = 500 + a\n    return x\n")
ROUNDS = 50


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = Studio(
            Path(folder, "home"), Path(folder, "project"), {name: in_turn(ANSWER) for name in ("small", "strong")}
        )
        ask = made.ask(FILE, Kind.FIX, at="x = a + 500", fresh=True)
        for kind in ("python", "sql"):
            one = replace(ask, document=replace(ask.document, language=kind))
            print(f"an edit of a {kind} file of {FILE.count(chr(10)):,} lines: {await edits(made, one):6.1f} ms")
        base = made.app.fleet.models
        many = tuple(replace(base[n % len(base)], name=f"{base[n % len(base)].name}{n}") for n in range(200))
        made.app._fleet = replace(made.app.fleet, models=many)
        print(f"an offer among {len(many)} models: {median(lambda: made.editor.offer(ask)):6.2f} ms")
        await made.close()


async def edits(made: Studio, ask) -> float:
    taken = []
    for _ in range(10):
        start = time.perf_counter()
        assert (await made.editor.edit(ask)).problems == ()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e3


def median(call: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e3


if __name__ == "__main__":
    asyncio.run(main())
