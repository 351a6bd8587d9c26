"""What the lexer must know of a language: its comments, its strings, and the words that nobody renames."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

GUARDED = frozenset({"python", "web", "go", "rust", "java"})
"""Families whose constants were fitted on their own code; the others borrow some and must be surer."""


@dataclass(frozen=True, slots=True)
class Quotes:
    """One way to write a string; `opener` is a regular expression, `closer` plain text (empty: the same)."""

    opener: str
    closer: str = ""
    spans_lines: bool = False
    escapes: bool = True
    prose: bool = False
    """Whether what it holds is text for people, not worth recalling word by word."""


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """Languages of one family share an index and constants; `fixed` words keep their meaning in every file."""

    family: str
    line_comments: tuple[str, ...]
    block_comments: tuple[tuple[str, str], ...]
    strings: tuple[Quotes, ...]
    fixed: frozenset[str]
    definers: frozenset[str]
    importers: frozenset[str]
    not_strings: str = ""
    """A regular expression for what would mislead the search for strings: regular expressions, lifetimes."""


def find_language(language: str) -> Language | None:
    """By the editor's language id; None for prose, data and whatever has no table."""
    return _table().get(language.lower())


def family_of_path(path: str) -> str | None:
    language = language_of_path(path)
    return None if language is None else language.family


def language_of_path(path: str) -> Language | None:
    return _by_suffix().get(PurePath(path).suffix.lower())


def _words(*lists: str) -> frozenset[str]:
    return frozenset(word for text in lists for word in text.split())


_C_COMMENTS = {"line_comments": ("//",), "block_comments": (("/*", "*/"),)}
_DOUBLE = Quotes('"')
_SINGLE = Quotes("'")
_CHARACTER = Quotes(r"'(?=(?:\\.[^']{0,8}|[^\\'])')", "'")
"""A quote that surely closes again, so that a Rust lifetime or a stray apostrophe opens nothing."""
_BACKTICK = Quotes("`", spans_lines=True)
_PLAIN_BACKTICK = Quotes("`", spans_lines=True, escapes=False)

_PYTHON_WORDS = """and as assert async await break case class continue def del elif else except finally for from global if
import in is lambda match nonlocal not or pass raise return try while with yield None True False self cls super len
isinstance issubclass str int float dict list set tuple bool bytes object type print range enumerate zip map filter
sorted reversed any all sum min max abs open iter next repr hash id hasattr getattr setattr delattr callable property
staticmethod classmethod Exception ValueError TypeError KeyError IndexError AttributeError RuntimeError OSError
NotImplementedError StopIteration f r b rb br fr"""
_WEB_WORDS = """abstract any as async await boolean break case catch class const constructor continue declare default delete
do else enum export extends false finally for from function get if implements import in infer instanceof interface is
keyof let namespace never new null number object of override private protected public readonly require return satisfies
set static string super switch symbol this throw true try type typeof undefined unknown var void while yield Array Boolean
Date Error JSON Map Math Number Object Promise RegExp Set String console exports module"""
_GO_WORDS = """break case chan const continue default defer else fallthrough for func go goto if import interface map package
range return select struct switch type var append bool byte cap close complex copy delete error false float32 float64
int int8 int16 int32 int64 iota len make new nil panic print println recover rune string true uint uint8 uint16 uint32
uint64 uintptr any"""
_RUST_WORDS = """as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod
move mut pub ref return self Self static struct super trait true type unsafe use where while bool char f32 f64 i8 i16
i32 i64 i128 isize str u8 u16 u32 u64 u128 usize String Vec Option Some None Result Ok Err Box Rc Arc derive"""
_JAVA_WORDS = """abstract assert boolean break byte case catch char class const continue default do double else enum extends
false final finally float for goto if implements import instanceof int interface long native new null package private
protected public record return sealed short static strictfp super switch synchronized this throw throws transient true
try var void volatile while yield String Object Integer Long Boolean List Map Set Override"""
_OTHER_WORDS = """alias and auto begin bool break case catch char class const constexpr continue def default delete do done
double echo elif else elseif elsif end endif ensure enum esac explicit export extends extern false fi final finally
float fn for foreach fun func function given goto guard if implements import in include inline int interface internal
is let local long match module namespace native new nil not null object operator or override package private protected
public raise readonly record redo repeat require rescue return self short signed sizeof static std string struct super
switch template then this throw trait true try typedef typename union unless unsigned until use using val var virtual
void when where while with yield"""

_DEFINERS = _words("def class function func fn interface struct enum trait type record module object fun")
_IMPORTERS = _words("import from use require include using package")


