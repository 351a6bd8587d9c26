"""An answer takes the looks of the file and of the place it goes to."""

from __future__ import annotations

import pytest

from lsp_router.validation.grammars import Grammars
from lsp_router.validation.style import Style, adopt, fit, style_of

GRAMMARS = Grammars()


@pytest.mark.parametrize(
    ("text", "language", "style"),
    [
        ("def f():\n    return 1\n", "python", Style("    ", "\n")),
        ("if (a) {\n  b\n  if (c) {\n    d\n  }\n}\n", "javascript", Style("  ", "\n")),
        ("func f() {\n\treturn\n}\n", "go", Style("\t", "\n")),
        ("a\r\nb\r\n", "plaintext", Style(None, "\r\n")),
        ("/**\n * x\n */\nint f() {\n    x;\n}\n", "c", Style("    ", "\n")),
        ("a = ['x', 'y', 'z']\n", "python", Style(None, "\n", "'")),
        ("a = ['x', 'y', \"z\"]\n", "python", Style(None, "\n")),
        ("a = ['x', 'y']\n", "python", Style(None, "\n")),
        ('a = ["x", "y", "z", "it\'s"]\nb = (', "python", Style(None, "\n", '"')),
        ("", "python", Style(None, "\n")),
    ],
)
def test_a_style_is_what_most_of_the_file_does(text: str, language: str, style: Style) -> None:
    assert style_of(text, language) == style


@pytest.mark.parametrize(
    ("code", "style", "after"),
    [
        ("if x:\n    y()\n", Style("\t", "\n"), "if x:\n\ty()\n"),
        ("if x:\n\ty()\n", Style("  ", "\n"), "if x:\n  y()\n"),
        (
            "if x:\n  y(a,\n    b)\n  if z:\n    w()\n",
            Style("    ", "\n"),
            "if x:\n    y(a,\n        b)\n    if z:\n        w()\n",
        ),
        ("if x:\n  y(a,\n       b)\n", Style("\t", "\n"), "if x:\n\ty(a,\n\t\t\t b)\n"),
        (
            'if x:\n  y("""\n  keep\n    this\n  """)\n',
            Style("    ", "\n"),
            'if x:\n    y("""\n  keep\n    this\n  """)\n',
        ),
        ("a = 'x'\n", Style(None, "\n", '"'), 'a = "x"\n'),
        (
            "a = 'say \"x\"'\nb = 'it\\'s'\nc = '''d'''\n",
            Style(None, "\n", '"'),
            "a = 'say \"x\"'\nb = 'it\\'s'\nc = '''d'''\n",
        ),
        ("a = b'x' + f'y'\n", Style(None, "\n", '"'), "a = b\"x\" + f'y'\n"),
        ("a = 'é', 'b'\n", Style(None, "\n", '"'), 'a = "é", "b"\n'),
        ("a\nb\n", Style(None, "\r\n"), "a\r\nb\r\n"),
        ("a\r\nb\n", Style(None, "\n"), "a\nb\n"),
    ],
)
def test_code_takes_the_style(code: str, style: Style, after: str) -> None:
    assert adopt(code, style, "python", GRAMMARS.parse(code, "python")) == after


CLASS = "class A:\n    def f(self):\n        return 1\n\n    x = 2\n"


@pytest.mark.parametrize(
    ("name", "text", "old", "code", "new"),
    [
        (
            "whole lines",
            CLASS,
            "    def f(self):\n        return 1\n",
            "    def f(self):\n        return 2\n",
            "    def f(self):\n        return 2\n",
        ),
        (
            "dedented by the model",
            CLASS,
            "    def f(self):\n        return 1\n",
            "def f(self):\n    return 2",
            "    def f(self):\n        return 2\n",
        ),
        (
            "first line stripped",
            CLASS,
            "    def f(self):\n        return 1\n",
            "def f(self):\n        return 2\n",
            "    def f(self):\n        return 2\n",
        ),
        (
            "from the first word",
            CLASS,
            "def f(self):\n        return 1",
            "    def f(self):\n        return 2\n",
            "def f(self):\n        return 2",
        ),
        ("within a line", CLASS, "1", "    1 + 1\n", "1 + 1"),
        ("blank lines around stay", CLASS, "\n    x = 2\n", "x = 3", "\n    x = 3\n"),
        (
            "brace stripped",
            "{\n    if (a) {\n        b;\n    }\n}\n",
            "    if (a) {\n        b;\n    }\n",
            "if (a) {\n        c;\n    }",
            "    if (a) {\n        c;\n    }\n",
        ),
        ("blank lines inside carry no spaces", CLASS, "    x = 2\n", "x = 2\n\ny = 3\n", "    x = 2\n\n    y = 3\n"),
        ("CRLF", "a\r\n  b\r\n", "  b\r\n", "c\nd\n", "  c\r\n  d\r\n"),
        ("no final newline", "a\nb", "b", "c\n", "c"),
        ("deletion", CLASS, "    x = 2\n", "\n", ""),
        ("whole empty file", "", "", "x = 1", "x = 1\n"),
    ],
)
def test_code_fits_its_place(name: str, text: str, old: str, code: str, new: str) -> None:
    start = text.index(old)
    assert fit(code, text, start, start + len(old), style_of(text, "python")) == new


@pytest.mark.parametrize(("at", "new"), [(0, "y = 0\n"), (len("x = 1\n"), "y = 0\n"), (len("x = "), "y = 0")])
def test_an_insertion_ends_its_line_where_it_is_one(at: int, new: str) -> None:
    text = "x = 1\nz = 2\n"
    assert fit("y = 0", text, at, at, style_of(text, "python")) == new
