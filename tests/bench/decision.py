"""How long one routing decision takes with 200 models: python -m tests.bench.decision"""

from __future__ import annotations

import random
import time

from lsp_router.domain.task import Task, TaskPolicy, Work
from lsp_router.routing.candidates import Situation
from lsp_router.routing.health import Health
from lsp_router.routing.latency import percentile
from lsp_router.routing.router import decide
from tests.support.scripted import daily, free, local, paid

INSTRUCTIONS = ["fix the failing test", "explain this function", "refactor into smaller parts", "add docstrings"]


def main() -> None:
    dice = random.Random(1)
    makers = [free, paid, local]
    models = [
        dice.choice(makers)(f"m{n}", f"pool{n % 12}", dice.uniform(5, 9.5), quota=dice.choice([None, daily(1_000)]))
        for n in range(200)
    ]
    state = Situation(models, {task: TaskPolicy(task) for task in Task}, Health(), now=1_790_000_000.0)
    times = []
    for n in range(2_000):
        work = Work(instruction=INSTRUCTIONS[n % 4], prompt_tokens=dice.randint(100, 8_000))
        start = time.perf_counter()
        decide(work, state, "x")
        times.append((time.perf_counter() - start) * 1e6)
    print(f"decision over 200 models: p50 {percentile(times, 0.5):.0f} µs, p99 {percentile(times, 0.99):.0f} µs")


if __name__ == "__main__":
    main()
