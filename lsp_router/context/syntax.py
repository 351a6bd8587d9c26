"""What a cursor stands in: code, a comment or a string, told from a bounded stretch of text before it."""

from __future__ import annotations

import re
from typing import Literal

from lsp_router.context.languages import Layout, language
from lsp_router.context.lexer import spans

Place = Literal["code", "comment", "string"]

_LOOK_BACK = 16_384


def syntax_at(text: str, offset: int, name: str) -> Place:
    """The place of an offset; a documentation string counts as a comment, code in a template literal as code."""
    start = safe_start(text, offset, name, _LOOK_BACK)
    last = None
    for span in spans(text, start, offset, name):
        last = span
    return last.kind if last is not None and not last.closed else "code"


def safe_start(text: str, offset: int, name: str, look_back: int) -> int:
    """An offset not too far before another from which lexing is likely right: the file's start, or a definition at
    the margin, which prose in a long comment seldom looks like.
    """
    if offset <= look_back:
        return 0
    lowest = offset - look_back
    if language(name).layout is not Layout.BRACE:
        return max(text.rfind(word, lowest, offset) for word in _TOP_WORDS) + 1 or _next_line(text, lowest, offset)
    found = _BRACE_TOP.search(text, lowest, offset - look_back // 4)
    return found.start() if found else _next_line(text, lowest, offset)


def _next_line(text: str, at: int, stop: int) -> int:
    line = text.find("\n", at, stop)
    return at if line < 0 else line + 1


_TOP_WORDS = ("\ndef ", "\nclass ", "\nasync def ", "\n@", "\nfunction ", "\nlocal function ", "\nmodule ")
_BRACE_TOP = re.compile(r"^(?![\s*/#}\])]|\w+[ \t]+\w+[ \t]+\w+[ \t]+\w+[ \t]+\w)[^\n]*[{;][ \t]*$", re.MULTILINE)
