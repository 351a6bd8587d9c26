"""Where comments and strings are: just enough lexing to know what a cursor stands in and which braces count."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from lsp_router.context.languages import Quote, language

Kind = Literal["comment", "string"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch that is not code; `closed` is False when the text ended inside it."""

    kind: Kind
    start: int
    end: int
    closed: bool


def spans(text: str, start: int, stop: int, name: str) -> Iterator[Span]:
    """Comments and strings between two offsets, in order; `start` must be a place where code begins."""
    grammar = _grammar(name)
    at, holes = start, list[int]()
    while at < stop and (found := grammar.opener(inside_template=bool(holes)).search(text, at, stop)):
        opened, rule = found[0], found.lastgroup or ""
        at = found.end()
        if rule == "brace":
            at, span = _brace(text, found.start(), stop, holes)
        else:
            span = grammar.finish[rule](text, found, stop)
            at = max(span.end, at)
        if opened == "`" or (rule == "brace" and span is not None):
            at = _enter_hole(text, at, holes)
        if span is not None:
            yield span


@dataclass(frozen=True, slots=True)
class _Grammar:
    """One language's openers as one expression, and how each of them ends."""

    plain: re.Pattern[str]
    braced: re.Pattern[str]
    finish: dict[str, Callable[[str, re.Match[str], int], Span]]

    def opener(self, *, inside_template: bool) -> re.Pattern[str]:
        return self.braced if inside_template else self.plain


@cache
def _grammar(name: str) -> _Grammar:
    traits = language(name)
    rules: list[tuple[str, str, Callable[[str, re.Match[str], int], Span]]] = []
    for number, (opening, closing) in enumerate(traits.block):
        rules.append((f"block{number}", re.escape(opening), _block(opening, closing, nested=traits.nested)))
    rules += [(f"line{number}", sign, _line) for number, sign in enumerate(traits.line)]
    rules += [(quote.name.lower(), *_QUOTES[quote]) for quote in traits.quotes]
    alternatives = "|".join(f"(?P<{rule}>{pattern})" for rule, pattern, _ in rules) or r"(?!)"
    return _Grammar(
        plain=re.compile(alternatives),
        braced=re.compile(rf"{alternatives}|(?P<brace>[{{}}])"),
        finish={rule: finish for rule, _, finish in rules},
    )


def _line(text: str, found: re.Match[str], stop: int) -> Span:
    end = text.find("\n", found.end(), stop)
    return Span("comment", found.start(), stop if end < 0 else end, closed=end >= 0)


def _block(opening: str, closing: str, *, nested: bool) -> Callable[[str, re.Match[str], int], Span]:
    both = re.compile(f"{re.escape(opening)}|{re.escape(closing)}")

    def finish(text: str, found: re.Match[str], stop: int) -> Span:
        at, depth = found.end(), 1
        while mark := both.search(text, at, stop):
            at = mark.end()
            if mark[0] == closing:
                depth -= 1
            elif nested:
                depth += 1
            if depth == 0:
                return Span("comment", found.start(), at, closed=True)
        return Span("comment", found.start(), stop, closed=False)

    return finish


def _quoted(quote: str, *, long: bool) -> Callable[[str, re.Match[str], int], Span]:
    """A string with escapes; a short one ends with its line even when nobody closed it."""
    stop_at = rf"{quote}\\" if long else rf"{quote}\\\n"
    body = re.compile(rf"[^{stop_at}]*(?:\\.[^{stop_at}]*)*", re.DOTALL)

    def finish(text: str, found: re.Match[str], stop: int) -> Span:
        inside = body.match(text, found.end(), stop)
        end = inside.end() if inside else found.end()
        if end >= stop:
            return Span("string", found.start(), stop, closed=False)
        return Span("string", found.start(), end + (text[end] == quote), closed=True)

    return finish


def _whole(text: str, found: re.Match[str], stop: int) -> Span:
    del text, stop  # the opener has matched all of it
    return Span("string", found.start(), found.end(), closed=True)


