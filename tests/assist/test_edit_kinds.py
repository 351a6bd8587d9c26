"""What each kind of edit is held to, beyond grammar: tests, documentation, new code; and what a person is told."""

from __future__ import annotations

import pytest

from lsp_router.assist.edit.ask import Kind
from lsp_router.assist.edit.testing import tests_of as where_tests_go
from lsp_router.context.document import Document
from tests.support.studio import after, block, fenced, in_turn

TEXT = "import os\n\n\ndef add(a, b):\n    return a + b\n"


# --- tests ---


@pytest.mark.parametrize(
    ("path", "language", "there", "expected"),
    [
        ("a.py", "python", (), "tests/test_a.py"),
        ("src/shop/a.py", "python", ("tests", "tests/shop"), "tests/shop/test_a.py"),
        ("src/shop/a.py", "python", ("tests",), "tests/test_a.py"),
        ("a.py", "python", ("test",), "test/test_a.py"),
        ("tests/test_a.py", "python", (), "tests/test_a.py"),
        ("src/a.ts", "typescript", (), "src/a.test.ts"),
        ("src/a.ts", "typescript", ("src/__tests__",), "src/__tests__/a.test.ts"),
        ("pkg/a.go", "go", (), "pkg/a_test.go"),
        ("src/main/java/x/A.java", "java", (), "src/test/java/x/ATest.java"),
        ("lib/a.rb", "ruby", ("spec",), "spec/a_spec.rb"),
        ("src/A.php", "php", (), "tests/ATest.php"),
        ("src/lib.rs", "rust", (), "src/lib.rs"),
        ("/home/me/a.py", "python", (), "/home/me/test_a.py"),
    ],
)
def test_tests_go_where_custom_has_them(path, language, there, expected) -> None:
    assert where_tests_go(path, language, lambda name: name in there) == expected


TESTS = "from a import add\n\n\ndef test_adds():\n    assert add(1, 2) == 3\n"


async def test_tests_make_a_new_file_and_leave_the_code_alone(studio) -> None:
    made = studio(fenced(TESTS))
    edited = await made.edit(TEXT, Kind.TESTS)
    assert [(c.path, c.before, c.after) for c in edited.changes] == [("tests/test_a.py", None, TESTS)]
    assert edited.served.decision.task == "tests"
    assert "in the new file tests/test_a.py" in made.prompts()[0]


async def test_tests_are_added_to_those_that_are_there(studio) -> None:
    made = studio(fenced(TESTS.replace("test_adds", "test_more")))
    made.write("tests/test_a.py", TESTS)
    edited = await made.edit(TEXT, Kind.TESTS)
    new = after(edited, "tests/test_a.py")
    assert new.startswith(TESTS)
    assert new.endswith("\n\n\ndef test_more():\n    assert add(1, 2) == 3\n")
    assert "at the end of tests/test_a.py" in made.prompts()[0]
    assert "test_adds" in made.prompts()[0]


async def test_tests_may_come_as_blocks(studio) -> None:
    edited = await studio(block("tests/test_other.py", "", TESTS)).edit(TEXT, Kind.TESTS)
    assert after(edited, "tests/test_other.py") == TESTS


# --- documentation ---

DOCUMENTED = 'def add(a, b):\n    """The sum of two numbers."""\n    return a + b\n'


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("a.py", TEXT, DOCUMENTED),
        ("a.py", TEXT, "# Adds.\ndef add(a, b):\n    # the sum\n    return a + b\n"),
        ("a.js", "function f(a) {\n  return a;\n}\n", "/** Gives it back. */\nfunction f(a) {\n  return a;\n}\n"),
        ("a.go", "package a\n\nfunc F() int {\n\treturn 1\n}\n", "// F is one.\nfunc F() int {\n\treturn 1\n}\n"),
    ],
)
async def test_documentation_is_added(studio, path, text, code) -> None:
    at = text[text.index("return") :]
    edited = await studio(fenced(code, "")).edit(text, Kind.DOCUMENT, path, at=at, points=True)
    assert edited.problems == ()
    assert len(after(edited, path)) > len(text)


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("a.py", TEXT, DOCUMENTED.replace("a + b", "b + a")),
        ("a.js", "function f(a) {\n  return a;\n}\n", "/** Gives it back. */\nfunction f(a) {\n  return a + 0;\n}\n"),
    ],
)
async def test_documentation_that_changes_code_is_refused(studio, path, text, code) -> None:
    at = text[text.index("return") :]
    edited = await studio(fenced(code, "")).edit(text, Kind.DOCUMENT, path, at=at, points=True)
    assert edited.changes == ()
    assert "code changed" in edited.problems[0].message


# --- what no edit may bring ---


