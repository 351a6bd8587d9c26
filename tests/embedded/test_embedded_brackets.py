"""Which brackets are open: also while somebody writes, and has not closed all of them yet."""

from __future__ import annotations

import pytest

from lsp_router.embedded.text.document import Document
from lsp_router.embedded.text.languages import find_language

LEFT_OPEN = "x = f(a,\ny = 1\nz = [b]\n"
CONTINUED = "x = f(\n    a,\n    b,\n)\ny = 1\n"
DICT = 'x = {\n    "a": f(\n        1,\n    ),\n'
BLOCK = "switch (x) {\ncase 1:\n    f(a,\ncase 2:\n"


@pytest.mark.parametrize(
    ("language", "text", "opened"),
    [
        pytest.param("python", LEFT_OPEN, ["", "(", "", ""], id="no deeper line goes on with it"),
        pytest.param(
            "python", CONTINUED, ["", "(", "(", "(", "", ""], id="deeper lines do, and a closer may stand anywhere"
        ),
        pytest.param("python", DICT, ["", "{", "{(", "{(", "{"], id="one inside another"),
        pytest.param("python", "x = {\ny = 1\nz = 2\n", ["", "{", "", ""], id="braces hold no blocks here"),
        pytest.param("go", BLOCK, ["", "{", "{", "{(", "{"], id="but they do there"),
        pytest.param(
            "python", "f(\n\n    # why\n    a\n", ["", "(", "(", "(", "("], id="what is no code changes nothing"
        ),
    ],
)
def test_a_bracket_is_open_as_long_as_lines_go_on_with_it(language: str, text: str, opened: list[str]) -> None:
    known = find_language(language)
    assert known is not None
    document = Document(known)
    assert document.update(text.split("\n"))
    stacks = ["".join(bracket.opener for bracket in entry.stack) for entry in document.entries]
    assert stacks[: len(opened)] == opened
