from __future__ import annotations

import pytest

from lsp_router.embedded.feedback import LARGEST, Feedback, Outcome
from lsp_router.embedded.settings import Thresholds


def test_rejections_raise_the_thresholds_of_one_language_only() -> None:
    feedback = Feedback()
    for _ in range(10):
        feedback.note("python", Outcome.REJECTED)
    assert feedback.raise_of("python") > 0.05
    assert feedback.raise_of("go") == 0


def test_acceptance_lowers_them_and_both_have_bounds() -> None:
    feedback = Feedback()
    for _ in range(1_000):
        feedback.note("python", Outcome.ACCEPTED)
        feedback.note("go", Outcome.REJECTED)
    assert feedback.raise_of("python") == pytest.approx(-LARGEST / 2)
    assert feedback.raise_of("go") == pytest.approx(LARGEST)


def test_a_rejection_weighs_more_than_typing_over() -> None:
    rejected, ignored = Feedback(), Feedback()
    rejected.note("go", Outcome.REJECTED)
    ignored.note("go", Outcome.IGNORED)
    assert rejected.raise_of("go") > ignored.raise_of("go") > 0


def test_what_was_learnt_can_be_stored() -> None:
    feedback = Feedback()
    feedback.note("rust", Outcome.REJECTED)
    assert Feedback(feedback.dump()).raise_of("rust") == feedback.raise_of("rust")
    assert Feedback({"rust": 99.0}).raise_of("rust") == LARGEST


def test_thresholds_stay_reachable() -> None:
    assert Thresholds(0.9, 0.9).raised(0.25) == Thresholds(0.97, 0.97)
    assert Thresholds(0.3, 0.5).raised(-0.25) == Thresholds(0.1, 0.25)
