"""Models answer with more or less than they were asked for: where each answer goes, and what the file is then."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_router.assist.edit.aim import aim
from lsp_router.assist.edit.ask import Ask, Kind
from lsp_router.assist.edit.files import Files
from lsp_router.assist.edit.reading import Draft, Reader
from lsp_router.context.document import Document
from lsp_router.context.privacy import Ruling
from lsp_router.context.vault import Vault
from lsp_router.domain.task import Privacy
from lsp_router.validation.grammars import Grammars
from tests.support.studio import fenced

GRAMMARS = Grammars()
PY = (
    "import os\n\n\ndef add(a, b):\n    total = a - b\n    return total\n\n\n"
    "class Box:\n    def size(self):\n        return 1\n"
)
JS = "const x = 1;\n\nclass A {\n  size() {\n    return 1;\n  }\n}\n\nfunction f(a) {\n  return a - 1;\n}\n"


class Nowhere:
    project = ""

    def judge(self, path: str) -> Ruling:
        return Ruling()


def read(text: str, at: str | None, answer: str, kind: Kind = Kind.FIX, language: str = "python", **wishes) -> Draft:
    span = None if at is None else (text.index(at), text.index(at) + len(at))
    span = wishes.pop("span", span)
    document = Document("a.py" if language == "python" else "a.js", text, language)
    ask = Ask(kind, document, span, **wishes)
    files = Files(Nowhere(), document, (), Privacy.CLOUD)
    return Reader(ask, aim(ask), files, Vault(), GRAMMARS).read(answer)


FUNCTION = "def add(a, b):\n    total = a + b\n    return total\n"
FIXED = PY.replace("a - b", "a + b")


@pytest.mark.parametrize(
    ("at", "code"),
    [
        ("a - b", FUNCTION),  # the function that was shown
        ("a - b", "    total = a + b\n"),  # only its line
        ("a - b", "total = a + b\n"),  # the line without its indentation
        ("a - b", "    total = a + b\n    return total\n"),  # its body
        ("a - b", "total = a + b\nreturn total\n"),
        ("a - b", "a + b\n"),  # only the spot
        ("-", "+\n"),
        ("a - b", FIXED),  # the whole file
        ("    total = a - b\n", "    total = a + b\n"),  # selected lines
        ("    total = a - b\n", FUNCTION),  # more than was selected
        ("    total = a - b\n    return total\n", "    total = a + b\n    return total\n"),
        (None, FIXED),
        (None, FUNCTION),  # one definition for the whole file
        ("def add(a, b):\n    total = a - b\n    return total", FUNCTION),
        ("def add(a, b):\n    total = a - b\n    return total", FIXED),
    ],
)
def test_an_answer_goes_where_it_belongs(at, code) -> None:
    draft = read(PY, at, fenced(code))
    assert draft.problems == ()
    assert draft.texts == {"a.py": FIXED}


@pytest.mark.parametrize(
    ("at", "code", "expected"),
    [
        ("return a - 1;", "function f(a) {\n  return a + 1;\n}", JS.replace("a - 1", "a + 1")),
        ("return a - 1;", "return a + 1;", JS.replace("a - 1", "a + 1")),
        ("return 1;", "size() {\n    return 2;\n  }", JS.replace("return 1;", "return 2;")),
        ("return 1;", "  length() {\n    return 1;\n  }", JS.replace("size()", "length()")),
        ("return 1;", "class A {\n  size() {\n    return 2;\n  }\n}", JS.replace("return 1;", "return 2;")),
    ],
)
def test_braces_are_no_different(at, code, expected) -> None:
    assert read(JS, at, fenced(code, "javascript"), language="javascript").texts == {"a.js": expected}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def plus(a, b):\n    return a + b\n", "def plus(a, b):\n    return a + b\n"),  # renamed
        (
            "def check(a):\n    return a\n\n\ndef add(a, b):\n    return check(a) + b\n",
            "def check(a):\n    return a\n\n\ndef add(a, b):\n    return check(a) + b\n",
        ),  # with a helper
    ],
)
def test_the_function_asked_about_may_become_something_else(code, expected) -> None:
    old = "def add(a, b):\n    total = a - b\n    return total\n"
    assert read(PY, "a - b", fenced(code)).texts == {"a.py": PY.replace(old, expected)}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "    if a is None:\n        a = 0\n    total = a + b\n",
            "    if a is None:\n        a = 0\n    total = a + b\n    return total\n",
        ),
        ("    total = a\n    total += b\n", "    total = a\n    total += b\n    return total\n"),
        (
            "    total = a + b\n    print(total)\n    return total\n",
            "    total = a + b\n    print(total)\n    return total\n",
        ),
    ],
)
def test_one_line_may_become_several(code, expected) -> None:
    old = "    total = a - b\n    return total\n"
    assert read(PY, "a - b", fenced(code)).texts == {"a.py": PY.replace(old, expected)}


def test_a_cursor_means_the_function_around_it() -> None:
    at = PY.index("total = ")
    assert read(PY, None, fenced(FUNCTION), Kind.REFACTOR, span=(at, at)).texts == {"a.py": FIXED}


@pytest.mark.parametrize(
    ("text", "at", "code", "expected"),
    [
        ("x = 1\n", None, "y = 2\n", "x = 1\n\n\ny = 2\n"),
        ("x = 1", None, "y = 2\n", "x = 1\n\n\ny = 2\n"),
        ("", None, "y = 2\n", "y = 2\n"),
        ("x = 1\r\n", None, "y = 2\nz = 3\n", "x = 1\r\n\r\n\r\ny = 2\r\nz = 3\r\n"),
        ("import os\n\nx = 1\n", None, "import os\n\nx = 1\n\n\ny = 2\n", "import os\n\nx = 1\n\n\ny = 2\n"),
        ("def f():\n    \n", 13, "return 1\n", "def f():\n    return 1\n"),
        ("a = 1\n\nb = 2\n", 6, "c = 3\n", "a = 1\nc = 3\nb = 2\n"),
    ],
)
def test_generated_code_goes_to_the_cursor_or_to_the_end(text, at, code, expected) -> None:
    span = None if at is None else (at, at)
    assert read(text, None, fenced(code), Kind.GENERATE, span=span).texts == {"a.py": expected}


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("", "empty"),
        ("I cannot do that.", "no code"),
        ("```python\ndef add(a, b):\n    # ... rest of the code unchanged ...\n```", "left out"),
        ("```python\ndef add(a, b):\n    total = a +", "cut off"),
        (fenced("x = 1\n") + "\n\nor\n\n" + fenced("y = 2\n"), "not clear which"),
        ("a.py\n<<<<<<< SEARCH\n    total = a * b\n=======\n    total = a + b\n>>>>>>> REPLACE\n", "not in the file"),
        ("a.py\n<<<<<<< SEARCH\n\n=======\n    total = a + b\n>>>>>>> REPLACE\n", "nothing to find"),
        ("a.py\n<<<<<<< SEARCH\n    total = a - b\n=======\n    total = a + b\n", "not complete"),
        (fenced("def add(a, b):\n    total = a - b\n    return total\n"), "changes nothing"),
    ],
)
def test_what_cannot_be_trusted_goes_back_with_its_reason(answer, says) -> None:
    draft = read(PY, "a - b", answer)
    assert any(says in problem.message for problem in draft.problems), draft.problems


def test_lines_that_occur_twice_are_not_guessed() -> None:
    text = "x = 1\ny = 2\nx = 1\n"
    draft = read(text, None, "a.py\n<<<<<<< SEARCH\nx = 1\n=======\nx = 3\n>>>>>>> REPLACE\n", Kind.REFACTOR)
    assert "occur 2 times" in draft.problems[0].message


@pytest.mark.parametrize(
    ("style", "text", "code", "expected"),
    [
        ("tabs", "def f(a):\n\tif a:\n\t\treturn 1\n", "def f(a):\n    if a:\n        return 2\n",
         "def f(a):\n\tif a:\n\t\treturn 2\n"),
        ("CRLF", "def f(a):\r\n    return 1\r\n", "def f(a):\n    return 2\n", "def f(a):\r\n    return 2\r\n"),
        ("no final newline", "def f(a):\n    return 1", "def f(a):\n    return 2\n", "def f(a):\n    return 2"),
        ("quotes", "A = 'a'\nB = 'b'\nC = 'c'\n\n\ndef f():\n    return 'd'\n", 'def f():\n    return "e"\n',
         "A = 'a'\nB = 'b'\nC = 'c'\n\n\ndef f():\n    return 'e'\n"),
    ],
)  # fmt: skip
def test_the_style_of_the_file_is_kept(style, text, code, expected) -> None:
    at = text[text.index("def f") :]
    assert read(text, at, fenced(code), Kind.REFACTOR).texts == {"a.py": expected}, style


def test_a_path_of_the_workspace_is_written_with_forward_slashes(tmp_path: Path) -> None:
    blocks = "src\\a.py\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n"
    document = Document("src/a.py", "x = 1\n", "python")
    ask = Ask(Kind.REFACTOR, document)
    files = Files(Nowhere(), document, (), Privacy.CLOUD)
    assert Reader(ask, aim(ask), files, Vault(), GRAMMARS).read(blocks).texts == {"src/a.py": "x = 2\n"}


HEAD = '#!/usr/bin/env python3\n# (c) us\n"""What it is."""\n'


@pytest.mark.parametrize(
    ("text", "added", "expected"),
    [
        ("import os\n\nx = os\n", "import os\n\ny = os\n", "import os\n\nx = os\n\n\ny = os\n"),
        ("import os\n\nx = os\n", "import re\ny = re\n", "import os\nimport re\n\nx = os\n\n\ny = re\n"),
        ("x = 1\n", "import re\ny = re\n", "import re\n\nx = 1\n\n\ny = re\n"),
        (HEAD + "\nx = 1\n", "import re\ny = re\n", HEAD + "import re\n\n\nx = 1\n\n\ny = re\n"),
        ("import os\r\nx = os\r\n", "from a import (\n    b,\n)\ny = b\n",
         "import os\r\nfrom a import (\r\n    b,\r\n)\r\nx = os\r\n\r\n\r\ny = b\r\n"),
        ("import os", "import re\n", "import os\nimport re\n"),
    ],
)  # fmt: skip
def test_imports_of_added_code_join_those_of_the_file(text, added, expected) -> None:
    assert read(text, None, fenced(added), Kind.GENERATE).texts == {"a.py": expected}


LONG = "".join(f"key{n}: {n}\n" for n in range(40))


@pytest.mark.parametrize(
    ("code", "instruction", "fine"),
    [
        (LONG.replace("key7:", "key_7:"), "rename key7", True),
        ("key_7: 7\n", "rename key7", False),
        (LONG[:100], "remove what is not needed", True),
    ],
)
def test_a_part_is_not_taken_for_the_whole_file(code, instruction, fine) -> None:
    document = Document("a.yaml", LONG, "yaml")
    ask = Ask(Kind.REFACTOR, document, instruction=instruction)
    draft = Reader(ask, aim(ask), Files(Nowhere(), document, (), Privacy.CLOUD), Vault(), GRAMMARS).read(
        fenced(code, "yaml")
    )
    assert ([problem.gate for problem in draft.problems] == []) is fine
