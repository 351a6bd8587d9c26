from __future__ import annotations

import pytest

from lsp_router.routing.intent import classify_text
from lsp_router.routing.words import DEFAULT, LABELS, Words, tokens
from lsp_router.routing.words_english import ENGLISH, Table
from lsp_router.routing.words_foreign import FOREIGN
from lsp_router.routing.words_projects import PROJECTS
from lsp_router.routing.words_puzzles import PUZZLES


@pytest.mark.parametrize(
    "forms",
    [
        ("test", "tests", "tested", "testing", "Tests"),
        ("query", "queries"),
        ("class", "classes"),
        ("branch", "branches"),
        ("create", "creating", "creates", "created"),
        ("split", "splitting"),
        ("doesn't", "doesnt", "doesn\N{RIGHT SINGLE QUOTATION MARK}t"),
        ("función", "funcion"),
    ],
)
def test_regular_endings_and_accents_do_not_matter(forms: tuple[str, ...]) -> None:
    assert len({tuple(tokens(form)) for form in forms}) == 1


@pytest.mark.parametrize(("one", "other"), [("settings", "set"), ("notes", "not"), ("themes", "them"), ("this", "thi")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert tokens(one) != tokens(other)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("c# and .net", ["c#", "and", ".net"]),
        ("/fix #file:a.py", ["/fix", "#file:a.py"]),
        ("async/await", ["async", "await"]),
        ("one. two", ["one", ".", "two"]),
    ],
)
def test_names_stay_whole(text: str, seen: list[str]) -> None:
    assert tokens(text) == seen


def test_no_phrase_is_listed_twice_for_a_label() -> None:
    seen: set[tuple[str, bool, tuple[str, ...]]] = set()
    for label, phrase in [pair for table in (ENGLISH, PROJECTS, PUZZLES, FOREIGN) for pair in _listed(table)]:
        key = (label, phrase.startswith("^"), tuple(tokens(phrase.removeprefix("^"))))
        assert key[2], f"{label}: {phrase!r} is no phrase"
        assert key not in seen, f"{label} lists {phrase!r} twice"
        seen.add(key)


def test_every_label_has_words() -> None:
    assert set(DEFAULT.lists) == set(LABELS)


def test_a_users_word_is_heard_in_every_form() -> None:
    mine = DEFAULT.changed({"fix": ["Schluckauf"]})
    assert classify_text("der schluckauf", words=mine).label == "fix"
    assert classify_text("der schluckauf").label != "fix"


def test_a_users_opening_word_counts_only_at_the_beginning() -> None:
    mine = DEFAULT.changed({"test": ["^grill"]})
    assert classify_text("please grill the parser", words=mine).label == "test"
    assert classify_text("rename the grill", words=mine).label == "refactor"


def test_a_user_may_take_a_word_away() -> None:
    assert classify_text("scaffold").label == "boilerplate"
    without = DEFAULT.changed({"boilerplate": ["-scaffold"]})
    assert classify_text("scaffold", words=without).label != "boilerplate"
    assert classify_text("scaffold").label == "boilerplate", "the default is not touched"


def test_an_unknown_label_says_which_there_are() -> None:
    with pytest.raises(ValueError, match=r"no kind of request is called 'fixes'; choose from algorithm, architecture"):
        DEFAULT.changed({"fixes": ["x"]})


def test_of_overlapping_phrases_the_longer_counts_once() -> None:
    words = Words({"test": {"unit test": 5.0, "test": 3.0}})
    said = [e for e in classify_text("unit test", words=words).evidence if e.speaks_for == "test"]
    assert [(e.signal, e.weight) for e in said] == [
        ("says \N{LEFT DOUBLE QUOTATION MARK}unit test\N{RIGHT DOUBLE QUOTATION MARK}", 5.0)
    ]


def test_a_filler_between_the_words_of_a_phrase_changes_nothing() -> None:
    words = Words({"docs": {"add comment": 5.0}})
    assert classify_text("add a few more comments", words=words).label == "docs"
    assert classify_text("add purple comments", words=words).label != "docs"


def _listed(table: Table) -> list[tuple[str, str]]:
    return [
        (label, phrase.strip())
        for label, groups in table.items()
        for phrases in groups.values()
        for phrase in phrases.split("|")
    ]
