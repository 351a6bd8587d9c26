"""What measurements and reactions may do to a model's quality, and how far they may go."""

from __future__ import annotations

import pytest

from lsp_router.routing.merit import FARTHEST, LIKED, Marks, Reaction, liking, placed

MANY = 10**6


@pytest.mark.parametrize(
    ("catalogue", "marks", "expected"),
    [
        ({}, {}, {}),
        ({"a": 8.0}, {"a": Marks(MANY, 0.1)}, {"a": 8.0}),  # alone there is nothing to compare with
        ({"a": 8.0, "b": 8.0}, {"a": Marks(MANY, 0.6), "b": Marks(MANY, 0.4)}, {"a": 8.8, "b": 7.2}),
        ({"a": 8.0, "b": 6.0}, {"a": Marks(MANY, 0.4), "b": Marks(MANY, 0.6)}, {"a": 6.2, "b": 7.8}),
        ({"a": 8.0, "b": 8.0}, {"a": Marks(10, 0.6), "b": Marks(10, 0.4)}, {"a": 8.4, "b": 7.6}),  # half believed
        ({"a": 8.0, "b": 8.0}, {"a": Marks(0, 0.6), "b": Marks(MANY, 0.4)}, {"b": 8.0}),
        ({"a": 9.9, "b": 9.9}, {"a": Marks(MANY, 1.0), "b": Marks(MANY, 0.0)}, {"a": 10.0, "b": 9.9 - FARTHEST}),
        ({"a": 8.0}, {"a": Marks(MANY, 0.6), "gone": Marks(MANY, 0.1)}, {"a": 8.0}),
    ],
)
def test_an_exam_moves_models_against_each_other(catalogue, marks, expected) -> None:
    assert placed(catalogue, marks) == pytest.approx(expected, abs=0.001)


def reactions(*rows: tuple[str, int, float]) -> list[Reaction]:
    return [Reaction(model, "completion", "python", shown, taken) for model, shown, taken in rows]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], {}),
        ([("a", 1_000, 300)], {}),  # nobody to compare with
        ([("a", 1_000, 300), ("b", 1_000, 300)], {"a": 0.0, "b": 0.0}),
        ([("a", 10_000, 3_500), ("b", 10_000, 2_500)], {"a": 0.249, "b": -0.249}),
        ([("a", 50, 20), ("b", 50, 10)], {"a": 0.25, "b": -0.25}),  # half believed
        ([("a", 10_000, 9_000), ("b", 10_000, 0)], {"a": LIKED, "b": -LIKED}),
    ],
)
def test_what_is_accepted_moves_a_little(rows, expected) -> None:
    found = {model: more for (model, _, _), more in liking(reactions(*rows)).items()}
    assert found == pytest.approx(expected, abs=0.005)


def test_languages_and_tasks_are_compared_among_themselves() -> None:
    found = liking([Reaction("a", "completion", "python", 100, 60), Reaction("b", "completion", "rust", 100, 10)])
    assert found == {}
