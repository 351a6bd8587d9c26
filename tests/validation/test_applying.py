"""Blocks land in exactly one place or not at all; edits are as small as they can be."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.validation.apply import apply_changes
from lsp_router.validation.changes import Change
from lsp_router.validation.edits import Edit, apply_edits, minimal_edits

FILE = "def f():\n    a = 1\n    b = 2\n\n\ndef g():\n    a = 1\n    c = 3\n"


@pytest.mark.parametrize(
    ("name", "text", "search", "replace", "after"),
    [
        ("exact", FILE, "    b = 2\n", "    b = 3\n", FILE.replace("b = 2", "b = 3")),
        (
            "several lines",
            FILE,
            "def g():\n    a = 1\n",
            "def g():\n    a = 9\n",
            "def f():\n    a = 1\n    b = 2\n\n\ndef g():\n    a = 9\n    c = 3\n",
        ),
        ("delete", FILE, "    b = 2\n", "", FILE.replace("    b = 2\n", "")),
        ("trailing blanks", FILE, "    b = 2   \n", "    b = 3\n", FILE.replace("b = 2", "b = 3")),
        (
            "dedented",
            FILE,
            "b = 2\n",
            "b = 3\nif b:\n    d = 4\n",
            FILE.replace("    b = 2\n", "    b = 3\n    if b:\n        d = 4\n"),
        ),
        (
            "tabs in the file",
            "if x:\n\tif y:\n\t\tz()\n",
            "if x:\n    if y:\n        z()\n",
            "if x:\n    if y:\n        w()\n",
            "if x:\n\tif y:\n\t\tw()\n",
        ),
        ("CRLF", "a\r\nb\r\nc\r\n", "b\n", "B\nBB\n", "a\r\nB\r\nBB\r\nc\r\n"),
        ("no final newline", "a\nb", "b\n", "B\n", "a\nB"),
        ("form feed is no line break", "a\x0cb\nc\n", "c\n", "d\n", "a\x0cb\nd\n"),
    ],
)
def test_a_block_replaces_the_one_place(name: str, text: str, search: str, replace: str, after: str) -> None:
    done = apply_changes([Change("a.py", search, replace)], {"a.py": text})
    assert (done.problems, dict(done.texts)) == ((), {"a.py": after})


@pytest.mark.parametrize(
    ("search", "why"),
    [
        ("    a = 1\n", "2 times (lines 2, 7)"),
        ("    b = 22\n", "Line 3 is nearest"),
        ("    zebra(crossing)\n", "not in the file"),
        ("", "nothing to find"),
        ("a = 1\n", "2 times"),
    ],
)
def test_what_is_ambiguous_or_absent_goes_back(search: str, why: str) -> None:
    done = apply_changes([Change("a.py", search, "x\n")], {"a.py": FILE})
    assert why in done.problems[0].message
    assert done.texts == {}


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("src/a.py", "src/a.py"),
        ("./src/a.py", "src/a.py"),
        ("src\\a.py", "src/a.py"),
        ("a.py", "src/a.py"),
        ("project/src/a.py", "src/a.py"),
        ("b.py", "may be any of"),
        ("../other.py", "outside"),
        ("/etc/passwd", "outside"),
        ("C:/x.py", "outside"),
        (".git/hooks/pre-commit", "outside"),
        ("", "lacks its path"),
        ("new.py", "no file new.py"),
        ("docs/new.py", "no file docs/new.py"),
    ],
)
def test_paths_stay_in_the_project(path: str, outcome: str) -> None:
    files = {"src/a.py": "x\n", "one/b.py": "x\n", "two/b.py": "x\n"}
    done = apply_changes([Change(path, "x\n", "y\n")], files)
    assert outcome in (done.problems[0].message if done.problems else done.texts)


def test_files_are_created_and_several_changed_at_once() -> None:
    changes = [Change("a.py", "x\n", "import n\n"), Change("pkg/n.py", "", "N = 1\n"), Change("a.py", "z\n", "Z\n")]
    changes.append(Change("docs/a.py", "", "other\n"))
    done = apply_changes(changes, {"a.py": "x\ny\nz\n"})
    assert dict(done.texts) == {"a.py": "import n\ny\nZ\n", "pkg/n.py": "N = 1\n", "docs/a.py": "other\n"}
    assert done.created == ("pkg/n.py", "docs/a.py")


def test_one_bad_block_stops_them_all_and_overlaps_are_bad() -> None:
    files = {"a.py": "x\ny\nz\n"}
    assert apply_changes([Change("a.py", "x\n", "X\n"), Change("a.py", "q\n", "Q\n")], files).texts == {}
    overlap = apply_changes([Change("a.py", "x\ny\n", "1\n"), Change("a.py", "y\nz\n", "2\n")], files)
    assert "overlap" in overlap.problems[0].message


@pytest.mark.parametrize(
    ("old", "new", "edits"),
    [
        ("a\nb\nc\n", "a\nB\nc\n", [Edit(2, 3, "B")]),
        ("a\nb\nc\n", "a\nc\n", [Edit(2, 4, "")]),
        ("a\nc\n", "a\nb\nc\n", [Edit(2, 2, "b\n")]),
        ("foo(1)\nx\nbar(2)\n", "foo(10)\nx\nbar(3)\n", [Edit(5, 5, "0"), Edit(13, 14, "3")]),
        ("a\r\nb\r\n", "a\r\nB\r\n", [Edit(3, 4, "B")]),
        ("a\r\n", "a\n", [Edit(1, 3, "\n")]),
        ("same", "same", []),
        ("", "x\n", [Edit(0, 0, "x\n")]),
    ],
)
def test_edits_touch_only_what_changes(old: str, new: str, edits: list[Edit]) -> None:
    assert list(minimal_edits(old, new)) == edits


LINES = st.lists(st.sampled_from(["a", "b", "  a", "é", "👍x", "", "ab", "\r"]), max_size=12)


@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_edits_lead_to_the_intended_text_and_never_split_a_line_break(ours, theirs, ending, final) -> None:
    old, new = ending.join(ours) + (ending if final else ""), ending.join(theirs)
    edits = minimal_edits(old, new)
    assert apply_edits(old, edits) == new
    assert all(one.end <= two.start for one, two in pairwise(edits))
    for edit in edits:
        assert "\r\n" not in (old[edit.start - 1 : edit.start + 1], old[edit.end - 1 : edit.end + 1])


def test_a_rewrite_of_a_huge_file_does_not_take_forever() -> None:
    old, new = "".join(f"a{n}\n" for n in range(9_000)), "".join(f"b{n}\n" for n in range(9_000))
    assert apply_edits(old, minimal_edits(old, new)) == new
