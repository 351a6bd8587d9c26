"""How languages write comments, strings and blocks, as one table: all that trimming needs to know of syntax."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


class Blocks(Enum):
    """What ends a block: this decides how far a completion may run."""

    BRACES = "braces"
    INDENT = "indent"
    WORDS = "words"
    MARKUP = "markup"
    PROSE = "prose"


@dataclass(frozen=True, slots=True)
class Language:
    """The little syntax that tells a bracket in code from one in a string or a comment."""

    blocks: Blocks = Blocks.BRACES
    line_comments: tuple[str, ...] = ("//",)
    block_comment: tuple[str, str] | None = ("/*", "*/")
    quotes: str = "\"'"
    """Strings that end with their line."""
    long_quotes: tuple[str, ...] = ()
    """Strings that may span lines."""
    char_literals: bool = False
    """A single quote begins a one-character literal, not a string (lifetimes, labels and apostrophes abound)."""
    regexes: bool = False

    @property
    def is_code(self) -> bool:
        return self.blocks not in (Blocks.PROSE, Blocks.MARKUP)


_C = Language(char_literals=True)
_SCRIPT = Language(long_quotes=("`",), regexes=True)
_HASH = Language(line_comments=("#",), block_comment=None)
_WORDS = Language(Blocks.WORDS, ("#",), None)
_INDENT = Language(Blocks.INDENT, ("#",), None)
_DASH = Language(Blocks.INDENT, ("--",), ("{-", "-}"), char_literals=True)
_LISP = Language(Blocks.BRACES, (";",), None, quotes='"')
_MARKUP = Language(Blocks.MARKUP, (), ("<!--", "-->"), quotes='"')
_PROSE = Language(Blocks.PROSE, (), None, quotes="")
_UNKNOWN = Language()

_FAMILIES: tuple[tuple[Language, str], ...] = (
    (_C, "c cpp objective-c objective-cpp cuda-cpp java csharp zig groovy glsl hlsl proto proto3 d solidity verilog"),
    (replace(_C, long_quotes=("`",)), "go"),
    (replace(_C, long_quotes=('"',), quotes=""), "rust"),
    (replace(_C, long_quotes=('"""',)), "kotlin scala swift"),
    (_SCRIPT, "javascript typescript javascriptreact typescriptreact jsx tsx vue svelte astro coffeescript"),
    (Language(long_quotes=("'''", '"""')), "dart"),
    (Language(line_comments=("//", "#")), "php hack"),
    (Language(quotes="\"'", line_comments=()), "css"),
    (Language(), "scss sass less stylus json jsonc json5"),
    (_HASH, "r perl powershell terraform hcl tcl nix awk dockerfile graphql nginx"),
    (replace(_INDENT, long_quotes=('"""', "'''")), "python cython starlark gdscript nim mojo"),
    (_INDENT, "yaml dockercompose makefile toml ini properties"),
    (Language(Blocks.INDENT, ("//",), ("(*", "*)"), quotes='"', char_literals=True), "fsharp"),
    (Language(Blocks.INDENT, (), ("(*", "*)"), quotes='"', char_literals=True), "ocaml"),
    (_DASH, "haskell elm purescript"),
    (_WORDS, "ruby crystal elixir"),
    (replace(_WORDS, quotes='"', block_comment=("#=", "=#"), long_quotes=('"""',)), "julia"),
    (replace(_WORDS, long_quotes=("'",), quotes='"'), "shellscript bash sh zsh fish"),
    (replace(_WORDS, line_comments=("--",), block_comment=("--[[", "]]")), "lua"),
    (replace(_WORDS, line_comments=("--",), block_comment=("/*", "*/")), "sql plsql ada vhdl"),
    (replace(_WORDS, line_comments=("%",), quotes='"'), "matlab octave erlang"),
    (replace(_WORDS, line_comments=("'",), quotes='"'), "vb"),
    (_LISP, "clojure lisp commonlisp scheme racket elisp fennel"),
    (_MARKUP, "html xml xhtml svg handlebars twig jinja jinja-html django-html ejs erb razor blade"),
    (_PROSE, "markdown mdx plaintext text latex tex bibtex restructuredtext asciidoc org git-commit scminput"),
)
_TABLE = {name: family for family, names in _FAMILIES for name in names.split()}
_ALIASES = {
    "py": "python",
    "js": "javascript",
    "ts": "typescript",
    "c++": "cpp",
    "c#": "csharp",
    "rs": "rust",
    "md": "markdown",
}


def language(name: str) -> Language:
    """The table's row for an editor's language id; an unknown one is taken for a language with braces."""
    low = name.lower()
    return _TABLE.get(_ALIASES.get(low, low), _UNKNOWN if low else _PROSE)
