"""What little must be known of each language: how comments, strings, blocks and definitions look. Data, not code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache


class Layout(Enum):
    """What holds the body of a definition together."""

    INDENT = "indent"
    BRACE = "brace"
    END = "end"
    NONE = "none"


class Quote(Enum):
    """The kinds of string literal; each is lexed in its own way."""

    DOUBLE = '"'
    SINGLE = "'"
    CHAR = "char"
    DOUBLE_LONG = '"…'
    SINGLE_LONG = "'…"
    BACKTICK = "`"
    TEMPLATE = "`${}`"
    TRIPLE = '"""'
    RUST_RAW = 'r#"'
    LUA_LONG = "[["
    REGEX = "/"


@dataclass(frozen=True, slots=True)
class Language:
    """The traits of a family of languages; regular expressions are compiled on first use by those who need them."""

    line: tuple[str, ...] = ()
    """Regular expressions that open a comment to the end of the line."""
    block: tuple[tuple[str, str], ...] = ()
    nested: bool = False
    quotes: tuple[Quote, ...] = ()
    layout: Layout = Layout.NONE
    defines: str = ""
    """Matches a line that defines something; its one filled group is the name."""
    imports: str = ""


def language(name: str) -> Language:
    """The traits of an editor's language id; a C-like guess for what is not known."""
    return _LANGUAGES.get(name, _GENERIC)


def comment_sign(name: str) -> tuple[str, str] | None:
    """What begins and ends a remark; None where the language has none, or is not known well enough."""
    known = _LANGUAGES.get(name)
    if known is None:
        return None
    line = next((sign for sign in ("//", "--", "#") if any(sign in pattern for pattern in known.line)), "")
    if line:
        return line, ""
    return (known.block[0][0], f" {known.block[0][1]}") if known.block else None


@cache
def definition_pattern(name: str) -> re.Pattern[str] | None:
    defines = language(name).defines
    return re.compile(defines, re.MULTILINE) if defines else None


@cache
def import_pattern(name: str) -> re.Pattern[str] | None:
    imports = language(name).imports
    return re.compile(imports, re.MULTILINE) if imports else None


_SLASHES = ("//",)
_STARS = (("/*", "*/"),)
_HASH = ("#",)
_LONE_HASH = (r"(?<![^\s;(])#",)
_BOTH = (Quote.DOUBLE, Quote.SINGLE)
_LONG = (Quote.DOUBLE_LONG, Quote.SINGLE_LONG)

_MODIFIERS = (
    r"(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|async|override|virtual|open|"
    r"sealed|partial|readonly|data|inline|suspend|extern|unsafe|const|pub(?:\([^)\n]*\))?)[ \t]+)*"
)
_TYPES = "class|interface|enum|struct|record|trait|protocol|extension|object|namespace|union|type|typealias"
_METHOD = (
    r"^[ \t]*(?:(?:public|private|protected|internal|static|final|abstract|async|override|virtual|synchronized|"
    r"default|native|unsafe|extern|partial|sealed)[ \t]+)+[\w<>\[\],.?& \t]*?\b(\w+)[ \t]*\("
)
_ARROW = (
    r"^[ \t]*(?:export[ \t]+)?(?:const|let|var)[ \t]+(\w+)[^=\n]{0,200}=[ \t]*(?:async\b[ \t]*)?"
    r"(?:function\b|\([^)\n]{0,400}\)[^=\n]{0,200}=>|\w+[ \t]*=>)"
)
_C_FUNCTION = (
    r"^(?!return\b|else\b|if\b|for\b|while\b|switch\b|typedef\b|using\b|#)"
    r"[A-Za-z_][\w:<>,&*~ \t]{0,160}?[ \t*&:](~?[A-Za-z_]\w*)[ \t]*\([^;\n]{0,300}$"
)


def _defines(keywords: str, *more: str) -> str:
    return "|".join((rf"^[ \t]*{_MODIFIERS}(?:{keywords})[ \t]+(\w+)", *more))


