"""An explanation as a document to be shown: names lead to their lines, and nothing in it reaches out to the network."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lsp_router.context.document import Document
from lsp_router.context.symbols import definitions

_FENCED = re.compile(r"(^[ \t]*(`{3,}|~{3,}).*?(?:^[ \t]*\2[ \t]*$|\Z))", re.MULTILINE | re.DOTALL)
_NAMED = re.compile(r"(?<!\[)`([A-Za-z_][\w.]*)(?:\(\))?`(?!\])")
_IMAGE = re.compile(r"!(?=\[[^\]]*\][(\[:])")
_TAG = re.compile(r"`[^`\n]*`|<(?=/?[a-zA-Z!?])")


def with_links(text: str, document: Document, uri: str) -> str:
    """The first mention of each function or class of the document becomes a link to its line."""
    lines = {
        name: document.text.count("\n", 0, at) + 1 + (document.text[at : at + 1] == "\n")
        for name, at in definitions(document).items()
    }
    seen: set[str] = set()
    parts = _FENCED.split(text)
    for number in range(0, len(parts), 3):  # between fences: the split leaves fence and ticks in the other places
        parts[number] = _NAMED.sub(lambda found: _link(found, lines, seen, uri), _tamed(parts[number]))
    return "".join(part for number, part in enumerate(parts) if number % 3 != 2)


def _link(found: re.Match[str], lines: Mapping[str, int], seen: set[str], uri: str) -> str:
    name = found[1].rpartition(".")[2]
    if name not in lines or name in seen:
        return found[0]
    seen.add(name)
    return f"[{found[0]}]({uri}#L{lines[name]})"


def _tamed(text: str) -> str:
    """A picture or a tag that a model was talked into could tell somebody what was in the file: neither is loaded."""
    return _TAG.sub(lambda found: "&lt;" if found[0] == "<" else found[0], _IMAGE.sub("", text))
