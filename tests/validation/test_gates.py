"""Placeholders, security, signatures and copies: what an edit adds is judged, what was there is not."""

from __future__ import annotations

import time

import pytest

from lsp_router.validation.gates import Rules, check, notes
from lsp_router.validation.grammars import Grammars
from lsp_router.validation.verbatim import licence_of

GRAMMARS = Grammars()


def gates(before: str, after: str, language: str, path: str = "", **rules) -> list[str]:
    return [p.gate for p in check(before, after, path, language, Rules(**rules), grammars=GRAMMARS)]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("python", "# TODO: implement the rest"),
        ("python", "# TODO add error handling"),
        ("python", "# your code here"),
        ("python", "# ... existing code ..."),
        ("python", "def f(a): pass"),
        ("python", "def f(a): ..."),
        ("python", "def f(a): raise NotImplementedError"),
        ("python", "def f(a):\n    '''Add.'''\n    raise NotImplementedError('later')"),
        ("python", "class A:\n    def f(self):\n        pass"),
        ("rust", "fn f() { todo!() }"),
        ("go", 'func f() { panic("not implemented") }'),
        ("typescript", "function f() { throw new Error('Not implemented'); }"),
        ("java", 'class B { void f() { throw new UnsupportedOperationException("Not implemented yet"); } }'),
        ("csharp", "class B { void F() => throw new NotImplementedException(); }"),
        ("javascript", "// Implementation goes here"),
    ],
)
def test_new_placeholders_are_refused_and_old_ones_are_not(language: str, line: str) -> None:
    assert gates("", line + "\n", language) == ["placeholder"]
    assert gates(line + "\n", line + "\n\n\n", language) == []


@pytest.mark.parametrize(
    "text",
    [
        "class P(Protocol):\n    def f(self) -> int: ...\n",
        "class A(ABC):\n    @abstractmethod\n    def f(self): pass\n",
        "class A:\n    def f(self):\n        '''Subclasses must override this.'''\n        raise NotImplementedError\n",
        "class E(Exception):\n    pass\n",
        "def f():\n    '''Nothing to close.'''\n",
        "def close():\n    pass  # nothing is open\n",
        "class NullLog:\n    def info(self, text): pass\n",
        "# TODO(ann): drop this in 2031\nx = 1\n",
        "for x in y:\n    pass\n",
    ],
)
def test_what_is_empty_on_purpose_passes(text: str) -> None:
    assert gates("", text, "python") == []


DOORS = [
    ("python", "x = eval(data)"),
    ("python", "os.system('ls ' + name)"),
    ("python", "subprocess.run(cmd, shell=True)"),
    ("python", "obj = pickle.loads(data)"),
    ("python", "conf = yaml.load(text)"),
    ("python", "requests.get(url, verify=False)"),
    ("python", "API_KEY = 'kd83hf9sk2ls03md8f'"),
    ("python", "token = 'ghp_" + "a1B2c3D4e5" * 4 + "'"),
    ("javascript", "el.innerHTML = data;"),
    ("javascript", "eval(code);"),
    ("javascript", "const f = new Function('return 1');"),
    ("typescriptreact", "const a = <p dangerouslySetInnerHTML={{ __html: x }} />;"),
    ("typescript", "const password = 'correct-horse-battery';"),
    ("go", "var c = tls.Config{InsecureSkipVerify: true}"),
    ("c", "void f(char *a) { strcpy(a, b); }"),
    ("php", "<?php system('ls ' . $dir);"),
    ("ruby", "eval params"),
    ("shellscript", "curl https://example.test/x.sh | sh"),
    ("shellscript", 'rm -rf "$DIR"/*'),
    ("java", "class B { void f() { Runtime.getRuntime().exec(c); } }"),
    ("yaml", 'password: "kd83hf9sk2ls03md8f"'),
]