_PYTHON = Language(
    line=_HASH,
    quotes=(Quote.TRIPLE, *_BOTH),
    layout=Layout.INDENT,
    defines=r"^[ \t]*(?:async[ \t]+def|def|class)[ \t]+(\w+)",
    imports=r"^(?:from[ \t]+[\w.]+[ \t]+)?import[ \t](?:[^\n(]*\([^)]*\)|[^\n]*)",
)
_JAVASCRIPT = Language(
    line=_SLASHES,
    block=_STARS,
    quotes=(*_BOTH, Quote.TEMPLATE, Quote.REGEX),
    layout=Layout.BRACE,
    defines=_defines(rf"function\*?|{_TYPES}", _ARROW),
    imports=r"^import\b(?:[^;\n{]*\{[^}]*\}[^;\n]*|[^;\n]*)|^(?:const|let|var)[^=\n]*=[ \t]*require\([^\n]*",
)
_GO = Language(
    line=_SLASHES,
    block=_STARS,
    quotes=(Quote.DOUBLE, Quote.CHAR, Quote.BACKTICK),
    layout=Layout.BRACE,
    defines=r"^(?:func[ \t]+(?:\([^)\n]*\)[ \t]*)?|type[ \t]+)(\w+)",
    imports=r"^import[ \t]+(?:\([^)]*\)|[^\n]+)",
)
_RUST = Language(
    line=_SLASHES,
    block=_STARS,
    nested=True,
    quotes=(Quote.RUST_RAW, Quote.DOUBLE_LONG, Quote.CHAR),
    layout=Layout.BRACE,
    defines=_defines(rf"fn|mod|macro_rules!|impl(?:<[^>\n]*>)?|{_TYPES}"),
    imports=r"^(?:pub[ \t]+)?use[ \t][^;]{0,400};",
)
_C = Language(
    line=_SLASHES,
    block=_STARS,
    quotes=(Quote.DOUBLE, Quote.CHAR),
    layout=Layout.BRACE,
    defines=_defines("class|struct|enum|union|namespace", _C_FUNCTION, r"^#define[ \t]+(\w+)"),
    imports=r"^[ \t]*#[ \t]*include[^\n]*|^using[ \t][^\n]*",
)
_JAVA = Language(
    line=_SLASHES,
    block=_STARS,
    quotes=(Quote.TRIPLE, Quote.DOUBLE, Quote.CHAR),
    layout=Layout.BRACE,
    defines=_defines(_TYPES, _METHOD),
    imports=r"^(?:import|using|package)[ \t][^\n]*",
)
_KOTLIN = replace(
    _JAVA,
    nested=True,
    defines=_defines(
        rf"func|def|{_TYPES}",
        rf"^[ \t]*{_MODIFIERS}fun[ \t]+(?:<[^>\n]*>[ \t]*)?(?:[\w<>?]+\.)*(\w+)",
        _METHOD,
    ),
)
_PHP = Language(
    line=("//", r"#(?!\[)"),
    block=_STARS,
    quotes=_LONG,
    layout=Layout.BRACE,
    defines=_defines(rf"function[ \t]*&?|{_TYPES}"),
    imports=r"^(?:use|require|require_once|include)\b[^\n]*",
)
_RUBY = Language(
    line=_LONE_HASH,
    quotes=_LONG,
    layout=Layout.END,
    defines=r"^[ \t]*(?:def[ \t]+(?:self\.)?|class[ \t]+|module[ \t]+)([\w?!]+)",
    imports=r"^[ \t]*(?:require|require_relative|include|extend)\b[^\n]*",
)
_ELIXIR = replace(
    _RUBY,
    quotes=(Quote.TRIPLE, Quote.DOUBLE_LONG),
    defines=r"^[ \t]*(?:defp?|defmodule|defmacrop?)[ \t]+([\w.?!]+)",
    imports=r"^[ \t]*(?:alias|import|use|require)\b[^\n]*",
)
_JULIA = replace(
    _RUBY,
    quotes=(Quote.TRIPLE, Quote.DOUBLE_LONG),
    defines=r"^[ \t]*(?:function|macro|(?:mutable[ \t]+)?struct|module)[ \t]+(\w+)",
    imports=r"^(?:using|import)\b[^\n]*",
)
_LUA = Language(
    line=(r"--(?!\[=*\[)",),
    block=(("--[[", "]]"),),
    quotes=(Quote.LUA_LONG, *_BOTH),
    layout=Layout.END,
    defines=(
        r"^[ \t]*(?:local[ \t]+)?function[ \t]+(?:\w+[.:])*(\w+)|"
        r"^[ \t]*(?:local[ \t]+)?(\w+)[ \t]*=[ \t]*function\b"
    ),
    imports=r"^[ \t]*local[^=\n]*=[ \t]*require\b[^\n]*",
)
_SHELL = Language(
    line=_LONE_HASH,
    quotes=_LONG,
    layout=Layout.BRACE,
    defines=r"^[ \t]*(?:function[ \t]+)?(\w[\w-]*)[ \t]*\(\)|^[ \t]*function[ \t]+(\w[\w-]*)",
    imports=r"^[ \t]*(?:source|\.)[ \t][^\n]*",
)
_SQL = Language(
    line=("--",),
    block=_STARS,
    quotes=(Quote.SINGLE_LONG,),
    defines=(
        r"(?i:^[ \t]*create[ \t]+(?:or[ \t]+replace[ \t]+)?(?:table|view|function|procedure|type)[ \t]+"
        r"(?:if[ \t]+not[ \t]+exists[ \t]+)?(\w+))"
    ),
)
_HASKELL = Language(
    line=("--",),
    block=(("{-", "-}"),),
    nested=True,
    quotes=(Quote.DOUBLE, Quote.CHAR),
    defines=r"^(?:data|newtype|type|class|instance|module)[ \t]+(\w+)|^(\w+)[ \t]+::",
    imports=r"^import\b[^\n]*",
)
_CONFIG = Language(line=_LONE_HASH, quotes=(Quote.TRIPLE, *_BOTH))
_MARKUP = Language(block=(("<!--", "-->"),))
_STYLES = Language(block=_STARS, quotes=_BOTH)
_GENERIC = Language(
    line=("//",),
    block=_STARS,
    quotes=(Quote.DOUBLE, Quote.CHAR),
    layout=Layout.BRACE,
    defines=_defines(rf"def|function|func|fun|fn|sub|proc|module|{_TYPES}", _METHOD),
    imports=r"^(?:import|from|use|using|require|include)\b[^\n]*",
)


