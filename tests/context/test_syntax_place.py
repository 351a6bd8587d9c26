"""`|` is the cursor."""

from __future__ import annotations

import time

import pytest

from lsp_router.context.syntax import syntax_at

CASES = [
    ("python", "|", "code"),
    ("python", "x = 1 # he|llo", "comment"),
    ("python", "x = 1 # hello\n|", "code"),
    ("python", 'x = "a|b"', "string"),
    ("python", "x = f'a|", "string"),
    ("python", "x = rb'a|", "string"),
    ("python", "x = 'it' + |", "code"),
    ("python", 's = "#"|', "code"),
    ("python", 's = "\\"|"', "string"),
    ("python", "a\n# it's\nb|", "code"),
    ("python", "x = 'never closed\ny = |", "code"),
    ("python", 'def f():\n    """Doc|."""', "comment"),
    ("python", 'def f():\n    """Doc."""\n    |', "code"),
    ("python", 'class A:\n    """Doc.\n\n    More|', "comment"),
    ("python", 'x = """a|', "string"),
    ("python", 'f(\n    """a|"""', "string"),
    ("python", '"""a "quoted" word|', "comment"),
    ("javascript", "const a = `x ${b|} y`", "code"),
    ("javascript", "const a = `x ${b} y|`", "string"),
    ("javascript", "const a = `x ${ {a:`q${1}|`} } y`", "string"),
    ("javascript", "const a = `x ${ {a:1} |} y`", "code"),
    ("typescript", "const a = `x ${ {a:1} } y`;|", "code"),
    ("javascript", 'x = /"/; y|', "code"),
    ("javascript", "a / b / c|", "code"),
    ("javascript", "// don't|", "comment"),
    ("typescriptreact", "/* a\n|", "comment"),
    ("javascript", "/* a */|", "code"),
    ("rust", "fn f<'a>(x: &'a str) { |", "code"),
    ("rust", "/* a /* b */ |", "comment"),
    ("rust", 'let x = r#"a " |"#', "string"),
    ("rust", "let c = '\"'; |", "code"),
    ("rust", "/// doc|", "comment"),
    ("go", "x := `a\n|`", "string"),
    ("c", "char c = '\"'; |", "code"),
    ("c", '#include "a|.h"', "string"),
    ("cpp", "/* a // b */ |", "code"),
    ("java", 'String s = """\n a|', "string"),
    ("csharp", 'var s = "a|', "string"),
    ("kotlin", "/* /* */ |", "comment"),
    ("shellscript", "echo ${#a} |", "code"),
    ("shellscript", "echo a # b|", "comment"),
    ("shellscript", "echo 'a\nb|", "string"),
    ("lua", "--[[ a\n |", "comment"),
    ("lua", "-- a|", "comment"),
    ("lua", "x = [[ a|", "string"),
    ("ruby", "# a|", "comment"),
    ("php", "# a|", "comment"),
    ("php", "#[Attr]|", "code"),
    ("yaml", "a: it's|", "code"),
    ("yaml", "a: b # c|", "comment"),
    ("html", "<!-- a|", "comment"),
    ("html", "<p>it's|", "code"),
    ("sql", "select 'a|", "string"),
    ("css", "/* a|", "comment"),
    ("json", '{"a": "|"}', "string"),
    ("haskell", "{- a {- b -} |", "comment"),
    ("markdown", "it's|", "code"),
    ("no-such-language", "// a|", "comment"),
]


@pytest.mark.parametrize(("language", "marked", "place"), CASES)
def test_the_place_of_the_cursor(language, marked, place):
    offset = marked.index("|")
    assert syntax_at(marked.replace("|", "", 1), offset, language) == place


PYTHON = '@once\ndef f{n}(a):\n    """Say it\'s {n}."""\n    return "x" if a else \'y\'  # why\n\n\n'
RUST = "// it's f{n}\nfn f{n}<'a>(s: &'a str) -> char {{\n    '\"'\n}}\n\n"


@pytest.mark.parametrize(("language", "piece"), [("python", PYTHON), ("rust", RUST)])
def test_a_long_file_gives_the_answer_of_a_short_one(language, piece):
    body = "".join(piece.format(n=n) for n in range(2_000))
    assert syntax_at(body, len(body), language) == "code"
    assert syntax_at(body + "// x" if language == "rust" else body + "# x", len(body) + 3, language) == "comment"
    assert syntax_at(body + 'x = "a', len(body) + 6, language) == "string"


@pytest.mark.parametrize("text", ["x = 1\n" * 400_000, "a" * 2_000_000, '"' * 2_000_000, "`${" * 500_000])
@pytest.mark.parametrize("language", ["python", "typescript", "rust"])
def test_no_file_is_too_large_to_ask(text, language):
    started = time.process_time()
    syntax_at(text, len(text) - 5, language)
    assert time.process_time() - started < 0.2
