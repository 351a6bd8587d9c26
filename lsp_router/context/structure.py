"""Which function or class surrounds a place, by indentation or braces: what an edit without a range works on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from lsp_router.context.languages import Layout, definition_pattern, language
from lsp_router.context.lexer import spans
from lsp_router.context.syntax import safe_start

_NEAR = 24_000
_FAR = 200_000


@dataclass(frozen=True, slots=True)
class Enclosing:
    """A definition as whole lines, with its decorators and doc comments; `end` is before the last line's break."""

    start: int
    end: int
    kind: Literal["function", "class"]
    name: str


def enclosing(text: str, start: int, end: int, name: str) -> Enclosing | None:
    """The innermost function around a range, else the innermost class, else None."""
    found = _around(text, start, end, name)
    if found and text.startswith("\r\n", found.end - 1) and found.end > end:
        return replace(found, end=found.end - 1)
    return found


def is_test_path(path: str) -> bool:
    """Whether a file holds tests, by the conventions of the common frameworks."""
    return bool(_TEST_PATH.search(path.replace("\\", "/")))


_TEST_PATH = re.compile(
    r"(?:^|/)(?:tests?|__tests__|specs?|testing)/|(?:^|/)(?:test_[^/]*|conftest)\.py$|"
    r"(?:^|/)[^/]*(?:_test|_spec|[.-]test|[.-]spec|(?<=[a-z])Tests?|(?<=[a-z])Spec|(?<=[a-z])IT)\.\w+$"
)


def _around(text: str, start: int, end: int, name: str) -> Enclosing | None:
    layout = language(name).layout
    if layout is Layout.NONE:
        return None
    if layout is not Layout.BRACE:
        return _by_indent(text, start, end, name, closes=layout is Layout.END)
    near = _by_braces(text, start, end, name, _NEAR)
    return near if near or len(text) <= _NEAR else _by_braces(text, start, end, name, _FAR)


# --- languages whose bodies are told by indentation (and, for some, a closing `end`) ---


def _by_indent(text: str, start: int, end: int, name: str, *, closes: bool) -> Enclosing | None:
    pattern = definition_pattern(name)
    outer: Enclosing | None = None
    for header in _headers_above(text, start, pattern):
        found = _indented(text, header, name, closes=closes)
        if found.end < end and _still_inside(text, found.end, end, _indent(text, header.start())):
            found = replace(found, end=end)
        if found.end < end:
            continue
        if found.kind == "function":
            return found
        outer = outer or found
    return outer


def _still_inside(text: str, after: int, at: int, indent: int) -> bool:
    """A cursor on a blank line behind the last statement belongs to the body it is indented like."""
    return text[after:at].isspace() and at - _line_start(text, at) > indent


def _headers_above(text: str, start: int, pattern: re.Pattern[str] | None) -> Iterator[re.Match[str]]:
    """Definition lines that could contain an offset, innermost first: each is less indented than the one before."""
    if pattern is None:
        return
    line, limit = _line_start(text, start), _FAR
    while line > 0 and not text[line : _line_end(text, line)].strip():
        line = _line_start(text, line - 1)
    line = _below_decorators(text, line)
    indent = _indent(text, line) + 1
    while limit > 0:
        width = _indent(text, line)
        if width < indent and _has_text(text, line):
            if found := pattern.match(text, line):
                indent = width
                yield found
            elif text[line + width] not in ")]}#@":
                indent = min(indent, width + 1)
        if line == 0 or indent == 0:  # nothing is less indented than not at all
            return
        limit -= 1 + line - (line := _line_start(text, line - 1))


def _below_decorators(text: str, line: int) -> int:
    """The line a decorator above belongs to, so that a cursor on the decorator is inside the definition."""
    for _ in range(10):
        if text[line + _indent(text, line) : line + _indent(text, line) + 1] != "@":
            return line
        following = _line_end(text, line) + 1
        if following >= len(text):
            return line
        line = following
    return line


def _indented(text: str, header: re.Match[str], name: str, *, closes: bool) -> Enclosing:
    """The definition that begins at a header line, to the last line that is indented deeper."""
    line = header.start()
    indent = _indent(text, line)
    stop = min(len(text), line + _FAR)
    end = at = _line_end(text, line)
    lexed = line  # a place where code begins
    while at < stop:
        at, here = _line_end(text, at + 1), at + 1
        if not _has_text(text, here):
            continue
        if _indent(text, here) > indent or text[here + indent] in ")]}":
            end = at
            continue
        literal = _literal_over(text, lexed, here, stop, name)
        if literal is not None:
            end = at = _line_end(text, literal)
            lexed = literal
            continue
        if closes and _END_WORD.match(text, here):
            end = at
        break
    kind: Literal["function", "class"] = "class" if _CLASS_WORD.match(header[0]) else "function"
    return Enclosing(_with_head(text, line), end, kind, _group(header))


def _literal_over(text: str, start: int, at: int, stop: int, name: str) -> int | None:
    """Where the string or comment ends in which a line begins; looked for only where a definition seems to end."""
    last = None
    for span in spans(text, start, at, name):
        last = span
    if last is None or last.closed:
        return None
    end = next((span.end for span in spans(text, last.start, stop, name)), at)
    return end if end > at else None


