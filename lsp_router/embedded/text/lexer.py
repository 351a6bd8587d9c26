"""Lines to tokens: one regular expression per language, spaces kept beside the tokens, comments left out.

Lines are lexed on their own, with the little state that survives a line end (the closer of an open comment or string),
so that an edit costs the lines it touched. A line of code starts with a token that says how its indent changed; what a
multi-line string holds is one opaque token, because recalling prose helps nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from lsp_router.embedded.text.languages import Language, Quotes

SAME, DEEPER, SHALLOWER = "\n=", "\n>", "\n<"
START, PROSE = "\x02", "\x03"
"""The start of a file; the inside of a multi-line string."""
LINE_STARTS = frozenset({SAME, DEEPER, SHALLOWER})
BREAKS = LINE_STARTS | {START}
END = "\n"
"""The guess that the line ends here, whatever the indent of the next one."""

MAX_LINE = 1_000
"""Longer lines are data or minified code: they are kept out, and nothing is suggested on them."""
MAX_SPACES = 15
MAX_KNOWN = 20_000

_WORD = r"[^\W\d][\w$]*"
_OPERATORS = (
    r"===|!==|\*\*=|//=|>>=|<<=|&&=|\|\|=|\?\?=|\.\.\.|\.\.=|<=>|==|!=|<=|>=|->|=>|:=|<-|\*\*|&&|\|\||::|\+=|-=|\*=|/=|"
    r"\|=|&=|\^=|%=|\?\.|\?\?|\+\+|--|<<|>>|\.\.|//"
)
_PLAIN = re.compile(rf"{_WORD}|\d[\w.]*|{_OPERATORS}|\S")
_SPACED = re.compile(rf"(\s*)({_PLAIN.pattern})")
_NAME = re.compile(rf"{_WORD}\Z")


@dataclass(frozen=True, slots=True)
class Lexed:
    """One line's tokens with the spaces before each, and the state it leaves to the next line."""

    tokens: tuple[str, ...] = ()
    spaces: tuple[int, ...] = ()
    indent: int = 0
    state: str = ""
    """Empty in code, else what closes the comment or string that is still open."""
    inside: bool = False
    """Whether the text ends inside a comment or a string, even one that the line end closes."""


def lex_line(language: Language, line: str, state: str = "") -> Lexed:
    if len(line) > MAX_LINE:
        return Lexed(inside=True)
    body = line.lstrip()
    scan = _Scan(_grammar(language), line, len(line) - len(body))
    return scan.run(state, width(line[: scan.end]))


def lex_lines(language: Language, lines: Iterable[str], known: dict[str, Lexed]) -> Iterator[tuple[str, Lexed]]:
    """The lines of code of a file, each with the token that opens it; `known` holds lines that were read before."""
    state, indent = "", 0
    for line in lines:
        lexed = None if state else known.get(line)
        if lexed is None:
            lexed = lex_line(language, line, state)
            if not state and len(line) <= MAX_LINE:
                if len(known) >= MAX_KNOWN:
                    known.clear()
                known[line] = lexed
        state = lexed.state
        if lexed.tokens:
            yield line_start(indent, lexed.indent), lexed
            indent = lexed.indent


def state_after(language: Language, lines: Iterable[str]) -> str:
    """What is still open after these lines; much quicker than lexing them."""
    special, state = _grammar(language).special, ""
    for line in lines:
        if state or special.search(line):
            state = lex_line(language, line, state).state
    return state


def line_start(before: int, indent: int) -> str:
    """The token that opens a line, from the indent of the line of code before it."""
    if before == indent:
        return SAME
    return DEEPER if indent > before else SHALLOWER


def is_name(token: str) -> bool:
    return _NAME.match(token) is not None


def width(whitespace: str) -> int:
    return len(whitespace.expandtabs(4))


@dataclass(frozen=True, slots=True)
class _Opener:
    """What opens something that is not code. A line comment has no closer, a comment no quotes."""

    expression: str
    closer: str = ""
    quotes: Quotes | None = None


