"""When a person should be told: paid share, budget thresholds, providers that get worse, odd routing."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

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
SLOWER = 2.0
NOTICED_MS = 300.0
"""What a person notices; twice nothing is nothing."""
RECENT = 40
"""Requests of one task that are held against those before them."""
SHIFTED = 0.6
"""The share of them that must have changed hands to be worth a word."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Raised once for each `key` until it has been quiet for a while; `message` says what to do."""

    key: str
    message: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What a request that models were asked for says about how routing does."""

    task: str
    model: str
    """Who answered; empty when nobody did."""
    paid: bool
    depth: int
    tried: tuple[str, ...]
    failed: tuple[str, ...]
    first_ms: float | None = None
    """Until the first token of whoever answered."""


class Watch:
    """Owns the rolling window of one process; judges it after every request."""

    def __init__(self) -> None:
        self._seen: deque[Trace] = deque(maxlen=WINDOW)

    @property
    def paid_share(self) -> float:
        return _paid_share(self._seen)

    def recall(self, earlier: Iterable[Trace]) -> None:
        """What was served before this process began: an editor that was just started knows what the last one saw."""
        now, self._seen = self._seen, deque(earlier, maxlen=WINDOW)
        self._seen.extend(now)

    def look(self, served: Served, limits: Limits, spending: Spending) -> list[Alert]:
        if served.attempts:
            attempts = [(a.model, a.outcome) for a in served.attempts]
            model, task = served.model, served.decision.task.value
            name, paid = (model.name, model.tier is Tier.PAID) if model else ("", False)
            seen = trace(task, name, served.fallback_depth, attempts, paid=paid)
            self._seen.append(replace(seen, first_ms=served.ttft_ms))
        return [*rolling_alerts(self._seen, limits), *budget_alerts(limits, spending)]


def trace(task: str, model: str, depth: int, attempts: Iterable[tuple[str, str]], *, paid: bool) -> Trace:
    """From how each attempt (model, outcome) went; what was not asked or not awaited says nothing about a model."""
    tried = [(name, outcome) for name, outcome in attempts if outcome not in {"skipped", "cancelled"}]
    failed = tuple(name for name, outcome in tried if outcome not in {"ok", "rejected"})
    return Trace(task, model, paid, depth, tuple(name for name, _ in tried), failed)


def rolling_alerts(seen: Sequence[Trace], limits: Limits) -> Iterator[Alert]:
    """What the last requests together say, oldest first; nothing as long as they are few."""
    if len(seen) < ENOUGH:
        return
    share = _paid_share(seen)
    if share > limits.paid_share_alert:
        yield Alert(
            "paid-share",
            f"{share:.0%} of the last {len(seen)} requests were paid (alert above {limits.paid_share_alert:.0%}); "
            "`lsp-router audit` shows what free models could have served",
        )
    depth = sum(t.depth for t in seen) / len(seen)
    if depth > DEEP:
        yield Alert("depth", f"requests fall back {depth:.1f} times on average; `lsp-router doctor` finds the fault")
    yield from _degraded(seen)
    yield from _slower(seen)
    yield from _shifted(seen)


def _paid_share(seen: Collection[Trace]) -> float:
    return sum(t.paid for t in seen) / len(seen) if seen else 0.0


def _degraded(seen: Iterable[Trace]) -> Iterator[Alert]:
    traces = list(seen)
    tried = Counter(model for t in traces for model in t.tried)
    failed = Counter(model for t in traces for model in t.failed)
    for model, count in failed.items():
        if tried[model] >= ENOUGH and count / tried[model] > DEGRADED:
            yield Alert(f"degraded:{model}", f"{model} fails {count} of {tried[model]} requests; consider another")


def _slower(seen: Iterable[Trace]) -> Iterator[Alert]:
    """A first token that comes much later than it used to; fallbacks of others before it do not count."""
    by_model: dict[str, list[float]] = {}
    for t in seen:
        if t.first_ms and not t.depth:
            by_model.setdefault(t.model, []).append(t.first_ms)
    for model, times in by_model.items():
        before, now = times[:-ENOUGH], times[-ENOUGH:]
        if len(before) < ENOUGH:
            continue
        was, is_now = median(before), median(now)
        if is_now > SLOWER * was and is_now - was > NOTICED_MS:
            yield Alert(
                f"slower:{model}",
                f"the first token of {model} takes {is_now:.0f} ms, it was {was:.0f} ms; "
                "`lsp-router dashboard` shows the others",
            )


def _shifted(seen: Iterable[Trace]) -> Iterator[Alert]:
    """One kind of request is suddenly served by others than before, though nobody may have changed anything."""
    by_task: dict[str, list[str]] = {}
    for t in seen:
        if t.model:
            by_task.setdefault(t.task, []).append(t.model)
    for task, models in by_task.items():
        before, now = models[:-RECENT], models[-RECENT:]
        if len(before) < RECENT:
            continue
        (old, was), (new, most) = _foremost(before), _foremost(now)
        if old != new and _distance(Counter(before), Counter(now)) > SHIFTED:
            yield Alert(
                f"mix:{task}:{new}",
                f"{task} went over from {old} ({was:.0%} before) to {new} ({most:.0%} of the last {RECENT}); "
                f"`lsp-router models --task {task}` shows who is out and why",
            )


def _foremost(models: Sequence[str]) -> tuple[str, float]:
    name, count = Counter(models).most_common(1)[0]
    return name, count / len(models)


def _distance(before: Counter[str], now: Counter[str]) -> float:
    """The share of requests that changed hands."""
    names = before.keys() | now.keys()
    return sum(abs(before[n] / before.total() - now[n] / now.total()) for n in names) / 2


def budget_alerts(limits: Limits, spending: Spending) -> Iterator[Alert]:
    for name, limit, gone in (("day", limits.per_day, spending.day), ("session", limits.per_session, spending.session)):
        reached = [t for t in THRESHOLDS if limit and gone >= t * limit]
        if limit and reached:
            yield Alert(
                f"budget:{name}:{reached[-1]:.0%}",
                f"{gone / limit:.0%} of [budget] per_{name}_usd = {limit:g} is spent (${gone:.4f})",
            )