@pytest.mark.parametrize(("language", "line"), DOORS)
def test_new_doors_are_refused_and_old_ones_are_not(language: str, line: str) -> None:
    assert gates("", line + "\n", language) == ["security"]
    assert gates(line + "\n", line + "\n\n", language) == []


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("python", "model.eval()"),
        ("python", "df.eval('a + b')"),
        ("python", "# never call eval(x) here"),
        ("python", "print('eval(x) is bad')"),
        ("python", "conf = yaml.load(text, Loader=yaml.SafeLoader)"),
        ("python", "password = os.environ['APP_PASSWORD']"),
        ("python", "password = 'your-password-here'"),
        ("python", "def exec_(a):\n    return a"),
        ("javascript", "if (a.innerHTML == b) c();"),
        ("javascript", "pattern.exec(text);"),
        ("typescript", "const tokenField: string = 'auth_token';"),
        ("c", "int f(void) { return snprintf(a, 3, b); }"),
        ("shellscript", 'rm -rf "$TMP_DIR"'),
        ("markdown", "Never use `eval(x)`."),
    ],
)
def test_what_only_looks_like_a_door_passes(language: str, line: str) -> None:
    assert gates("", line + "\n", language) == []


def test_an_edit_of_a_line_with_an_old_door_is_not_refused_for_it() -> None:
    assert gates("x = eval(a)\n", "y = eval(a, {})\n", "python") == []
    assert gates("x = eval(a)\n", "y = eval(a, {})\nz = eval(b)\n", "python") == ["security"]


SIGNATURES = [
    ("python", "def f(a): return a\n", "def f(b): return b\n", "no longer takes `a`"),
    ("python", "def f(a): return a\n", "def f(a, b): return a\n", "now needs `b`"),
    ("python", "def f(a, b): return a\n", "def f(b, a): return a\n", "another order"),
    ("python", "def f(a=1): return a\n", "def f(a): return a\n", "now needs `a`"),
    ("python", "def f(): return 1\ndef g(): return 2\n", "def g(): return 2\n", "`f` is gone"),
    ("python", "class A:\n    def f(self): return 1\n    x = 1\n", "class A:\n    x = 1\n", "`A.f` is gone"),
    ("typescript", "export function f(a: any) {}\n", "export function f(a: any, b: any) {}\n", "now needs `b`"),
    ("javascript", "export const f = (a) => a;\n", "export const g = (a) => a;\n", "`f` is gone"),
    ("javascript", "class A { m(a) { return a; } }\n", "class A { n(a) { return a; } }\n", "`A.m` is gone"),
    ("go", "package a\n\nfunc (s *T) M() {}\n", "package a\n", "`T.M` is gone"),
    ("rust", "impl A { pub fn f(&self) {} }\n", "impl A { }\n", "`A.f` is gone"),
    ("java", "class A { public int f() { return 1; } }\n", "class A { }\n", "`A.f` is gone"),
    ("csharp", "class A { public int F() { return 1; } }\n", "class A { }\n", "`A.F` is gone"),
    ("cpp", "int A::f(int a) { return 1; }\nint b;\n", "int b;\n", "`A.f` is gone"),
    ("ruby", "class A\n  def f\n    1\n  end\nend\n", "class A\nend\n", "`A.f` is gone"),
    ("php", "<?php function f() { return 1; }\n", "<?php\n", "`f` is gone"),
    ("lua", "function M.f() return 1 end\n", "local x = 1\n", "`M.f` is gone"),
    ("shellscript", "f() { echo 1; }\n", "echo 2\n", "`f` is gone"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "before", "after", "why"), SIGNATURES)
def test_callers_elsewhere_are_not_forgotten(language: str, before: str, after: str, why: str) -> None:
    (found,) = check(before, after, "", language, Rules(), grammars=GRAMMARS)
    assert (found.gate, why in found.message) == ("signature", True), found
    assert gates(before, after, language, signatures=False) == []
    name = found.message.split("`")[1].rpartition(".")[2]
    assert gates(before, after, language, instruction=f"change {name} please") == []


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("python", "def f(a): return a\n", "async def f(a, b=1, *, c=2): return a\n"),
        ("python", "def f(a, b): return a\n", "def f(*args, **kwargs): return args\n"),
        ("python", "def f(a): return a\n", "from other import f\n\nx = f\n"),
        ("python", "def _f(a): return a\n", "x = 1\n"),
        ("python", "class A:\n    def f(self, a): return a\n", "class A:\n    def f(this, a, b=None): return a\n"),
        ("typescript", "class A { private m() { return 1; } }\n", "class A { x = 1; }\n"),
        (
            "typescript",
            "export function f(a: string) { return a; }\n",
            "export const f = (a: string, b?: number) => a;\n",
        ),
        ("rust", "fn f() {}\nfn g() {}\n", "fn g() {}\n"),
        ("c", "static int f(void) { return 1; }\nint b;\n", "int b;\n"),
        ("lua", "local function f() return 1 end\n", "local x = 1\n"),
    ],
)
def test_what_breaks_no_caller_passes(language: str, before: str, after: str) -> None:
    assert gates(before, after, language) == []


