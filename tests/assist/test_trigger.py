"""Where a suggestion comes unasked, how long it may be, and what people are told when none comes."""

from __future__ import annotations

import pytest

from lsp_router.assist.trigger import LARGEST, LONG, LONGEST_LINE, gate


def split(document: str) -> tuple[str, str]:
    prefix, _, suffix = document.partition("|")
    return prefix, suffix


OPEN = [
    ("python", "x = |"),
    ("python", "x = foo(|)"),
    ("python", "    |"),
    ("python", "def f():\n    |\n"),
    ("python", "def f(x)|:"),
    ("python", "# a comment about|"),
    ("python", "if foo(x)|"),
    ("python", "print('hel|')"),
    ("javascript", "foo(|);"),
    ("javascript", "const a = {|}"),
    ("javascript", "while (x)|"),
    ("javascript", "for (let i = 0;|"),
    ("javascript", "for (let i = 0; |)"),
    ("javascript", "foo([|]);"),
    ("javascript", 'const s = "|"'),
    ("typescript", "if (a) {\n  b();\n  |\n}"),
    ("go", "func main() {\r\n\t|\r\n}"),
    ("markdown", "This is a sentence.|"),
    ("html", "<div>|"),
]


@pytest.mark.parametrize(("language", "document"), OPEN)
def test_suggestions_come_where_text_is_wanting(language: str, document: str) -> None:
    verdict = gate(*split(document), language)
    assert verdict.auto, verdict.why


CLOSED = [
    ("python", "x = fo|o", "word"),
    ("python", "x = |foo", "word"),
    ("python", "x = | + 1", "follows"),
    ("python", "x = | # comment", "follows"),
    ("javascript", "foo();|", "finished"),
    ("javascript", "foo();  |", "finished"),
    ("javascript", "foo()|", "finished"),
    ("javascript", "}|", "finished"),
    ("python", "x = [1, 2]|", "finished"),
    ("ruby", "end|", "finished"),
    ("python", "x = '" + "a" * LONGEST_LINE + "|", "too long"),
    ("python", "|" + "a" * LARGEST + "\n", "too large"),
    ("python", "|", "empty"),
]


@pytest.mark.parametrize(("language", "document", "because"), CLOSED)
def test_and_where_none_is_the_reason_is_told(language: str, document: str, because: str) -> None:
    verdict = gate(*split(document), language)
    assert not verdict.auto
    assert because in verdict.why
    assert verdict.why.endswith(".")


LENGTHS = [
    ("python", "def f():\n    |", True),
    ("python", "def f():|", True),
    ("python", "x = 1\n|\ny = 2", True),
    ("python", "x = |", False),
    ("python", "x = [|]", False),
    ("python", "x = {'a':|", True),
    ("javascript", "function f() {|}", True),
    ("javascript", "function f() { | }", True),
    ("javascript", "function f(|)", False),
    ("javascript", "f(() => |)", True),
    ("javascript", "{ a: |", False),
    ("javascript", "| + 1", False),
    ("ruby", "items.each do|", True),
    ("markdown", "\n|", False),
    ("python", "x = 1\n" * (LONG // 6 + 1) + "|", False),
]


@pytest.mark.parametrize(("language", "document", "multiline"), LENGTHS)
def test_a_block_is_suggested_where_a_block_belongs(language: str, document: str, multiline: bool) -> None:
    assert gate(*split(document), language).multiline is multiline
