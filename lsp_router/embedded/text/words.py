"""The words of each language that keep their meaning in every file, and those that define and import names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    fixed: frozenset[str]
    """Keywords and built-in names: nobody renames them."""
    definers: frozenset[str]
    importers: frozenset[str]


def _words(fixed: str, definers: str, importers: str) -> Words:
    return Words(frozenset(fixed.split()), frozenset(definers.split()), frozenset(importers.split()))


PYTHON = _words(
    """and as assert async await break case class continue def del elif else except finally for from global if import
    in is lambda match nonlocal not or pass raise return try while with yield None True False self cls super len
    isinstance issubclass str int float dict list set tuple bool bytes object type print range enumerate zip map
    filter sorted reversed any all sum min max abs open iter next repr hash id hasattr getattr setattr delattr
    callable property staticmethod classmethod Exception ValueError TypeError KeyError IndexError AttributeError
    RuntimeError OSError NotImplementedError StopIteration f r b rb br fr""",
    "def class",
    "import from",
)
WEB = _words(
    """abstract any as async await boolean break case catch class const constructor continue declare default delete do
    else enum export extends false finally for from function get if implements import in infer instanceof
    interface is keyof let namespace never new null number object of override private protected public readonly
    require return satisfies set static string super switch symbol this throw true try type typeof undefined
    unknown var void while yield Array Boolean Date Error JSON Map Math Number Object Promise RegExp Set String
    console exports module""",
    "function class interface enum type",
    "import",
)
GO = _words(
    """break case chan const continue default defer else fallthrough for func go goto if import interface map package
    range return select struct switch type var append bool byte cap close complex copy delete error false
    float32 float64 int int8 int16 int32 int64 iota len make new nil panic print println recover rune string
    true uint uint8 uint16 uint32 uint64 uintptr any""",
    "func type",
    "import",
)
RUST = _words(
    """as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move
    mut pub ref return self Self static struct super trait true type unsafe use where while bool char f32 f64 i8
    i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize String Vec Option Some None Result Ok Err Box Rc Arc
    derive""",
    "fn struct enum trait mod type",
    "use",
)
JAVA = _words(
    """abstract assert boolean break byte case catch char class const continue default do double else enum extends
    false final finally float for goto if implements import instanceof int interface long native new null
    package private protected public record return sealed short static strictfp super switch synchronized this
    throw throws transient true try var void volatile while yield String Object Integer Long Boolean List Map
    Set Override""",
    "class interface enum record",
    "import",
)
OTHER = _words(
    """alias and auto begin bool break case catch char class const constexpr continue def default delete do done double
    echo elif else elseif elsif end endif ensure enum esac explicit export extends extern false fi final finally
    float fn for foreach fun func function given goto guard if implements import in include inline int interface
    internal is let local long match module namespace native new nil not null object operator or override
    package private protected public raise readonly record redo repeat require rescue return self short signed
    sizeof static std string struct super switch template then this throw trait true try typedef typename union
    unless unsigned until use using val var virtual void when where while with yield""",
    "def class function func fn interface struct enum trait type record module object fun",
    "import from use require include using package",
)
