from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.routing.intent import classify_text
from lsp_router.routing.intent_kinds import KINDS
from tests.outside.intents import classify

LABELS = {
    *("algorithm", "architecture", "boilerplate", "docs", "explain", "fix"),
    *("generate", "other", "refactor", "review", "test"),
}
SENTENCES = Path(__file__).with_name("classify_sentences.tsv")


def sentences() -> list[tuple[str, set[str], str, str]]:
    lines = [line for line in SENTENCES.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    rows = [line.split(" :: ", 2) for line in lines]
    return [
        (labels.split("|")[0], set(labels.split("|")), kind, text.replace("\\n", "\n")) for labels, kind, text in rows
    ]


def by_label(rows: list[tuple[str, set[str], str, str]]) -> dict[str, float]:
    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for label, accepted, kind, text in rows:
        asked[label] += 1
        right[label] += classify(text, kind) in accepted
    return {label: right[label] / asked[label] for label in asked}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("please fix this", "fix"),
        ("could you please rename foo to bar", "refactor"),
        ("FIX THE TYPO in the readme", "docs"),
        ("fix the failing tests", "fix"),
        ("write a failing test for this", "test"),
        ("add some proper unit tests", "test"),
        ("add a few more comments", "docs"),
        ("don't use any", "refactor"),
        ("don\N{RIGHT SINGLE QUOTATION MARK}t use any", "refactor"),
        ("explain this error", "explain"),
        ("explain each line in a comment", "docs"),
        ("why is this null", "fix"),
        ("why is this a tuple", "explain"),
        ("make it faster", "refactor"),
        ("make me a todo app", "boilerplate"),
        ("/explain", "explain"),
        ("/fix the loop", "fix"),
        ("review this", "review"),
        ("should we use kafka or rabbitmq", "architecture"),
        ("Given an array of integers, return the two largest.", "algorithm"),
        ("fix(parser): accept tabs", "fix"),
        ("docs: mention the flag", "docs"),
        ("write acceptance criteria for the export", "docs"),
        ("erklare diese Funktion", "explain"),  # accents are optional
        ("\u4fee\u590d\u8fd9\u4e2a\u9519\u8bef", "fix"),  # no spaces between words
    ],
)
def test_reads_a_request_as_a_person_would(text: str, label: str) -> None:
    assert classify(text) == label


@pytest.mark.parametrize(
    ("kind", "label"), [("diagnostic", "fix"), ("adr", "architecture"), ("review-remark", "review")]
)
@pytest.mark.parametrize("text", ["Test class should be final", "document why", "rename it", ""])
def test_where_the_words_come_from_settles_it(kind: str, label: str, text: str) -> None:
    assert classify(text, kind) == label


def test_a_commit_that_explains_changed_a_document() -> None:
    assert classify("explain the release process", "commit-subject") == "docs"
    assert classify("explain the release process", "request") == "explain"


def test_an_unknown_kind_is_a_request() -> None:
    assert classify_text("rename it", "carrier-pigeon") == classify_text("rename it")


def test_pasted_code_is_not_the_request() -> None:
    assert classify("explain this\n```python\ndef test_fix_bug(): refactor(); rename()\n```") == "explain"


def test_a_request_below_pasted_material_is_read() -> None:
    assert classify("x = y + 1\n" * 2_000 + "\nplease write unit tests for this") == "test"


def test_sentences_of_many_developers() -> None:
    shares = by_label(sentences())
    assert len(shares) == len(LABELS)
    assert sum(shares.values()) / len(shares) > 0.95, shares
    assert min(shares.values()) > 0.85, shares


def test_texts_that_nobody_here_wrote(shared_eval: Path) -> None:
    lines = (shared_eval / "dev" / "intents.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    shares = by_label([(case["label"], set(case["accept"]), case["kind"], case["text"]) for case in cases])
    assert sum(shares.values()) / len(shares) >= 0.95, shares


@given(st.text(max_size=400), st.sampled_from([*KINDS, "unknown"]))
def test_every_point_of_every_score_has_a_reason(text: str, kind: str) -> None:
    intent = classify_text(text, kind)
    assert intent == classify_text(text, kind)
    assert intent.label in LABELS
    for label, score in intent.scores.items():
        assert score == pytest.approx(sum(e.weight for e in intent.evidence if e.speaks_for == label))
    assert all(e.signal for e in intent.evidence)


@pytest.mark.parametrize(
    "unit",
    [
        "\n",
        " ",
        "(",
        "a(",
        "_",
        "a_",
        "- a\n",
        "why ",
        "#",
        "```",
        "options\n",
        "!",
        "make the ",
        "a the ",
        "\u4fee",
        "x.",
        "at ",
    ],
)
def test_no_text_makes_it_slow(unit: str) -> None:
    """A few milliseconds; a rule that goes back and forth over the text would take seconds."""
    text = (unit * 20_000)[:20_000]

    def took() -> float:
        before = time.perf_counter()
        classify_text(text)
        return time.perf_counter() - before

    assert min(took() for _ in range(3)) < 0.1
