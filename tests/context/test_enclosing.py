# ruff: noqa: E501 - a case reads best on one line
"""`|` is the cursor, `⟦…⟧` the definition that must be found around it; none means there is none."""

from __future__ import annotations

import time

import pytest

from lsp_router.context.structure import enclosing, is_test_path

CASES = [
    ("python", "import a\n\n⟦@deco\ndef f(\n    a,\n) -> int:\n    for i in a:\n        pr|int(i)\n\n    return x⟧\n\n\ndef g():\n    pass\n"),
    ("python", "⟦class A:\n    x = 1\n    |\n    def f(self):\n        return 1\n\n    y = 2⟧\nz = 3\n"),
    ("python", "class A:\n⟦    def f(self):\n        def inner():\n            return 1\n        ret|urn 1⟧\n"),
    ("python", "def f():\n⟦    async def inner():\n        |await x⟧\n    return 1\n"),
    ("python", "x = |1\ndef f():\n    pass\n"),
    ("python", "⟦def f():\n    s = '''\nabc\n'''\n    |return s⟧\n"),
    ("python", "⟦def f():\n    |x = 1\n    s = '''\nabc\n'''⟧\ny = 2\n"),
    ("python", "⟦def f():\n    |x = 1  # it's\n    y = \"a⟧\nz = '''\nlong\n'''\n"),
    ("python", "⟦class A:\n    '''Words\nabc\n    '''\n    |x = 1⟧\n\n\ndef g():\n    pass\n"),
    ("python", "⟦de|f f(x):\n  a()⟧\n"),
    ("python", "⟦@de|co\ndef f(x):\n  a()⟧\n"),
    ("python", "⟦def f():\n    x = 1\n    |⟧"),
    ("javascript", "const a = 1\n⟦function f(x) {\n  if (x) {\n    y|()\n  }\n}⟧\nconst g = () => {\n}\n"),
    ("javascript", "⟦func|tion f(x) {\n  a()\n}⟧\n"),
    ("javascript", "describe('x', () => {\n  it('y', () => {\n    |a()\n  })\n})\n"),
    ("javascript", "⟦const f = function (x) {\n  return `}${x|}`\n}⟧\n"),
    ("typescript", "class A<T> {\n  private x = {a: 1};\n⟦  /** doc */\n  foo(a: string): number {\n    return this.i.map((x) => {\n      retur|n x;\n    });\n  }⟧\n}\n"),
    ("typescript", "⟦export const h = async (a: number) => {\n  ret|urn 1;\n};⟧\n"),
    ("typescript", "⟦export interface A {\n  x: |string\n}⟧\n"),
    ("go", "package a\n\n⟦// F does.\nfunc (s *S) F(a int) error {\n\tif a > 0 {\n\t\t|return nil\n\t}\n\treturn nil\n}⟧\n"),
    ("go", "⟦type S struct {\n\ta |int\n}⟧\n"),
    ("rust", "#[derive(Debug)]\nstruct A { x: u8 }\n\nimpl A {\n⟦    /// doc\n    pub fn f<'a>(&self) -> u8 {\n        match self.x {\n            1 => |2,\n            _ => 3,\n        }\n    }⟧\n}\n"),
    ("rust", "⟦#[derive(Debug)]\nstruct A {\n    x|: u8,\n}⟧\n"),
    ("java", "package a;\nclass A {\n⟦  @Override\n  public int f(int a) throws E {\n    for (int i = 0; i < a; i++) {\n      x|();\n    }\n  }⟧\n}\n"),
    ("c", "#include <a.h>\n⟦static int\nf(int a,\n  int b)\n{\n  while (a) {\n    |b++;\n  }\n}⟧\n"),
    ("c", "int g(void) { return '}'; }\n⟦int f(void)\n{\n  |return 1;\n}⟧\n"),
    ("cpp", "namespace x {\n⟦int A::f(int a) const {\n  |return 1;\n}⟧\n}\n"),
    ("csharp", "class A {\n⟦  [Test]\n  public async Task<int> F(int a)\n  {\n    |return 1;\n  }⟧\n  int g() { return 1; }\n}\n"),
    ("kotlin", "⟦fun f(a: Int): Int {\n  |return 1\n}⟧\n"),
    ("swift", "⟦func f(a: Int) -> Int {\n  |return 1\n}⟧\n"),
    ("php", "<?php\nclass A {\n⟦  public function f($a) {\n    |return 1;\n  }⟧\n}\n"),
    ("ruby", "class A\n⟦  def f(a)\n    if a\n      |b\n    end\n  end⟧\nend\n"),
    ("lua", "⟦local function f(a)\n  |return a\nend⟧\nprint(1)\n"),
    ("elixir", "defmodule A do\n⟦  def f(a) do\n    |a\n  end⟧\nend\n"),
    ("shellscript", "⟦f() {\n  |echo 1\n}⟧\n"),
    ("markdown", "# |title\n"),
    ("json", '{"a": {|}}'),
]  # fmt: skip


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(("language", "marked"), CASES)
def test_the_definition_around_the_cursor(language, marked, ending):
    marked = marked.replace("\n", ending)
    text = marked.replace("|", "").replace("⟦", "").replace("⟧", "")
    at = marked.replace("⟦", "").replace("⟧", "").index("|")
    found = enclosing(text, at, at, language)
    want = marked.replace("|", "").split("⟦")[1].split("⟧")[0] if "⟦" in marked else None
    assert (text[found.start : found.end] if found else None) == want


def test_a_range_over_two_functions_belongs_to_the_class():
    text = "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        return 2\n"
    found = enclosing(text, text.index("return 1"), text.index("return 2"), "python")
    assert found is not None
    assert (found.kind, found.name) == ("class", "A")


@pytest.mark.parametrize(("language", "name"), [("python", "f7"), ("go", "f7")])
def test_the_name_is_told(language, name):
    text = "def f7():\n    pass\n" if language == "python" else "func f7() {\n\tx()\n}\n"
    found = enclosing(text, 12, 12, language)
    assert found is not None
    assert (found.kind, found.name) == ("function", name)


@pytest.mark.parametrize("language", ["python", "typescript", "c", "ruby"])
@pytest.mark.parametrize("text", ["x = 1;\n" * 300_000, "{" * 250_000, "if (a) {\n}\n" * 100_000, "\n" * 500_000])
def test_no_file_is_too_large_to_ask(language, text):
    started = time.process_time()
    enclosing(text, len(text) // 2, len(text) // 2, language)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("path", "is_test"),
    [
        ("tests/test_a.py", True),
        ("src/conftest.py", True),
        ("pkg/a_test.go", True),
        ("src/a.test.ts", True),
        ("src/a.spec.tsx", True),
        ("src\\__tests__\\a.js", True),
        ("src/FooTest.java", True),
        ("src/FooTests.cs", True),
        ("spec/a_spec.rb", True),
        ("src/latest.py", False),
        ("src/contest.go", False),
        ("src/attestation.ts", False),
        ("src/a.py", False),
    ],
)
def test_test_files_are_told_by_their_path(path, is_test):
    assert is_test_path(path) is is_test
