"""The fenced blocks of a chat reply, with what was said before each and the file it is meant for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lsp_router.validation.tongues import KNOWN, canonical

_FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,})[ \t]*([^`\n]*?)[ \t]*$")
_GLUED = re.compile(r"^([^`\n]*[:.])[ \t]+(`{3,})([\w+#-]*)[ \t]*$")
_ONE_LINE = re.compile(r"\s*(`{3,})(?!`)([^\n]+?)(?<!`)\1\s*")
_INFO_PATH = re.compile(r"(?:title|file|filename|filepath|path)=[\"']?([^\"'\s}]+)")
_PATH = re.compile(r"(?:[A-Za-z]:)?[\w@.+\-/\\\[\]()]*\.\w{1,12}|(?:[\w@.+-]+/)+[\w@.+-]+|Makefile|Dockerfile")
_PATH_LINE = re.compile(r"\s*(?://|#|--|;|%|<!--|/\*)\s*file(?:\s?path|name)?\s*:\s*(\S.*?)\s*(?:-->|\*/)?\s*")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block; `code` keeps its final line break and loses the fence's own indentation."""

    language: str
    code: str
    before: str = ""
    """What was said since the block before."""
    path: str | None = None
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Fenced:
    """A reply taken apart."""

    blocks: tuple[Block, ...]
    after: str


@dataclass(frozen=True, slots=True)
class _Opening:
    indent: str
    mark: str
    info: str
    said: str = ""

    def closes(self, line: str) -> bool:
        """A closing fence is bare, at least as long, and not indented like the code."""
        found = self.inner(line)
        return found is not None and not found[3]

    def inner(self, line: str) -> re.Match[str] | None:
        """A fence that a block opened this way has to reckon with."""
        found = _FENCE.match(line)
        if found is None or found[2][0] != self.mark[0] or len(found[2]) < len(self.mark):
            return None
        return found if len(found[1].expandtabs(4)) <= len(self.indent.expandtabs(4)) + 3 else None


def split(reply: str) -> Fenced:
    """The blocks of a reply in order; an unclosed one reaches to the end."""
    if whole := _ONE_LINE.fullmatch(reply):
        word, _, rest = whole[2].strip().partition(" ")
        named = rest and word.lower() in KNOWN
        return Fenced((Block(word, rest.strip()) if named else Block("", whole[2].strip()),), "")
    lines = reply.splitlines(keepends=True)
    blocks: list[Block] = []
    start = number = 0
    while number < len(lines):
        opening = None if _is_underline(lines, number) else _opening(lines[number])
        if opening is None:
            number += 1
            continue
        end, closed = _end(lines, number, opening)
        said = "".join(lines[start:number]) + opening.said
        blocks.append(_block(lines[number + 1 : end], opening, said, closed=closed))
        start = number = end + 1 if closed and opening.closes(lines[end]) else end
    return Fenced(tuple(blocks), "".join(lines[start:]))


def path_like(text: str) -> str | None:
    """The path that a line of a reply consists of, whatever it is dressed in."""
    bare = text.strip().lstrip("#").strip()
    bare = re.sub(r"^(?:\d+[.)]|[-*])\s+", "", bare)
    bare = bare.strip("*").rstrip(":").strip("*").strip("`").rstrip(":")
    bare = re.sub(r"^(?:file(?:\s?path|name)?|path)\s*:\s*", "", bare, flags=re.IGNORECASE).strip("`*")
    return bare if bare and _PATH.fullmatch(bare) else None


def _is_underline(lines: list[str], number: int) -> bool:
    """Whether a row of tildes belongs to a heading above it, as in reStructuredText."""
    above = lines[number - 1].strip() if number else ""
    mark = lines[number].strip()
    return len(mark) > 3 and not mark.strip("~") and bool(above) and len(above) <= len(mark) + 2


def _opening(line: str) -> _Opening | None:
    if found := _FENCE.match(line):
        return _Opening(found[1], found[2], found[3])
    glued = _GLUED.match(line)
    return _Opening("", glued[2], glued[3], glued[1]) if glued else None


def _end(lines: list[str], start: int, opening: _Opening) -> tuple[int, bool]:
    """Where the block that opens here ends: inner blocks belong to it, unless it then never ends."""
    fences = [(n, opening.inner(lines[n])) for n in range(start + 1, len(lines))]
    inner = [(number, found[3]) for number, found in fences if found is not None]
    depth = 0
    for place, (number, info) in enumerate(inner):
        if info:
            depth += 1
        elif depth:
            depth -= 1
        elif not _opens_inside(opening, inner[place:], lines):
            return number, True
        else:
            depth += 1
    named = next((number for number, info in inner if info), None)
    if named is not None and canonical(_language(opening.info)) != "markdown":
        return named, True
    return len(lines), False


def _opens_inside(opening: _Opening, rest: list[tuple[int, str]], lines: list[str]) -> bool:
    """Whether a bare fence in a Markdown block opens one of its own: then bare fences pair up to the very end."""
    if canonical(_language(opening.info)) != "markdown" or len(rest) < 3 or len(rest) % 2 == 0:
        return False
    bare = all(not info for _, info in rest)
    return bare and not "".join(lines[rest[-1][0] + 1 :]).strip()


def _block(lines: list[str], opening: _Opening, said: str, *, closed: bool) -> Block:
    body = [line.removeprefix(opening.indent) for line in lines]
    language, path = _language(opening.info), _info_path(opening.info)
    if body and (named := _PATH_LINE.fullmatch(body[0].rstrip("\r\n"))) and path_like(named[1]):
        path, body = named[1], body[1:]
    code = "".join(body)
    if not closed:
        code = re.sub(r"`{3,}\s*\Z", "", code)
    return Block(language, code, said, path or _said_path(said), closed=closed)


def _language(info: str) -> str:
    word = re.match(r"\{?\.?([\w+#-]+)", info)
    whole = info.split(maxsplit=1)[0] if info.strip() else ""
    is_path = path_like(whole) and ("/" in whole or whole.count(".") == 1) and not whole.startswith(("{", "."))
    return word[1] if word and (":" in whole or not is_path) else ""


def _info_path(info: str) -> str | None:
    if named := _INFO_PATH.search(info):
        return named[1]
    words = info.split()
    for word in words[:2]:
        candidate = word.partition(":")[2] or word
        if ("/" in candidate or "." in candidate[1:]) and path_like(candidate) and not word.startswith("{"):
            return candidate
    return None


def _said_path(said: str) -> str | None:
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "")
    return path_like(last)
