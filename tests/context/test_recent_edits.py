from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lsp_router.context.document import Document
from lsp_router.context.recent import RecentEdits


def document(count: int = 200, path: str = "a.py") -> Document:
    return Document(path, "".join(f"line {n}\n" for n in range(count)), "python")


def shown(edits: RecentEdits, *documents: Document) -> list[str]:
    return [one.text for one in edits.snippets({one.path: one for one in documents})]


def test_the_newest_edit_comes_first_and_shows_what_stands_there_now():
    edits = RecentEdits()
    edits.note("a.py", 10, 0, 0)
    edits.note("a.py", 50, 0, 1)
    assert shown(edits, document()) == ["line 50\nline 51\n", "line 10\n"]


def test_edits_side_by_side_are_one():
    edits = RecentEdits()
    for line in (10, 11, 13, 12):
        edits.note("a.py", line, 0, 0)
    assert shown(edits, document()) == ["line 10\nline 11\nline 12\nline 13\n"]


def test_an_edit_moves_with_the_lines_above_it():
    edits = RecentEdits()
    edits.note("a.py", 50, 0, 0)
    edits.note("a.py", 5, 0, 20)
    assert "line 70\n" in shown(edits, document())
    edits.note("a.py", 0, 30, 0)
    assert "line 40\n" in shown(edits, document())


def test_only_so_many_and_only_so_long():
    edits = RecentEdits()
    for line in range(0, 1_000, 20):
        edits.note("a.py", line, 0, 15)
    ranges = list(edits)
    assert len(ranges) == 8
    assert all(one.last - one.first < 10 for one in ranges)
    long = Document("a.py", ("x" * 150 + "\n") * 2_000)
    assert sum(map(len, shown(edits, long))) <= 2_000


def test_closed_documents_show_nothing():
    edits = RecentEdits()
    edits.note("a.py", 3, 0, 0)
    assert shown(edits) == []
    edits.forget("a.py")
    assert list(edits) == []


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 300), st.integers(0, 40), st.integers(0, 40)), max_size=40)
)
def test_no_order_of_edits_breaks_the_ring(changes):
    edits = RecentEdits()
    for path, line, removed, added in changes:
        edits.note(path, line, removed, added)
    assert len(list(edits)) <= 8
    assert all(0 <= one.first <= one.last < one.first + 10 for one in edits)
    assert all(text.count("\n") <= 10 for text in shown(edits, document(path="a"), document(path="b")))
