"""A document as its functions and what is left between them: what is reviewed, explained or left out as one piece."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from lsp_router.context.document import Document
from lsp_router.context.languages import import_pattern
from lsp_router.validation.gates import language_of
from lsp_router.validation.grammars import Grammars

if TYPE_CHECKING:
    from tree_sitter import Node

Span = tuple[int, int]
REST = ""
"""The name of what stands in no function: imports, tables, the heads of classes."""
LONGEST = 12_000
"""Characters beyond which a passage is cut in two: no model reads a thousand lines as carefully as a hundred."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole lines of a document, in one run or, for what stands between functions, in several."""

    name: str
    spans: tuple[Span, ...]

    def text(self, document: str) -> str:
        return "\n".join(document[start:end].rstrip("\n") for start, end in self.spans)

    @property
    def size(self) -> int:
        return sum(end - start for start, end in self.spans)

    def touches(self, span: Span) -> bool:
        return any(start < max(span[1], span[0] + 1) and span[0] < end for start, end in self.spans)


class Reader:
    """Divides documents; keeps the grammars it has loaded."""

    def __init__(self, grammars: Grammars) -> None:
        self._grammars = grammars

    def passages(self, document: Document) -> list[Passage]:
        """Functions in their order, then what is left; nothing of the document is in two passages."""
        lines = document.text.split("\n")
        starts = [*accumulate((len(line) + 1 for line in lines), initial=0)]
        starts[-1] = len(document.text)
        source = self._grammars.parse(document.text, language_of(document.path, document.language))
        rows = _functions(source.tree.root_node) if source is not None else _paragraphs(lines)
        apart = list(_apart(rows))
        found = [Passage(name, ((starts[first], starts[last + 1]),)) for first, last, name in apart]
        rest = [(starts[a], starts[b]) for a, b in _between(apart, len(lines))]
        left = _rest(document, rest)
        return [piece for passage in [*found, *left] for piece in _cut(passage, document.text)]


_FUNCTION = re.compile(
    r"(?:async_|local_|generator_)?(?:function|method|constructor|destructor|operator|accessor|property)_"
    r"(?:definition|declaration|item|statement)|method|singleton_method|compact_constructor_declaration"
)
_LITERALS = frozenset({"arrow_function", "function_expression", "function", "generator_function", "lambda"})
_HEAD = re.compile(r"comment|attribute|decorator|annotation")
_LONG_STATEMENT = 8
Rows = tuple[int, int, str]


def _functions(root: Node) -> Iterator[Rows]:
    """First and last row and name of each outermost function, with its decorators and comments."""
    stack = [root]
    while stack:
        node = stack.pop()
        if (inner := _function(node)) is not None:
            yield _first_row(node), _last_row(node), _name(inner)
        elif node.type == "expression_statement" and _last_row(node) - node.start_point[0] >= _LONG_STATEMENT:
            yield _first_row(node), _last_row(node), _say(node).split("\n", 1)[0]
        else:
            stack.extend(reversed(node.named_children))


def _function(node: Node) -> Node | None:
    """The function that a node is, decorates, exports or gives a name to."""
    if _FUNCTION.fullmatch(node.type):
        return node
    if node.type in {"decorated_definition", "export_statement", "template_declaration"}:
        held = node.child_by_field_name("definition") or node.child_by_field_name("declaration")
        return _function(held) if held is not None else None
    if node.type in {"lexical_declaration", "variable_declaration"}:
        declared = [child for child in node.named_children if child.type == "variable_declarator"]
        value = declared[0].child_by_field_name("value") if len(declared) == 1 else None
        return declared[0] if value is not None and value.type in _LITERALS else None
    return None


def _name(node: Node) -> str:
    """With the names of what it stands in: two classes may have a method of one name."""
    outer, here = list[str](), node.parent
    while here is not None:
        named = here.child_by_field_name("type" if here.type == "impl_item" else "name")
        if named is not None:
            outer.append(_say(named))
        here = here.parent
    return ".".join([*reversed(outer), _own_name(node)])


