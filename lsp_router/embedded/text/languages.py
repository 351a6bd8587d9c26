"""What the lexer must know of a language: its comments, its strings, its words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from lsp_router.embedded.text import words
from lsp_router.embedded.text.words import Words


@dataclass(frozen=True, slots=True)
class Quotes:
    """One way to write a string; `opener` is a regular expression, `closer` plain text (empty: the same)."""

    opener: str
    closer: str = ""
    spans_lines: bool = False
    escapes: bool = True
    prose: bool = False
    """Whether what it holds is text for people, not worth recalling word by word."""


_DOUBLE = Quotes('"')
_SINGLE = Quotes("'")
_CHARACTER = Quotes(r"'(?=(?:\\.[^']{0,8}|[^\\'])')", "'")
"""A quote that surely closes again, so that a lifetime or a stray apostrophe opens nothing."""
_TEMPLATE = Quotes("`", spans_lines=True)
_RAW_BACKTICK = Quotes("`", spans_lines=True, escapes=False)
_TRIPLE = Quotes('"""', spans_lines=True, prose=True)
_TRIPLE_SINGLE = Quotes("'''", spans_lines=True, prose=True)
_RUST_STRINGS = (
    *(Quotes(f'r{"#" * hashes}"', '"' + "#" * hashes, spans_lines=True, escapes=False) for hashes in (2, 1, 0)),
    Quotes('"', spans_lines=True),
)
_BEFORE_REGEX = r"[(,=:\[!&|?{};]"
_JS_REGEX = rf"(?:(?<={_BEFORE_REGEX})|(?<={_BEFORE_REGEX} ))/(?![*/])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\[])+/\w*"
_LIFETIME = r"'[^\W\d]\w*\b(?!')"


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """Languages of one family share an index and constants."""

    family: str
    ids: str
    """What editors call them."""
    suffixes: str
    strings: tuple[Quotes, ...] = (_DOUBLE, _CHARACTER)
    words: Words = words.OTHER
    line_comment: str = "//"
    block_comment: tuple[str, str] | None = ("/*", "*/")
    not_strings: str = ""
    """A regular expression for what would mislead the search for strings: regular expressions, lifetimes."""
    blocks: str = "{"
    """The bracket that opens a block."""


_LANGUAGES = (
    Language(
        "python", "python", ".py .pyi", (_TRIPLE, _TRIPLE_SINGLE, _DOUBLE, _SINGLE), words.PYTHON, "#", None, blocks=""
    ),
    Language(
        "web",
        "javascript javascriptreact typescript typescriptreact",
        ".js .jsx .mjs .cjs .ts .tsx .mts .cts",
        (_DOUBLE, _SINGLE, _TEMPLATE),
        words.WEB,
        not_strings=_JS_REGEX,
    ),
    Language("go", "go", ".go", (_DOUBLE, _CHARACTER, _RAW_BACKTICK), words.GO),
    Language("rust", "rust", ".rs", (*_RUST_STRINGS, _CHARACTER), words.RUST, not_strings=_LIFETIME),
    Language("java", "java", ".java", (_TRIPLE, _DOUBLE, _CHARACTER), words.JAVA),
    Language("c", "c cpp objective-c cuda-cpp", ".c .h .cc .cpp .cxx .hh .hpp .hxx .m .cu"),
    Language("csharp", "csharp", ".cs"),
    Language("jvm", "kotlin scala groovy", ".kt .kts .scala .groovy", (_TRIPLE, _DOUBLE, _CHARACTER)),
    Language("swift", "swift", ".swift", (_TRIPLE, _DOUBLE)),
    Language("dart", "dart", ".dart", (_TRIPLE, _TRIPLE_SINGLE, _DOUBLE, _SINGLE)),
    Language("zig", "zig", ".zig"),
    Language("php", "php", ".php", (_DOUBLE, _SINGLE)),
    Language("ruby", "ruby", ".rb", (_DOUBLE, _SINGLE), line_comment="#", block_comment=("=begin", "=end")),
    Language("elixir", "elixir", ".ex .exs", (_TRIPLE, _DOUBLE, _SINGLE), line_comment="#", block_comment=None),
    Language("shell", "shellscript", ".sh .bash .zsh", (_DOUBLE, _SINGLE), line_comment="#", block_comment=None),
    Language("perl", "perl", ".pl .pm", (_DOUBLE, _SINGLE), line_comment="#", block_comment=None),
    Language("julia", "julia", ".jl", (_TRIPLE, _DOUBLE), line_comment="#", block_comment=("#=", "=#")),
    Language("lua", "lua", ".lua", (_DOUBLE, _SINGLE), line_comment="--", block_comment=("--[[", "]]")),
    Language("nim", "nim", ".nim", (_TRIPLE, _DOUBLE), line_comment="#", block_comment=("#[", "]#")),
)


def find_language(language: str) -> Language | None:
    """By the editor's language id; None for prose, data and whatever has no table."""
    return _by_id().get(language)


def language_of_path(path: str) -> Language | None:
    return _by_suffix().get(PurePath(path).suffix.lower())


@cache
def _by_id() -> dict[str, Language]:
    return {name: language for language in _LANGUAGES for name in language.ids.split()}


@cache
def _by_suffix() -> dict[str, Language]:
    return {suffix: language for language in _LANGUAGES for suffix in language.suffixes.split()}
