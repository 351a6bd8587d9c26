"""Every language: a sound edit passes, a broken one is refused, and an old fault elsewhere is no obstacle."""

from __future__ import annotations

import pytest

from lsp_router.validation.difference import compare
from lsp_router.validation.grammars import LANGUAGES, Grammars
from lsp_router.validation.syntax import syntax_problems

GRAMMARS = Grammars()

# language: (a sound file, a piece of it, a sound change of it, a broken one, something broken to stand elsewhere)
FILES = {
    "python": (
        "import os\n\n\ndef f(a):\n    return a\n\n\ndef g(b):\n    return b + 1\n",
        "return b + 1",
        "return (b + 2)",
        "return (b + 2",
        "def old(:\n    pass\n\n\n",
    ),
    "javascript": (
        "function f(a) {\n  return a;\n}\n\nfunction g(b) {\n  return b + 1;\n}\n",
        "return b + 1;",
        "return [b].map((x) => x + 2);",
        "return [b].map((x => x + 2);",
        "function old( {\n}\n\n",
    ),
    "javascriptreact": (
        "export function F() {\n  return <p>hi</p>;\n}\n\nexport function G() {\n  return <b>x</b>;\n}\n",
        "<b>x</b>",
        "<b>{x}</b>",
        "<b>{x</b>",
        "const old = ;\n\n",
    ),
    "typescript": (
        "type A = { a: number };\n\nfunction f(a: A) {\n  return a.a;\n}\n\nfunction g(b: A) {\n  return b.a;\n}\n",
        "return b.a;",
        "return (b as A).a;",
        "return (b as A.a;",
        "const old: = 1;\n\n",
    ),
    "typescriptreact": (
        "export const F = (p: { a: string }) => <p>{p.a}</p>;\n\nexport const G = () => <b>x</b>;\n",
        "<b>x</b>",
        "<b className='y'>x</b>",
        "<b className='y'>x</b",
        "const old: = 1;\n\n",
    ),
    "go": (
        "package main\n\nfunc f(a int) int {\n\treturn a\n}\n\nfunc g(b int) int {\n\treturn b + 1\n}\n",
        "return b + 1",
        "return f(b) + 2",
        "return f(b + 2",
        "func old( int {\n}\n\n",
    ),
    "rust": (
        "fn f(a: i32) -> i32 {\n    a\n}\n\nfn g(b: i32) -> i32 {\n    b + 1\n}\n",
        "b + 1",
        "f(b) + 2",
        "f(b + 2",
        "fn old(a: ) {}\n\n",
    ),
    "java": (
        "class A {\n  int f(int a) {\n    return a;\n  }\n\n  int g(int b) {\n    return b + 1;\n  }\n}\n",
        "return b + 1;",
        "return f(b) + 2;",
        "return f(b + 2;",
        "class Old { int x = ; }\n\n",
    ),
    "c": (
        "#include <stdio.h>\n\nint f(int a) {\n  return a;\n}\n\nint g(int b) {\n  return b + 1;\n}\n",
        "return b + 1;",
        "return f(b) + 2;",
        "return f(b + 2;",
        "int old = ;\n\n",
    ),
    "cpp": (
        "#include <vector>\n\nint f(int a) {\n  return a;\n}\n\nint g(int b) {\n  return b + 1;\n}\n",
        "return b + 1;",
        "return std::vector<int>{b}.size();",
        "return std::vector<int>{b.size();",
        "int old = ;\n\n",
    ),
    "csharp": (
        "class A {\n  int F(int a) {\n    return a;\n  }\n\n  int G(int b) {\n    return b + 1;\n  }\n}\n",
        "return b + 1;",
        "return F(b) + 2;",
        "return F(b + 2;",
        "class Old { int x = ; }\n\n",
    ),
    "ruby": (
        "def f(a)\n  a\nend\n\ndef g(b)\n  b + 1\nend\n",
        "b + 1",
        "[b].map { |x| x + 2 }",
        "[b].map { |x| x + 2",
        "old = [1, 2\n\n",
    ),
    "php": (
        "<?php\nfunction f($a) {\n  return $a;\n}\n\nfunction g($b) {\n  return $b + 1;\n}\n",
        "return $b + 1;",
        "return f($b) + 2;",
        "return f($b + 2;",
        "<?php\n$old = ;\n?>\n\n",
    ),
    "shellscript": (
        "f() {\n  echo a\n}\n\ng() {\n  echo b\n}\n",
        "echo b",
        'if [ -n "$b" ]; then echo b; fi',
        'if [ -n "$b" ]; then echo b; ',
        "old() {\n  echo )\n}\n\n",
    ),
    "lua": (
        "local function f(a)\n  return a\nend\n\nlocal function g(b)\n  return b + 1\nend\n",
        "return b + 1",
        "return f(b) + 2",
        "return f(b + 2",
        "local old = \nlocal x = = 1\n\n",
    ),
    "html": (
        "<ul>\n  <li>a</li>\n</ul>\n<p>b</p>\n",
        "<p>b</p>",
        "<p>b <b>c</b></p>",
        "<p>b <b c</p>",
        "<div <span>\n\n",
    ),
    "css": (
        "a {\n  color: red;\n}\n\nb {\n  color: blue;\n}\n",
        "color: blue;",
        "color: blue;\n  margin: 0 auto;",
        "color blue: }",
        "c { : red; }\n\n",
    ),
    "json": ('{\n  "a": 1,\n  "b": [2]\n}\n', "[2]", "[2, 3]", "[2, 3", None),
    "jsonc": ('{\n  // one\n  "a": 1,\n  "b": [2],\n}\n', "[2]", "[2, 3]", "[2 3", None),
    "yaml": ("a: 1\nb:\n  - x\n  - y\n", "  - y", "  - y\n  - {z: 1}", "  - y: [1, 2", None),
    "toml": ('a = 1\n\n[b]\nc = "x"\n', 'c = "x"', 'c = ["x", "y"]', 'c = ["x", "y"', "old = \n\n"),
}


