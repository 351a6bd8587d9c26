"""Breakers: closed, open, half-open with one probe; late comers decide nothing."""

from __future__ import annotations

import pytest

from lsp_router.domain.wire import Failure, Fault, QuotaFact
from lsp_router.routing.health import Closed, Health, Neighbours, Opened, Permit
from tests.support.scripted import daily, free, local, paid

NOW = 1_790_000_000.0
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0


def permit(health: Health, model, now: float = NOW) -> Permit:
    given = health.permit(model, now)
    assert isinstance(given, Permit), given
    return given


def fail(health: Health, model, failure: Failure, now: float = NOW) -> None:
    health.fail(permit(health, model, now), failure, now)


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [
        (Failure(Fault.RATE_LIMIT, "slow down"), 90),
        (Failure(Fault.RATE_LIMIT, "slow down", retry_after=1.5), 1.5),
        (Failure(Fault.RATE_LIMIT, "slow down", retry_after=120), 120),
        (Failure(Fault.AUTH, "wrong key"), 5 * MINUTE),
        (Failure(Fault.PAYMENT, "no credits"), DAY),
        (Failure(Fault.NOT_FOUND, "no such model"), HOUR),
        (Failure(Fault.OVERLOADED, "busy", retry_after=7), 7),
        (Failure(Fault.QUOTA, "daily", facts=(QuotaFact("day", 50, 0, NOW + 2 * HOUR),)), 2 * HOUR),
        (Failure(Fault.QUOTA, "daily", retry_after=5 * HOUR), 5 * HOUR),
    ],
)
def test_rests_as_long_as_the_failure_means(failure: Failure, seconds: float) -> None:
    health, model = Health(), paid("m")
    fail(health, model, failure)
    shut = health.closed(model, NOW + seconds - 0.1)
    assert shut is not None
    assert shut.until == pytest.approx(NOW + seconds)
    assert health.closed(model, NOW + seconds + 0.1) is None


def test_an_unannounced_daily_quota_lasts_until_midnight_utc() -> None:
    health, model = Health(), free("m")
    fail(health, model, Failure(Fault.QUOTA, "daily limit"))
    shut = health.closed(model, NOW)
    assert shut is not None
    assert shut.until % DAY == 0
    assert NOW < shut.until <= NOW + DAY


@pytest.mark.parametrize("fault", [Fault.CANCELLED, Fault.BAD_REQUEST, Fault.TOO_LONG, Fault.CONTENT, Fault.REJECTED])
def test_faults_of_the_request_are_not_held_against_the_model(fault: Fault) -> None:
    health, model = Health(), paid("m")
    for _ in range(5):
        fail(health, model, Failure(fault, "x"))
    assert health.closed(model, NOW) is None


def test_the_third_failure_in_a_quarter_of_an_hour_benches() -> None:
    health, model = Health(), paid("m")
    for minutes in (0, 5):
        fail(health, model, Failure(Fault.SERVER, "500"), NOW + minutes * MINUTE)
    assert health.closed(model, NOW + 6 * MINUTE) is None
    fail(health, model, Failure(Fault.TIMEOUT, "late"), NOW + 10 * MINUTE)
    assert health.closed(model, NOW + 19 * MINUTE) is not None
    assert health.closed(model, NOW + 21 * MINUTE) is None


def test_failures_far_apart_or_between_successes_do_not_add_up() -> None:
    health, apart, between = Health(), paid("apart"), paid("between")
    for n in range(6):
        fail(health, apart, Failure(Fault.SERVER, "500"), NOW + n * 20 * MINUTE)
        fail(health, between, Failure(Fault.SERVER, "500"), NOW + n)
        health.succeed(permit(health, between, NOW + n))
    assert health.closed(apart, NOW + 101 * MINUTE) is None
    assert health.closed(between, NOW + 6) is None


def test_a_pool_rests_as_a_whole_and_a_slow_model_alone() -> None:
    health, one, other = Health(), paid("one", "pool"), paid("other", "pool")
    fail(health, one, Failure(Fault.OVERLOADED, "busy", retry_after=60))
    assert health.closed(other, NOW) is None
    fail(health, other, Failure(Fault.RATE_LIMIT, "slow"))
    assert health.closed(one, NOW + 61) is not None


def test_half_open_lets_one_probe_through() -> None:
    health, model = Health(), paid("m")
    fail(health, model, Failure(Fault.RATE_LIMIT, "slow", retry_after=10))
    probe = permit(health, model, NOW + 11)
    assert isinstance(health.permit(model, NOW + 11), Closed)
    health.succeed(probe)
    assert health.closed(model, NOW + 11) is None
    permit(health, model, NOW + 11)


def test_a_failed_probe_opens_again_for_longer() -> None:
    health, model = Health(), paid("m")
    fail(health, model, Failure(Fault.RATE_LIMIT, "slow", retry_after=10))
    fail(health, model, Failure(Fault.SERVER, "500"), NOW + 11)
    assert health.closed(model, NOW + 12) is not None


