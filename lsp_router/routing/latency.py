"""Measured first-token times: a bounded ring per model, percentiles on demand."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

RING = 64
MODELS = 256
ENOUGH = 20
"""Fewer samples than this say nothing about a 95th percentile."""


@dataclass(slots=True)
class Latencies:
    """First-token milliseconds as they were seen; the oldest model leaves when there are too many."""

    _seen: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _medians: dict[str, float] = field(default_factory=dict)
    """Asked for by every decision, so kept until the next measurement."""

    def record(self, model: str, ms: float) -> None:
        ring = self._seen.get(model)
        if ring is None:
            ring = self._seen[model] = deque(maxlen=RING)
            if len(self._seen) > MODELS:
                oldest, _ = self._seen.popitem(last=False)
                self._medians.pop(oldest, None)
        ring.append(ms)
        self._medians[model] = percentile(list(ring), 0.5)

    def p50(self, model: str) -> float | None:
        return self._medians.get(model)

    def p95(self, model: str) -> float | None:
        ring = self._seen.get(model)
        return percentile(list(ring), 0.95) if ring and len(ring) >= ENOUGH else None


def percentile(values: list[float], share: float) -> float:
    values.sort()
    return values[min(len(values) - 1, int(len(values) * share))]
