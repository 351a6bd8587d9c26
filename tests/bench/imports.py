"""What importing the router costs, against bare httpx: python -m tests.bench.imports"""

from __future__ import annotations

import statistics
import subprocess
import sys

ROUTER = (
    "lsp_router.routing.router, lsp_router.providers.transport, lsp_router.providers.lanes, lsp_router.engine.execute"
)
PROGRAM = """
import time, resource
start = time.perf_counter()
import {modules}
ms = (time.perf_counter() - start) * 1000
print(ms, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def measure(modules: str, runs: int = 7) -> tuple[float, float]:
    """Median milliseconds and MiB of a fresh interpreter."""
    rows = []
    for _ in range(runs):
        out = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(modules=modules)], capture_output=True, text=True, check=True
        )
        rows.append(tuple(map(float, out.stdout.split())))
    return statistics.median(ms for ms, _ in rows), statistics.median(mb for _, mb in rows)


def main() -> None:
    for name, modules in [("httpx", "httpx"), ("routing + providers + engine", ROUTER)]:
        ms, mb = measure(modules)
        print(f"import {name:30} {ms:7.1f} ms {mb:6.1f} MiB")


if __name__ == "__main__":
    main()