def problems(before: str, after: str, language: str):
    ours, theirs = GRAMMARS.parse(before, language), GRAMMARS.parse(after, language)
    assert ours is not None
    assert theirs is not None
    return syntax_problems(ours, theirs, compare(before, after), language)


def test_every_language_has_its_case() -> None:
    assert set(FILES) == LANGUAGES


@pytest.mark.parametrize("language", FILES)
def test_a_sound_edit_passes(language: str) -> None:
    text, piece, sound, _, _ = FILES[language]
    assert problems(text, text, language) == ()
    assert problems(text, text.replace(piece, sound), language) == ()


@pytest.mark.parametrize("language", FILES)
def test_a_broken_edit_is_refused(language: str) -> None:
    text, piece, _, broken, _ = FILES[language]
    found = problems(text, text.replace(piece, broken), language)
    assert found
    assert all(p.gate == "syntax" and p.line for p in found)


@pytest.mark.parametrize("language", [name for name, row in FILES.items() if row[4]])
def test_an_old_fault_elsewhere_is_let_be_but_a_new_one_is_not(language: str) -> None:
    text, piece, sound, broken, old = FILES[language]
    head, _, rest = text.partition("\n")
    lead = head + "\n" if head.startswith(("package", "#include", "import", "<?php")) else ""
    text = lead + old + (rest if lead else text) if not lead.startswith("<?php") else old + text
    assert GRAMMARS.parse(text, language).tree.root_node.has_error
    assert problems(text, text.replace(piece, sound), language) == ()
    assert problems(text, text.replace(piece, broken), language)


def test_the_old_fault_may_be_mended_and_may_move() -> None:
    text, _, _, _, old = FILES["go"]
    broken = text.replace("func f", old + "func f")
    assert problems(broken, text, "go") == ()
    assert problems(broken, broken.replace("package main\n", "package main\n\nvar z = 1\n"), "go") == ()


@pytest.mark.parametrize(
    ("before", "after", "line", "word"),
    [
        ("x = 1\n", "x = = 1\n", 1, "invalid syntax"),
        ("def f():\n    return 1\n", "def f():\nreturn 1\n", 2, "indent"),
        ("x = 1\n", "x = (\n", 1, "never closed"),
        ("x = 1\n", "x = '" + "a\n", 1, "unterminated"),
        ("x = 1\n", "x = 1\x00\n", None, "null"),
        ("x = 1\n", "x = " + "(" * 500 + ")" * 500 + "\n", 1, ""),
    ],
)
def test_python_says_what_python_says(before: str, after: str, line: int | None, word: str) -> None:
    (found,) = problems(before, after, "python")
    assert found.line == line
    assert word in found.message


def test_a_newer_python_than_ours_is_not_refused() -> None:
    assert problems("x = 1\n", "type A[T] = list[T]\n\ndef f[T](x: T) -> T:\n    return x\n", "python") == ()


def test_macros_of_c_are_let_be() -> None:
    before = "int a(void) { return 1; }\n"
    assert problems(before, 'EXPORT_API int a(void) { return 2; }\nMODULE_LICENSE("GPL");\n', "c") == ()


def test_unknown_languages_and_huge_files_are_not_parsed() -> None:
    assert GRAMMARS.parse("x", "cobol") is None
    assert GRAMMARS.parse("x" * 1_000_001, "python") is None
