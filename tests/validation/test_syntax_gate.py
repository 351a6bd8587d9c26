"""Every language: a sound edit passes, a broken one is refused, and an old fault elsewhere is no obstacle."""

from __future__ import annotations

import pytest

from lsp_router.validation.difference import compare
from lsp_router.validation.grammars import LANGUAGES, Grammars
from lsp_router.validation.syntax import syntax_problems
from tests.support.languages import FILES, with_old_fault

GRAMMARS = Grammars()


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
    _, piece, sound, broken, _ = FILES[language]
    text = with_old_fault(language)
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