class _Grammar:
    """The compiled expressions of one language."""

    def __init__(self, language: Language) -> None:
        self.openers = _openers(language)
        groups = [f"({opener.expression})" for opener in self.openers]
        blocks = 1 if language.block_comment else 0
        extra = [language.not_strings] if language.not_strings else []
        # Block comments come first because they may begin like line comments, strings last because of what misleads.
        groups = [*groups[:blocks], *extra, *groups[blocks:]]
        self.token = re.compile("|".join([*groups, _PLAIN.pattern]))
        self.special = re.compile("|".join(groups))
        self.closers = {opener.closer: _closing(opener) for opener in self.openers if opener.closer}
        self.string_closers = {opener.closer for opener in self.openers if opener.quotes}


def _openers(language: Language) -> list[_Opener]:
    openers = [_Opener(re.escape(language.line_comment))]
    if language.block_comment:
        opener, closer = language.block_comment
        openers.insert(0, _Opener(re.escape(opener), closer))
    return openers + [_Opener(quotes.opener, quotes.closer or quotes.opener, quotes) for quotes in language.strings]


def _closing(opener: _Opener) -> re.Pattern[str]:
    escapes = opener.quotes is not None and opener.quotes.escapes
    return re.compile((r"(?:[^\\]|\\.)*?" if escapes else ".*?") + re.escape(opener.closer))


@cache
def _grammar(language: Language) -> _Grammar:
    return _Grammar(language)


class _Scan:
    """One pass over one line."""

    __slots__ = ("end", "grammar", "line", "spaces", "tokens")

    def __init__(self, grammar: _Grammar, line: str, start: int) -> None:
        self.grammar = grammar
        self.line = line
        self.end = start
        """Where the last token ended: the spaces before the next one are counted from here."""
        self.tokens: list[str] = []
        self.spaces: list[int] = []

    def run(self, state: str, indent: int) -> Lexed:
        if state:
            closed = self.grammar.closers[state].match(self.line)
            if closed is None:
                return Lexed(state=state, inside=True)
            self.end = closed.end()
            if state in self.grammar.string_closers:
                self._add(state, self.end - len(state), self.end)
        left = None
        if self.grammar.special.search(self.line, self.end):
            left = self._code()
        else:
            self._plain(self.end, len(self.line))
        return Lexed(tuple(self.tokens), tuple(self.spaces), indent, left or "", left is not None)

    def _add(self, token: str, start: int, end: int) -> None:
        self.tokens.append(token)
        self.spaces.append(min(max(start - self.end, 0), MAX_SPACES))
        self.end = end

    def _plain(self, start: int, end: int) -> None:
        for gap, token in _SPACED.findall(self.line, start, end):
            self.tokens.append(token)
            self.spaces.append(len(gap[:MAX_SPACES]))
        self.end = start + len(self.line[start:end].rstrip())

    def _code(self) -> str | None:
        """Lex to the end of the line; the state it leaves, None for plain code."""
        search, openers = self.grammar.token.search, self.grammar.openers
        while found := search(self.line, self.end):
            if found.lastindex is None:
                self._add(found.group(), found.start(), found.end())
                continue
            opener = openers[found.lastindex - 1]
            left = self._string(found, opener.quotes, opener.closer) if opener.quotes else self._comment(found, opener)
            if left is not None:
                return left
        return None

    def _comment(self, found: re.Match[str], opener: _Opener) -> str | None:
        closed = self.grammar.closers[opener.closer].match(self.line, found.end()) if opener.closer else None
        if closed is None:
            return opener.closer
        self.end = closed.end()
        return None

    def _string(self, found: re.Match[str], quotes: Quotes, closer: str) -> str | None:
        inner = found.end()
        self._add(found.group(), found.start(), inner)
        closed = self.grammar.closers[closer].match(self.line, inner)
        end = closed.end() - len(closer) if closed else len(self.line)
        if quotes.prose or (closed is None and quotes.spans_lines):
            self._prose(inner, end)
        else:
            self._plain(inner, end)
        if closed is None:
            return closer if quotes.spans_lines else ""
        self._add(closer, end, closed.end())
        return None

    def _prose(self, start: int, end: int) -> None:
        if self.line[start:end].strip():
            self._add(PROSE, start, end)
