"""What waiting before a model is asked may never do, and what it is for; on a clock that does not wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_router.assist.pace import LONGEST, Pace
from lsp_router.domain.model import Tier
from tests.support.scripted import run_virtually
from tests.support.typist import FIRST_TOKEN, Day, Typist

LINES = "def total(left, right):\n    amount = left.amount + right.amount\n    return amount.rounded(places=2)\n" * 6


def watch(home: Path, **wishes: object) -> Day:
    return run_virtually(Typist(home, LINES, **wishes).work())  # type: ignore[arg-type]


@pytest.mark.parametrize("debounce", ["adaptive", 350])
def test_what_is_known_already_never_waits(tmp_path: Path, debounce: int | str) -> None:
    watch(tmp_path, debounce=debounce, luck=1.0)
    again = watch(tmp_path, debounce=debounce, luck=1.0)
    known = [took for source, took in again.answers if source in {"shown", "cache"}]
    assert {source for source, _ in again.answers} >= {"shown", "cache"}
    assert max(known) == 0


def test_local_models_are_asked_at_once(tmp_path: Path) -> None:
    day = watch(tmp_path, tier="local", words_a_minute=90)
    asked = [took for source, took in day.answers if source == "model"]
    assert asked
    assert min(asked) == pytest.approx(FIRST_TOKEN + 0.05, abs=0.001)
    assert Pace().delay(Tier.LOCAL, "x = ") == 0


def test_it_saves_calls_of_fast_typists_for_little_delay(tmp_path: Path) -> None:
    eager = watch(tmp_path / "off", debounce=0, words_a_minute=90)
    adaptive = watch(tmp_path / "on", debounce="adaptive", words_a_minute=90)
    assert adaptive.calls < 0.9 * eager.calls
    assert sum(adaptive.rests) / len(adaptive.rests) < sum(eager.rests) / len(eager.rests) + 0.15


@pytest.mark.parametrize(("gap", "waits"), [(0.12, True), (0.2, True), (0.5, False), (2.0, False)])
def test_nobody_waits_in_vain(gap: float, waits: bool) -> None:
    """Between keys that come slower than the longest wait, waiting would save nothing."""
    pace = Pace()
    for n in range(40):
        pace.key(n * gap)
    delay = pace.delay(Tier.PAID, "x = ")
    assert (gap < delay <= LONGEST) if waits else delay < 0.05
    assert pace.delay(Tier.PAID, "    ") < 0.05