def body(names: str) -> str:
    return "\n".join(f"    total_{n} = compute_the_{n}_of(values, weights, total_{n})" for n in names)


@pytest.mark.parametrize(
    ("theirs", "head", "refused"),
    [
        ("# SPDX-License-Identifier: GPL-3.0-only\n", "# SPDX-License-Identifier: MIT\n", True),
        ("# Copyright (c) 2020 Somebody Else\n", "", True),
        ("# SPDX-License-Identifier: MIT\n", "# SPDX-License-Identifier: MIT\n", False),
        ("", "# SPDX-License-Identifier: MIT\n", False),
    ],
)
def test_code_is_not_carried_over_licences(theirs: str, head: str, refused: bool) -> None:
    before = head + "x = 1\n"
    after = before + "def mix(values, weights):\n" + body("abcdefghij") + "\n"
    other = theirs + "def blend(values, weights):\n" + body("abcdefghij").replace("    ", "\t") + "\n"
    assert gates(before, after, "python", others=[("gpl.py", other)]) == (["verbatim"] if refused else [])
    assert gates(before, after, "python", others=[("gpl.py", other.replace("total", "sum"))]) == []
    assert gates(before, after, "python", examples=[("one", other)]) == ["verbatim"]


@pytest.mark.parametrize(
    ("head", "licence"),
    [
        ("// SPDX-License-Identifier: Apache-2.0", "Apache-2.0"),
        ("/*\n * Permission is hereby granted, free\n * of charge, to any person", "MIT"),
        ("# Licensed under the Apache License, Version 2.0", "Apache-2.0"),
        ("import os", ""),
    ],
)
def test_licences_are_read_from_the_head(head: str, licence: str) -> None:
    assert licence_of(head) == licence


@pytest.mark.parametrize(
    ("language", "text", "word"),
    [
        ("python", "for a in x:\n    for b in x:\n        y(a, b)\n", "O(n²)"),
        ("python", "z = [a + b for a in x for b in x]\n", "O(n²)"),
        ("javascript", "for (const a of x) { while (b) { for (;;) { c(); } } }\n", "O(n³)"),
        ("go", "package a\n\nfunc f() {\n\tfor {\n\t\tfor {\n\t\t}\n\t}\n}\n", "O(n²)"),
        ("rust", "fn f() { for a in x { loop { } } }\n", "O(n²)"),
        ("python", "for a in x:\n    y(a)\n", None),
    ],
)
def test_an_algorithm_gets_a_note_on_its_cost(language: str, text: str, word: str | None) -> None:
    found = notes("", text, "", language, grammars=GRAMMARS)
    assert (word in found[0]) if word else found == ()


def test_several_gates_speak_together_in_the_order_of_lines() -> None:
    before = "def f(a):\n    return a\n"
    after = "def f(a, b):\n    # TODO: implement\n    return eval(a)\n"
    assert gates(before, after, "python") == ["signature", "placeholder", "security"]


def test_a_broken_draft_is_told_about_its_syntax_first() -> None:
    assert gates("def f(a):\n    return a\n", "def f(a:\n    return eval(a)\n", "python") == ["syntax", "security"]


def test_json_with_comments_and_react_are_known_by_their_files() -> None:
    assert gates("{}\n", '{\n  // x\n  "a": 1,\n}\n', "json", "tsconfig.json") == []
    assert gates("", "const a = <p>{x}</p>;\n", "typescript", "a.tsx") == []


def test_a_file_of_a_usual_size_is_checked_while_nobody_notices() -> None:
    text = "".join(f"def f{n}(a, b=1):\n    for x in a:\n        b += x * {n}\n    return b\n\n" for n in range(100))
    after = text.replace("b += x * 50", "b += x * 51 + 1")
    check(text, after, "a.py", "python", Rules(), grammars=GRAMMARS)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        assert check(text, after, "a.py", "python", Rules(), grammars=GRAMMARS) == ()
        times.append(time.perf_counter() - start)
    assert min(times) < 0.5
