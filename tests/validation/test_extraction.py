"""What a chat reply holds: one row per way in which models wrap, chat, cut and abbreviate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.validation.fences import split
from lsp_router.validation.reply import extract, without_repeated

F = "```"
DOCUMENTED = '"""\na.b\n~~~\nc.d.e\n~~~~~~~\n\nWhat this module does for everybody.\n"""\n\nx = 1\n'
TABLE = "NAMES = {\n" + "    'ann': ('people', 'ann', ()),\n" * 3 + "}\nMORE = (\n"
CASES = [
    ("one block", "python", f"{F}python\nx = 1\n{F}", "x = 1\n"),
    ("chatter around", "python", f"Sure! Here it is:\n\n{F}python\nx = 1\n{F}\n\nThis sets x.", "x = 1\n"),
    ("tilde fence", "python", "~~~py\nx = 1\n~~~", "x = 1\n"),
    ("no language", "go", f"{F}\nx := 1\n{F}", "x := 1\n"),
    ("unclosed", "python", f"Here:\n{F}python\nx = 1\ny = 2\n", "x = 1\ny = 2\n"),
    ("unclosed with a glued closer", "python", f"{F}python\nx = 1{F}", "x = 1"),
    ("on one line", "python", f"{F}x = 1{F}", "x = 1"),
    ("on one line with its language", "python", f"{F}py x = 1{F}", "x = 1"),
    ("opener glued to a sentence", "python", f"Here is the code: {F}python\nx = 1\n{F}", "x = 1\n"),
    ("CRLF reply", "python", f"{F}python\r\nx = 1\r\n{F}\r\n", "x = 1\n"),
    (
        "longer fence holds shorter ones",
        "python",
        f'{F}`python\nd = """\n{F}\nx\n{F}\n"""\n{F}`',
        f'd = """\n{F}\nx\n{F}\n"""\n',
    ),
    (
        "indented fences are code",
        "python",
        f'{F}python\ndef f():\n    """\n    {F}\n    x\n    {F}\n    """\n{F}',
        f'def f():\n    """\n    {F}\n    x\n    {F}\n    """\n',
    ),
    (
        "named inner fence",
        "python",
        f'{F}python\nD = """\n{F}bash\nls\n{F}\n"""\n{F}',
        f'D = """\n{F}bash\nls\n{F}\n"""\n',
    ),
    ("in a list item", "python", f"1. First\n   {F}python\n   x = 1\n     y\n   {F}", "x = 1\n  y\n"),
    (
        "markdown keeps inner blocks",
        "markdown",
        f"{F}md\nconst x = 5;\n{F}bash\nls -al\n{F}\n{F}",
        f"const x = 5;\n{F}bash\nls -al\n{F}\n",
    ),
    (
        "markdown keeps bare inner blocks",
        "markdown",
        f"{F}markdown\n# A\n{F}\nx\n{F}\nend\n{F}",
        f"# A\n{F}\nx\n{F}\nend\n",
    ),
    (
        "markdown that is not wrapped",
        "markdown",
        f"# A\n\n{F}sh\nls\n{F}\n\nMore.\n",
        f"# A\n\n{F}sh\nls\n{F}\n\nMore.\n",
    ),
    (
        "markdown after an opener",
        "markdown",
        "Here is the updated README:\n\n# A\n\nWords here.\n",
        "# A\n\nWords here.\n",
    ),
    ("a tag around it", "python", "<selection>\nx = 1\n</selection>", "x = 1\n"),
    ("a tag inside the fence", "python", f'{F}python\n<file path="a.py">\nx = 1\n</file>\n{F}', "x = 1\n"),
    ("a tag that is code", "html", f"{F}html\n<code>\nx\n</code>\n{F}", "<code>\nx\n</code>\n"),
    ("shell block beside the code", "python", f"{F}python\nx = 1\n{F}\nRun it:\n{F}bash\npython x.py\n{F}", "x = 1\n"),
    (
        "usage example is an aside",
        "python",
        f"{F}python\ndef f(): return 1\n{F}\nExample usage:\n{F}python\nprint(f())\n{F}",
        "def f(): return 1\n",
    ),
    (
        "the original first",
        "python",
        f"Your original code:\n{F}python\nx = 0\n{F}\nFixed:\n{F}python\nx = 1\n{F}",
        "x = 1\n",
    ),
    ("same block twice", "python", f"{F}python\nx = 1\n{F}\nSo:\n{F}python\nx = 1\n{F}", "x = 1\n"),
    ("first fence never closed", "python", f"{F}text\nplan\n{F}python\nx = 1\n{F}", "x = 1\n"),
    ("cousins", "typescript", f"{F}js\nlet a = 1;\n{F}", "let a = 1;\n"),
    ("wrongly named but alone", "rust", f"{F}c\nlet a = 1;\n{F}", "let a = 1;\n"),
    ("file path comment", "typescript", f"{F}ts\n// filepath: /src/a.ts\nlet a = 1;\n{F}", "let a = 1;\n"),
    ("bare code", "python", "def f():\n    return 1\n", "def f():\n    return 1\n"),
    (
        "bare code in chatter",
        "python",
        "Sure, here's the function:\n\ndef f():\n    return 1\n\nThis function returns one every time.\n",
        "def f():\n    return 1\n\n",
    ),
    ("bare code, then a shell block", "typescript", f"const x = 5;\n{F}bash\nls -al\n{F}", "const x = 5;\n"),
    ("underlines are no fences", "python", DOCUMENTED, DOCUMENTED),
    ("tables are not chatter", "python", TABLE, TABLE),
    (
        "fences in docstrings of bare code",
        "python",
        f'def f():\n    """\n{F}\nx\n{F}\n    """\n',
        f'def f():\n    """\n{F}\nx\n{F}\n    """\n',
    ),
    (
        "comments are not chatter",
        "python",
        "# This is the main loop of the program.\nrun()\n",
        "# This is the main loop of the program.\nrun()\n",
    ),
    ("thoughts", "python", f"<think>\n{F}python\nno\n{F}\n</think>\n{F}python\nyes()\n{F}", "yes()\n"),
    ("end tokens", "python", "x = f(1)\n<|im_end|>", "x = f(1)\n"),
    ("yaml", "yaml", "Here is the file:\n\nname: build\non: push\n", "name: build\non: push\n"),
    ("css", "css", "body {\n  color: red;\n}\n", "body {\n  color: red;\n}\n"),
    ("a diff file is no patch", "diff", f"{F}diff\n@@ -1 +1 @@\n-a\n+b\n{F}", "@@ -1 +1 @@\n-a\n+b\n"),
    (
        "python ellipsis bodies",
        "python",
        f"{F}python\nclass P(Protocol):\n    def f(self) -> int:\n        ...\n{F}",
        "class P(Protocol):\n    def f(self) -> int:\n        ...\n",
    ),
    ("spread is code", "javascript", f"{F}js\nconst a = {{\n  ...rest,\n}};\n{F}", "const a = {\n  ...rest,\n};\n"),
    (
        "an ordinary comment with rest",
        "python",
        f"{F}python\n# the rest of the list is sorted by name\nx = 1\n{F}",
        "# the rest of the list is sorted by name\nx = 1\n",
    ),
]


@pytest.mark.parametrize(("language", "reply", "code"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_the_code_is_found(language: str, reply: str, code: str) -> None:
    found = extract(reply, language)
    assert (found.code, found.problems) == (code, ())


REFUSED = [
    ("python", "I'm sorry, but I cannot help with that request.", "no code"),
    ("python", "Natürlich kann ich Ihnen dabei helfen. Was brauchen Sie?", "no code"),
    ("python", "  \n", "empty"),
    ("python", f"{F}python\nimport os\n{F}\nand\n{F}python\ndef f(): ...\n{F}", "2 code blocks"),
    ("a.py", "<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n", "not complete"),
]


@pytest.mark.parametrize(("language", "reply", "why"), REFUSED)
def test_what_is_no_answer_is_refused_with_a_reason(language: str, reply: str, why: str) -> None:
    assert why in extract(reply, language).problems[0].message


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("python", "# ... rest of the code ..."),
        ("python", "    # ... existing code ..."),
        ("python", "# rest of the function remains unchanged"),
        ("python", "# (rest of the file stays the same)"),
        ("python", "# …"),
        ("python", "    # ..."),
        ("python", "... rest unchanged ..."),
        ("python", "# Existing imports"),
        ("python", "# other methods remain the same"),
        ("python", "# unchanged"),
        ("typescript", "  // ...existing code..."),
        ("typescript", "  /* ... */"),
        ("typescript", "  ..."),
        ("typescript", "  {/* ... rest of the component ... */}"),
        ("go", "// rest of your code here"),
        ("go", "// the remaining code is unchanged"),
        ("html", "<!-- rest of the page unchanged -->"),
        ("html", "<!-- ... -->"),
        ("lua", "-- ... same as before ..."),
        ("markdown", "[... rest of the document unchanged ...]"),
        ("markdown", "<!-- remaining content unchanged -->"),
        ("rust", "    // keep existing code…"),
        ("css", "/* Rest of the styles remain the same */"),
    ],
)
def test_what_stands_for_left_out_code_is_refused_unless_the_file_has_it(language: str, line: str) -> None:
    body = f"a b\n{line}\nc d\n"
    reply = f"{F}{language}\n{body}{F}"
    refused = extract(reply, language)
    assert [(p.gate, p.line) for p in refused.problems] == [("placeholder", 2)]
    assert line.strip() in refused.problems[0].message
    assert extract(reply, language, original=body).problems == ()


@pytest.mark.parametrize(
    "line",
    [
        "# Keep the remaining budget for later requests.",
        "# loading...",
        "# other",
        "# more than one is an error",
        "print('...')",
        "# previous value wins",
        "# The existing user is updated when the name matches",
        "raise ValueError('rest of the file is missing')",
        "# the rest of the arguments",
        "# multi-init means we would need to check platform same each time...",
        "# Message body is omitted for cases described in:",
        "# Make sure the new file's mode is the same as the old file's",
        "# Return already resolved part + rest of the path unchanged.",
        "# What follows could be done more efficiently...",
        "# for example:\n#   ...",
        "# the tree is unchanged",
        "# hashes are the same",
        "# returns the rest of the text after the marker",
    ],
)
def test_ordinary_comments_are_no_elisions(line: str) -> None:
    assert extract(f"{F}python\nx = 1\n{line}\n{F}", "python").problems == ()


BLOCK = "<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n"


@pytest.mark.parametrize(
    ("reply", "paths"),
    [
        (f"src/a.py\n{BLOCK}", ["src/a.py"]),
        (f"Sure:\n\n**src/a.py**\n{F}python\n{BLOCK}{F}\n", ["src/a.py"]),
        (f"{F}python\nsrc/a.py\n{BLOCK}{F}\n", ["src/a.py"]),
        (f"{F}python src/a.py\n{BLOCK}{F}", [""]),
        (f"### `src/a.py`:\n\n{BLOCK}\n{BLOCK}", ["src/a.py", "src/a.py"]),
        (f"a.py\n{BLOCK}b.py\n{BLOCK}", ["a.py", "b.py"]),
        (f"Makefile\n{BLOCK}", ["Makefile"]),
        (BLOCK, [""]),
    ],
)
def test_search_replace_blocks_carry_their_paths(reply: str, paths: list[str]) -> None:
    found = extract(reply, "python")
    assert found.problems == ()
    assert [c.path for c in found.changes] == paths
    assert {(c.search, c.replace) for c in found.changes} == {("x = 1\n", "x = 2\n")}


def test_an_abbreviated_block_is_refused() -> None:
    reply = "a.py\n<<<<<<< SEARCH\ndef f():\n    # ...\n=======\ndef f():\n    return 1\n>>>>>>> REPLACE\n"
    assert [p.gate for p in extract(reply, "python").problems] == ["placeholder"]


@pytest.mark.parametrize(
    "reply",
    [
        f"{F}diff\n--- a/m.py\n+++ b/m.py\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n{F}",
        "--- a/m.py\n+++ b/m.py\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n",
        f"{F}python\n--- a/m.py\n+++ b/m.py\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n{F}",
        f"m.py\n{F}diff\n a\n-b\n+B\n c\n{F}",
    ],
)
def test_a_diff_becomes_changes(reply: str) -> None:
    (change,) = extract(reply, "python").changes
    assert (change.path, change.search, change.replace) == ("m.py", "a\nb\nc\n", "a\nB\nc\n")


@pytest.mark.parametrize(
    ("prefix", "code", "rest"),
    [
        ("import os\n\n\ndef area(w, h):\n", "def area(w, h):\n    return w * h\n", "    return w * h\n"),
        ("import os\n\ndef area(w, h):\n", "import os\n\n\ndef area(w, h):\n    return w * h\n", "    return w * h\n"),
        ("def f(a):\n", "def f(a):\n    return a\n", "    return a\n"),
        ("    return\n", "return\n", "return\n"),
        ("    }\n", "}\nx = 1\n", "}\nx = 1\n"),
        ("total = ", "total = sum(x)\n", "sum(x)\n"),
        ("total =", "total = sum(x)\n", " sum(x)\n"),
        ("a = 1\n", "b = 2\n", "b = 2\n"),
    ],
)
def test_what_stands_before_the_place_is_not_repeated(prefix: str, code: str, rest: str) -> None:
    assert without_repeated(code, prefix) == rest


@pytest.mark.parametrize(
    ("opener", "language", "path"),
    [
        ("```ts src/a.ts", "ts", "src/a.ts"),
        ("```python:src/a.py", "python", "src/a.py"),
        ("```src/a.py", "", "src/a.py"),
        ('```js title="a.js"', "js", "a.js"),
        ("```{.python .numberLines}", "python", None),
        ("```c++", "c++", None),
        ("```objective-c", "objective-c", None),
        ("```", "", None),
    ],
)
def test_info_strings(opener: str, language: str, path: str | None) -> None:
    (block,) = split(f"{opener}\nx\n```\n").blocks
    assert (block.language, block.path, block.code) == (language, path, "x\n")


@given(st.text(alphabet="ab `~\n#.<>=", max_size=80))
def test_nothing_makes_it_fall(reply: str) -> None:
    found = extract(reply, "python", prefix="a\n")
    assert found.code is None or isinstance(found.code, str)
    assert found.code is not None or found.changes or found.problems


@given(st.lists(st.text(alphabet="ab ='\"(){}", max_size=12), min_size=1, max_size=8))
def test_what_is_in_a_fence_comes_out_as_it_went_in(lines: list[str]) -> None:
    code = "\n".join(lines) + "\n"
    (block,) = split(f"Here:\n````py\n{code}````\nBye.").blocks
    assert (block.code, block.before) == (code, "Here:\n")


def test_cases_from_outside(shared_eval: Path) -> None:
    rows = [
        json.loads(line) for line in (shared_eval / "dev" / "code_extraction.jsonl").read_text("utf-8").splitlines()
    ]
    for row in rows:
        blocks = split("".join(row["chunks"])).blocks if "expected_blocks" in row else ()
        for ours, theirs in zip(blocks, row.get("expected_blocks", ()), strict=True):
            assert ours.code.removesuffix("\n") == theirs["code"].removesuffix("\n"), row["id"]
            assert (ours.language, ours.before, ours.path) == (
                theirs["language"],
                theirs["text_before"],
                theirs["path"],
            )
        if "expected_insert" in row:
            code = extract(row["raw_completion"], row["language"], row["prefix"]).code or ""
            assert row["universal"] is False or code.rstrip() == row["expected_insert"].rstrip(), row["id"]
