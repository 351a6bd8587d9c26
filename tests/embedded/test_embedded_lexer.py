from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.embedded.text.languages import _LANGUAGES, Language, find_language, language_of_path
from lsp_router.embedded.text.lexer import DEEPER, MAX_LINE, PROSE, SAME, SHALLOWER, lex_line, lex_lines, state_after

LANGUAGES = st.sampled_from(_LANGUAGES)
CODE = st.text(alphabet="ab_1 \t\\\"'`#/*-=(){}[]<>.,:rfé\U0001f600", max_size=60)


def known(language: str) -> Language:
    found = find_language(language)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("language", "line", "tokens"),
    [
        ("python", "x = foo(a)  # note", "x = foo ( a )"),
        ("python", "x = '# no comment'", "x = ' # no comment '"),
        ("python", r"x = 'it\'s' + y", r"x = ' it \ ' s ' + y"),
        ("python", 'def f(): """Say."""', f'def f ( ) : """ {PROSE} """'),
        ("python", "a **= b // c != d", "a **= b // c != d"),
        ("python", "größe = 1.5e3", "größe = 1.5e3"),
        ("typescript", 'let r = /a"b/.test(s) // x', 'let r = /a"b/ . test ( s )'),
        ("typescript", "a / b / c", "a / b / c"),
        ("typescript", "x?.y ?? z => `a ${b}`", "x ?. y ?? z => ` a $ { b } `"),
        ("typescript", "/* a */ b /* c", "b"),
        ("go", 'ch <- x; s := `a"b`', 'ch <- x ; s := ` a " b `'),
        ("rust", "fn f<'a>(x: &'a str) { 'x' }", "fn f < 'a > ( x : & 'a str ) { ' x ' }"),
        ("rust", 'let s = r#"a"b"#;', 'let s = r#" a " b "# ;'),
        ("java", "char c = '\\''; // x", "char c = ' \\ ' ' ;"),
        ("lua", "x = 1 -- y", "x = 1"),
        ("lua", "x = 1 --[[ y ]] + 2", "x = 1 + 2"),
    ],
)
def test_lexes(language: str, line: str, tokens: str) -> None:
    assert list(lex_line(known(language), line).tokens) == tokens.split(" ")


@pytest.mark.parametrize(
    ("language", "text", "inside"),
    [
        ("python", "x = ", False),
        ("python", "x = 'a", True),
        ("python", "x = 'a' + ", False),
        ("python", "x = 1  # a", True),
        ("python", '"""\nsome text\n', True),
        ("python", '"""\nsome text\n"""\nx = ', False),
        ("python", "s = r'''a\n'b'\n", True),
        ("python", 'x = f"{a}" + ', False),
        ("typescript", "// a", True),
        ("typescript", "/* a\nb", True),
        ("typescript", "/* a\n*/ b", False),
        ("typescript", "`a\n${b}", True),
        ("typescript", "const url = 'http://", True),
        ("go", "s := `a\n// b", True),
        ("rust", 'let s = "a\nb', True),
        ("rust", "fn f<'a", False),
        ("java", 'String s = """\n  text', True),
        ("shellscript", "echo hi # there", True),
    ],
)
def test_knows_code_from_comments_and_strings(language: str, text: str, inside: bool) -> None:
    *above, last = text.split("\n")
    assert lex_line(known(language), last, state_after(known(language), above)).inside is inside


@pytest.mark.parametrize(
    ("name", "family"),
    [("a/b.py", "python"), ("x.tsx", "web"), ("x.GO", "go"), ("x.rs", "rust"), ("x.md", None), ("Makefile", None)],
)
def test_finds_the_language_of_a_file(name: str, family: str | None) -> None:
    found = language_of_path(name)
    assert (found.family if found else None) == family


def test_prose_has_no_language() -> None:
    assert [find_language(name) for name in ("markdown", "plaintext", "json", "")] == [None] * 4


def test_says_how_the_indent_changes_and_how_tokens_are_spaced() -> None:
    lines = ["if x:", "", "    y  = 1", "z"]
    found = list(lex_lines(known("python"), lines, {}))
    assert [opening for opening, _ in found] == [SAME, DEEPER, SHALLOWER]
    assert [lexed.spaces for _, lexed in found] == [(0, 1, 0), (0, 2, 1), (0,)]


@pytest.mark.parametrize("line", ['x = f( " a b  " , c )', "if x:  y = 'it\\'s '", "a.b [1 ] += -c", "'' ''  \" \""])
def test_tokens_and_spaces_are_the_line(line: str) -> None:
    lexed = lex_line(known("python"), line)
    assert "".join(" " * spaces + token for token, spaces in zip(lexed.tokens, lexed.spaces, strict=True)) == line


def test_leaves_out_lines_that_nobody_wrote() -> None:
    assert lex_line(known("python"), "x" * (MAX_LINE + 1)).tokens == ()


@given(LANGUAGES, st.lists(CODE, max_size=5))
def test_any_text_is_lexed_and_nothing_is_invented(language: Language, lines: list[str]) -> None:
    state = ""
    for line in lines:
        lexed = lex_line(language, line, state)
        assert len(lexed.tokens) == len(lexed.spaces)
        at = 0
        for token in lexed.tokens:
            if token != PROSE:
                at = line.index(token, at) + len(token)
        state = lexed.state


@given(LANGUAGES, st.lists(CODE, max_size=6))
def test_the_quick_way_to_the_state_agrees_with_lexing(language: Language, lines: list[str]) -> None:
    state = ""
    for line in lines:
        state = lex_line(language, line, state).state
    assert state_after(language, lines) == state