def _own_name(node: Node) -> str:
    """In C and its like the name is at the end of a chain of declarators."""
    named, here = node.child_by_field_name("name"), node.child_by_field_name("declarator")
    while named is None and here is not None:
        inner = here.child_by_field_name("declarator")
        named, here = (here if inner is None else None), inner
    return _say(named) if named is not None else node.type


def _say(node: Node) -> str:
    return (node.text or b"")[:80].decode("utf-8", "replace")


def _first_row(node: Node) -> int:
    row, above = node.start_point[0], node.prev_sibling
    while above is not None and _HEAD.search(above.type) and _last_row(above) >= row - 1:
        before = above.prev_sibling
        if before is not None and before.end_point[0] == above.start_point[0] and not _HEAD.search(before.type):
            break  # a remark at the end of somebody else's line
        row, above = min(row, above.start_point[0]), before
    return row


def _last_row(node: Node) -> int:
    """Some nodes take the line break along and so end at the beginning of a row that is not theirs."""
    row, column = node.end_point
    return row - 1 if column == 0 and row > node.start_point[0] else row


def _paragraphs(lines: Sequence[str]) -> Iterator[Rows]:
    """Where no grammar is known: runs from one line that is not indented, after an empty one, to the next."""
    begins = [n for n, line in enumerate(lines) if line[:1].strip() and (n == 0 or not lines[n - 1].strip())]
    for first, following in pairwise([*begins, len(lines)]):
        if following - first > 2:
            yield first, following - 1, lines[first].strip()[:60]


def _apart(rows: Iterator[Rows]) -> Iterator[Rows]:
    """In order, and joined where two stand on one line."""
    held: Rows | None = None
    for first, last, name in sorted(rows):
        if held is not None and first <= held[1]:
            held = (held[0], max(held[1], last), held[2])
            continue
        if held is not None:
            yield held
        held = (first, last, name)
    if held is not None:
        yield held


def _between(rows: Sequence[Rows], count: int) -> Iterator[tuple[int, int]]:
    """The runs of lines that belong to no function, as first row and the row after the last."""
    at = 0
    for first, last, _ in rows:
        if first > at:
            yield at, first
        at = last + 1
    if at < count:
        yield at, count


def _rest(document: Document, spans: Sequence[Span]) -> list[Passage]:
    """What is left, when there is anything in it besides imports, comments and empty lines."""
    kept = tuple(span for span in spans if document.text[span[0] : span[1]].strip())
    left = "\n".join(document.text[start:end] for start, end in kept)
    pattern = import_pattern(document.language)
    if pattern is not None:
        left = pattern.sub("", left)
    lines = [line.strip() for line in left.split("\n")]
    telling = [line for line in lines if _WORD.search(line) and not line.startswith(("#", "//", "/*", "*", "--"))]
    return [Passage(REST, kept)] if telling else []


_WORD = re.compile(r"\w")


def _cut(passage: Passage, text: str) -> Iterator[Passage]:
    """A passage that is too long, in pieces that end at line breaks."""
    if passage.size <= LONGEST:
        yield passage
        return
    pieces = [piece for span in passage.spans for piece in _cut_span(span, text)]
    held: list[Span] = []
    for piece in pieces:
        if held and sum(b - a for a, b in held) + piece[1] - piece[0] > LONGEST:
            yield Passage(passage.name, tuple(held))
            held = []
        held.append(piece)
    yield Passage(passage.name, tuple(held))


def _cut_span(span: Span, text: str) -> Iterator[Span]:
    start, end = span
    while end - start > LONGEST:
        stop = max(text.rfind("\n\n", start + LONGEST // 2, start + LONGEST), text.rfind("\n", start, start + LONGEST))
        stop = stop + 1 if stop > start else start + LONGEST
        yield start, stop
        start = stop
    yield start, end
