"""Imports at the head of code that is added to a file: those the file has are dropped, the others join them."""

from __future__ import annotations

import ast
import re

from lsp_router.context.languages import import_pattern
from lsp_router.validation.syntax import parse_python

_HEAD = re.compile(r"\s*(?:#|//|/\*|\*|--|<\?php|package\b|namespace \w[\w.\\]*;|[\"']use strict)")


def without_imports(code: str, language: str) -> tuple[tuple[str, ...], str]:
    """The imports that code begins with, and the rest of it."""
    pattern = import_pattern(language)
    found: list[str] = []
    rest = code
    while pattern is not None and (match := pattern.match(rest.lstrip("\r\n"))):
        found.append(match[0].rstrip())
        rest = rest.lstrip("\r\n")[match.end() :]
        rest = rest.partition("\n")[2] if not rest.partition("\n")[0].strip() else rest
    return tuple(found), rest


def with_imports(text: str, imports: tuple[str, ...], language: str, ending: str) -> str:
    """The text with the imports it lacks, after its last one at the top or before everything."""
    pattern = import_pattern(language)
    present = [] if pattern is None else list(pattern.finditer(text))
    known = {_plain(match[0]) for match in present}
    missing = [one for one in imports if _plain(one) not in known]
    if not missing:
        return text
    lines = "".join(one.replace("\r\n", "\n").replace("\n", ending) + ending for one in missing)
    top = [match for match in present if not match[0][:1].isspace()]
    if not top:
        at = _head(text, language)
        return text[:at] + lines + ending + text[at:]
    at = text.find("\n", top[-1].end()) + 1
    return text[:at] + lines + text[at:] if at else text + ending + lines


def _head(text: str, language: str) -> int:
    """Where the first import of a file belongs: below its licence, its docstring and its package line."""
    tree = parse_python(text) if language == "python" else None
    if isinstance(tree, ast.Module) and tree.body and ast.get_docstring(tree, clean=False) is not None:
        return len("".join(text.splitlines(keepends=True)[: tree.body[0].end_lineno]))
    at = end = 0
    for line in text.splitlines(keepends=True):
        at += len(line)
        if _HEAD.match(line):
            end = at
        elif line.strip():
            break
    return end


def _plain(line: str) -> str:
    return " ".join(line.split())
