"""How long a failure keeps a model or a pool off the field, as data and one function."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lsp_router.domain.model import Model, Tier
from lsp_router.domain.wire import Failure, Fault, QuotaFact

DAY = 86_400.0
LONGEST = 31 * DAY
LADDER = (120.0, 600.0, 3_600.0, DAY)
"""Steps for exhaustion that is measured, not announced: each relapse waits longer."""

POOL_WIDE = frozenset({Fault.RATE_LIMIT, Fault.QUOTA, Fault.AUTH, Fault.PAYMENT})
"""Faults that say something about the account, so about every model that shares the limit."""

COUNTED = frozenset(
    {Fault.TIMEOUT, Fault.CONNECTION, Fault.SERVER, Fault.OVERLOADED, Fault.MALFORMED, Fault.EMPTY, Fault.FORBIDDEN},
)
"""Faults that bench only when they pile up: the third within the window."""
STRIKES = 3
STRIKE_WINDOW = 900.0
STRUCK_OUT = 600.0

FLAT = {Fault.AUTH: 300.0, Fault.PAYMENT: DAY, Fault.NOT_FOUND: 3_600.0}
UNANNOUNCED_LIMIT = 90.0
LOCAL_SERVER_DOWN = 5.0
AT_ONCE = 0.1
"""A provider that says "again at once" while it refuses is given this much time to mean it."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Who sits out (a model's name or a pool's) until when, and why."""

    pool_wide: bool
    until: float
    reason: str


def bench(failure: Failure, model: Model, now: float, strikes: int, relapses: int) -> Bench | None:
    """What a failure means for the next requests; None when it says nothing about the model's health.

    `strikes` counts recent faults including this one, `relapses` how often this scope was benched in a row.
    """
    fault = failure.fault
    if fault is Fault.QUOTA:
        return Bench(pool_wide=True, until=_quota_reset(failure, model, now), reason="daily quota is spent")
    if fault is Fault.RATE_LIMIT:
        pause = failure.retry_after
        if pause is not None:
            pause = max(pause, AT_ONCE)
        else:
            pause = UNANNOUNCED_LIMIT if relapses == 0 else LADDER[min(relapses, len(LADDER)) - 1]
        return Bench(pool_wide=True, until=now + pause, reason="rate limited")
    if fault in FLAT:
        return Bench(pool_wide=fault in POOL_WIDE, until=now + FLAT[fault], reason=failure.message)
    if fault not in COUNTED:
        return None
    return _struck(failure, model, now, strikes)


def _struck(failure: Failure, model: Model, now: float, strikes: int) -> Bench | None:
    if model.tier is Tier.LOCAL and failure.fault is Fault.CONNECTION:
        return Bench(pool_wide=True, until=now + LOCAL_SERVER_DOWN, reason="the local server does not answer")
    if failure.retry_after is not None:
        return Bench(pool_wide=False, until=now + failure.retry_after, reason=failure.message)
    if strikes >= STRIKES:
        reason = f"failed {strikes} times in {STRIKE_WINDOW / 60:.0f} min: {failure.fault.value}"
        return Bench(pool_wide=False, until=now + STRUCK_OUT, reason=reason)
    return None


def _quota_reset(failure: Failure, model: Model, now: float) -> float:
    """The reset the provider names; else its waiting time if that is long; else the day's end where it counts days."""
    named = [f.resets_at for f in failure.facts if f.resets_at and f.resets_at > now and _exhausted_day(f)]
    if named:
        return min(max(named), now + LONGEST)
    if failure.retry_after is not None and failure.retry_after >= 600:
        return now + failure.retry_after
    return day_end(now, model.quota.resets if model.quota else "utc")


def _exhausted_day(fact: QuotaFact) -> bool:
    return fact.window in {"day", "tokens-day"} and not fact.remaining


def day_end(now: float, resets: str) -> float:
    """The next midnight where the provider counts its days: UTC, or Pacific time; a rolling day ends in 24 h."""
    if resets == "rolling":
        return now + DAY
    here = datetime.fromtimestamp(now, _zone(resets))
    midnight = (here + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.timestamp()


def _zone(resets: str) -> tzinfo:
    if resets != "pacific":
        return UTC
    try:
        return ZoneInfo("America/Los_Angeles")
    except ZoneInfoNotFoundError:  # Windows ships no time zones; an hour off in summer is close enough
        return timezone(timedelta(hours=-8))
