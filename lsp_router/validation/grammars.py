"""The grammars by language: each is loaded when a file of its language is first looked at."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Tree

_MODULES = {
    "python": ("tree_sitter_python", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "javascriptreact": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "typescriptreact": ("tree_sitter_typescript", "language_tsx"),
    "go": ("tree_sitter_go", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "java": ("tree_sitter_java", "language"),
    "c": ("tree_sitter_c", "language"),
    "cpp": ("tree_sitter_cpp", "language"),
    "csharp": ("tree_sitter_c_sharp", "language"),
    "ruby": ("tree_sitter_ruby", "language"),
    "php": ("tree_sitter_php", "language_php"),
    "shellscript": ("tree_sitter_bash", "language"),
    "lua": ("tree_sitter_lua", "language"),
    "html": ("tree_sitter_html", "language"),
    "css": ("tree_sitter_css", "language"),
    "json": ("tree_sitter_json", "language"),
    "jsonc": ("tree_sitter_json", "language"),
    "yaml": ("tree_sitter_yaml", "language"),
    "toml": ("tree_sitter_toml", "language"),
}
LANGUAGES = frozenset(_MODULES)
LARGEST = 1_000_000
"""Characters beyond which a file is not parsed: nobody waits for that."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text and its tree; rows count from 0, offsets are bytes of UTF-8."""

    text: str
    data: bytes
    tree: Tree

    def say(self, node: Node) -> str:
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")


class Grammars:
    """Parses texts; keeps the grammars it has loaded. Parsers are cheap and not for sharing between threads."""

    def __init__(self) -> None:
        self._loaded: dict[str, Language | None] = {}

    def parse(self, text: str, language: str) -> Source | None:
        """The tree of a text; None where there is no grammar or the text is too large."""
        grammar = self._grammar(language) if len(text) <= LARGEST else None
        if grammar is None:
            return None
        from tree_sitter import Parser  # noqa: PLC0415 - only who checks an edit pays for it

        data = text.encode("utf-8", "surrogatepass")
        return Source(text, data, Parser(grammar).parse(data))

    def _grammar(self, language: str) -> Language | None:
        if language not in self._loaded:
            self._loaded[language] = _load(language)
        return self._loaded[language]


def walk(node: Node, *, into: str = "all") -> Iterator[Node]:
    """Every node below, itself included, in order; `into="errors"` skips subtrees that are sound."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        if into == "all" or here.has_error:
            stack.extend(reversed(here.children))


def _load(name: str) -> Language | None:
    if name not in _MODULES:
        return None
    from tree_sitter import Language  # noqa: PLC0415 - same

    module, maker = _MODULES[name]
    try:
        return Language(getattr(importlib.import_module(module), maker)())
    except ImportError:
        return None
