"""Chains: pools alternate, outcomes mean something for the rest."""

from __future__ import annotations

from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from lsp_router.domain.wire import Failure, Fault
from lsp_router.routing.chain import Fallback, Skip, Try, Wait, spread
from tests.support.scripted import free, paid

POOLS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=6)


@given(POOLS)
def test_neighbours_never_share_a_pool_if_another_order_exists(pools: list[str]) -> None:
    models = [free(f"m{i}", pool) for i, pool in enumerate(pools)]
    chain = spread(models)
    assert sorted(m.name for m in chain) == sorted(m.name for m in models)
    assert chain[0] is models[0]
    if _clashes(chain):
        rest = permutations([m.pool for m in models[1:]])
        assert all(_clashing([models[0].pool, *order]) for order in rest)


@given(POOLS)
def test_models_of_one_pool_keep_their_rank(pools: list[str]) -> None:
    chain = spread([free(f"m{i}", pool) for i, pool in enumerate(pools)])
    for pool in set(pools):
        names = [m.name for m in chain if m.pool == pool]
        assert names == sorted(names)


def _clashes(chain) -> bool:
    return _clashing([m.pool for m in chain])


def _clashing(pools) -> bool:
    return any(a == b for a, b in pairwise(pools))


def drive(models, outcomes, *, left: float = 10.0, resting=lambda _m: 0.0) -> list[str]:
    """Who was tried, skipped or waited for, until somebody answered."""
    told: list[str] = []
    steps = Fallback(lambda: left, resting, patience=10.0).steps(models)
    step = next(steps, None)
    while step is not None:
        failure = None
        if isinstance(step, Try):
            told.append(step.model.name + (f"@{step.max_tokens}" if step.max_tokens else ""))
            failure = outcomes.get(step.model.name, [None]).pop(0)
            if failure is None:
                return [*told, "answered"]
        elif isinstance(step, Skip):
            told.append(f"-{step.model.name}")
        else:
            assert isinstance(step, Wait)
            told.append(f"wait {step.seconds:g}")
        try:
            step = steps.send(failure)
        except StopIteration:
            step = None
    return told


def test_the_first_answer_ends_it() -> None:
    assert drive([paid("a"), paid("b")], {}) == ["a", "answered"]


def test_a_rate_limit_skips_the_rest_of_its_pool() -> None:
    limited = Failure(Fault.RATE_LIMIT, "slow")
    models = [paid("a", "x"), paid("b", "x"), paid("c", "y")]
    assert drive(models, {"a": [limited]}) == ["a", "-b", "c", "answered"]


def test_a_timeout_says_nothing_about_the_pool() -> None:
    assert drive([paid("a", "x"), paid("b", "x")], {"a": [Failure(Fault.TIMEOUT, "late")]}) == ["a", "b", "answered"]


def test_credits_that_buy_less_are_used_within_them() -> None:
    poor = Failure(Fault.PAYMENT, "can only afford 400", affordable_tokens=400)
    assert drive([paid("a"), paid("b")], {"a": [poor, None]}) == ["a", "a@400", "answered"]
    broke = Failure(Fault.PAYMENT, "can only afford 3", affordable_tokens=3)
    assert drive([paid("a"), paid("b")], {"a": [broke]}) == ["a", "b", "answered"]


def test_waits_for_the_first_to_wake_up_if_that_fits() -> None:
    rest = {"a": 5.0, "b": 2.0}
    models = [paid("a"), paid("b")]
    assert drive(models, {}, resting=lambda m: rest[m.name]) == ["-a", "-b", "wait 2", "b", "answered"]
    assert drive(models, {}, left=4.0, resting=lambda m: rest[m.name] + 10) == ["-a", "-b"]


def test_no_time_left_means_no_further_cost() -> None:
    assert drive([paid("a"), paid("b")], {}, left=1.0) == ["-a", "-b"]
