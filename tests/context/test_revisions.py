"""Which lines of a text an older one did not have."""

from __future__ import annotations

import pytest

from lsp_router.context.document import Document
from lsp_router.context.revisions import changed_spans

OLD = "one\ntwo\nthree\nfour\n"
CASES = [
    ("nothing", OLD, []),
    ("a changed line", "one\nTWO\nthree\nfour\n", ["TWO"]),
    ("a new line", "one\ntwo\nnew\nthree\nfour\n", ["new"]),
    ("two places", "ONE\ntwo\nthree\nFOUR\n", ["ONE", "FOUR"]),
    ("lines at the end", OLD + "five\nsix\n", ["five\nsix"]),
    ("a line that went", "one\nthree\nfour\n", ["three"]),
    ("the last line that went", "one\ntwo\nthree\n", [""]),
    ("other line endings alone", OLD.replace("\n", "\r\n"), []),
    ("everything", "x\ny\n", ["x\ny"]),
    ("nothing left", "", [""]),
]


@pytest.mark.parametrize(("what", "new", "lines"), CASES, ids=[case[0] for case in CASES])
def test_changed_lines(what: str, new: str, lines: list[str]) -> None:
    spans = changed_spans(OLD, Document("a.py", new, "python"))
    assert [new[slice(*span)] for span in spans] == lines


def test_a_new_file_is_new_throughout() -> None:
    assert changed_spans(None, Document("a.py", OLD, "python")) == ((0, len(OLD)),)
