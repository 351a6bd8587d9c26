"""What waiting before a model is asked saves, and what it costs: python -m tests.bench.typist"""

from __future__ import annotations

import tempfile
from pathlib import Path

from lsp_router.routing.latency import percentile
from tests.support.scripted import run_virtually
from tests.support.typist import Day, Typist

TEXT = (Path(__file__).resolve().parents[2] / "lsp_router" / "assist" / "pace.py").read_text("utf-8")[:1_500]
WAITS: dict[str, int | str] = {"off": 0, "fixed 75 ms": 75, "fixed 350 ms": 350, "adaptive": "adaptive"}
SPEEDS = (30, 60, 90)


def main() -> None:
    print(f"{'words/min':>9}  {'debounce':12} {'calls/100 keys':>14} {'saved':>6} {'wait p50':>9} {'p95':>9}")
    for speed in SPEEDS:
        eager: Day | None = None
        for name, debounce in WAITS.items():
            day = _watch(debounce, speed)
            eager = eager or day
            _print(name, speed, day, eager)


def _watch(debounce: int | str, speed: int) -> Day:
    with tempfile.TemporaryDirectory() as home:
        return run_virtually(Typist(Path(home), TEXT, debounce, words_a_minute=speed).work())


def _print(name: str, speed: int, day: Day, eager: Day) -> None:
    saved = 1 - day.calls / eager.calls
    wait, late = (percentile(day.rests, share) or 0.0 for share in (0.5, 0.95))
    calls = 100 * day.calls / day.keys
    print(f"{speed:9}  {name:12} {calls:14.1f} {saved:6.0%} {wait * 1000:6.0f} ms {late * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
