"""Whether an edit broke a file's grammar; what was broken before and has nothing to do with it is let be."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsp_router.domain.decision import Problem
from lsp_router.validation.difference import Difference
from lsp_router.validation.grammars import Source, walk

if TYPE_CHECKING:
    from tree_sitter import Node

_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_MACRO = re.compile(r"\b[A-Z][A-Z0-9_]{2,}\b")
_NEWER_PYTHON = {"type_alias_statement", "type_parameter", "interpolation"}
_MOST = 5


@dataclass(frozen=True, slots=True)
class _Fault:
    row: int
    last: int
    message: str
    fixed: bool = False
    """Whether its row says where it is, rather than where a lost parser began to be lost."""


def syntax_problems(before: Source, after: Source, change: Difference, language: str) -> tuple[Problem, ...]:
    """The faults of the new text that the old one did not have."""
    if language == "python" and (verdict := _python(before.text, after)) is not None:
        return verdict
    return _by_tree(before, after, change, language)


def still_broken(before: Source, after: Source, language: str) -> tuple[Problem, ...]:
    """What is left of the faults of a text that was to be cured of them, if they became no fewer."""
    ours, theirs = list(_faults(before, language)), list(_faults(after, language))
    if language == "python":
        verdict = parse_python(after.text)
        if isinstance(verdict, ast.Module) or isinstance(parse_python(before.text), ast.Module):
            return ()
        if not theirs or len(theirs) >= len(ours):
            return (Problem("syntax", f"still: {verdict.msg}{_at(after.text, verdict.lineno)}", verdict.lineno),)
    if not ours or len(theirs) < len(ours):
        return ()
    return tuple(Problem("syntax", f"still: {fault.message}", fault.row + 1) for fault in theirs[:_MOST])


def parse_python(text: str) -> ast.Module | SyntaxError:
    """The tree of a Python text, or why there is none; deep nesting and null bytes count as faults too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except SyntaxError as error:
            return error
        except (ValueError, RecursionError, MemoryError) as error:
            return SyntaxError(str(error) or "too deeply nested")


def _python(before: str, after: Source) -> tuple[Problem, ...] | None:
    """The interpreter's own word where the old text was sound; None where it has no say."""
    verdict = parse_python(after.text)
    if isinstance(verdict, ast.Module):
        return ()
    if isinstance(parse_python(before), SyntaxError) or _is_newer_python(after):
        return None
    return (Problem("syntax", f"{verdict.msg or 'invalid syntax'}{_at(after.text, verdict.lineno)}", verdict.lineno),)


def _is_newer_python(source: Source) -> bool:
    """Whether the file may be fine for a later Python than the one that runs this server."""
    if sys.version_info >= (3, 14) or source.tree.root_node.has_error:
        return False
    return any(node.type in _NEWER_PYTHON for node in walk(source.tree.root_node))


def _at(text: str, line: int | None) -> str:
    lines = text.splitlines()
    return f": `{lines[line - 1].strip()[:80]}`" if line and 0 < line <= len(lines) and lines[line - 1].strip() else ""


def _by_tree(before: Source, after: Source, change: Difference, language: str) -> tuple[Problem, ...]:
    theirs = list(_faults(after, language))
    if not theirs:
        return ()
    ours = list(_faults(before, language))
    old = {(change.moved[fault.row], fault.message) for fault in ours if fault.row in change.moved}
    fresh = [fault for fault in theirs if (fault.row, fault.message) not in old]
    if ours:
        more = len(theirs) > len(ours)
        fresh = [fault for fault in fresh if more or (fault.fixed and change.touches(fault.row, fault.last))]
        fresh = fresh or _unbalanced(before, after, change)
    return tuple(Problem("syntax", f.message, f.row + 1) for f in sorted(fresh, key=lambda f: f.row)[:_MOST])


def _faults(source: Source, language: str) -> Iterator[_Fault]:
    """What the parser had to invent or to skip, innermost."""
    root = source.tree.root_node
    if not root.has_error:
        return
    for node in walk(root, into="errors"):
        if node.is_missing:
            row = node.start_point[0]
            if language in {"c", "cpp"} and node.type == ";" and _MACRO.search(source.text.split("\n")[row]):
                continue
            yield _Fault(row, row, f"`{node.type}` is missing{_near(source, row)}", fixed=True)
        elif _is_innermost(node) and not _harmless(source, node, language):
            yield _skipped(source, node)


def _is_innermost(node: Node) -> bool:
    return node.is_error and not any(child.has_error for child in node.children)


def _skipped(source: Source, node: Node) -> _Fault:
    first, last = node.start_point[0], node.end_point[0]
    said = source.say(node).strip()
    if first == last:
        return _Fault(first, last, f"syntax error at `{said[:60]}`{_near(source, first)}", fixed=True)
    opened = next((c for c in reversed(node.children) if c.type in _BRACKETS), None)
    row = opened.start_point[0] if opened else first
    return _Fault(row, last, f"syntax error from here on{_near(source, row)}")


def _near(source: Source, row: int) -> str:
    line = source.text.split("\n")[row].strip()
    return f" in `{line[:80]}`" if line else ""


def _harmless(source: Source, node: Node, language: str) -> bool:
    """Macros in C and trailing commas in JSON with comments are beyond the grammar, not wrong."""
    said = source.say(node).strip()
    if language in {"c", "cpp"}:
        line = source.text.split("\n")[node.start_point[0]]
        paired = all(said.count(opener) == said.count(closer) for opener, closer in _BRACKETS.items())
        return paired and "\n" not in said and _MACRO.search(line) is not None
    return language == "jsonc" and said == ","


def _unbalanced(before: Source, after: Source, change: Difference) -> list[_Fault]:
    """In a file whose parser is lost anyway, brackets still tell whether an edit left one open."""
    was, now = _balance(before), _balance(after)
    worse = [mark for mark in _BRACKETS if abs(now[mark]) > abs(was[mark])]
    row = min(change.fresh | change.seams, default=0)
    return [_Fault(max(row, 0), row, f"`{mark}` and `{_BRACKETS[mark]}` no longer pair up") for mark in worse]


def _balance(source: Source) -> dict[str, int]:
    """Openers less closers, outside of strings and comments as far as the parser can tell."""
    counts = dict.fromkeys(_BRACKETS, 0)
    closers = {closer: opener for opener, closer in _BRACKETS.items()}
    for node in walk(source.tree.root_node):
        if node.child_count == 0 and not node.is_missing:
            if node.type in counts:
                counts[node.type] += 1
            elif node.type in closers:
                counts[closers[node.type]] -= 1
    return counts
