"""Code that only announces code: a draft that does so is not done."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from lsp_router.domain.decision import Problem
from lsp_router.validation.difference import Difference
from lsp_router.validation.elisions import find_elisions
from lsp_router.validation.fresh import LineRule, new_hits, rule
from lsp_router.validation.syntax import parse_python

_RULES: tuple[LineRule, ...] = (
    rule(
        "placeholder",
        "this only announces code; write the code",
        r"(?i)\b(?:TODO|FIXME|XXX)\b\W{0,4}(?:please )?"
        r"(?:implement|add|finish|write|fill|complete|handle|replace|insert|your|the rest)\b|"
        r"\b(?:your|actual|real) (?:own )?(?:code|logic|implementation) (?:goes )?here\b|"
        r"\b(?:implement|code|logic|implementation) goes here\b|"
        r"\bimplement (?:me|this|here)\b(?!\w)|\b(?:placeholder|stub) (?:implementation|function|code|for now)\b",
    ),
    rule(
        "placeholder",
        "this only says that it is not implemented; implement it",
        r"\b(?:todo|unimplemented)!\s*\(|\bnew (?:\w+\.)*(?:NotImplementedException|NotImplementedError)\b|\bTODO\(\)",
        "rust",
        "csharp",
        "java",
        "kotlin",
        "javascript",
        "typescript",
        "javascriptreact",
        "typescriptreact",
    ),
    rule(
        "placeholder",
        "this only says that it is not implemented; implement it",
        r"(?i)\b(?:throw|panic|raise|error|errors\.new|die|fail)\b.{0,40}?[\"'`]\W*"
        r"(?:\w+ ){0,3}not (?:yet )?implemented",
    ),
)
_ABSTRACT = {"abstractmethod", "abstractproperty", "overload", "override_me"}
_BASES = {"Protocol", "ABC"}
_DOUBLES = re.compile(r"(?i)null|no_?op|fake|dummy|stub|mock|silent|void|abstract|^_?base|interface|visitor")


def placeholder_problems(before: str, after: str, change: Difference, language: str) -> tuple[Problem, ...]:
    """What the new text leaves open that the old one did not."""
    lines = before.split("\n"), after.split("\n")
    found = (*find_elisions(after, language, before), *new_hits(_RULES, *lines, change, language))
    return (*found, *_empty_bodies(before, after)) if language == "python" else found


def _empty_bodies(before: str, after: str) -> Iterator[Problem]:
    ours, theirs = parse_python(before), parse_python(after)
    if isinstance(theirs, SyntaxError):
        return
    known = set() if isinstance(ours, SyntaxError) else {name for name, _ in _empty(ours, before)}
    for name, line in _empty(theirs, after):
        if name not in known:
            yield Problem("placeholder", f"`{name}` has no body yet; write it", line)


def _empty(tree: ast.AST, text: str, outer: str = "", *, abstract: bool = False) -> Iterator[tuple[str, int]]:
    """Functions that do nothing without saying that this is meant."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            bases = {_last(base) for base in node.bases} | {_last(k.value) for k in node.keywords}
            meant = bool(bases & {*_BASES, "ABCMeta"}) or _DOUBLES.search(node.name) is not None
            yield from _empty(node, text, f"{outer}{node.name}.", abstract=meant)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if not abstract and _does_nothing(node, text):
                yield f"{outer}{node.name}", node.lineno
            yield from _empty(node, text, f"{outer}{node.name}.")
        else:
            yield from _empty(node, text, outer, abstract=abstract)


def _does_nothing(node: ast.FunctionDef | ast.AsyncFunctionDef, text: str) -> bool:
    marks = {_last(mark) for mark in node.decorator_list}
    if marks & _ABSTRACT or node.name.startswith("__") or _DOUBLES.search(node.name):
        return False
    doc = ast.get_docstring(node)
    body = node.body[1:] if doc is not None else node.body
    if any(_raises_not_implemented(statement) for statement in body):
        return not (doc and re.search(r"(?i)subclass|override|implement", doc))
    silent = all(isinstance(s, ast.Pass) or _is_ellipsis(s) for s in body)
    return silent and doc is None and not _has_remark(node, text)


def _raises_not_implemented(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Raise) and statement.exc is not None and _last(statement.exc) == "NotImplementedError"
    )


def _is_ellipsis(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and statement.value.value is ...
    )


def _has_remark(node: ast.FunctionDef | ast.AsyncFunctionDef, text: str) -> bool:
    """A comment in the body says that doing nothing is meant."""
    lines = text.splitlines()[node.lineno - 1 : node.end_lineno]
    return any("#" in line for line in lines)


def _last(node: ast.expr) -> str:
    """The last name of a dotted one, called or subscripted or not."""
    if isinstance(node, ast.Call):
        return _last(node.func)
    if isinstance(node, ast.Subscript):
        return _last(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
