"""Brackets that count: those in code, not those in strings, comments or regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from lsp_router.assist.trim.languages import Language

PAIRS = {")": "(", "]": "[", "}": "{"}
OPENERS = frozenset(PAIRS.values())


class Bracket(NamedTuple):
    """A tuple, because there are hundreds in every window and each keystroke looks at them."""

    char: str
    at: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What a piece of text leaves behind for its surroundings."""

    unopened: tuple[Bracket, ...]
    """Closers whose openers stand before the text, innermost first."""
    unclosed: tuple[Bracket, ...]
    """Openers whose closers stand after it, outermost first."""
    quote: str
    """The string that is still open at the end, if any."""
    comment: bool
    """Whether the end lies in a comment."""

    @property
    def balance(self) -> int:
        return len(self.unclosed) - len(self.unopened)


def scan(text: str, syntax: Language, quote: str = "") -> Scan:
    """Pair the brackets of a text that may begin inside a string; never fails, odd closers are forgiven."""
    walk = Walk(text, syntax, quote)
    unopened: list[Bracket] = []
    stack: list[Bracket] = []
    for bracket in walk:
        if bracket.char in OPENERS:
            stack.append(bracket)
        elif stack and stack[-1].char == PAIRS[bracket.char]:
            stack.pop()
        elif not _close(stack, bracket.char):
            unopened.append(bracket)
    return Scan(tuple(unopened), tuple(stack), walk.quote, walk.comment)


class Walk:
    """Iterates over the brackets of a text once; afterwards `quote` and `comment` say where its end lies."""

    __slots__ = ("_syntax", "_text", "comment", "quote")

    def __init__(self, text: str, syntax: Language, quote: str = "") -> None:
        self._text = text
        self._syntax = syntax
        self.quote = quote
        self.comment = False

    def __iter__(self) -> Iterator[Bracket]:
        text = self._text
        start = _end_of_string(text, self.quote, self._syntax) if self.quote else 0
        if start < 0:
            return
        self.quote = ""
        for found in _tokens(self._syntax).finditer(text, start):
            kind = found.lastgroup
            if kind == "bracket":
                yield Bracket(found.group(), found.start())
            elif kind == "comment":
                self.comment = found.end() == len(text) and _still_open(found.group(), self._syntax)
            elif kind == "quote" and self._runs_to_the_end(found):
                self.quote = found.group()
                return

    def _runs_to_the_end(self, found: re.Match[str]) -> bool:
        """A quote without its partner opens a string only where that string can reach the end of the text."""
        return found.group() in self._syntax.long_quotes or "\n" not in self._text[found.end() :]


def _close(stack: list[Bracket], char: str) -> bool:
    """Pop the partner of a closer; a few unpartnered openers above it are taken for slips."""
    for depth in range(1, min(len(stack), 3) + 1):
        if stack[-depth].char == PAIRS[char]:
            del stack[-depth:]
            return True
    return False


def _still_open(comment: str, syntax: Language) -> bool:
    block = syntax.block_comment
    if block and comment.startswith(block[0]):
        return not (comment.endswith(block[1]) and len(comment) >= len(block[0]) + len(block[1]))
    return True


def _end_of_string(text: str, quote: str, syntax: Language) -> int:
    """Where code begins again, or -1 when the whole text belongs to the string."""
    at = 0
    while True:
        at = text.find(quote, at)
        line_end = -1 if quote in syntax.long_quotes else text.find("\n")
        if line_end >= 0 and (at < 0 or at > line_end):
            return line_end
        if at < 0:
            return -1
        slashes = len(text[:at]) - len(text[:at].rstrip("\\"))
        at += len(quote)
        if slashes % 2 == 0:
            return at


@cache
def _tokens(syntax: Language) -> re.Pattern[str]:
    """One alternation per syntax: comments and whole strings are eaten first, then brackets and lone quotes remain."""
    eaten = [f"(?P<string>{'|'.join(_strings(syntax))})"] if _strings(syntax) else []
    comments = [rf"{re.escape(mark)}[^\n]*" for mark in syntax.line_comments]
    if syntax.block_comment:
        start, end = map(re.escape, syntax.block_comment)
        comments.insert(0, rf"{start}[\s\S]*?(?:{end}|\Z)")
    if comments:
        eaten.insert(0, f"(?P<comment>{'|'.join(comments)})")
    lone = [re.escape(quote) for quote in (*syntax.long_quotes, *(_line_quotes(syntax)))]
    if lone:
        eaten.append(f"(?P<quote>{'|'.join(lone)})")
    return re.compile("|".join([*eaten, r"(?P<bracket>[()\[\]{}])"]))


def _strings(syntax: Language) -> list[str]:
    found = [_long_string(re.escape(quote)) for quote in syntax.long_quotes]
    found += [_line_string(quote, syntax) for quote in _line_quotes(syntax)]
    if syntax.char_literals:
        found.append(r"'(?:\\[^\n']{1,8}|[^'\\\n])'")
    if syntax.regexes:
        body = r"/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/"
        found += [rf"(?<=[=(,:\[!&|?;]){body}", rf"(?<=[=(,:\[!&|?;] ){body}", rf"(?<=return ){body}"]
    return found


def _long_string(quote: str) -> str:
    inside = rf"[^{quote}\\]" if len(quote) == 1 else rf"(?!{quote})[^\\]"
    return rf"{quote}(?:{inside}|\\[\s\S])*{quote}"


def _line_string(quote: str, syntax: Language) -> str:
    """An empty string is no empty string where it begins a longer quote."""
    longer = "".join(rf"(?!{mark})" for mark in syntax.long_quotes if len(mark) > 1 and mark[0] == quote)
    return rf"{longer}{quote}(?:\\.|[^{quote}\\\n])*{quote}"


def _line_quotes(syntax: Language) -> str:
    return syntax.quotes.replace("'", "") if syntax.char_literals else syntax.quotes
