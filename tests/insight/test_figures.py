"""The dashboard's figures from a ledger that a person can add up with a pencil."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from lsp_router.domain.decision import Attempt
from lsp_router.domain.model import Model, Quota, Tier
from lsp_router.insight.figures import figures
from lsp_router.routing.budget import Spending
from lsp_router.store.entry import Feedback, Reaction
from tests.insight.conftest import NOW, Study
from tests.support.ledgers import fill
from tests.support.records import entry

HOUR = 3_600.0


def test_an_empty_ledger_has_nothing_to_tell_but_the_present(study: Study) -> None:
    told = figures(study.view())
    assert (told["total"], told["models"], told["recent"], told["alerts"]) == (None, [], [], [])
    assert len(told["slices"]) == 7
    assert told["slices"][-1]["key"] == time.strftime("%Y-%m-%d", time.localtime(NOW))
    assert told["fleet"] == {"known": 0, "ready": 0}


def test_figures_add_up(recorded: Callable[..., Study]) -> None:
    failed = (Attempt("gift", "timeout", "late", 90.0), Attempt("dear", "ok", "", 100.0, 0.002))
    study = recorded(
        entry("a", at=NOW - HOUR, model="gift"),
        entry("b", at=NOW - HOUR, model="gift", cache="hit", attempts=()),
        entry("c", at=NOW - HOUR, model="dear", tier=Tier.PAID, cost=0.002, attempts=failed, depth=1),
        entry("d", at=NOW - HOUR, served=False, attempts=(Attempt("gift", "server", "500", 20.0),)),
        entry("old", at=NOW - 30 * 24 * HOUR, model="dear", tier=Tier.PAID, cost=9.0),
        Feedback("a", Reaction.SHOWN),
        Feedback("a", Reaction.ACCEPTED, 50),
        Feedback("c", Reaction.SHOWN),
        Feedback("c", Reaction.ACCEPTED, 40),
        Feedback("c", Reaction.SURVIVED, 40, 120.0),
    )
    told = figures(study.view(), "24h")
    total = told["total"]
    assert (total["requests"], total["asked"], total["hits"], total["paid"]) == (4, 2, 1, 1)
    assert total["cost_usd"] == pytest.approx(0.002)
    assert total["saved_usd"] == pytest.approx(0.018)
    assert total["acceptance"] == 1.0
    assert total["usd_per_kept_char"] == pytest.approx(0.002 / 40)
    (hour,) = [s for s in told["slices"] if s["requests"]]
    assert (hour["hits"], hour["free"], hour["paid"], hour["failed"]) == (1, 1, 1, 1)
    by = {m["key"]: m for m in told["models"]}
    assert by["gift"]["failures"] == {"timeout": 1, "server": 1}
    assert (by["gift"]["tier"], by["dear"]["tier"]) == ("free", "paid")
    assert by["gift"]["usd_per_kept_char"] is None
    assert by["dear"]["ttft"]["p50"] == 40.0
    assert [(r["model"], r["accepted"]) for r in told["reception"]] == [("gift", 1), ("dear", 1)]
    assert [d["id"] for d in told["recent"]] == ["old", "d", "c", "b", "a"]
    assert told["recent"][2]["candidates"][1] == {"model": "big", "score": None, "reason": "too dear"}
    assert told["recent"][4]["verdict"] == "accepted"


def test_what_is_benched_spent_and_left(study: Study) -> None:
    study.models = (
        Model("a", "x", "a", Tier.FREE, "x", quota=Quota(per_day=10)),
        Model("b", "y", "b", Tier.PAID, "y"),
    )
    study.spent = Spending(day=0.9)
    view = study.view()
    study.records.desk.facts.publish("model:b", "bench", {"reason": "failed 3 times"}, NOW + 60)
    for _ in range(4):
        study.records.desk.claims.spend_quota("x", "day", 1, NOW + 9 * HOUR)
    told = figures(view)
    assert [(r["name"], r["reason"]) for r in told["resting"]] == [("b", "failed 3 times")]
    assert told["quotas"] == [{"pool": "x", "left": 6.0, "granted": 10.0}]
    assert told["budget"]["step"] == "cheaper"
    assert told["fleet"] == {"known": 2, "ready": 1}
    assert [a["key"] for a in told["alerts"]] == ["budget:day:80%"]


def test_alerts_come_from_what_all_editors_did(recorded: Callable[..., Study]) -> None:
    paid = [entry(f"p{n}", model="dear", tier=Tier.PAID, cost=0.001) for n in range(3)]
    study = recorded(*(entry(f"f{n}", model="gift") for n in range(27)), *paid)
    (alert,) = figures(study.view())["alerts"]
    assert alert["message"].startswith("10% of the last 30 requests were paid (alert above 5%)")


def test_measuring_models_is_no_sign_of_how_routing_does(recorded: Callable[..., Study]) -> None:
    study = recorded(*(entry(f"p{n}", model="dear", tier=Tier.PAID, kind="evaluation") for n in range(30)))
    assert figures(study.view())["alerts"] == []


@pytest.mark.parametrize(("span", "slices"), [("24h", 24), ("7d", 7), ("30d", 30), ("90d", 90)])
def test_every_hour_or_day_has_its_place(study: Study, span, slices: int) -> None:
    count = fill(study.records.desk.ledger, NOW, days=3)
    told = figures(study.view(), span)
    keys = [s["key"] for s in told["slices"]]
    assert len(keys) == slices
    assert keys == sorted(keys)
    assert sum(s["requests"] for s in told["slices"]) == told["total"]["requests"] <= count
    json.dumps(told)
