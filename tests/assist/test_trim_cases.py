"""What may stand at the cursor: a document with the cursor as `|`, the model's words, the document after."""

from __future__ import annotations

import pytest

from lsp_router.assist.trim.pipeline import trim
from lsp_router.assist.trim.place import Place


def accept(language: str, document: str, says: str, mode: str = "multi", finish: str = "stop") -> str:
    prefix, _, suffix = document.rpartition("|")
    done = trim(says, Place(prefix, suffix, language, mode), finish)
    return prefix + "|" + suffix if done is None else prefix + done.insert + suffix[done.replace :]


KEPT = [
    ("python", "def f(x):\n    |", "return x + 1"),
    ("python", "def f(x):\n    |\n", "if x:\n        return 1\n    return 2"),
    ("python", "class A:\n    |", "def f(self):\n        return 1\n\n    def g(self):\n        return 2"),
    ("python", "|", "import os\n\n\ndef f():\n    return os.name\n\n\ndef g():\n    return 1"),
    ("python", "x = [\n    |\n]", "1,\n    2,"),
    ("python", "d = {\n    'a': 1,\n    |\n}", "'b': 2,\n    'c': 3,"),
    ("python", "def f():\n    for x in y:\n        if x:\n            |", "break\n    return x"),
    ("python", "def f():\n    def g():\n        |", "return 1\n    return g"),
    ("python", 'def f():\n    """|', 'Say hello to the world.\n\n    It is a greeting.\n    """'),
    ("python", "def f():\n    # |", "This is a comment about the next line."),
    ("python", "try:\n    |", "f()\nexcept OSError:\n    pass\nfinally:\n    g()"),
    ("python", "@|", "property"),
    ("python", "x = foo(|)", "a, b"),
    ("python", "assert a == |", "b"),
    ("python", "print(f'{|}')", "name"),
    ("javascript", "const x = |;", "foo(1, 2)"),
    ("javascript", "items.map(|)", "(item) => item.name"),
    ("javascript", "items.forEach((x) => {\n  |\n});", "if (x) {\n    f(x);\n  }"),
    ("javascript", "const s = `a ${|} b`;", "name"),
    ("javascript", "if (a) {\n  |\n}", "f();\n} else {\n  g();"),
    ("javascript", "const r = /[({]/;\nfunction f() {\n  |\n}", "return r.test('(');"),
    ("javascriptreact", "return (\n  <div>\n    |\n  </div>\n);", "<p>Please don't do this here.</p>"),
    ("typescript", "interface A {\n  |\n}", "name: string;\n  age?: number;"),
    ("typescript", "type A = {\n  a: |\n};", "Map<string, number>;"),
    ("typescript", "class A {\n  constructor(private readonly a: string) {|}\n}", ""),
    ("go", "func f() error {\n\t|\n}", "if err := g(); err != nil {\n\t\treturn err\n\t}\n\treturn nil"),
    ("go", "x := []int{|}", "1, 2, 3"),
    ("go", "type A struct {\n\tB int\n\t|\n}", "C string"),
    ("rust", "fn f<'a>(x: &'a str) -> &'a str {\n    |\n}", "let y = x.trim();\n    y"),
    ("rust", "match x {\n    |\n}", "Some(y) => y,\n    None => return,"),
    ("rust", "let c = '{';\nfn f() {\n    |\n}", "let d = '}';"),
    ("java", "class A {\n    |\n}", "int f() {\n        return 1;\n    }\n\n    int g() {\n        return 2;\n    }"),
    ("java", "class A {\n    void f() {\n        |\n    }\n}", 'System.out.println("} not a brace {");'),
    ("csharp", "namespace A\n{\n    class B\n    {\n        |\n    }\n}", "public int C { get; set; }"),
    ("c", "#define A 1\nint main(void)\n{\n    |\n}", "int x = A;\n    return x;"),
    ("cpp", "std::vector<int> v;\nfor (|)", "auto& x : v"),
    ("cpp", "#ifdef A\nvoid f() {\n#ifdef B\n  |\n#endif\n}\n#endif", "g();"),
    ("ruby", "def f\n  |\nend", "items.each do |item|\n    puts item\n  end"),
    ("ruby", "class A\n  |\nend", "def f\n    1\n  end\n\n  def g\n    2\n  end"),
    ("php", "<?php\nfunction f($a) {\n    |\n}", "foreach ($a as $b) {\n        echo $b;\n    }"),
    ("shellscript", "for f in *; do\n  |\ndone", 'if [ -f "$f" ]; then\n    echo "$f"\n  fi'),
    ("lua", "local function f(x)\n  |\nend", "if x then\n    return 1\n  end\n  return 2"),
    ("sql", "SELECT |\nFROM users;", "name, COUNT(*)"),
    ("html", "<ul>\n  |\n</ul>", "<li>One</li>\n  <li>Two</li>"),
    ("html", "<p>|</p>", "Please read this. It is only a sentence."),
    ("html", '<a href="|">x</a>', "https://example.com/a?b=c#d"),
    ("css", "a {\n  |\n}", "color: red;\n  margin: 0 auto;"),
    ("yaml", "on:\n  push:\n    |", "branches: [main]\n  pull_request:\n    branches: [main]"),
    ("json", '{\n  "a": 1,\n  |\n}', '"b": [1, 2],\n  "c": {"d": 3}'),
    ("markdown", "# Title\n\n|", "Here is the code:\n\n```python\nprint(1)\n```\n\nThat is all."),
    ("markdown", "## |", "Certainly a heading"),
    ("plaintext", "Dear Sir,\n\n|", "I am sorry, I can not come."),
    ("toml", "[a]\n|", 'b = "c"\nd = [1, 2]'),
    ("kotlin", "fun f(x: Int): Int {\n    |\n}", "return when (x) {\n        1 -> 2\n        else -> 3\n    }"),
    ("swift", "func f() {\n    |\n}", "guard let x = y else { return }\n    g(x)"),
    ("elixir", "def f(x) do\n  |\nend", "case x do\n    1 -> :a\n    _ -> :b\n  end"),
    ("haskell", "f x = |", "x + 1"),
    ("clojure", "(defn f [x]\n  |)", "(+ x 1)"),
    ("dockerfile", "FROM python:3.12\n|", "RUN pip install x\nCOPY . /app"),
    ("makefile", "all:\n\t|", "gcc -o a a.c"),
]


