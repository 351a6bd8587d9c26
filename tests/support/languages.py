"""One small file in every language whose syntax is checked, with an edit that is sound and one that is not."""

from __future__ import annotations

# language: (a sound file, a piece of it, a sound change of it, a broken one, something broken to stand elsewhere)
FILES: dict[str, tuple[str, str, str, str, str]] = {
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


def with_old_fault(language: str) -> str:
    """The file with something broken in it, away from the piece that is edited."""
    text, _, _, _, old = FILES[language]
    head, _, rest = text.partition("\n")
    if head.startswith("<?php"):
        return old + text
    lead = head + "\n" if head.startswith(("package", "#include", "import")) else ""
    return lead + old + (rest if lead else text)
