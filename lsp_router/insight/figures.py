"""The figures behind the pictures: one value that is all a page needs, and nothing that a page must work out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from lsp_router.insight.standing import standing
from lsp_router.insight.view import View
from lsp_router.store.history import Total
from lsp_router.store.trends import Reception, Slice, Speed, Step

Span = Literal["24h", "7d", "30d", "90d"]
SPANS: tuple[Span, ...] = get_args(Span)
_DAYS: dict[Span, int] = {"24h": 1, "7d": 7, "30d": 30, "90d": 90}
RECENT = 25
"""Decisions that are shown one by one."""
PAIRS = 30
GOOD = frozenset({"ok", "rejected", "skipped", "cancelled"})
"""Outcomes of an attempt that are no failure of the model's service."""


def figures(view: View, span: Span = "7d") -> dict[str, Any]:
    now = view.now()
    step: Step = "hour" if span == "24h" else "day"
    keys = _calendar(now, span, step)
    since = _began(keys[0], step)
    totals = view.history.totals(since)
    received = view.trends.reception(since)
    return {
        "at": now,
        "span": span,
        "step": step,
        "profile": view.profile,
        "project": view.project,
        "total": told(totals[0]) if totals and totals[0].requests else None,
        "first_token": _speed(view.trends.speeds(since, by_model=False).get("")),
        "slices": list(_filled(keys, view.trends.slices(since, step))),
        "models": list(_models(view, since, received)),
        "tasks": [told(t) for t in view.history.totals(since, "task")],
        "languages": [told(t) for t in view.history.totals(since, "language")],
        "reception": [received_as(r) for r in received[:PAIRS]],
        "recent": view.trends.latest(RECENT),
        **standing(view),
    }


def told(t: Total) -> dict[str, Any]:
    """A total with the figures that follow from it."""
    looked_at = max(t.shown, t.accepted + t.rejected)
    return {
        **asdict(t),
        "saved_usd": t.saved_usd,
        "paid_share": t.paid_share,
        "hit_share": t.hits / t.answered if t.answered else 0.0,
        "acceptance": t.accepted / looked_at if looked_at else None,
        "usd_per_kept_char": per_char(t.suggested_usd, t.survived_chars),
    }


def received_as(r: Reception) -> dict[str, Any]:
    taken = r.accepted + r.partial
    return {
        **asdict(r),
        "acceptance": taken / r.shown if r.shown else None,
        "usd_per_kept_char": per_char(r.cost_usd, r.survived_chars),
    }


def per_char(cost_usd: float, survived_chars: int) -> float | None:
    """Dollars for one accepted character that was still there later; None as long as there is none."""
    return cost_usd / survived_chars if survived_chars else None


def _models(view: View, since: float, received: Iterable[Reception]) -> Iterator[dict[str, Any]]:
    """Whoever answered in this time, the most used first."""
    speeds, tries = view.trends.speeds(since), view.trends.tries(since)
    totals, tier_of = view.history.totals(since, "model"), view.trends.tiers(since)
    for total in sorted(totals, key=lambda t: -t.requests):
        if total.key:
            yield {
                **told(total),
                "tier": tier_of.get(total.key, ""),
                "ttft": _speed(speeds.get(total.key)),
                "attempts": sum(tries.get(total.key, {}).values()),
                "failures": _failures(tries.get(total.key, {})),
                "partial": sum(r.partial for r in received if r.model == total.key),
            }


def _speed(speed: Speed | None) -> dict[str, Any] | None:
    return asdict(speed) if speed else None


def _failures(outcomes: Mapping[str, int]) -> dict[str, int]:
    return {outcome: count for outcome, count in outcomes.items() if outcome not in GOOD}


# --- time ---


def _calendar(now: float, span: Span, step: Step) -> list[str]:
    """Every hour or day of the span on the user's own calendar, also those in which nothing was asked."""
    end = datetime.fromtimestamp(now)  # noqa: DTZ006 - the user's own clock
    if step == "hour":
        return [(end - timedelta(hours=n)).strftime("%Y-%m-%d %H") for n in reversed(range(24))]
    return [(end - timedelta(days=n)).strftime("%Y-%m-%d") for n in reversed(range(_DAYS[span]))]


def _began(key: str, step: Step) -> float:
    return datetime.strptime(key, "%Y-%m-%d %H" if step == "hour" else "%Y-%m-%d").timestamp()  # noqa: DTZ007 - as above


def _filled(keys: Iterable[str], slices: Iterable[Slice]) -> Iterator[dict[str, Any]]:
    known = {s.key: s for s in slices}
    for key in keys:
        yield asdict(known.get(key) or Slice(key, 0, 0, 0, 0, 0, 0, 0.0, 0.0))