def _python() -> Language:
    triple = (Quotes('"""', spans_lines=True, prose=True), Quotes("'''", spans_lines=True, prose=True))
    return Language(
        "python",
        ("#",),
        (),
        (*triple, _DOUBLE, _SINGLE),
        _words(_PYTHON_WORDS),
        _words("def class"),
        _words("import from"),
    )


def _web() -> Language:
    starts = r"[(,=:\[!&|?{};]"
    regex = rf"(?:(?<={starts})|(?<={starts} ))/(?![*/])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\[])+/\w*"
    return Language(
        "web",
        strings=(_DOUBLE, _SINGLE, _BACKTICK),
        fixed=_words(_WEB_WORDS),
        definers=_words("function class interface enum type"),
        importers=_words("import"),
        not_strings=regex,
        **_C_COMMENTS,
    )


def _go() -> Language:
    return Language(
        "go",
        strings=(_DOUBLE, _CHARACTER, _PLAIN_BACKTICK),
        fixed=_words(_GO_WORDS),
        definers=_words("func type"),
        importers=_words("import"),
        **_C_COMMENTS,
    )


def _rust() -> Language:
    raw = tuple(Quotes(f'r{"#" * n}"', '"' + "#" * n, spans_lines=True, escapes=False) for n in (2, 1, 0))
    return Language(
        "rust",
        strings=(*raw, Quotes('"', spans_lines=True), _CHARACTER),
        fixed=_words(_RUST_WORDS),
        definers=_words("fn struct enum trait mod type"),
        importers=_words("use"),
        not_strings=r"'[^\W\d]\w*\b(?!')",
        **_C_COMMENTS,
    )


def _java() -> Language:
    return Language(
        "java",
        strings=(Quotes('"""', spans_lines=True, prose=True), _DOUBLE, _CHARACTER),
        fixed=_words(_JAVA_WORDS),
        definers=_words("class interface enum record"),
        importers=_words("import"),
        **_C_COMMENTS,
    )


def _curly(family: str, *more: Quotes) -> Language:
    """Languages with C's comments that have no constants of their own."""
    strings = (*more, _DOUBLE, _CHARACTER)
    return Language(family, ("//",), (("/*", "*/"),), strings, _words(_OTHER_WORDS), _DEFINERS, _IMPORTERS)


def _scripting(family: str, comment: str, *blocks: tuple[str, str]) -> Language:
    return Language(family, (comment,), blocks, (_DOUBLE, _SINGLE), _words(_OTHER_WORDS), _DEFINERS, _IMPORTERS)


@cache
def _families() -> dict[str, tuple[Language, str, str]]:
    """Family → its lexical table, the editors' ids, and the file suffixes."""
    triple = Quotes('"""', spans_lines=True, prose=True)
    return {
        "python": (_python(), "python", ".py .pyi"),
        "web": (
            _web(),
            "javascript javascriptreact typescript typescriptreact",
            ".js .jsx .mjs .cjs .ts .tsx .mts .cts",
        ),
        "go": (_go(), "go", ".go"),
        "rust": (_rust(), "rust", ".rs"),
        "java": (_java(), "java", ".java"),
        "c": (_curly("c"), "c cpp objective-c cuda-cpp", ".c .h .cc .cpp .cxx .hh .hpp .hxx .m .cu"),
        "csharp": (_curly("csharp"), "csharp", ".cs"),
        "jvm": (_curly("jvm", triple), "kotlin scala groovy", ".kt .kts .scala .groovy"),
        "swift": (_curly("swift", triple), "swift", ".swift"),
        "dart": (_curly("dart", _SINGLE), "dart", ".dart"),
        "zig": (_curly("zig"), "zig", ".zig"),
        "php": (_curly("php", _SINGLE), "php", ".php"),
        "ruby": (_scripting("ruby", "#", ("=begin", "=end")), "ruby", ".rb"),
        "elixir": (_scripting("elixir", "#"), "elixir", ".ex .exs"),
        "shell": (_scripting("shell", "#"), "shellscript bash sh zsh", ".sh .bash .zsh"),
        "perl": (_scripting("perl", "#"), "perl", ".pl .pm"),
        "julia": (_scripting("julia", "#", ("#=", "=#")), "julia", ".jl"),
        "lua": (_scripting("lua", "--", ("--[[", "]]")), "lua", ".lua"),
        "nim": (_scripting("nim", "#"), "nim", ".nim"),
    }


@cache
def _table() -> dict[str, Language]:
    return dict(_spread((ids, language) for language, ids, _ in _families().values()))


@cache
def _by_suffix() -> dict[str, Language]:
    return dict(_spread((suffixes, language) for language, _, suffixes in _families().values()))


def _spread(rows: Iterable[tuple[str, Language]]) -> Iterable[tuple[str, Language]]:
    return ((name, language) for names, language in rows for name in names.split())
