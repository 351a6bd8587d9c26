"""Who may serve, and the reason for everybody else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.domain.model import Capability, Quality, Quota
from lsp_router.domain.task import Limits, Prefer, Privacy, Profile, Task, TaskPolicy, Trigger, Work
from lsp_router.domain.wire import Failure, Fault, QuotaFact
from lsp_router.routing.budget import Spending, Step
from lsp_router.routing.candidates import Situation, screen
from lsp_router.routing.health import Health, Permit
from lsp_router.routing.rank import rank
from tests.support.scripted import daily, free, local, paid

NOW = 1_790_000_000.0


def policy(task: Task, **changes) -> TaskPolicy:
    return replace(TaskPolicy(task), **changes)


POLICIES = {
    **{task: TaskPolicy(task) for task in Task},
    Task.COMPLETION: policy(
        Task.COMPLETION, max_output_tokens=128, timeout_ms=1_500, latency_budget_ms=500, prefer=Prefer.LATENCY
    ),
    Task.ALGORITHM: policy(Task.ALGORITHM, prefer=Prefer.QUALITY, hard=True),
    Task.REFACTOR: policy(Task.REFACTOR, prefer=Prefer.QUALITY, hard=True),
}


def situation(*models, **changes) -> Situation:
    return Situation(**{"models": models, "policies": POLICIES, "health": Health(), "now": NOW, **changes})


def reasons(work: Work, task: Task, state: Situation) -> dict[str, str]:
    return {s.candidate.model.name: s.reason for s in screen(work, task, state)}


def order(work: Work, task: Task, state: Situation, step: Step = Step.NORMAL) -> list[str]:
    fit = [s.candidate for s in screen(work, task, state) if not s.reason]
    return [r.candidate.model.name for r in rank(fit, work, state.policies[task], state.profile, step)]


GOOD = paid("good")


@pytest.mark.parametrize(
    ("model", "task", "work", "says"),
    [
        (paid("x", usable=False, why_unusable="set X_API_KEY"), Task.EXPLAIN, Work(), "set X_API_KEY"),
        (paid("x"), Task.MULTIMODAL, Work(), "cannot see images"),
        (paid("x", capabilities=frozenset({Capability.FIM})), Task.EXPLAIN, Work(), "only completes"),
        (paid("x", context_window=2_000), Task.EXPLAIN, Work(prompt_tokens=1_500), "tokens of context"),
        (paid("x"), Task.EXPLAIN, Work(privacy=Privacy.LOCAL, why_private="matches *.pem"), "matches *.pem"),
        (paid("x", privacy=Privacy.TRAINS), Task.EXPLAIN, Work(privacy=Privacy.CLOUD), "nothing looser than cloud"),
        (paid("x"), Task.EXPLAIN, Work(forbid_cloud=True), "cloud was forbidden"),
        (free("x"), Task.EXPLAIN, Work(force_paid=True), "paid model was asked for"),
        (paid("x"), Task.EXPLAIN, Work(pin="good"), "pinned to good"),
        (paid("x", output=90.0), Task.EXPLAIN, Work(), "per_request_usd"),
        (paid("x", latency_target_ms=16_000), Task.EXPLAIN, Work(), "beyond the 15000 ms timeout"),
        (paid("x", latency_target_ms=900), Task.COMPLETION, Work(), "beyond the 500 ms latency budget"),
        (paid("x", quality=8.0), Task.EXPLAIN, Work(stronger_than="good"), "not stronger than good"),
        (free("x", quota=daily(0)), Task.EXPLAIN, Work(), "kept for hard tasks"),
    ],
)
def test_out_with_a_reason(model, task: Task, work: Work, says: str) -> None:
    strong = paid("strong", quality=9.9, capabilities=frozenset({Capability.CHAT, Capability.VISION}))
    said = reasons(work, task, situation(model, GOOD, strong, local("home", capabilities=strong.capabilities)))
    assert says in said["x"]


def test_everything_that_can_serve_has_no_reason() -> None:
    assert reasons(Work(), Task.EXPLAIN, situation(GOOD, free("f"), local("l"))) == {"good": "", "f": "", "l": ""}


def test_profiles_keep_their_word() -> None:
    models = (paid("p"), free("t", privacy=Privacy.TRAINS), local("l"))
    only_local = reasons(Work(), Task.EXPLAIN, situation(*models, profile=Profile.LOCAL_ONLY))
    assert [name for name, why in only_local.items() if not why] == ["l"]
    compliant = reasons(Work(), Task.EXPLAIN, situation(*models, profile=Profile.PAID_FIRST))
    assert "train" in compliant["t"]


def test_a_chain_that_was_written_names_who_is_asked() -> None:
    chained = {**POLICIES, Task.EXPLAIN: policy(Task.EXPLAIN, chain=("b", "a"))}
    said = reasons(Work(), Task.EXPLAIN, situation(paid("a"), paid("b"), paid("c"), policies=chained))
    assert said == {"a": "", "b": "", "c": "not in the chain of [tasks.explain]"}


def test_a_rest_ends_a_candidacy_unless_everybody_rests() -> None:
    health, one, other = Health(), paid("one"), paid("other")
    given_leave = health.permit(one, NOW)
    assert isinstance(given_leave, Permit)
    health.fail(given_leave, Failure(Fault.RATE_LIMIT, "slow", retry_after=120), NOW)
    assert "rate limited; again in 2 min" in reasons(Work(), Task.EXPLAIN, situation(one, other, health=health))["one"]
    assert reasons(Work(), Task.EXPLAIN, situation(one, health=health)) == {"one": ""}


def test_a_late_answer_beats_none() -> None:
    slow = paid("slow", latency_target_ms=900)
    assert reasons(Work(), Task.COMPLETION, situation(slow)) == {"slow": ""}


@pytest.mark.parametrize(
    ("spent", "trigger", "allowed"),
    [
        (0.5, Trigger.AUTOMATIC, True),
        (0.96, Trigger.AUTOMATIC, False),
        (0.96, Trigger.COMMAND, True),
        (1.0, Trigger.COMMAND, False),
    ],
)
def test_the_ladder_of_the_budget(spent: float, trigger: Trigger, allowed: bool) -> None:
    state = situation(paid("p"), free("f"), spending=Spending(day=spent), limits=Limits(per_session=None))
    said = reasons(Work(trigger=trigger), Task.EXPLAIN, state)
    assert (said["p"] == "") is allowed
    assert said["f"] == ""


# --- ranking -----------------------------------------------------------------------------------


def test_free_comes_first_then_cheap_then_paid() -> None:
    models = (paid("dear", output=10, quality=9.2), paid("cheap", quality=8.8), free("free"), local("home", quality=7))
    assert order(Work(), Task.EXPLAIN, situation(*models)) == ["free", "home", "cheap", "dear"]


def test_a_free_model_that_is_not_good_enough_is_the_last_reserve() -> None:
    models = (free("weak", quality=4), paid("cheap", quality=8.8))
    assert order(Work(), Task.EXPLAIN, situation(*models)) == ["cheap", "weak"]


def test_interactive_work_prefers_latency_even_at_a_higher_price() -> None:
    slow, fast = paid("slow", latency_target_ms=499, output=0.2), paid("fast", latency_target_ms=200, output=1.0)
    policies = {**POLICIES, Task.COMPLETION: replace(POLICIES[Task.COMPLETION], latency_budget_ms=250)}
    assert order(Work(), Task.COMPLETION, situation(slow, fast, policies=policies))[0] == "fast"


def test_explicit_reasoning_work_prefers_quality_and_batch_work_price() -> None:
    models = (paid("thinker", output=2.5, quality=9.6), paid("cheap", output=0.2, quality=8.5))
    assert order(Work(), Task.ALGORITHM, situation(*models))[0] == "thinker"
    batch = {**POLICIES, Task.DOCS: policy(Task.DOCS, prefer=Prefer.PRICE)}
    assert order(Work(), Task.DOCS, situation(*models, policies=batch))[0] == "cheap"


def test_hard_refactors_over_files_go_paid_first_their_boilerplate_free() -> None:
    models = (free("free", quality=8.8), paid("paid", quality=9.0))
    assert order(Work(files=4), Task.REFACTOR, situation(*models)) == ["paid", "free"]
    assert order(Work(files=1), Task.REFACTOR, situation(*models)) == ["free", "paid"]
    assert order(Work(files=4), Task.BOILERPLATE, situation(*models)) == ["free", "paid"]


def test_quality_counts_by_task_and_measurements_win() -> None:
    models = (
        paid("a", quality=8.0),
        replace(paid("b"), quality=Quality(8.0, {"algorithm": 9.5})),
    )
    assert order(Work(), Task.ALGORITHM, situation(*models))[0] == "b"
    measured = {("a", "algorithm"): 9.9}
    assert order(Work(), Task.ALGORITHM, situation(*models, measured=measured))[0] == "a"


def test_a_spent_budget_puts_price_first() -> None:
    models = (paid("thinker", output=2.5, quality=9.6), paid("cheap", output=0.2, quality=8.5))
    assert order(Work(), Task.ALGORITHM, situation(*models), Step.CHEAPER)[0] == "cheap"


def test_a_new_price_re_ranks_at_once() -> None:
    a, b = paid("a", output=0.3), paid("b", output=0.4)
    assert order(Work(), Task.REVIEW, situation(a, b))[0] == "a"
    assert order(Work(), Task.REVIEW, situation(paid("a", output=9.0), b))[0] == "b"


@st.composite
def models(draw: st.DrawFn):
    return [
        draw(st.sampled_from([free, paid, local]))(
            f"m{n}",
            draw(st.sampled_from("abc")),
            draw(st.floats(0, 10)),
            latency_target_ms=draw(st.floats(1, 20_000)),
            context_window=draw(st.integers(100, 200_000)),
            quota=draw(st.none() | st.builds(Quota, st.none(), st.integers(0, 100))),
            usable=draw(st.booleans()),
        )
        for n in range(draw(st.integers(1, 12)))
    ]


WORKS = st.builds(
    Work,
    files=st.integers(1, 5),
    prompt_tokens=st.integers(1, 50_000),
    privacy=st.sampled_from(Privacy),
    pin=st.none() | st.just("m0"),
    force_paid=st.booleans(),
    forbid_cloud=st.booleans(),
)


@given(models(), WORKS, st.sampled_from(Task), st.sampled_from(Profile), st.randoms(use_true_random=False))
def test_no_candidate_vanishes_and_the_order_is_stable(made, work: Work, task: Task, profile: Profile, dice) -> None:
    state = situation(*made, profile=profile)
    looked_at = screen(work, task, state)
    assert [s.candidate.model.name for s in looked_at] == [m.name for m in made]
    ranked = order(work, task, state)
    assert sorted(ranked) == sorted(s.candidate.model.name for s in looked_at if not s.reason)
    shuffled = list(made)
    dice.shuffle(shuffled)
    assert order(work, task, situation(*shuffled, profile=profile)) == ranked


def test_a_spent_quota_is_a_reason_with_its_reset() -> None:
    health, model = Health(), free("f", quota=daily(1_000))
    health.quotas.learn("f", (QuotaFact("day", 1_000, 0, NOW + 7_200),), NOW)
    said = reasons(Work(), Task.ALGORITHM, situation(model, GOOD, health=health))
    assert said["f"] == "its day quota is spent; again in 2.0 h"
