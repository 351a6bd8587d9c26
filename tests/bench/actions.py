"""How long a code action menu takes: python -m tests.bench.actions

Nothing is asked of a model for it. The time is the process's own, from the request to its answer, and holds what
this client needs to write and to read the messages.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.server.client import Client
from tests.support.applier import CAPABILITIES
from tests.support.drafting import RESOLVES, models

FUNCTION = "def f{n}(a, b):\n    # é\n    return a + b + {n}\n\n\n"
MODEL = """
[[models]]
name = "m{n}"
provider = "gate"
tier = "paid"
price = {{ input = 1.0, output = {n}.0 }}
quality = {{ default = 8 }}
context_window = 200000
"""
ROUNDS = 200
MENUS: dict[str, dict[str, Any]] = {
    "asked for": {"diagnostics": 0, "triggerKind": 1},
    "asked for, 5 diagnostics": {"diagnostics": 5, "triggerKind": 1},
    "unasked, 1 diagnostic": {"diagnostics": 1, "triggerKind": 2},
}


async def menus(home: Path, folder: Path, *, functions: int, others: int) -> dict[str, tuple[int, float]]:
    """Per menu: how many actions it has, and its median milliseconds."""
    (home / "config").mkdir(parents=True)
    configured = models("http://127.0.0.1:9/v1") + "".join(MODEL.format(n=n + 1) for n in range(others))
    (home / "config" / "config.toml").write_text(configured, encoding="utf-8")
    text = "".join(FUNCTION.format(n=n) for n in range(functions))
    found = {}
    async with Client(home, folder, text_document={"codeAction": RESOLVES}, workspace=CAPABILITIES) as client:
        uri = client.open("a.py", text)
        for name, wish in MENUS.items():
            params = {"textDocument": {"uri": uri}, **_where(5 * (functions // 2) + 2, **wish)}
            actions = await client.request("textDocument/codeAction", params)
            found[name] = len(actions), await _median(client, params)
    return found


def _where(line: int, *, diagnostics: int, **context: Any) -> dict[str, Any]:
    spot = {"start": {"line": line, "character": 4}, "end": {"line": line, "character": 4}}
    faults = [{"range": spot, "message": f"odd name {n}"} for n in range(diagnostics)]
    return {"range": spot, "context": {"diagnostics": faults, **context}}


async def _median(client: Client, params: dict[str, Any]) -> float:
    took = []
    for _ in range(ROUNDS):
        started = time.process_time()
        await client.request("textDocument/codeAction", params)
        took.append((time.process_time() - started) * 1e3)
    return statistics.median(took)


async def main() -> None:
    for functions, others in ((20, 2), (200, 20), (2_000, 100)):
        with tempfile.TemporaryDirectory() as folder:
            found = await menus(Path(folder, "home"), Path(folder), functions=functions, others=others)
        print(f"{functions * 5:,} lines, {others + 2} models")
        for name, (actions, ms) in found.items():
            print(f"    {name:26} {actions:2} actions   {ms:.2f} ms")


if __name__ == "__main__":
    asyncio.run(main())