def test_a_cancelled_probe_frees_its_place() -> None:
    health, model = Health(), paid("m")
    fail(health, model, Failure(Fault.RATE_LIMIT, "slow", retry_after=10))
    health.give_back(permit(health, model, NOW + 11))
    permit(health, model, NOW + 11)


def test_only_one_of_several_processes_probes() -> None:
    claimed: set[str] = set()

    def claim(scope: str, _until: float) -> bool:
        return scope not in claimed and not claimed.add(scope)

    editors, model = [Health(Neighbours(claim=claim)) for _ in range(2)], paid("m")
    for health in editors:
        health.open("pool:m", NOW + 10, "busy", heard=True)
    assert isinstance(editors[0].permit(model, NOW + 11), Permit)
    assert isinstance(editors[1].permit(model, NOW + 11), Closed)


def test_a_lost_probe_does_not_lock_the_model_out() -> None:
    health, model = Health(), paid("m")
    fail(health, model, Failure(Fault.RATE_LIMIT, "slow", retry_after=10))
    permit(health, model, NOW + 11)
    permit(health, model, NOW + 11 + 61)


def test_a_stale_success_does_not_close_a_newer_breaker() -> None:
    health, model = Health(), paid("m")
    early = permit(health, model)
    fail(health, model, Failure(Fault.RATE_LIMIT, "slow", retry_after=30))
    health.succeed(early)
    assert health.closed(model, NOW + 1) is not None


def test_a_bench_is_never_shortened() -> None:
    health, model = Health(), paid("m")
    early = permit(health, model)
    fail(health, model, Failure(Fault.RATE_LIMIT, "slow", retry_after=300))
    health.fail(early, Failure(Fault.RATE_LIMIT, "slow", retry_after=1), NOW + 1)
    shut = health.closed(model, NOW + 2)
    assert shut is not None
    assert shut.until == NOW + 300


def test_relapses_climb_the_ladder() -> None:
    health, model, now, rests = Health(), free("m"), NOW, []
    for _ in range(5):
        fail(health, model, Failure(Fault.RATE_LIMIT, "slow"), now)
        shut = health.closed(model, now)
        assert shut is not None
        rests.append(shut.until - now)
        now = shut.until + 1
    assert rests == [90, 120, 600, 3_600, DAY]


def test_a_local_server_that_is_down_rests_five_seconds() -> None:
    health, model = Health(), local("m")
    fail(health, model, Failure(Fault.CONNECTION, "refused"))
    assert health.closed(model, NOW + 4) is not None
    assert health.closed(model, NOW + 6) is None


def test_listeners_hear_of_a_bench_once_and_not_of_what_they_told_us() -> None:
    told: list[Opened] = []
    health, model = Health(Neighbours(tell=told.append)), paid("m")
    fail(health, model, Failure(Fault.RATE_LIMIT, "slow", retry_after=30))
    health.open("pool:other", NOW + 50, "heard", heard=True)
    assert [o.scope for o in told] == ["pool:m"]
    assert health.closed(paid("x", "other"), NOW) is not None


def test_published_limits_are_counted() -> None:
    health, model = Health(), free("m", quota=daily(3))
    for _ in range(3):
        permit(health, model)
    shut = health.permit(model, NOW)
    assert isinstance(shut, Closed)
    assert "3 requests of today" in shut.reason
    assert health.closed(model, shut.until + 1) is None


def test_what_a_provider_says_wins() -> None:
    health, model = Health(), free("m", quota=daily(1_000))
    health.quotas.learn("m", (QuotaFact("day", 50, 0, NOW + HOUR),), NOW)
    assert health.closed(model, NOW) is not None
    assert health.closed(model, NOW + HOUR + 1) is None


@pytest.mark.parametrize(
    ("grant", "used", "asked_for", "kept"),
    [
        (50, 0, True, False),
        (50, 24, True, False),
        (50, 25, True, True),
        (50, 4, False, False),
        (50, 5, False, True),
        (1_000, 700, True, False),
        (1_000, 800, True, True),
        (1_000, 600, False, True),
        (14_400, 11_000, False, False),
        (14_400, 12_000, False, True),
    ],
)
def test_scarce_free_quota_is_kept_for_hard_tasks(grant: int, used: int, asked_for: bool, kept: bool) -> None:
    health, model = Health(), free("m", quota=daily(grant))
    health.quotas.heard("m", used, NOW + HOUR)
    assert bool(health.quotas.kept_for_hard(model, NOW, asked_for=asked_for)) is kept


def test_memory_stays_bounded() -> None:
    health = Health()
    for n in range(3_000):
        fail(health, paid(f"m{n}"), Failure(Fault.RATE_LIMIT, "slow"), NOW + n)
        health.latencies.record(f"m{n}", 1.0)
    assert len(list(health.benched(0))) <= 1_024
    assert len(health.latencies._seen) <= 256
