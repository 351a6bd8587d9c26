"""Logged traffic under other rules: what it costs, who serves it, and what benches, quotas and budgets do to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lsp_router.assist.builtin import EMBEDDED
from lsp_router.domain.decision import Attempt
from lsp_router.domain.model import Capability, Model, Quality, Quota, Tier
from lsp_router.domain.money import Price, Rates, Tokens
from lsp_router.domain.task import Limits, Privacy, Profile, Task, TaskPolicy
from lsp_router.insight.audit import audit
from lsp_router.insight.odds import USUAL, Odds
from lsp_router.insight.replay import Replayed, logged, replay, wanted
from lsp_router.routing.candidates import Situation
from lsp_router.routing.health import Health
from lsp_router.store.entry import Row
from tests.insight.conftest import NOW, Study
from tests.support.records import entry

NO_LIMITS = Limits(None, None, None)
NEVER = 10**9
"""So many good attempts that no draw fails."""
TOKENS = Tokens(input=1_000, output=100)
DEAR = (1_000 * 1.0 + 100 * 4.0) / 1e6


def model(name: str, tier: Tier = Tier.FREE, quality: float = 8.0, **more) -> Model:
    price = Price(Rates(input=1.0, output=4.0)) if tier is Tier.PAID else Price()
    skills = frozenset({Capability.CHAT, Capability.FIM})
    return Model(name, name, name, tier, name, price=price, quality=Quality(quality), capabilities=skills, **more)


GIFT, SPARE, DEAR_ONE = model("gift"), model("spare", quality=7.9), model("dear", Tier.PAID, 9.0)


def rules(*models: Model, **more) -> Situation:
    policies = {task: TaskPolicy(task) for task in Task}
    return Situation(models, policies, Health(), **{"limits": NO_LIMITS, **more})


def odds(**faults: dict[str, int]) -> Odds:
    return Odds({name: faults.get(name, {"ok": NEVER}) for name in ("gift", "spare", "dear", "weak")})


@pytest.fixture
def rows(recorded: Callable[..., Study]) -> Callable[..., list[Row]]:
    def logged_rows(count: int = 0, *others: object, **more) -> list[Row]:
        asked = [
            entry(f"r{n}", at=NOW + n, task=Task.EXPLAIN, tokens=TOKENS, prompt_tokens=1_000, **more)
            for n in range(count)
        ]
        study = recorded(*asked, *others)
        study.records.writer.flush()
        return wanted(study.records.history.rows())

    return logged_rows


def served(r: Replayed) -> dict[str, float]:
    return {name: round(count, 2) for name, count in r.by("by_model").items()}


@pytest.mark.parametrize(
    ("situation", "chances", "by", "cost"),
    [
        (rules(GIFT, DEAR_ONE), odds(), {"gift": 20}, 0.0),
        (rules(DEAR_ONE), odds(), {"dear": 20}, 20 * DEAR),
        (rules(GIFT, DEAR_ONE, profile=Profile.PAID_FIRST), odds(), {"dear": 20}, 20 * DEAR),
        (rules(GIFT, DEAR_ONE), odds(gift={"server": NEVER}), {"dear": 20}, 20 * DEAR),
        (rules(model("gift", quota=Quota(per_day=5)), DEAR_ONE), odds(), {"gift": 3, "dear": 17}, 17 * DEAR),
        # the worst case of the third would go beyond the limit
        (rules(DEAR_ONE, limits=Limits(None, 5.5 * DEAR, None)), odds(), {"dear": 2}, 2 * DEAR),
        (rules(), odds(), {}, 0.0),
    ],
    ids=["free", "paid", "profile", "broken", "quota", "budget", "nobody"],
)
def test_the_same_traffic_under_other_rules(rows, situation, chances, by, cost) -> None:
    played = replay(rows(20), situation, chances, {})
    assert served(played) == by
    assert played.cost_usd == pytest.approx(cost)
    assert played.mean_of("unserved") == 20 - sum(by.values())


def test_a_broken_model_is_benched_and_asked_no_more(rows) -> None:
    broken = replay(rows(20), rules(GIFT, DEAR_ONE), odds(gift={"server": NEVER}), {})
    assert broken.mean_of("fell_back") == 3  # three strikes


def test_draws_differ_but_are_the_same_every_time(rows) -> None:
    half = odds(gift={"ok": NEVER, "empty": NEVER // 20})
    traffic = rows(60)
    first, again = (replay(traffic, rules(GIFT, DEAR_ONE), half, {}) for _ in range(2))
    assert first == again
    low, high = first.cost_range
    assert low < first.cost_usd < high


def test_measured_speed_decides_who_may_serve(rows) -> None:
    slow = replay(rows(5), rules(GIFT, SPARE), odds(), {"gift": 60_000.0})
    assert served(slow) == {"spare": 5}
    assert [p.first_token_ms for p in slow.draws] == [SPARE.latency_target_ms] * 5


def test_what_was_known_or_only_measured_is_not_asked_again(rows) -> None:
    traffic = rows(
        2,
        entry("hit", at=NOW, cache="hit", attempts=(), tokens=Tokens()),
        entry("exam", at=NOW, kind="evaluation"),
        entry("sure", at=NOW, model="embedded", tier=Tier.LOCAL, tokens=Tokens()),
        entry("gone", at=NOW, served=False, attempts=(Attempt("gift", "cancelled"),), tokens=Tokens()),
    )
    played = replay(traffic, rules(GIFT), odds(), {})
    assert (played.mean_of("requests"), played.mean_of("hits"), served(played)) == (5, 2, {"gift": 2})


@pytest.mark.parametrize(
    ("work", "by"),
    [
        ({"pin": "dear"}, {"dear": 1}),
        ({"pin": "another"}, {"gift": 1}),
        ({"force_paid": True}, {"dear": 1}),
        ({"privacy": Privacy.LOCAL}, {}),
    ],
)
def test_what_was_asked_for_still_holds(rows, work, by) -> None:
    played = replay(rows(1, **work), rules(GIFT, DEAR_ONE), odds(), {})
    assert served(played) == by


def test_as_it_went_is_what_the_ledger_says(rows) -> None:
    traffic = rows(3, entry("p", at=NOW, model="dear", tier=Tier.PAID, cost=0.01), tier=Tier.FREE, model="gift")
    really = logged(traffic)
    assert (really.cost_usd, dict(really.by_model), really.paid_share) == (0.01, {"gift": 3, "dear": 1}, 0.25)


@pytest.mark.parametrize(
    ("tries", "failing"),
    [({}, USUAL[Tier.FREE]), ({"ok": 980, "timeout": 0}, 0.001), ({"ok": 80, "server": 100, "cancelled": 900}, 0.505)],
)
def test_odds_are_measured_and_doubted_where_little_was_measured(tries, failing: float) -> None:
    assert Odds({"gift": tries}).failing(GIFT) == pytest.approx(failing, abs=0.0005)


# --- audit ---

PAID = {"model": "dear", "tier": Tier.PAID, "cost": 0.01}
FIRST_FAILED = (Attempt("gift", "rate_limit", "429", 80.0), Attempt("dear", "ok", "stop", 100.0, 0.01, TOKENS))


@pytest.mark.parametrize(
    ("situation", "more", "free_model", "as_good", "because", "obstacle"),
    [
        (rules(GIFT, DEAR_ONE), {}, "gift", True, "it came first in the ranking", ""),
        (rules(GIFT, DEAR_ONE), {"attempts": FIRST_FAILED}, "gift", True, "gift: rate limit", ""),
        (rules(GIFT, DEAR_ONE), {"pin": "dear"}, "gift", True, "the model was pinned", ""),
        (rules(model("weak", quality=4.0), DEAR_ONE), {}, "weak", False, "it came first in the ranking", ""),
        (rules(DEAR_ONE), {}, "", False, "it came first in the ranking", "no free or local model is configured"),
        (rules(model("small", context_window=500), DEAR_ONE), {}, "", False, "it came first in the ranking",
         "needs … tokens of context, has …"),
        (rules(GIFT, DEAR_ONE), {"privacy": Privacy.LOCAL}, "", False, "it came first in the ranking",
         "privacy: nothing looser than local may see it"),
    ],
)  # fmt: skip
def test_each_paid_call_is_looked_at_again(rows, situation, more, free_model, as_good, because, obstacle) -> None:
    found = audit(rows(1, **PAID, **more), situation, odds(), {})
    (case,) = found.cases
    assert (case.free_model, case.as_good, case.because, case.obstacle) == (free_model, as_good, because, obstacle)
    assert found.saving_usd == pytest.approx(0.01 if free_model else 0.0, rel=0.001)


def test_free_calls_and_the_audit_share_the_days_quota(rows) -> None:
    scarce = model("gift", quota=Quota(per_day=10))
    paid = [entry(f"p{n}", at=NOW + 100 + n, task=Task.EXPLAIN, prompt_tokens=1_000, **PAID) for n in range(9)]
    found = audit(rows(4, *paid, model="gift"), rules(scarce, DEAR_ONE), odds(), {})
    assert (found.asked, found.free, len(found.cases)) == (13, 4, 9)
    assert len(found.could) == 6
    assert found.obstacles() == [("its … requests of today are spent", 3)]


def test_the_offline_tier_is_no_free_model(rows) -> None:
    alone = replace(rules(DEAR_ONE), builtin=(EMBEDDED,))
    found = audit(rows(0, entry("p", at=NOW, prompt_tokens=1_000, **PAID)), alone, odds(), {})
    assert [case.obstacle for case in found.cases] == ["no free or local model is configured"]


def test_failures_lower_what_can_be_expected(rows) -> None:
    shaky = odds(gift={"ok": NEVER, "server": NEVER})
    found = audit(rows(10, **PAID), rules(GIFT, DEAR_ONE), shaky, {})
    assert found.expected == pytest.approx(5.0, rel=0.01)
