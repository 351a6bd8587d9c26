"""Prose or code, going round in circles or not, brackets that count or do not, and which answer comes first."""

from __future__ import annotations

import pytest

from lsp_router.assist.trim.brackets import scan
from lsp_router.assist.trim.languages import language
from lsp_router.assist.trim.place import Place, Trimmed
from lsp_router.assist.trim.prose import is_chatter, is_prose
from lsp_router.assist.trim.rank import rank
from lsp_router.assist.trim.repetition import loops

CODE = [
    "const x = 1;",
    "def foo():",
    "print('hello')",
    "import os",
    "import React from 'react'",
    "#include <stdio.h>",
    "return result",
    "if (x > 0) {",
    "for i in range(10):",
    "x += 1",
    "SELECT * FROM users",
    "<div>Hello</div>",
    "body { color: red; }",
    '{ "a": 1 }',
    "npm install express",
    "echo hello",
    "});",
    "@Override\npublic void run() {}",
    "a, b := foo()",
    "use std::io;",
    "lambda x: x + 1",
    "elif x:",
    "FROM python:3.11\nRUN pip install x",
    "local x = 1",
    "case x:",
    "self.bar = bar",
    "// a comment\nfoo();",
    "x > y && z < w",
    "- name: Install dependencies\n  run: npm install",
    "def add(a, b)\n  a + b\nend",
    "return a, nil",
    "key: value\nother: value",
]
PROSE = [
    "Hello world, how are you?",
    "Sure! Here is the code:",
    "You can use a for loop to iterate over the array.",
    "Thank you!",
    "Natürlich kann ich Ihnen dabei helfen.",
    "Bonjour, comment ça va ?",
    "这是一个句子。",
    "日本語のテキストです",
    "Привет, как дела?",
    "This code uses `foo()` to do things.",
    "1. First step\n2. Second step",
    "Make the button blue",
    "fix the bug",
    "The answer is 42.",
    "It depends on the context (see below).",
    "Return the value if it exists.",
    "TypeScript is a superset of JavaScript.",
    "Here are the steps:\n1. Open the file.\n2. Edit it.",
    "how do I sort a list in python",
    "You'll need Node.js v18 or later.",
]


@pytest.mark.parametrize("text", CODE)
def test_code_is_not_prose(text: str) -> None:
    assert not is_prose(text)


@pytest.mark.parametrize("text", PROSE)
def test_prose_is_prose_in_any_tongue(text: str) -> None:
    assert is_prose(text)


@pytest.mark.parametrize(
    "line", ["Here's the code:", "Sure!", "**Explanation**", "This completes the function.", "Note that x is 1."]
)
def test_chatter_is_known_by_its_opening(line: str) -> None:
    assert is_chatter(line)


@pytest.mark.parametrize(
    "line", ["this.code = 1;", "note = 5", "# We need to sort this", "sure = f(x)", "return the_code", "i = 0"]
)
def test_code_is_no_chatter(line: str) -> None:
    assert not is_chatter(line)


@pytest.mark.parametrize(
    ("tokens", "stuck"),
    [
        (["a"] * 10, True),
        (["x", *["a"] * 10], True),
        (["a"] * 5 + ["  "] + ["a"] * 5, True),
        (["a", "b", "c"] * 10, True),
        (["a"] * 9, False),
        ([*["a"] * 20, "b"], False),
        ([str(n) for n in range(60)], False),
        ([], False),
    ],
)
def test_loops_are_seen_at_the_end(tokens: list[str], stuck: bool) -> None:
    assert loops(tokens) is stuck


@pytest.mark.parametrize(
    ("name", "text", "unopened", "unclosed", "quote"),
    [
        ("python", "f(a[1], {", "", "({", ""),
        ("python", ")]}", ")]}", "", ""),
        ("python", "x = '(' # [", "", "", ""),
        ("python", '"""(\n[', "", "", '"""'),
        ("python", "it's (", "", "", "'"),
        ("javascript", "/[(]/.test('{') // (", "", "", ""),
        ("javascript", "a = b / (c) / d", "", "", ""),
        ("javascript", "`${(`", "", "", ""),
        ("javascript", "`abc (", "", "", "`"),
        ("rust", "fn f<'a>(x: &'a str) { '{'", "", "{", ""),
        ("go", "'{' + `(\n` + \"[\"", "", "", ""),
        ("c", "/* ( \n [ */ {", "", "{", ""),
        ("c", "/* ( \n [", "", "", ""),
        ("html", "<!-- ( --> don't (", "", "(", ""),
        ("clojure", '(defn f [x] "(" ; (', "", "(", ""),
        ("lua", "--[[ ( ]] [", "", "[", ""),
    ],
)
def test_only_brackets_in_code_count(name: str, text: str, unopened: str, unclosed: str, quote: str) -> None:
    found = scan(text, language(name))
    assert "".join(bracket.char for bracket in found.unopened) == unopened
    assert "".join(bracket.char for bracket in found.unclosed) == unclosed
    assert found.quote == quote


def test_a_text_may_begin_inside_a_string() -> None:
    javascript = language("javascript")
    assert scan("(' + (", javascript, "'").unclosed[0].at == 5
    assert scan("(\\' (", javascript, "'").quote == "'"
    assert scan("( \n (", javascript, "'").unclosed[0].at == 4  # such a string ends with its line
    assert scan("( \n (", javascript, "`").quote == "`"


def test_the_answer_whose_brackets_pair_comes_first() -> None:
    at = Place("f(", ")\n", "javascript")
    ranked = rank([Trimmed("g(a"), Trimmed("a, b"), Trimmed("a"), Trimmed("a ")], at)
    assert [one.insert for one in ranked] == ["a, b", "a", "g(a"]


def test_then_the_one_that_is_whole_and_finishes_more() -> None:
    at = Place("function f() {\n  ", "\n}\n", "javascript")
    short, long, cut = Trimmed("a();"), Trimmed("a();\n  b();"), Trimmed("a();\n  b();\n  c();", complete=False)
    assert rank([cut, short, long], at) == [long, short, cut]