def _table(rows: Mapping[str, Language]) -> dict[str, Language]:
    return {name: traits for names, traits in rows.items() for name in names.split()}


_LANGUAGES = _table({
    "python starlark cython": _PYTHON,
    "javascript javascriptreact typescript typescriptreact": _JAVASCRIPT,
    "go": _GO,
    "rust": _RUST,
    "c cpp objective-c objective-cpp cuda-cpp glsl hlsl": _C,
    "java csharp dart groovy": _JAVA,
    "kotlin swift scala": _KOTLIN,
    "php": _PHP,
    "ruby crystal": _RUBY,
    "elixir": _ELIXIR,
    "julia": _JULIA,
    "lua": _LUA,
    "shellscript bash sh zsh fish perl": _SHELL,
    "powershell": replace(_SHELL, block=(("<#", "#>"),)),
    "r coffeescript nim makefile dockerfile terraform properties ini dotenv gitignore": replace(_CONFIG, quotes=_BOTH),
    "yaml toml": _CONFIG,
    "sql": _SQL,
    "haskell elm purescript": _HASKELL,
    "html xml vue svelte astro": _MARKUP,
    "css": _STYLES,
    "scss less": replace(_STYLES, line=_SLASHES),
    "json": Language(quotes=(Quote.DOUBLE,)),
    "jsonc json5": Language(line=_SLASHES, block=_STARS, quotes=(Quote.DOUBLE,)),
    "lisp clojure scheme elisp": Language(line=(";",), quotes=(Quote.DOUBLE_LONG,)),
    "erlang": Language(line=("%",), quotes=(Quote.DOUBLE,)),
    "latex tex bibtex": Language(line=(r"(?<!\\)%",)),
    "markdown plaintext restructuredtext text": Language(),
})  # fmt: skip
