"""What each task may spend unless the user says otherwise; plain data."""

from __future__ import annotations

from lsp_router.domain.task import Prefer, Task, TaskPolicy

DEFAULTS: tuple[TaskPolicy, ...] = (
    TaskPolicy(Task.COMPLETION, 128, 0.2, 1_500, 500, Prefer.LATENCY),
    TaskPolicy(Task.EXPLICIT_COMPLETION, 256, 0.2, 5_000, 1_500, Prefer.LATENCY),
    TaskPolicy(Task.BOILERPLATE, 500, 0.2, 15_000, 2_000, Prefer.VALUE),
    TaskPolicy(Task.DEBUGGING, 800, 0.1, 15_000, 4_000, Prefer.QUALITY, hard=True),
    TaskPolicy(Task.ALGORITHM, 1_500, 0.2, 15_000, 6_000, Prefer.QUALITY, hard=True),
    TaskPolicy(Task.REVIEW, 1_200, 0.0, 15_000, 8_000, Prefer.VALUE),
    TaskPolicy(Task.ARCHITECTURE, 2_000, 0.3, 15_000, 8_000, Prefer.QUALITY, hard=True),
    TaskPolicy(Task.REFACTOR, 2_000, 0.1, 15_000, 5_000, Prefer.QUALITY, hard=True),
    TaskPolicy(Task.EXPLAIN, 1_200, 0.3, 15_000, 3_000, Prefer.QUALITY),
    TaskPolicy(Task.TESTS, 1_500, 0.2, 15_000, 5_000, Prefer.VALUE),
    TaskPolicy(Task.DOCS, 800, 0.3, 15_000, 4_000, Prefer.PRICE),
    TaskPolicy(Task.PROSE, 1_200, 0.4, 15_000, 4_000, Prefer.QUALITY),
    TaskPolicy(Task.MULTIMODAL, 1_000, 0.2, 15_000, 5_000, Prefer.QUALITY),
    TaskPolicy(Task.SPEC, 1_500, 0.2, 15_000, 8_000, Prefer.QUALITY, hard=True),
)
