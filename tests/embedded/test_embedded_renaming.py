"""Places that are like the one at the cursor but for their names."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_router.embedded.guess.context import Context, Moment
from lsp_router.embedded.guess.hits import RENAMED_ORDERS, find_renamed
from lsp_router.embedded.text.document import Document
from lsp_router.embedded.text.languages import find_language
from lsp_router.embedded.text.lexer import LINE_STARTS, is_name

PYTHON = find_language("python")
assert PYTHON is not None
CODE = """
low = load(low_path)
check(low, low_path)
high = load(high_path)
check(high,
"""


def context_at(lines: list[str], line: int, typed: str) -> Context:
    document = Document(PYTHON)
    for _ in document.build(lines):
        pass
    return Moment(document, line, typed).begin()[0]


def test_our_name_stands_for_the_one_that_stood_there() -> None:
    lines = CODE.strip("\n").split("\n")
    levels = dict(zip(RENAMED_ORDERS, find_renamed(context_at(lines, 3, "check(high, ")), strict=True))
    assert {token for _, token in levels[12]} == {"high_path"}


@settings(max_examples=500)
@given(st.lists(st.sampled_from(["a", "b", "a b", "a.b", "x = a", ""]), min_size=1, max_size=16), st.data())
def test_every_place_is_as_long_as_it_says(lines: list[str], data: st.DataObject) -> None:
    """Tokens of the same kind stand before it, and each of our names stands for one of theirs."""
    context = context_at(lines, at := data.draw(st.integers(0, len(lines) - 1)), lines[at])
    document = context.moment.document
    for length, level in zip(RENAMED_ORDERS, find_renamed(context), strict=True):
        for place, _ in level:
            theirs = [document.alphabet.text(code) for code in document.exact[place - length : place]]
            ours = list(context.tokens[-length:])
            assert len(theirs) == len(ours) == length
            names = [(their, our) for their, our in zip(theirs, ours, strict=True) if is_name(their)]
            assert len(set(names)) == len({their for their, _ in names}) == len({our for _, our in names})
            others = [(their, our) for their, our in zip(theirs, ours, strict=True) if not is_name(their)]
            assert all(their == our for their, our in others)
            assert all(token in LINE_STARTS or not token.startswith("\n") for token, _ in others)