def _until_mark(mark: Callable[[str], str]) -> Callable[[str, re.Match[str], int], Span]:
    def finish(text: str, found: re.Match[str], stop: int) -> Span:
        closing = mark(found[0])
        end = text.find(closing, found.end(), stop)
        if end < 0:
            return Span("string", found.start(), stop, closed=False)
        return Span("string", found.start(), end + len(closing), closed=True)

    return finish


_TRIPLES = {
    quote: re.compile(rf"[^{quote}\\]*(?:(?:\\.|{quote}(?!{quote}{quote}))[^{quote}\\]*)*{quote * 3}", re.DOTALL)
    for quote in "\"'"
}


def _triple(text: str, found: re.Match[str], stop: int) -> Span:
    """A triple-quoted string; one that is a statement of its own documents and counts as a comment."""
    kind: Kind = "comment" if _is_statement(text, found.start()) else "string"
    closed = _TRIPLES[found[0][-1]].match(text, found.end(), stop)
    return Span(kind, found.start(), closed.end() if closed else stop, closed=bool(closed))


def _is_statement(text: str, at: int) -> bool:
    lowest = max(0, at - 400)
    line = text.rfind("\n", lowest, at) + 1 or lowest
    if text[line:at].strip():
        return False
    before = text[max(0, line - 200) : line].rstrip()
    return not before.endswith(("(", ",", "=", "[", "{", "+", "%", "\\"))


_TEMPLATE_TEXT = re.compile(r"[^`\\$]*(?:(?:\\.|\$(?!\{))[^`\\$]*)*", re.DOTALL)


def _template(text: str, found: re.Match[str], stop: int) -> Span:
    """The text part of a template literal: up to its end or to the next hole with code in it."""
    return _template_text(text, found.start(), found.end(), stop)


def _template_text(text: str, start: int, at: int, stop: int) -> Span:
    inside = _TEMPLATE_TEXT.match(text, at, stop)
    end = inside.end() if inside else at
    if end >= stop:
        return Span("string", start, stop, closed=False)
    if text.startswith("${", end):
        return Span("string", start, min(end + 2, stop), closed=True)
    return Span("string", start, end + 1, closed=True)


def _enter_hole(text: str, at: int, holes: list[int]) -> int:
    if text.startswith("${", at - 2):
        holes.append(0)
    return at


def _brace(text: str, at: int, stop: int, holes: list[int]) -> tuple[int, Span | None]:
    """A brace inside a template's hole: counts, and at the hole's own end resumes the template's text."""
    if text[at] == "{":
        holes[-1] += 1
        return at + 1, None
    if holes[-1]:
        holes[-1] -= 1
        return at + 1, None
    holes.pop()
    span = _template_text(text, at, at + 1, stop)
    return span.end, span


_QUOTES: dict[Quote, tuple[str, Callable[[str, re.Match[str], int], Span]]] = {
    Quote.TRIPLE: (r"\"\"\"|'''", _triple),
    Quote.RUST_RAW: (r"\bb?r#*\"", _until_mark(lambda opened: '"' + "#" * opened.count("#"))),
    Quote.LUA_LONG: (r"\[=*\[", _until_mark(lambda opened: "]" + "=" * opened.count("=") + "]")),
    Quote.DOUBLE: ('"', _quoted('"', long=False)),
    Quote.SINGLE: (r"(?<!\w)'|(?<=\b[rbfuRBFU])'|(?<=\b[rbRB][rbfRBF])'", _quoted("'", long=False)),
    Quote.DOUBLE_LONG: ('"', _quoted('"', long=True)),
    Quote.SINGLE_LONG: ("'", _quoted("'", long=True)),
    Quote.CHAR: (r"'(?:\\[^\n]{1,9}?|[^'\\\n])'", _whole),
    Quote.BACKTICK: ("`", _until_mark(lambda opened: opened)),
    Quote.TEMPLATE: ("`", _template),
    Quote.REGEX: (
        r"(?<=[(,=:\[!&|?{};+\n])[ \t]*/(?![/*\s])(?:\\.|\[(?:\\.|[^\]\n\\])*\]|[^/\n\\\[])+/[a-z]*",
        _whole,
    ),
}
