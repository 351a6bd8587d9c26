"""When a person is told: each line is a run of requests and the alerts it must, or must not, raise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lsp_router.domain.task import Limits
from lsp_router.routing.alerts import Trace, Watch, budget_alerts, rolling_alerts
from lsp_router.routing.budget import Spending

LIMITS = Limits(paid_share_alert=0.05)


def run(count: int, model: str, *, failed: str = "", paid: bool = False, **more) -> list[Trace]:
    tried = (failed, model) if failed else (model,)
    one = Trace("completion", model, paid, len(tried) - 1, tried, (failed,) if failed else ())
    return [replace(one, **more)] * count


def keys(traces: list[Trace]) -> list[str]:
    return [alert.key for alert in rolling_alerts(traces, LIMITS)]


@pytest.mark.parametrize(
    ("traces", "raised"),
    [
        ([], []),
        (run(19, "dear", paid=True), []),  # too few to say anything
        (run(95, "gift") + run(5, "dear", paid=True), []),  # 5 % is not above 5 %
        (run(94, "gift") + run(6, "dear", paid=True), ["paid-share"]),
        (run(60, "gift", failed="shaky"), ["degraded:shaky"]),
        (run(70, "gift") + run(25, "gift", failed="shaky"), ["degraded:shaky"]),
        (run(60, "a") + run(40, "b"), ["mix:completion:b"]),
        (run(60, "a") + run(20, "a") + run(20, "b"), []),  # half of them still go where they went
        (run(30, "a") + run(40, "b"), []),  # too short a past
        (run(60, "a") + run(40, "b", task="explain"), []),  # another task is no change
        (run(40, "a", first_ms=300) + run(20, "a", first_ms=900), ["slower:a"]),
        (run(40, "a", first_ms=20) + run(20, "a", first_ms=90), []),  # nobody notices
        (run(40, "a", first_ms=900) + run(20, "a", first_ms=1_500), []),
        (run(19, "a", first_ms=300) + run(20, "a", first_ms=900), []),
        (run(40, "a", first_ms=300) + run(20, "a", first_ms=900, depth=1), []),  # others were waited for
        (run(30, "a") + run(30, "b") + run(20, "a") + run(20, "b"), []),
    ],
)
def test_what_the_last_requests_say(traces: list[Trace], raised: list[str]) -> None:
    assert keys(traces) == raised


def test_every_rolling_alert_says_what_to_do() -> None:
    traces = run(60, "a", failed="shaky") + run(40, "b", paid=True, failed="shaky")
    said = [alert.message for alert in rolling_alerts(traces, LIMITS)]
    assert len(said) == 3
    assert all("`lsp-router " in text or "consider" in text for text in said), said


def test_a_new_process_knows_what_the_last_one_saw() -> None:
    watch = Watch()
    watch.recall(run(90, "gift") + run(10, "dear", paid=True))
    assert watch.paid_share == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("day", "session", "raised"),
    [
        (0.4, 0.1, []),
        (0.5, 0.1, ["budget:day:50%"]),
        (0.99, 0.1, ["budget:day:80%"]),
        (1.0, 0.5, ["budget:day:100%", "budget:session:100%"]),
    ],
)
def test_thresholds_of_the_budget(day: float, session: float, raised: list[str]) -> None:
    found = budget_alerts(Limits(per_day=1.0, per_session=0.5), Spending(day=day, session=session))
    assert [alert.key for alert in found] == raised