@pytest.mark.parametrize(("language", "document", "says"), KEPT)
def test_good_text_is_left_alone(language: str, document: str, says: str) -> None:
    assert accept(language, document, says) == (says or "|").join(document.rsplit("|", 1))


MENDED = [
    # control tokens, thoughts, prompt
    ("python", "x = |", "1<|endoftext|>y = 2", "x = 1"),
    ("python", "x = |", "<|fim_middle|>1<|fim_pad|>", "x = 1"),
    ("python", "x = |", "<|fim_prefix|>x = <|fim_suffix|><|fim_middle|>1", "x = 1"),
    ("python", "x = |", "<PRE> x = <SUF> <MID>1 <EOT>", "x = 1"),
    ("python", "x = |", "1</s>", "x = 1"),
    ("html", "<p>|", "<s>old</s></p>", "<p><s>old</s></p>"),
    ("python", "TOKEN = '<|endoftext|>'\nx = |", "'<|endoftext|>'", "TOKEN = '<|endoftext|>'\nx = '<|endoftext|>'"),
    ("python", "x = |", "<think>\nIt is 1.\n</think>\n1", "x = 1"),
    ("python", "x = |", "so it is one</think>1", "x = 1"),
    ("python", "x = |", "<think>\nI wonder", "x = |"),
    ("python", "x = 1\n|", "y = 2\n# Path: src/b.py\nz = 3", "x = 1\ny = 2"),
    ("python", "x = 1\n|", "y = 2\n+++++ src/b.py\nz = 3", "x = 1\ny = 2"),
    ("python", "x = 1\n|", "y = 2\nUser: and now?", "x = 1\ny = 2"),
    # fences and chatter
    ("python", "x = |", "```python\n1\n```", "x = 1"),
    ("python", "x = |", "```1```", "x = 1"),
    ("python", "x = |", "~~~py\n1\n~~~", "x = 1"),
    ("python", "x = |", "`1`", "x = 1"),
    ("go", "x := |", "`raw`", "x := `raw`"),
    ("python", "x = |", "Sure! Here's the code:\n```python\n1\n```\nHope this helps!", "x = 1"),
    ("python", "x = |", "Here is the code:\n\n1", "x = 1"),
    ("python", "x = 1\n|", "y = 2\n\nThis code adds a second variable.", "x = 1\ny = 2"),
    ("python", "x = 1\n|", "y = 2\n```\nThat is it.", "x = 1\ny = 2"),
    ("python", "x = 1\n|", "I'm sorry, but I can't help with that.", "x = 1\n|"),
    ("python", "x = 1\n|", "The code is complete, nothing is missing here.", "x = 1\n|"),
    ("python", "def f():\n    |", "```python\nx = 1\nreturn x\n```", "def f():\n    x = 1\n    return x"),
    ("markdown", "# A\n\n|", "```markdown\nText.\n\n```sh\nls\n```\n```", "# A\n\nText.\n\n```sh\nls\n```"),
    # repeats what stands before
    ("python", "total = |", "total = 1 + 2", "total = 1 + 2"),
    ("python", "    retu|", "return x", "    return x"),
    ("python", "import nump|", "numpy as np", "import numpy as np"),
    (
        "python",
        "def f(x):\n    y = x\n    |",
        "def f(x):\n    y = x\n    return y",
        "def f(x):\n    y = x\n    return y",
    ),
    (
        "java",
        "class A {\n    int f(int x) {\n        int y = x;\n        |\n    }\n}",
        "```java\nint f(int x) {\n    int y = x;\n    return y;\n}\n```",
        "class A {\n    int f(int x) {\n        int y = x;\n        return y;\n    }\n}",
    ),
    ("javascript", 'const x = "|";', '"hello";', 'const x = "hello";'),
    ("python", 'def f():\n    """|', '"""Docstring."""', 'def f():\n    """Docstring."""'),
    ("python", 'print("|")', '" + foo + "', 'print("" + foo + "")'),
    ("python", 'print("hello wor|', 'hello world")', 'print("hello world")'),
    ("rust", "let ffi = 1;\nf|", "fi::g()", "let ffi = 1;\nffi::g()"),
    # repeats what stands after
    ("python", 'def f():\n    """|"""', 'Docstring."""\n    return 1', 'def f():\n    """Docstring."""\n    return 1'),
    ("javascript", "console.log(|", "hello))", "console.log(hello)"),
    ("javascript", "foo(|, b);", "a, c);", "foo(a, c, b);"),
    ("rust", "let v: Vec<|> = vec![];", "i32> = vec![1];", "let v: Vec<i32> = vec![];"),
    ("html", '<div class="|">', 'a b">', '<div class="a b">'),
    (
        "typescript",
        "try {\n  |\n} catch (e) {\n}",
        "a();\n} catch (e) {\n  console.error(e);\n}",
        "try {\n  a();\n} catch (e) {\n}",
    ),
    ("shellscript", "if a; then\n  |\nfi", "b\nelse\n  c\nfi", "if a; then\n  b\nelse\n  c\nfi"),
    ("python", "if a:\n    |\nelse:\n    c", "b\nelse:\n    d", "if a:\n    b\nelse:\n    c"),
    ("python", "def f():\n    |\n    return x", "x = 1\n    return x", "def f():\n    x = 1\n    return x"),
    ("python", "a = 1\n|\nc = 3\nd = 4", "b = 2\nc = 3\nd = 4\ne = 5", "a = 1\nb = 2\nc = 3\nd = 4"),
    ("python", "a = 1\n|\ncount += a", "b = 2\ncou", "a = 1\nb = 2\ncount += a"),
    ("javascript", "const a = {\n  |\n  c: 3,\n};", "b: 2,\n  c: 3,\n};", "const a = {\n  b: 2,\n  c: 3,\n};"),
    ("javascript", "f(|);", "a, b);", "f(a, b);"),
    ("javascript", "f(|);\ng();", "a, b);\ng();", "f(a, b);\ng();"),
    ("javascript", "foo('|')", "bar')", "foo('bar')"),
    ("python", "print('|')", "hello')", "print('hello')"),
    ("python", "print(|, end='')", "x, end='')", "print(x, end='')"),
    ("python", "x = foo(|)[0]", "1)[0]", "x = foo(1)[0]"),
    ("python", "if |:", "x > 1:", "if x > 1:"),
    ("javascript", "if (|) {\n  g();\n}", "a && b) {", "if (a && b) {\n  g();\n}"),
    ("javascript", "const x = [|];", "1, [2, 3]];", "const x = [1, [2, 3]];"),
    ("typescript", "const m = new Map<|>();", "string, number>", "const m = new Map<string, number>();"),
    ("html", "<div>\n  <p>a</p>\n  |\n</div>", "<p>b</p>\n</div>", "<div>\n  <p>a</p>\n  <p>b</p>\n</div>"),
    ("ruby", "def f\n  |\nend", "1\nend", "def f\n  1\nend"),
    ("lua", "function f()\n  |\nend", "return 1\nend\n\nfunction g()\nend", "function f()\n  return 1\nend"),
    # runs past the block
    ("python", "def f():\n    |", "return 1\n\n\ndef g():\n    return 2", "def f():\n    return 1"),
    (
        "python",
        "class A:\n    def f(self):\n        |",
        "return 1\n\n    def g(self):\n        pass",
        "class A:\n    def f(self):\n        return 1",
    ),
    ("python", "def f(|", "x):\n    return x\n\n\ndef g():\n    pass", "def f(x):\n    return x"),
    ("javascript", "function f() {|}", "\n  return 1;\n}\n\nfunction g() {\n}", "function f() {\n  return 1;\n}"),
    (
        "javascript",
        "function f() {\n  |\n}",
        "return 1;\n}\n\nfunction g() {\n  return 2;\n}",
        "function f() {\n  return 1;\n}",
    ),
    ("javascript", "function f() {\n  |", "return 1;\n}\n\nfunction g() {", "function f() {\n  return 1;\n}"),
    (
        "go",
        "func f() {\n\tif a {\n\t\t|\n\t}\n}",
        "b()\n\t}\n}\n\nfunc g() {\n}",
        "func f() {\n\tif a {\n\t\tb()\n\t}\n}",
    ),
    (
        "rust",
        "impl A {\n    fn f(&self) {\n        |\n    }\n}",
        "1\n    }\n\n    fn g(&self) {\n        2\n    }\n}",
        "impl A {\n    fn f(&self) {\n        1\n    }\n}",
    ),
    (
        "c",
        "int f(void)\n{\n    |\n}\n",
        "return 1;\n}\n\nint g(void)\n{\n    return 2;\n}\n",
        "int f(void)\n{\n    return 1;\n}\n",
    ),
    # repetition
    ("python", "|", "\n".join(["x = 1", *["print(x)"] * 12]), "x = 1\nprint(x)"),
    ("python", "|", "a()\nb()\n" * 6, "a()\nb()"),
    ("python", "x = |", "1, 2, " + "foo, bar, " * 20, "x = 1, 2, foo, bar"),
    ("javascript", "let a = |", "foo = " * 8, "let a = foo ="),
    (
        "javascript",
        "|",
        "\n\n".join(f"function f{n}() {{\n  log({n});\n}}" for n in range(6)),
        "function f0() {\n  log(0);\n}",
    ),
    # layout
    ("python", "def f():\n    |", "    return 1", "def f():\n    return 1"),
    ("python", "def f():\n|", "    return 1", "def f():\n    return 1"),
    ("python", "def f():\n\t|", "if x:\n        return 1", "def f():\n\tif x:\n        return 1"),
    (
        "go",
        "func a() {\n\tb()\n\tc()\n}\n\nfunc f() {\n\tc()\n\t|\n}",
        "if x {\n        y()\n    }",
        "func a() {\n\tb()\n\tc()\n}\n\nfunc f() {\n\tc()\n\tif x {\n\t\ty()\n\t}\n}",
    ),
    ("python", "a = 1\r\n|\r\n", "b = 2\nc = 3", "a = 1\r\nb = 2\r\nc = 3\r\n"),
    ("python", "a = 1\n|\n", "b = 2\r\nc = 3\r\n", "a = 1\nb = 2\nc = 3\n"),
    ("python", "x = |", "  1  \n\n", "x = 1"),
    ("python", "x =|", " 1", "x = 1"),
    ("python", "|", "#", "|"),
    ("javascript", "|", "// ", "|"),
    ("python", "x = |", "   ", "x = |"),
]


