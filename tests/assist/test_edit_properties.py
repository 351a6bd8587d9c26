"""Whatever a document looks like and whatever a model changes in it: the result is what was meant, to the byte."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_router.assist.edit.aim import aim
from lsp_router.assist.edit.ask import Ask, Kind
from lsp_router.assist.edit.files import Files
from lsp_router.assist.edit.reading import Reader
from lsp_router.context.document import Document
from lsp_router.context.privacy import Ruling
from lsp_router.context.vault import Vault
from lsp_router.domain.task import Privacy
from lsp_router.validation.edits import apply_edits, minimal_edits
from lsp_router.validation.endings import line_ending
from lsp_router.validation.grammars import Grammars
from tests.support.studio import block

GRAMMARS = Grammars()
LETTERS = "abcxyz_ ()=+*{}äßλ語🙂𝒳é\u0301\u00a0\u2028\x0c\x85\t'"
WORD = st.text(LETTERS, min_size=1, max_size=12)
LINE = st.builds(lambda n, word: f"L{n}{word}".rstrip(), st.integers(0, 10**6), WORD)
ENDING = st.sampled_from(["\n", "\r\n"])


class Nowhere:
    project = ""

    def judge(self, path: str) -> Ruling:
        return Ruling()


@st.composite
def documents(draw, endings=ENDING) -> list[str]:
    """Lines with their breaks, no two alike; the last one may have none."""
    ending = draw(endings)
    mixed = draw(st.booleans())
    lines = draw(st.lists(LINE, min_size=2, max_size=12, unique=True))
    broken = [line + (draw(ENDING) if mixed else ending) for line in lines]
    if draw(st.booleans()):
        broken[-1] = lines[-1]
    return broken


def read(text: str, answer: str, span: tuple[int, int] | None) -> str:
    document = Document("a.sql", text, "sql")
    ask = Ask(Kind.REFACTOR, document, span)
    draft = Reader(ask, aim(ask), Files(Nowhere(), document, (), Privacy.CLOUD), Vault(), GRAMMARS).read(answer)
    assert draft.problems == ()
    return draft.texts["a.sql"]


def check(lines: list[str], first: int, last: int, new: list[str], after: str, end: str | None = None) -> None:
    """What was meant, and edits that touch nothing else; `end` is the break after the new lines, if not the file's."""
    text = "".join(lines)
    ending = line_ending(text)
    meant = [*(line + ending for line in new[:-1]), new[-1] + (ending if end is None else end)]
    expected = "".join((*lines[:first], *meant, *lines[last:]))
    assert after == expected
    edits = minimal_edits(text, after)
    assert apply_edits(text, edits) == after
    assert all(one.end < two.start for one, two in pairwise(edits))
    low, high = len("".join(lines[:first])), len("".join(lines[:last]))
    assert all(low <= edit.start <= edit.end <= high for edit in edits)
    for edit in edits:
        assert not (text[edit.start - 1 : edit.start] == "\r" and text[edit.start : edit.start + 1] == "\n")


def bare(line: str) -> str:
    return line.removesuffix("\n").removesuffix("\r")


def tail(lines: list[str], last: int) -> str:
    """The break of the last line before that place."""
    return lines[last - 1][len(bare(lines[last - 1])) :]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_search_and_replace_changes_exactly_the_lines_it_names(data) -> None:
    lines = data.draw(documents())
    first = data.draw(st.integers(0, len(lines) - 1))
    last = data.draw(st.integers(first + 1, len(lines)))
    new = data.draw(st.lists(LINE, min_size=1, max_size=5))
    said = "".join(bare(line) + "\n" for line in lines[first:last])
    after = read("".join(lines), block("a.sql", said, "".join(line + "\n" for line in new)), None)
    check(lines, first, last, new, after, None if tail(lines, last) else "")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_block_takes_the_place_of_the_selection_and_of_nothing_else(data) -> None:
    lines = data.draw(documents())
    first = data.draw(st.integers(0, len(lines) - 1))
    last = data.draw(st.integers(first + 1, len(lines)))
    new = data.draw(st.lists(LINE, min_size=1, max_size=5))
    low, high = len("".join(lines[:first])), len("".join(lines[:last]))
    answer = "````sql\n" + "".join(line + "\n" for line in new) + "````"
    check(lines, first, last, new, read("".join(lines), answer, (low, high)), tail(lines, last))


PIECES = st.sampled_from([
    "```python\n", "```\n", "~~~\n", "<<<<<<< SEARCH\n", "=======\n", ">>>>>>> REPLACE\n", "a.py\n", "../x.py\n",
    "@@ -1 +1 @@\n", "-x = 1\n", "+x = 2\n", "def f(a):\n", "    return a\n", "\treturn\n", "x = 1\n", "\n", "\r\n",
    "Sure!\n", "<redacted:k-1>", "…", "# ... rest of code ...\n", "@@BODY f@@\n", "<think>", "</think>", "\x00",
    "\ud800", "🙂", "class A:\n", "}\n", "import os\n",
])  # fmt: skip
TEXTS = st.sampled_from(
    ["", "x = 1\n", "def f(a):\n    return a\n\n\nclass A:\n    def g(self):\n        pass\n", "\r\n\r\n", "x"]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=14), TEXTS, st.sampled_from(list(Kind)), st.data())
def test_no_answer_makes_reading_fall(pieces, text, kind, data) -> None:
    start = data.draw(st.integers(0, len(text)))
    span = data.draw(st.sampled_from([None, (start, start), (start, data.draw(st.integers(start, len(text))))]))
    document = Document("a.py", text, "python")
    ask = Ask(kind, document, span)
    files = Files(Nowhere(), document, (), Privacy.CLOUD)
    target = "tests/test_a.py" if kind is Kind.TESTS else ""
    draft = Reader(ask, aim(ask), files, Vault(), GRAMMARS, target).read("".join(pieces))
    assert draft.problems or all(path in {"a.py", target} for path in draft.texts)
    for path, after in draft.texts.items():
        before = files.text(path) or ""
        assert apply_edits(before, minimal_edits(before, after)) == after
