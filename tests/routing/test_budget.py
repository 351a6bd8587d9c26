"""Budgets refuse in words and climb down a ladder."""

from __future__ import annotations

import pytest

from lsp_router.domain.task import Limits
from lsp_router.routing.budget import Spending, Step, refusal, step

LIMITS = Limits(per_request=0.05, per_day=1.0, per_session=0.5)


@pytest.mark.parametrize(
    ("spending", "amount", "names"),
    [
        (Spending(), 0.05, None),
        (Spending(), 0.051, "per_request_usd"),
        (Spending(request=0.04), 0.02, "per_request_usd"),
        (Spending(session=0.49), 0.02, "per_session_usd"),
        (Spending(day=0.99), 0.02, "per_day_usd"),
        (Spending(day=5.0), 0.0, None),
    ],
)
def test_a_refusal_names_the_limit_and_the_estimate(spending: Spending, amount: float, names: str | None) -> None:
    said = refusal(LIMITS, spending, amount)
    if names is None:
        assert said is None
    else:
        assert said is not None
        assert names in said
        assert f"${amount:.4f}" in said


def test_no_limit_is_no_limit() -> None:
    assert refusal(Limits(None, None, None), Spending(1e6, 1e6, 1e6), 1e6) is None


@pytest.mark.parametrize(
    ("day", "where"),
    [(0.0, Step.NORMAL), (0.79, Step.NORMAL), (0.8, Step.CHEAPER), (0.96, Step.EXPLICIT_ONLY), (1.0, Step.CACHE_ONLY)],
)
def test_the_ladder(day: float, where: Step) -> None:
    assert step(LIMITS, Spending(day=day)) is where


def test_a_budget_of_nothing_is_spent() -> None:
    assert step(Limits(per_day=0.0), Spending()) is Step.CACHE_ONLY
