"""A document in its functions: nothing twice, nothing lost, in every language; and what of a long one goes along."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from lsp_router.assist.excerpt import excerpt
from lsp_router.assist.passages import LONGEST, Reader
from lsp_router.context.document import Document
from lsp_router.context.file_types import language_of_path
from lsp_router.validation.grammars import Grammars

REPO = Path(__file__).resolve().parents[2]
READER = Reader(Grammars())
PYTHON = """import os


@deco
def f():
    pass


class A:
    x: int = 1

    def m(self):
        pass
"""
KOTLIN = """import a

fun f(): Int {
  return 1
}

fun g(): Int {
  return 2
}
"""
PIECES = [
    ("a.py", PYTHON, ["f", "A.m", ""]),
    ("a.ts", "export const f = (a: number) => {\n  return a;\n};\nclass A { m() {} }\n", ["f", "A.m"]),
    ("a.js", "module.exports = function g() {\n  return 1;\n};\nfunction f() {}\n", ["f", ""]),
    ("a.go", "package a\n\nfunc (s *S) Do() int {\n\treturn 1\n}\n", ["Do", ""]),
    ("a.rs", "/// doc\npub fn f() -> i32 { 1 }\nimpl A {\n    fn m(&self) {}\n}\n", ["f", "A.m", ""]),
    ("a.java", "class A {\n  int x;\n  A() {}\n  void m() {}\n}\n", ["A.A", "A.m", ""]),
    ("a.c", "#include <a.h>\nstatic int *f(int a)\n{\n  return 0;\n}\n", ["f"]),
    ("a.cpp", "int A::m() { return 1; }\ntemplate <class T> T f(T t) { return t; }\n", ["A::m", "f"]),
    ("a.cs", "class A { int X; void M() {} }\n", ["A.M"]),
    ("a.rb", "class A\n  def m\n    1\n  end\nend\n", ["A.m", ""]),
    ("a.php", "<?php\nfunction f() { return 1; }\nclass A { function m() {} }\n", ["f", "A.m", ""]),
    ("a.sh", "f() {\n  echo 1\n}\nf\n", ["f", ""]),
    ("a.lua", "local function f()\n  return 1\nend\nprint(f())\n", ["f", ""]),
    ("a.kt", KOTLIN, ["fun f(): Int {", "fun g(): Int {"]),
]  # fmt: skip


def document(path: str, text: str) -> Document:
    return Document(path, text, language_of_path(path))


@pytest.mark.parametrize(("path", "text", "names"), PIECES, ids=[piece[0] for piece in PIECES])
def test_functions_are_found_by_name(path: str, text: str, names: list[str]) -> None:
    assert [passage.name for passage in READER.passages(document(path, text))] == names


SOURCES = sorted((REPO / "lsp_router").rglob("*.py"))[::7]


@pytest.mark.parametrize("path", SOURCES, ids=[path.name for path in SOURCES])
def test_nothing_is_in_two_passages_and_no_code_in_none(path: Path) -> None:
    made = document(path.name, path.read_text("utf-8"))
    spans = sorted(span for passage in READER.passages(made) for span in passage.spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    left, at = "", 0
    for start, end in [*spans, (len(made.text), len(made.text))]:
        left, at = left + made.text[at:start], end
    assert not [line for line in left.split("\n") if line.startswith((" ", "def", "class"))]


def test_a_very_long_function_is_read_in_pieces() -> None:
    text = "def f():\n" + "    x = 1\n" * 6_000
    pieces = READER.passages(document("a.py", text))
    assert len(pieces) > 2
    assert max(piece.size for piece in pieces) <= LONGEST
    assert "".join(text[slice(*span)] for piece in pieces for span in piece.spans) == text


LONG = "import os\nX = 1\n\n\n" + "".join(
    f"def f{n}(a):\n" + "    a += 1\n" * 20 + f"    return f{n + 1}(a)\n\n\n" for n in range(60)
)


@pytest.mark.parametrize("room", [600, 2_000, 6_000, 10_000])
def test_an_excerpt_keeps_to_its_room_and_shows_what_matters_first(room: int) -> None:
    made = document("a.py", LONG)
    at = LONG.index("return f31")
    shown = excerpt(made, READER.passages(made), [(at, at + 10)], room)
    assert len(shown) <= room
    assert "return f31(a)" in shown
    assert "import os" in shown
    assert "def f30(a):" in shown, "what it stands in"
    assert "def f31(a):" in shown or room == 600, "what it calls"


def test_an_excerpt_says_what_it_leaves_out_and_adds_nothing() -> None:
    made = document("a.py", LONG)
    shown = excerpt(made, READER.passages(made), [], 3_000).split("\n")
    gaps = [int(line.split("(")[1].split(" ")[0]) for line in shown if line.startswith("⋮")]
    kept = [line for line in shown if not line.startswith("⋮")]
    assert set(kept) <= set(LONG.split("\n"))
    blanks = LONG.count("\n") + 1 - sum(gaps) - len(kept)
    assert 0 <= blanks <= LONG.count("\n\n") * 2, "only empty lines go without a word"


def test_a_short_text_is_whole() -> None:
    made = document("a.py", "x = 1\n")
    assert excerpt(made, [], [], 1_000) == made.text
