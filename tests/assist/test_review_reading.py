"""What a reviewer's answer says, and where its quotes stand: liberal in form, strict about places."""

from __future__ import annotations

import json

import pytest

from lsp_router.assist.review.anchor import Nowhere, anchor
from lsp_router.assist.review.reading import MESSAGE, MOST, TITLE, read

ONE = {"quote": "a / b", "severity": "error", "category": "correctness", "title": "t", "message": "m"}
TWO = {**ONE, "quote": "c"}


def answer(*findings: dict) -> str:
    return json.dumps({"findings": list(findings)})


FORMS = [
    ("bare", answer(ONE), 1),
    ("fenced", f"```json\n{answer(ONE)}\n```", 1),
    ("with talk", f"Here is my review of f[0]:\n\n```\n{answer(ONE, TWO)}\n```\nHope it helps {{}}!", 2),
    ("a list", json.dumps([ONE, TWO]), 2),
    ("one alone", json.dumps(ONE), 1),
    ("another name", json.dumps({"issues": [ONE]}), 1),
    ("thoughts first", f'<think>{{"findings": [{json.dumps(TWO)}]}} hm</think>{answer(ONE)}', 1),
    ("nothing", '{"findings": []}', 0),
    ("nothing, fenced", '```json\n{"findings": []}\n```', 0),
    ("nothing, a list", "[]", 0),
    ("nothing, a fenced list", "```\n[]\n```", 0),
    ("line breaks in texts", answer(ONE).replace('"m"', '"m\nn"'), 1),
    ("a trailing comma", '{"findings": [' + json.dumps(ONE) + ", " + json.dumps(TWO) + ",]}", 2),
    ("cut off", answer(ONE, TWO)[:-25], 1),
    ("cut off in the fence", "```json\n" + answer(ONE, TWO, ONE)[:-25], 2),
]


@pytest.mark.parametrize(("form", "text", "count"), FORMS, ids=[form for form, _, _ in FORMS])
def test_every_form_is_read(form: str, text: str, count: int) -> None:
    reading = read(text)
    assert not reading.unreadable
    assert len(reading.claims) == count


UNREADABLE = ["", "Looks good to me!", "The list [] is empty.", "{}", '{"findings": ', "[" * 100_000, '{"a":' * 5_000]


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_no_review_is_told_apart_from_a_review_without_findings(text: str) -> None:
    assert read(text).unreadable


CLAIMS = [
    ({**ONE, "quote": ""}, None),
    ({**ONE, "quote": 7}, None),
    ({"quote": "a / b"}, None),
    ({**ONE, "quote": ["a", "b"]}, {"quote": "a\nb"}),
    ({**ONE, "severity": "CRITICAL"}, {"severity": "error"}),
    ({**ONE, "severity": 2}, {"severity": "warning"}),
    ({**ONE, "severity": "banana"}, {"severity": "information"}),
    ({**ONE, "category": "../../etc"}, {"category": "etc"}),
    ({**ONE, "title": "", "message": "It fails. Always."}, {"title": "It fails."}),
    ({**ONE, "title": "x\x1b[31m\ny\u202e"}, {"title": "x [31m y"}),
    ({**ONE, "suggestion": 7}, {"suggestion": None}),
    ({**ONE, "suggestion": "x = 1\x1b[2J"}, {"suggestion": None}),
    ({**ONE, "suggestion": "x = '\u202e1'"}, {"suggestion": None}),
    ({**ONE, "suggestion": "x = 1\n\ty"}, {"suggestion": "x = 1\n\ty"}),
    ({**ONE, "suggestion": "x" * 100_000}, {"suggestion": None}),
    ({**ONE, "uri": "file:///etc/passwd", "command": "rm"}, {"quote": "a / b"}),
]


@pytest.mark.parametrize(("item", "expected"), CLAIMS)
def test_a_claim_is_taken_as_far_as_it_makes_sense(item: dict, expected: dict | None) -> None:
    claims = read(answer(item)).claims
    if expected is None:
        assert claims == ()
    else:
        assert {name: getattr(claims[0], name) for name in expected} == expected


def test_nothing_of_an_answer_is_without_limit() -> None:
    claims = read(answer(*[{**ONE, "title": "t" * 500, "message": "m" * 1_500}] * 2_000)).claims
    assert len(claims) == MOST
    assert (len(claims[0].title), len(claims[0].message)) == (TITLE, MESSAGE)


def test_the_severest_come_first() -> None:
    severities = ["hint", "error", "warning", "information", "error"]
    ranked = [claim.severity.value for claim in read(answer(*[{**ONE, "severity": s} for s in severities])).claims]
    assert ranked == ["error", "error", "warning", "information", "hint"]


TEXT = """def first(a, b):
    value = max(a, b)
    return value / b


def second(a, b):
    max = 10
    return value / c
"""
ANCHORS = [
    ("value = max(a, b)", "value = max(a, b)"),
    ("  value = max(a, b)  \n", "value = max(a, b)"),
    ("value=max( a,b )", "value = max(a, b)"),
    ("value = max(a, b)\nreturn value / b", "value = max(a, b)\n    return value / b"),
    ("```python\n    value = max(a, b)\n```", "value = max(a, b)"),
    ("`value = max(a, b)`", "value = max(a, b)"),
    ("2: value = max(a, b)", "value = max(a, b)"),
    ("2 | value = max(a, b)\n3 | return value / b", "value = max(a, b)\n    return value / b"),
    ("value / b\r\n", "value / b"),
    ("x = 10", "not in the code"),
    ("return value", "occurs 2 times"),
    ("def third(a, b):", "not in the code"),
    ("value = max(a, …)", "not in the code"),
    ("value = max(a, ...)", "not in the code"),
    ("value = max(b, a)", "not in the code"),
    ("Value = Max(a, b)", "not in the code"),
    ("ab", "too short"),
    ("}", "too short"),
    (".*", "too short"),
    ("return .*", "not in the code"),
    ("(a+)+$" * 300, "not in the code"),
    ("x" * 5_000, "too long"),
]


@pytest.mark.parametrize(("quote", "expected"), ANCHORS)
def test_a_quote_stands_in_one_place_or_nowhere(quote: str, expected: str) -> None:
    found = anchor(quote, TEXT, [(0, len(TEXT))])
    if isinstance(found, Nowhere):
        assert expected in found.reason
    else:
        assert TEXT[slice(*found)] == expected


def test_only_the_code_under_review_counts() -> None:
    start = TEXT.index("def second")
    assert isinstance(anchor("value = max(a, b)", TEXT, [(start, len(TEXT))]), Nowhere)
    found = anchor("return value", TEXT, [(start, len(TEXT))])
    assert not isinstance(found, Nowhere), "what is ambiguous in the file may be clear in the function"
    assert found[0] > start
