"""What a document imports and defines, and which of it matters near a cursor; by line patterns, not by a parser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from lsp_router.context.document import Document, Snippet
from lsp_router.context.languages import definition_pattern, import_pattern

_MAX_TEXT = 400_000
_MAX_DEFINITIONS = 3_000
_MAX_LINE = 1_000
_SNIPPET_LINES, _SNIPPET_CHARS = 14, 700


def definitions(document: Document) -> dict[str, int]:
    """What a document defines: name to the offset of its line; nothing for what is too large or looks generated."""
    text = document.text
    pattern = definition_pattern(document.language)
    if pattern is None or len(text) > _MAX_TEXT or _looks_generated(text):
        return {}
    defined: dict[str, int] = {}
    for found in islice(pattern.finditer(text), _MAX_DEFINITIONS):
        defined.setdefault(found[found.lastindex or 0], found.start())
    return defined


def imports(document: Document, before: int) -> Snippet | None:
    """The import lines at the top of a document, when they end before an offset and so outside the window."""
    pattern = import_pattern(document.language)
    top = document.text[: min(before, 6_000)]
    if pattern is None or not (found := pattern.findall(top)):
        return None
    text = "\n".join(line.strip() for line in found)[:1_500]
    return Snippet(document.path, text + "\n", "imports", score=1.0)


def names_near(text: str, offset: int, limit: int = 40) -> list[str]:
    """Identifiers around an offset, nearest first, without those too short or too common to mean anything."""
    before = _NAME.findall(text, max(0, offset - 1_500), offset)
    after = _NAME.findall(text, offset, offset + 300)
    ordered = dict.fromkeys(name for name in (*reversed(before), *after) if name not in _COMMON)
    return list(ordered)[:limit]


def definitions_of(names: Iterable[str], documents: Sequence[tuple[Document, Mapping[str, int]]]) -> Iterator[Snippet]:
    """The definitions of names in documents, in the order of the names: the nearest to the cursor comes first."""
    for rank, name in enumerate(names):
        for document, defined in documents:
            if (start := defined.get(name)) is not None:
                text = definition_text(document.text, start)
                yield Snippet(document.path, text, "definition", start, 1.0 / (1 + rank))
                break


def definition_text(text: str, start: int) -> str:
    """A definition from its line on, as far as its indentation or a few lines reach."""
    lines = text[start : start + _SNIPPET_CHARS].split("\n")
    indent = _width(lines[0])
    kept = [lines[0]]
    for line in lines[1:_SNIPPET_LINES]:
        if line.strip() and _width(line) <= indent and line.strip()[0] not in ")]}{":
            if not line.strip().startswith("end"):
                break
            kept.append(line)
            break
        kept.append(line)
        if line.strip() in {"}", "};"} and _width(line) <= indent:
            break
    return "\n".join(kept).rstrip() + "\n"


def _looks_generated(text: str) -> bool:
    return len(text) > 20_000 and text.count("\n") * _MAX_LINE < len(text)


def _width(line: str) -> int:
    return len(line) - len(line.lstrip())


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,}")
_COMMON = frozenset(re.findall(r"\w+", """
    abstract and any args assert async await bool boolean break byte case catch char class cls const continue def
    default defer del delete dict double elif else end enum except export extends false final finally float fmt for
    from func function global goto impl implements import include int interface kwargs lambda len let list local
    long match module mut namespace new nil none None nonlocal not null number object override package pass print
    private protected public pub raise range readonly return self set short static str String string struct super
    switch template then this throw throws trait true True False try tuple type typedef typeof undefined union
    unsigned use using value var virtual void where while with yield
"""))  # fmt: skip
