# ruff: noqa: E501 - a case reads best on one line
from __future__ import annotations

import pytest

from lsp_router.context.document import Document
from lsp_router.context.symbols import definition_text, definitions, definitions_of, imports, names_near

DEFINES = [
    ("python", "class A(B):\n    async def f(self): ...\n@x\ndef g(): ...\n", {"A", "f", "g"}),
    ("typescript", "export class A {}\nexport const f = async (a: X): Promise<Y> => 1\ninterface I {}\ntype T = 1\nfunction g() {}\nexport default function h() {}\n", {"A", "f", "I", "T", "g", "h"}),
    ("go", "func (s *S) M(a int) {}\nfunc F() {}\ntype T struct {}\n", {"M", "F", "T"}),
    ("rust", "pub fn f() {}\npub(crate) struct S;\nenum E {}\ntrait T {}\nimpl S {}\n", {"f", "S", "E", "T"}),
    ("java", "public class A {\n  private static int f(int a) {\n  }\n}\n", {"A", "f"}),
    ("csharp", "public record R(int A);\n  public async Task<int> F(int a)\n", {"R", "F"}),
    ("c", "#define MAX 1\nstatic int f(int a)\n{\n}\nstruct s { int a; };\n", {"MAX", "f", "s"}),
    ("cpp", "int A::f(int a) const {\n", {"f"}),
    ("kotlin", "data class A(val a: Int)\nfun f() {}\nfun String.ext() {}\n", {"A", "f", "ext"}),
    ("swift", "struct S {}\nfunc f() {}\nprotocol P {}\n", {"S", "f", "P"}),
    ("ruby", "class A\n  def f?\n  def self.g\n", {"A", "f?", "g"}),
    ("php", "final class A {\n  public function f() {}\n", {"A", "f"}),
    ("lua", "local function f()\nfunction M.g()\nM.h = 1\n", {"f", "g"}),
    ("shellscript", "f() {\nfunction g {\n", {"f", "g"}),
    ("sql", "CREATE TABLE IF NOT EXISTS people (\n", {"people"}),
    ("markdown", "# def x\n", set()),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "names"), DEFINES)
def test_definitions_are_told_by_their_lines(language, text, names):
    found = definitions(Document("a", text, language))
    assert set(found) == names
    assert all(name in text[at:].split("\n")[0] for name, at in found.items())


@pytest.mark.parametrize("text", ["class A:\n" * 200_000, "x = 1;" * 20_000 + "\ndef f(): ..."])
def test_huge_and_generated_files_are_left_alone(text):
    assert definitions(Document("a", text, "python")) == {}


@pytest.mark.parametrize(
    ("language", "text", "shown"),
    [
        ("python", '"""Doc."""\nimport os\nfrom a.b import (\n    c,\n)\nx = 1\n', ["import os", "from a.b import (\n    c,\n)"]),
        ("typescript", "import { a,\n  b } from './x'\nconst fs = require('fs')\n", ["import { a,\n  b } from './x'", "const fs = require('fs')"]),
        ("go", 'package a\nimport (\n\t"fmt"\n)\n', ['import (\n\t"fmt"\n)']),
        ("rust", "use std::fmt;\npub use a::{b, c};\n", ["use std::fmt;", "pub use a::{b, c};"]),
        ("c", '#include <a.h>\n#include "b.h"\n', ["#include <a.h>", '#include "b.h"']),
    ],
)  # fmt: skip
def test_imports_above_the_window_go_along(language, text, shown):
    snippet = imports(Document("a", text, language), before=len(text))
    assert snippet is not None
    assert snippet.text == "\n".join(shown) + "\n"
    assert imports(Document("a", text, language), before=0) is None


def test_the_nearest_names_come_first_and_common_words_never():
    text = "from far import thing\nfor item in self.load(path):\n    return item"
    assert names_near(text, len(text))[:3] == ["item", "path", "load"]


def test_a_definition_is_shown_to_its_end_and_not_beyond():
    text = "def f(a):\n    if a:\n        return 1\n\n    return 2\n\n\ndef g():\n    pass\n"
    assert definition_text(text, 0) == "def f(a):\n    if a:\n        return 1\n\n    return 2\n"
    braces = "func F() {\n\treturn\n}\n\nfunc G() {\n}\n"
    assert definition_text(braces, 0) == "func F() {\n\treturn\n}\n"
    ruby = "  def f\n    1\n  end\n  def g\n  end\n"
    assert definition_text(ruby, 0) == "  def f\n    1\n  end\n"
    long = "def f():\n" + "    x = 1\n" * 100
    assert definition_text(long, 0).count("\n") <= 14


def test_a_name_is_looked_up_in_the_documents_in_their_order():
    first, second = (
        Document("a", "def f(): return 1\n", "python"),
        Document("b", "def f(): return 2\ndef g(): ...\n", "python"),
    )
    found = list(definitions_of(["g", "f", "h"], [(one, definitions(one)) for one in (first, second)]))
    assert [(one.path, one.text) for one in found] == [("b", "def g(): ...\n"), ("a", "def f(): return 1\n")]
    assert found[0].score > found[1].score