@pytest.mark.parametrize(
    ("code", "gate"),
    [
        ("def add(a, b):\n    return eval(f'{a} + {b}')\n", "security"),
        ("def add(a, b):\n    # TODO: implement this\n    return 0\n", "placeholder"),
        ("def add(a, b):\n    ...\n", "placeholder"),
        ("def add(a, b, c):\n    return a + b + c\n", "signature"),
        ("def plus(a, b):\n    return a + b\n", "signature"),
        ("def add(a, b):\n    return a + bb\n", "ruff"),
        ("def add(a, b):\n    return hashlib.md5(a) + b\n", "ruff"),
        ('def add(a, b):\n    password = "hunter2hunter"\n    return a + b + len(password)\n', "security"),
    ],
)
async def test_what_an_edit_may_not_bring(studio, code, gate) -> None:
    made = studio(fenced(code))
    edited = await made.edit(TEXT, Kind.REFACTOR, at="def add(a, b):\n    return a + b")
    assert edited.changes == ()
    assert gate in {problem.gate for problem in edited.problems}
    assert made.transport.asked() == ["small", "small", "strong"]


@pytest.mark.parametrize(
    "old", ["    return eval(a)\n", "    return undefined\n", "    # TODO: implement\n    return 1\n"]
)
async def test_what_was_there_before_is_not_held_against_an_edit(studio, old) -> None:
    text = f"{TEXT}\n\ndef old(a):\n{old}"
    edited = await studio(fenced("def add(a, b):\n    return b + a\n")).edit(text, at="return a + b", points=True)
    assert after(edited) == text.replace("a + b", "b + a")


UNKNOWN = "def add(a, b):\n    return a + c\n"


@pytest.mark.parametrize(
    ("text", "complaint", "code", "left"),
    [
        (UNKNOWN, "Undefined name `c`", "def add(a, b):\n    return c + a\n", "still there: F821"),
        (UNKNOWN, "Undefined name `c`", "def add(a, b):\n    return a + b\n", ""),
        ("def f(:\n    return 1\n", "invalid syntax", "def f(:\n    return 2\n", "still: "),
        ("def f(:\n    return 1\n", "invalid syntax", "def f():\n    return 1\n", ""),
        ("def f():\n    return (1\n", "'(' was never closed", "def f():\n    return (2\n", "return (2"),
    ],
)
async def test_a_fix_must_do_away_with_what_is_reported(studio, text, complaint, code, left) -> None:
    made = studio(fenced(code), config="[validation]\nmax_attempts = 1\n")
    edited = await made.edit(text, Kind.FIX, at=text[text.index("return") :].strip(), complaints=[complaint])
    assert bool(edited.changes) is not bool(left), edited.problems
    assert not left or left in edited.problems[0].message


@pytest.mark.parametrize(
    ("path", "text", "code", "fine"),
    [
        ("a.js", "function f() {\n  return [1;\n}\n", "function f() {\n  return [1];\n}\n", True),
        ("a.js", "function f() {\n  return [1;\n}\n", "function f() {\n  return [2;\n}\n", False),
        ("a.go", "package a\n\nfunc F( {\n}\n", "package a\n\nfunc F() {\n}\n", True),
        ("a.go", "package a\n\nfunc F( {\n}\n", "package a\n\nfunc G( {\n}\n", False),
    ],
)
async def test_a_syntax_error_is_mended_or_nothing_changes(studio, path, text, code, fine) -> None:
    made = studio(fenced(code, ""), config="[validation]\nmax_attempts = 1\n")
    edited = await made.edit(text, Kind.FIX, path, complaints=["syntax error: unexpected token"])
    assert bool(edited.changes) is fine, edited.problems


async def test_a_name_that_was_asked_for_may_change(studio) -> None:
    made = studio(fenced("def plus(a, b):\n    return a + b\n"))
    edited = await made.edit(TEXT, at="def add(a, b):\n    return a + b", instruction="rename add to plus")
    assert after(edited) == TEXT.replace("add", "plus")


async def test_a_costly_loop_is_a_note_and_no_reason_to_refuse(studio) -> None:
    code = "def add(a, b):\n    return [x + y for x in a for y in b]\n"
    edited = await studio(fenced(code)).edit(TEXT, at="return a + b", points=True)
    assert edited.changes
    assert "n²" in edited.note


async def test_nothing_to_change_is_no_failure(studio) -> None:
    edited = await studio(fenced("def add(a, b):\n    return a + b\n")).edit(TEXT, at="return a + b", points=True)
    assert (edited.changes, edited.problems) == ((), ())
    assert "small saw nothing to change" in edited.note


GPL = "# SPDX-License-Identifier: GPL-3.0\n"
BODY = "".join(f"    total_of_row_{n} = compute_the_row(values, {n}) + {n}\n" for n in range(10))
COPIED = f"def tally(values):\n{BODY}    return locals()\n"


@pytest.mark.parametrize(("head", "fine"), [(GPL, False), ("", True)])
async def test_code_of_another_licence_is_not_passed_off(studio, head, fine) -> None:
    made = studio(fenced(COPIED))
    made.write("vendor/tally.py", f"{head}{COPIED}")
    text = "def compute_the_row(values, n):\n    return n\n"
    edited = await made.edit(text, Kind.GENERATE, instruction="tally the values")
    assert bool(edited.changes) is fine
    assert fine or edited.problems[0].gate == "verbatim"


