"""Whether only comments changed, in languages with trees of their own."""

from __future__ import annotations

import pytest

from lsp_router.validation.grammars import Grammars
from lsp_router.validation.untouched import code_changed

GRAMMARS = Grammars()
PY = "import os\n\n\ndef f(a):\n    return a\n\n\nclass A:\n    pass\n"
JS = "function f(a) {\n  return `x ${a}`;\n}\n"


@pytest.mark.parametrize(
    ("language", "before", "after", "same"),
    [
        ("python", PY, PY.replace("    return a", '    """Gives it back."""\n    return a'), True),
        ("python", PY, PY.replace("    pass", '    """A thing."""'), True),
        ("python", PY, '"""Module."""\n\n' + PY, True),
        ("python", PY, PY.replace("return a", "return a  # back"), True),
        ("python", PY, PY.replace("return a", "return (a)"), True),
        ("python", PY, PY.replace("return a", "return -a"), False),
        ("python", PY, PY.replace("import os", "import re"), False),
        ("python", PY, PY.replace("return a", "return 'a'"), False),
        ("javascript", JS, "/** Says.\n * @param a what\n */\n" + JS, True),
        ("javascript", JS, JS.replace("return", "return  "), True),
        ("javascript", JS, JS.replace("x $", "y $"), False),
        ("javascript", JS, JS.replace("return", "return !"), False),
        ("go", "package a\n\nfunc F() {}\n", "package a\n\n// F does.\nfunc F() {}\n", True),
        ("go", "package a\n\nfunc F() {}\n", "package a\n\n// F does.\nfunc G() {}\n", False),
        ("rust", "fn f() {}\n", "/// Does.\nfn f() {}\n", True),
        ("rust", "fn f() {}\n", "/// Does.\npub fn f() {}\n", False),
        ("c", "int f(void);\n", "/* Does. */\nint f(void);\n", True),
        ("java", "class A { int f() { return 1; } }\n", "/** A. */\nclass A { int f() { return 1; } }\n", True),
        ("java", "class A { int f() { return 1; } }\n", "/** A. */\nclass A { int f() { return 2; } }\n", False),
        ("ruby", "def f\n  1\nend\n", "# Does.\ndef f\n  1\nend\n", True),
        ("markdown", "# a\n", "# b\n", True),
        ("cobol", "x", "y", True),
    ],
)
def test_only_comments_may_change(language, before, after, same) -> None:
    assert (code_changed(before, after, language, GRAMMARS) == ()) is same
