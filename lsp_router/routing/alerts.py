"""When a person should be told: paid share, budget thresholds, providers that get worse, odd routing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from lsp_router.domain.decision import Served
from lsp_router.domain.model import Tier
from lsp_router.domain.task import Limits
from lsp_router.routing.budget import Spending

WINDOW = 200
"""Requests the rolling shares look back on."""
ENOUGH = 20
"""Shares of fewer requests are noise."""
THRESHOLDS = (0.5, 0.8, 1.0)
DEGRADED = 0.3
DEEP = 2.0


@dataclass(frozen=True, slots=True)
class Alert:
    """Raised once for each `key` until it has been quiet for a while; `message` says what to do."""

    key: str
    message: str


@dataclass(frozen=True, slots=True)
class _Trace:
    paid: bool
    depth: int
    failed: tuple[str, ...]
    tried: tuple[str, ...]


class Watch:
    """Owns the rolling window of one process; judges it after every request."""

    def __init__(self) -> None:
        self._seen: deque[_Trace] = deque(maxlen=WINDOW)

    @property
    def paid_share(self) -> float:
        return sum(t.paid for t in self._seen) / len(self._seen) if self._seen else 0.0

    def look(self, served: Served, limits: Limits, spending: Spending) -> list[Alert]:
        if served.attempts:
            self._seen.append(_trace(served))
        return [*self._rolling(limits), *budget_alerts(limits, spending)]

    def _rolling(self, limits: Limits) -> Iterator[Alert]:
        if len(self._seen) < ENOUGH:
            return
        if self.paid_share > limits.paid_share_alert:
            yield Alert(
                "paid-share",
                f"{self.paid_share:.0%} of the last {len(self._seen)} requests were paid "
                f"(alert above {limits.paid_share_alert:.0%}); `lsp-router why` shows what the free models refused",
            )
        depth = sum(t.depth for t in self._seen) / len(self._seen)
        if depth > DEEP:
            yield Alert(
                "depth", f"requests fall back {depth:.1f} times on average; `lsp-router doctor` finds the fault"
            )
        yield from self._degraded()

    def _degraded(self) -> Iterator[Alert]:
        tried: dict[str, int] = {}
        failed: dict[str, int] = {}
        for trace in self._seen:
            for model in trace.tried:
                tried[model] = tried.get(model, 0) + 1
            for model in trace.failed:
                failed[model] = failed.get(model, 0) + 1
        for model, count in failed.items():
            if tried[model] >= ENOUGH and count / tried[model] > DEGRADED:
                yield Alert(f"degraded:{model}", f"{model} fails {count} of {tried[model]} requests; consider another")


def budget_alerts(limits: Limits, spending: Spending) -> Iterator[Alert]:
    for name, limit, gone in (("day", limits.per_day, spending.day), ("session", limits.per_session, spending.session)):
        reached = [t for t in THRESHOLDS if limit and gone >= t * limit]
        if limit and reached:
            yield Alert(
                f"budget:{name}:{reached[-1]:.0%}",
                f"{gone / limit:.0%} of [budget] per_{name}_usd = {limit:g} is spent (${gone:.4f})",
            )


def _trace(served: Served) -> _Trace:
    tried = tuple(a.model for a in served.attempts if a.outcome not in {"skipped", "cancelled"})
    failed = tuple(a.model for a in served.attempts if a.outcome not in {"ok", "skipped", "cancelled", "rejected"})
    return _Trace(served.model is not None and served.model.tier is Tier.PAID, served.fallback_depth, failed, tried)
