"""Draft, check, repair, escalate, give up: what a person gets, what it costs and what the ledger says of it."""

from __future__ import annotations

import pytest

from lsp_router.assist.edit.ask import Edited, Kind
from lsp_router.domain.task import Work
from lsp_router.domain.wire import Fault
from tests.support.scripted import failing
from tests.support.studio import Studio, after, fenced, in_turn

TEXT = "import os\n\n\ndef add(a, b):\n    return a - b\n\n\ndef other():\n    return 1\n"
GOOD = fenced("def add(a, b):\n    return a + b\n")
BROKEN = fenced("def add(a, b):\n    return (a + b\n")
WORSE = fenced("def add(a, b):\n    return eval(a) + undefined(b)\n")
FIXED = TEXT.replace("a - b", "a + b")


async def fix(studio: Studio, **wishes: object) -> Edited:
    return await studio.edit(TEXT, Kind.FIX, at="a - b", complaints=["wrong sign"], **wishes)


def outcomes(studio: Studio) -> list[tuple[str, str]]:
    (row,) = studio.rows()
    return [(a.model, a.outcome) for a in row.attempts]


async def test_a_good_draft_becomes_the_smallest_edit(studio) -> None:
    made = studio(GOOD)
    edited = await fix(made)
    (change,) = edited.changes
    assert (change.after, change.version, change.before) == (FIXED, 3, TEXT)
    assert [(TEXT[e.start : e.end], e.text) for e in change.edits] == [("-", "+")]
    assert made.told == ["drafting with small", "checking"]
    assert edited.served.gates
    assert outcomes(made) == [("small", "ok")]


async def test_bad_syntax_is_repaired_on_the_second_attempt(studio) -> None:
    made = studio(in_turn(BROKEN, GOOD))
    edited = await fix(made)
    assert after(edited) == FIXED
    assert made.transport.asked() == ["small", "small"]
    assert "was never closed" in made.prompts()[1]
    assert "repairing 2/3" in made.told
    assert outcomes(made) == [("small", "rejected"), ("small", "ok")]


async def test_wrong_twice_goes_to_a_stronger_model_which_sees_the_draft(studio) -> None:
    made = studio(BROKEN, GOOD)
    edited = await fix(made)
    assert after(edited) == FIXED
    assert edited.served.model.name == "strong"
    assert "asking a stronger model: strong" in made.told
    assert "return (a + b" in made.prompts()[2]
    assert outcomes(made) == [("small", "rejected"), ("small", "rejected"), ("strong", "ok")]


async def test_every_attempt_is_in_the_ledger_with_its_cost(studio) -> None:
    made = studio(BROKEN, GOOD, wishes={"tier": "paid", "small_in": 0.1, "small_out": 0.3})
    edited = await fix(made)
    (row,) = made.rows()
    costs = [a.cost_usd for a in row.attempts]
    assert all(cost > 0 for cost in costs)
    assert len(costs) == 3
    assert row.cost_usd == pytest.approx(sum(costs)) == pytest.approx(edited.served.cost_usd)
    assert made.app.spending(Work()).day == pytest.approx(row.cost_usd)
    assert row.gates


async def test_wrong_everywhere_changes_nothing_and_names_the_problems(studio) -> None:
    made = studio(BROKEN, BROKEN)
    edited = await fix(made)
    assert edited.changes == ()
    assert ["was never closed" in p.message for p in edited.problems] == [True]
    assert outcomes(made) == [("small", "rejected"), ("small", "rejected"), ("strong", "rejected")]


async def test_the_problems_shown_are_the_best_drafts(studio) -> None:
    edited = await fix(studio(WORSE, BROKEN))
    assert [p.gate for p in edited.problems] == ["syntax"]


async def test_an_escalation_over_budget_is_refused_with_the_estimate(studio) -> None:
    made = studio(BROKEN, GOOD, wishes={"per_request": 0.001})
    edited = await fix(made)
    assert edited.changes == ()
    assert "strong" not in made.transport.asked()
    said = edited.problems[-1].message
    assert "stronger model was not asked" in said
    assert "would cost up to $0.0" in said
    assert "per_request_usd = 0.001" in said


async def test_all_attempts_share_the_budget_of_one_request(studio) -> None:
    wishes = {"tier": "paid", "small_in": 1.0, "small_out": 2.5, "per_request": 0.0045}
    made = studio(BROKEN, GOOD, wishes=wishes)
    edited = await fix(made)
    assert edited.served.cost_usd <= 0.0045
    assert "per_request_usd" in edited.problems[-1].message