@pytest.mark.parametrize(("language", "document", "says", "after"), MENDED)
def test_bad_text_is_mended(language: str, document: str, says: str, after: str) -> None:
    assert accept(language, document, says) == after


SINGLE = [
    ("python", "x = |", "1\ny = 2", "x = 1"),
    ("python", "    |", "\n    x = 1\n    y = 2", "    x = 1"),
    ("python", "x = f(|)", "a,\n  b", "x = f(a,)"),
    ("python", "def f():|", "\n    return 1\n    return 2", "def f():\n    return 1"),
    ("javascript", "foo(|, b)", "a", "foo(a, b)"),
]


@pytest.mark.parametrize(("language", "document", "says", "after"), SINGLE)
def test_a_single_line_is_one(language: str, document: str, says: str, after: str) -> None:
    assert accept(language, document, says, "single") == after


def test_what_was_cut_off_loses_its_half_line() -> None:
    assert accept("python", "def f():\n    |", "x = 1\n    retu", finish="length") == "def f():\n    x = 1"
    assert accept("python", "def f():\n    |", "retu", finish="length") == "def f():\n    retu"


def test_lines_beyond_the_limit_are_not_shown() -> None:
    done = trim("a\nb\nc\nd", Place("", "", "python", "multi", max_lines=2))
    assert done is not None
    assert done.insert == "a\nb"


def test_the_mode_may_be_left_to_the_rest_of_the_line() -> None:
    assert accept("python", "print(|)\n", "a\nb", "auto") == "print(a\nb)\n"
    assert accept("python", "print(| + 1)\n", "a\nb", "auto") == "print(a + 1)\n"


def test_stop_sequences_of_the_request_end_the_text() -> None:
    done = trim("a STOP b", Place("", "", "plaintext", stop=("STOP",)))
    assert done is not None
    assert done.insert == "a"


def test_a_text_that_was_cut_off_says_so() -> None:
    whole, cut = (trim("x = 1\ny = 2\n", Place("", "", "python"), finish) for finish in ("stop", "length"))
    assert whole is not None
    assert cut is not None
    assert (whole.complete, cut.complete) == (True, False)