# --- the project's formatter ---


async def test_the_projects_formatter_has_the_last_word(studio) -> None:
    made = studio(fenced("def add(a, b):\n    return   a+b  +0\n"))
    made.write("ruff.toml", "line-length = 100\n")
    edited = await made.edit(TEXT, at="return a + b", points=True)
    assert after(edited) == TEXT.replace("a + b", "a + b + 0")


async def test_a_file_that_was_not_formatted_keeps_its_own_form(studio) -> None:
    made = studio(fenced("def add(a, b):\n    return   a+b  +0\n"))
    made.write("ruff.toml", "line-length = 100\n")
    text = TEXT + "x   = 1\n"
    edited = await made.edit(text, at="return a + b", points=True)
    assert after(edited) == text.replace("return a + b", "return   a+b  +0")


# --- what is said to models ---


async def test_prompts_have_their_stable_parts_first_and_their_version_in_the_ledger(studio) -> None:
    made = studio(fenced(DOCUMENTED))
    await made.edit(TEXT, Kind.DOCUMENT, at="return a + b", points=True)
    (call,) = made.transport.calls
    assert [message.cache for message in call.prompt.messages] == [True, True, False]
    assert call.prompt.template == "document@1"
    assert made.rows()[0].template == "document@1"


@pytest.mark.parametrize(
    ("complaint", "form"),
    [("wrong sign", "exactly one fenced"), ("undefined name `math`", "search/replace blocks only")],
)
async def test_a_fix_that_may_need_an_import_may_reach_outside(studio, complaint, form) -> None:
    made = studio(fenced("def add(a, b):\n    return b + a\n"))
    await made.edit(TEXT, Kind.FIX, at="a + b", complaints=[complaint])
    assert form in made.prompts()[0]
    assert f"line 5: {complaint}" in made.prompts()[0]


async def test_a_selection_too_long_to_write_out_is_asked_for_in_blocks(studio) -> None:
    long = "".join(f"    value_{n} = compute(value_{n - 1}, {n})\n" for n in range(400))
    text = f"def f(value_0, compute):\n{long}    return value_0\n"
    made = studio(block("a.py", "    return value_0\n", "    return value_1\n"))
    edited = await made.edit(text, at=text)
    assert "search/replace blocks only" in made.prompts()[0]
    assert after(edited) == text.replace("return value_0", "return value_1")


async def test_an_answer_that_was_cut_off_is_asked_for_in_blocks(studio) -> None:
    made = studio(
        in_turn("```python\ndef add(a, b):\n    ret", block("a.py", "    return a + b\n", "    return b + a\n"))
    )
    edited = await made.edit(TEXT, at="return a + b", points=True)
    assert after(edited) == TEXT.replace("a + b", "b + a")
    assert ["search/replace blocks only" in prompt for prompt in made.prompts()] == [False, True]


async def test_a_huge_file_goes_along_in_part(studio) -> None:
    text = "".join(f"def f{n}(a):\n    return a + {n}\n\n\n" for n in range(5_000))
    made = studio(fenced("def f2500(a):\n    return 2_500 + a\n"))
    edited = await made.edit(text, at="return a + 2500", points=True)
    assert after(edited) == text.replace("a + 2500\n", "2_500 + a\n")
    assert len(made.prompts()[0]) < 40_000


async def test_other_files_go_along_where_they_help(studio) -> None:
    tab = Document("shop.py", "def compute(value):\n    return value * 2\n", "python")
    made = studio(fenced("def add(a, b):\n    return b + a\n"))
    await made.edit(TEXT.replace("a + b", "compute(a)"), at="return compute(a)", points=True, tabs=(tab,))
    assert "value * 2" in made.prompts()[0]


@pytest.mark.parametrize(
    ("instruction", "blocks"),
    [
        ("read the files faster", False),
        ("move on to the next line", False),
        ("rename it in all files", True),
        ("update all callers", True),
        ("move this into lib/tax.py", True),
        ("extract the parser to a new module", True),
        ("split it into two modules", True),
    ],
)
async def test_several_files_are_asked_for_in_blocks(studio, instruction, blocks) -> None:
    made = studio("no code")
    await made.edit(TEXT, at="def add(a, b):\n    return a + b", instruction=instruction, model="small")
    assert ("search/replace blocks only" in made.prompts()[0]) is blocks


@pytest.mark.parametrize(
    "instruction", ["explain how to add numbers in a function", "review this and add what is missing"]
)
async def test_who_asks_for_code_gets_code(studio, instruction) -> None:
    made = studio(fenced("def more():\n    return 1\n"))
    edited = await made.edit(TEXT, Kind.GENERATE, instruction=instruction)
    assert edited.changes
    assert edited.served.decision.task not in {"explain", "review"}
