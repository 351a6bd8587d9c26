"""Judges spending: may this be spent, and how careful should routing be by now?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from lsp_router.domain.task import Limits

CAREFUL = 0.8
NEARLY_SPENT = 0.95


@dataclass(frozen=True, slots=True)
class Spending:
    """What went out or is promised, in dollars: today for the project, in this session, for this request."""

    day: float = 0.0
    session: float = 0.0
    request: float = 0.0


class Step(IntEnum):
    """The ladder a budget climbs down, always visible to the user."""

    NORMAL = 0
    CHEAPER = 1
    EXPLICIT_ONLY = 2
    CACHE_ONLY = 3

    @property
    def label(self) -> str:
        return self.name.lower().replace("_", "-")


EXPLAINED = {
    Step.NORMAL: "",
    Step.CHEAPER: "most of the budget is spent: cheaper models come first",
    Step.EXPLICIT_ONLY: "the budget is nearly spent: paid models answer only what you ask for explicitly",
    Step.CACHE_ONLY: "the budget is spent: only free and local models and the cache answer",
}


def step(limits: Limits, spending: Spending) -> Step:
    used = max(_share(spending.day, limits.per_day), _share(spending.session, limits.per_session))
    if used >= 1:
        return Step.CACHE_ONLY
    if used >= NEARLY_SPENT:
        return Step.EXPLICIT_ONLY
    return Step.CHEAPER if used >= CAREFUL else Step.NORMAL


def refusal(limits: Limits, spending: Spending, amount: float) -> str | None:
    """Why `amount` more may not be spent: names the limit, what is gone and the estimate."""
    if amount <= 0:
        return None
    for name, limit, gone in (
        ("per_request_usd", limits.per_request, spending.request),
        ("per_session_usd", limits.per_session, spending.session),
        ("per_day_usd", limits.per_day, spending.day),
    ):
        if limit is not None and gone + amount > limit + 1e-12:
            left = max(0.0, limit - gone)
            return f"would cost up to ${amount:.4f}, but [budget] {name} = {limit:g} has ${left:.4f} left"
    return None


def _share(gone: float, limit: float | None) -> float:
    if limit is None:
        return 0.0
    return gone / limit if limit > 0 else 1.0
