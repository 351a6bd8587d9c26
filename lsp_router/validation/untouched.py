"""Whether an edit that may only write comments left the code alone: all leaves of both trees agree but for those."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator

from lsp_router.domain.decision import Problem
from lsp_router.validation.grammars import Grammars, Source, walk
from lsp_router.validation.syntax import parse_python
from lsp_router.validation.tongues import DATA, PROSE

_MESSAGE = "only documentation was asked for, but the code changed; put it back"


def code_changed(before: str, after: str, language: str, grammars: Grammars) -> tuple[Problem, ...]:
    """A problem at the first place where code differs; none where the language's code cannot be told from comments."""
    if language in PROSE or language in DATA:
        return ()
    if language == "python":
        ours, theirs = parse_python(before), parse_python(after)
        if isinstance(ours, ast.Module) and isinstance(theirs, ast.Module):
            return () if _undocumented(ours) == _undocumented(theirs) else (Problem("document", _MESSAGE),)
    old, new = grammars.parse(before, language), grammars.parse(after, language)
    if old is None or new is None:
        return ()
    ours_, theirs_ = list(_code(old)), list(_code(new))
    if [word for word, _ in ours_] == [word for word, _ in theirs_]:
        return ()
    return (Problem("document", _MESSAGE, _first_difference(ours_, theirs_)),)


def _undocumented(tree: ast.Module) -> str:
    """The tree without its docstrings; a body that had nothing else is as good as one with `pass`."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if documented and isinstance(body, list) and body and _is_text(body[0]):
            del body[0]
        if isinstance(body, list):
            body[:] = [one for one in body if not isinstance(one, ast.Pass)]
    return ast.dump(tree)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _code(source: Source) -> Iterator[tuple[str, int]]:
    """The words of the code, with their rows."""
    hidden = 0
    for node in walk(source.tree.root_node):
        if "comment" in node.type:
            hidden = node.end_byte
        elif node.child_count == 0 and node.start_byte >= hidden and (said := source.say(node).strip()):
            yield said, node.start_point[0] + 1


def _first_difference(ours: list[tuple[str, int]], theirs: list[tuple[str, int]]) -> int | None:
    matcher = difflib.SequenceMatcher(
        None, [w for w, _ in ours[:4_000]], [w for w, _ in theirs[:4_000]], autojunk=False
    )
    place = next((k for tag, _, _, k, _ in matcher.get_opcodes() if tag != "equal"), None)
    return theirs[min(place, len(theirs) - 1)][1] if place is not None and theirs else None