async def test_nobody_answers_is_told_with_each_reason(studio) -> None:
    made = studio(failing(Fault.SERVER, "down for repair"))
    edited = await fix(made)
    assert edited.changes == ()
    assert "small: server" in edited.problems[0].message
    assert "strong: server" in edited.problems[0].message


async def test_fewer_attempts_when_the_settings_say_so(studio) -> None:
    made = studio(BROKEN, config="[validation]\nmax_attempts = 1\n")
    assert (await fix(made)).changes == ()
    assert made.transport.asked() == ["small"]


# --- who is asked ---


async def test_a_cheap_model_drafts_and_the_best_stands_by(studio) -> None:
    made = studio(GOOD, wishes={"tier": "paid", "small_in": 0.1, "small_out": 0.3})
    assert made.editor.offer(made.ask(TEXT, at="a - b")).model == "small"
    await fix(made)
    assert made.transport.asked() == ["small"]


async def test_a_pin_is_never_escalated(studio) -> None:
    made = studio(BROKEN, GOOD)
    await fix(made, model="small")
    assert made.transport.asked() == ["small"] * 3


async def test_a_pinned_model_is_asked_even_if_another_would_be_chosen(studio) -> None:
    made = studio(BROKEN, GOOD)
    assert after(await fix(made, model="strong")) == FIXED
    assert made.transport.asked() == ["strong"]


async def test_paid_can_be_forced_and_the_cloud_forbidden(studio) -> None:
    made = studio(GOOD)
    await fix(made, force_paid=True)
    assert made.transport.asked() == ["strong"]
    edited = await fix(made, forbid_cloud=True)
    assert "the cloud was forbidden" in edited.problems[0].message
    assert made.transport.asked() == ["strong"]


async def test_a_changed_document_is_not_edited_and_costs_no_repair(studio) -> None:
    made = studio(in_turn(BROKEN, GOOD))
    edited = await fix(made, is_current=lambda: False)
    assert edited.changes == ()
    assert [p.gate for p in edited.problems] == ["stale"]
    assert made.transport.asked() == ["small"]


# --- the price before ---


async def test_an_offer_names_model_and_price_and_asks_nobody(studio) -> None:
    made = studio()
    free = made.editor.offer(made.ask(TEXT, Kind.FIX, at="a - b"))
    paid = made.editor.offer(made.ask(TEXT, Kind.FIX, at="a - b", force_paid=True))
    assert (free.model, free.free) == ("small", True)
    assert paid.model == "strong"
    assert 0.002 < paid.estimate_usd < 0.01
    assert made.transport.calls == []


async def test_an_offer_says_why_nobody_may(studio) -> None:
    made = studio()
    made.write(".lsprouterignore", "a.py\n")
    assert "ignored" in made.editor.offer(made.ask(TEXT)).why_not
    assert "forbidden" in made.editor.offer(made.ask(TEXT, path="b.py", forbid_cloud=True)).why_not


# --- what was answered before ---


async def test_the_same_ask_of_the_same_text_is_answered_for_nothing(studio) -> None:
    made = studio(in_turn(BROKEN, GOOD, "never"))
    await fix(made)
    again = await fix(made)
    assert after(again) == FIXED
    assert (again.served.cache, again.served.cost_usd) == ("hit", 0.0)
    assert len(made.transport.calls) == 2
    assert [row.cache for row in made.rows()].count("hit") == 1


@pytest.mark.parametrize(
    "wishes", [{"fresh": True}, {"instruction": "otherwise"}, {"model": "strong"}, {"complaints": ["another"]}]
)
async def test_another_ask_is_asked(studio, wishes) -> None:
    made = studio(GOOD)
    await fix(made)
    await made.edit(TEXT, Kind.FIX, **{"at": "a - b", "complaints": ["wrong sign"], **wishes})
    assert len(made.transport.calls) == 2


async def test_what_failed_is_not_kept_and_what_is_kept_is_checked_again(studio) -> None:
    made = studio(in_turn(BROKEN, BROKEN, GOOD), BROKEN)
    assert (await fix(made)).changes == ()
    assert after(await fix(made)) == FIXED
    made.write(".lsprouterignore", "a.py\n")
    made.app.reload()
    assert (await fix(made)).changes == ()


async def test_nothing_is_kept_when_the_cache_is_off(studio) -> None:
    made = studio(GOOD, config="[cache]\nenabled = false\n")
    await fix(made)
    assert not list((made.home / "router").rglob("answers/*"))