_END_WORD = re.compile(r"[ \t]*end\b[^\n]*")
_CLASS_WORD = re.compile(r"[ \t]*(?:class|module|defmodule|(?:mutable[ \t]+)?struct)\b")

# --- languages whose bodies stand in braces ---


@dataclass(slots=True)
class _Block:
    header: int
    open: int
    close: int = -1


def _by_braces(text: str, start: int, end: int, name: str, reach: int) -> Enclosing | None:
    lowest = safe_start(text, start, name, reach)
    best: Enclosing | None = None
    for block in _blocks(text, lowest, min(len(text), end + reach), end, name):
        found = _named(text, block, name) if block.close >= end and block.header <= start else None
        if found is None or found.start > start or found.end < end:
            continue
        if best is None or _rank(found) < _rank(best):
            best = found
    return best


def _rank(found: Enclosing) -> tuple[bool, int]:
    return (found.kind == "class", found.end - found.start)


def _blocks(text: str, start: int, stop: int, until: int, name: str) -> list[_Block]:
    """Every brace block that is open at or after `until` or begins soon after; headers reach back to the last break."""
    done: list[_Block] = []
    stack: list[_Block] = []
    header = start
    for mark in _marks(text, start, stop, name):
        sign = text[mark]
        if sign == "{":
            stack.append(_Block(header, mark))
        elif sign == "}" and stack:
            block = stack.pop()
            block.close = mark
            done.append(block)
        header = mark + 1
        if mark > until and not stack and sign == "}":
            break
    return done


_MARKS = re.compile(r"[{};]")


def _marks(text: str, start: int, stop: int, name: str) -> Iterator[int]:
    """Offsets of braces and semicolons that are code."""
    at = start
    for low, high in chain(((span.start, span.end) for span in spans(text, start, stop, name)), ((stop, stop),)):
        for mark in _MARKS.finditer(text, at, low):
            yield mark.start()
        at = high


def _named(text: str, block: _Block, name: str) -> Enclosing | None:
    """What a block defines, told from the text before its brace; None for a loop, a literal or a callback."""
    header = text[block.header : block.open]
    pattern = definition_pattern(name)
    found = max(pattern.finditer(header), key=re.Match.start, default=None) if pattern else None
    if found is None or "\n\n" in header[found.end() :]:
        found = _METHOD_HEADER.search(header.rstrip())
        if found is None or header.count("(") != header.count(")"):
            return None
    if _is_control(_group(found)) or _SPACE_WORD.match(found[0]):
        return None
    line = _line_start(text, block.header + found.start() + len(found[0]) - len(found[0].lstrip()))
    line = _with_result_type(text, line, name)
    kind: Literal["function", "class"] = "class" if _TYPE_WORD.search(found[0]) else "function"
    return Enclosing(_with_head(text, line), _line_end(text, block.close), kind, _group(found))


_METHOD_HEADER = re.compile(
    r"^[ \t]*(?!(?:return|new|throw|await|else|case)\b)(?:[\w<>\[\],.?*&:~@#]+[ \t*&]+){0,8}?([#~]?\w+)[ \t]*"
    r"(?:<[^>(\n]*>)?\([^;{}]*\)[^;{}()=]*$",
    re.MULTILINE,
)
_TYPE_WORD = re.compile(r"\b(?:class|interface|enum|struct|record|trait|protocol|extension|object|union|type|impl)\b")
_SPACE_WORD = re.compile(r"[ \t]*(?:export[ \t]+|pub[ \t]+|inline[ \t]+)?(?:namespace|mod|module|package|extern)\b")


def _with_result_type(text: str, line: int, name: str) -> int:
    """C code often has the result's type on a line of its own."""
    if line == 0 or name not in {"c", "cpp"}:
        return line
    above = _line_start(text, line - 1)
    return above if _RESULT_TYPE.match(text, above, line - 1) else line


_RESULT_TYPE = re.compile(r"[A-Za-z_][\w:<>,&* \t]*\r?$")


def _is_control(word: str) -> bool:
    return word in {
        "if",
        "for",
        "while",
        "switch",
        "catch",
        "with",
        "match",
        "when",
        "using",
        "lock",
        "foreach",
        "else",
    }


# --- lines ---


def _with_head(text: str, line: int) -> int:
    """The start of the decorators, attributes and doc comments that stand directly above a line."""
    for _ in range(60):
        above = _line_start(text, line - 1) if line else 0
        if line == 0 or not _HEAD_LINE.match(text, above, line):
            return line
        line = above
    return line


_HEAD_LINE = re.compile(
    r"[ \t]*(?:@\w|#\[|\[\w+[^\n]*\][ \t\r]*$|//|/\*|\*[ /\n]|\*/|#(?!\s*(?:include|define|if|endif|!)))", re.MULTILINE
)


def _group(found: re.Match[str]) -> str:
    return next((group for group in found.groups() if group), "")


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _indent(text: str, line: int) -> int:
    end = line
    while end < len(text) and text[end] in " \t":
        end += 1
    return end - line


def _has_text(text: str, line: int) -> bool:
    return bool(text[line : _line_end(text, line)].strip())
