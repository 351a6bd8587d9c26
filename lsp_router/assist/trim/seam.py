"""Where the text meets the rest of the cursor's line: nothing there is said twice, nothing the user typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from enum import IntEnum

from lsp_router.assist.trim.brackets import PAIRS, scan
from lsp_router.assist.trim.place import Draft
from lsp_router.assist.trim.scene import Scene

_ARROWS = re.compile(r"=>|->|[<>]=|<-|\s[<>]\s")
_CLOSERS = " \t)]}>\"'`;,"
_QUOTES = frozenset("\"'`")
_TELLING = 8
"""So many characters of the rest of a line do not stand in the text by chance."""

_ONE_SIDED = frozenset(";,:")
_EMPTY_STRINGS = ("''", '""', "``")
_LAST_WORD = re.compile(r"\w+\Z")
_DOUBLED = frozenset("slefotpn")


def one_line(draft: Draft, scene: Scene) -> Draft:
    """Where a single line is wanted, the first one with text is it; a line break before it counts only after text."""
    if not scene.single:
        return draft
    lines = draft.lines
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None or (first == len(lines) - 1 and not first):
        return draft
    lead = "" if scene.blank or scene.rest.strip() or not first else "\n"
    if first and scene.rest.strip() and not scene.blank:
        return draft.end("")
    text = lead + lines[first]
    return replace(draft, text=text, ended=True) if first < len(lines) - 1 else draft.keep(text)


def join_rest_of_line(draft: Draft, scene: Scene) -> Draft:
    """Drop what the rest of the line says already, or replace closers that the text brings itself."""
    rest = scene.rest.strip()
    if not rest or not draft.text.strip():
        return draft
    if not scene.smooth_rest or rest in _EMPTY_STRINGS:
        shorter = _without_rest(draft, scene, rest)
        if shorter is not draft:
            return shorter
    return _replace_closers(draft, scene)


def _without_rest(draft: Draft, scene: Scene, rest: str) -> Draft:
    """A line of the text ends with the whole rest of the cursor's line, or the first goes into it: end before that."""
    lines = draft.lines
    for number, line in enumerate(lines):
        bare = line.rstrip()
        if bare.endswith(rest) and _is_copy(bare[: -len(rest)], rest, scene):
            return draft.end_exactly("\n".join([*lines[:number], bare[: -len(rest)]]))
    closes = len(rest) >= _TELLING and scene.rest[0] in _CLOSERS.strip()
    begins = lines[0].find(scene.rest[:_TELLING]) if closes else -1
    return draft.end_exactly(lines[0][:begins]) if begins > 0 else draft


def _is_copy(left: str, rest: str, scene: Scene) -> bool:
    """A few letters may recur by chance: whether the document knows the word with or without them decides.

    Where it knows neither, one letter that English likes to double is taken for the word's own.
    """
    if len(rest) > 3 or not rest.isalnum():
        return True
    word = _LAST_WORD.search(scene.line + left + rest)
    if word is None or scene.knows(word[0] + rest):
        return False
    return scene.knows(word[0]) or rest not in _DOUBLED


def _replace_closers(draft: Draft, scene: Scene) -> Draft:
    """The closers after the cursor were put there for what stood before it; those the text closes itself give way."""
    rest = scene.rest
    counts = [(number, _fit(draft.text, rest[number:], scene)) for number in _counts(rest)]
    best = max(fit for _, fit in counts)
    if best is _Fit.NOT and not scene.smooth_rest:
        return _without_closer(draft, scene)
    count = next(number for number, fit in counts if fit is best) if best else 0
    if count and not _covers(draft.text, rest[:count].strip()):
        count = 0
    after = rest[count:].lstrip()
    end = draft.text.rstrip()[-1:]
    closes_tag = end == ">" and _angles(scene.line + draft.text) <= 0
    if after[:1] == end and (closes_tag or (end in _ONE_SIDED and scene.smooth_rest)):
        count = len(rest) - len(after) + 1
    return replace(draft, replace=count) if count else draft


def _counts(rest: str) -> Iterator[int]:
    """How many of the closers after the cursor could give way; three quotes in a row are one."""
    for number in range(len(rest) - len(rest.lstrip(_CLOSERS)) + 1):
        if not number or rest[number - 1] not in _QUOTES or rest[number - 1 : number] != rest[number : number + 1]:
            yield number


def _without_closer(draft: Draft, scene: Scene) -> Draft:
    """The text closes what the rest of the line still needs open: it ends before that closer."""
    for closer in reversed(scan(draft.text, scene.syntax, scene.before.quote).unopened):
        head = draft.text[: closer.at]
        if head.strip() and _fit(head, scene.rest, scene) is not _Fit.NOT:
            return draft.end_exactly(head)
    return draft


class _Fit(IntEnum):
    """How well the rest of the line goes with the brackets that are open once the text stands there."""

    NOT = 0
    CLOSES_WHAT_IS_OPEN = 1
    AND_PAIRS_WITH_BELOW = 2


def _fit(text: str, rest: str, scene: Scene) -> _Fit:
    said = scan(text, scene.syntax, scene.before.quote)
    after = scan(rest, scene.syntax, said.quote)
    if after.quote:
        return _Fit.NOT
    stack = [opening.char for opening in scene.openings]
    for closer in said.unopened:
        if stack and stack[-1] == PAIRS[closer.char]:
            stack.pop()
    stack += [opener.char for opener in said.unclosed]
    for closer in after.unopened:
        if not stack or stack.pop() != PAIRS[closer.char]:
            return _Fit.NOT
    below = [PAIRS[closing.char] for closing in scene.below_when(said.quote).closings]
    return _Fit.AND_PAIRS_WITH_BELOW if scene.whole and stack[::-1] == below else _Fit.CLOSES_WHAT_IS_OPEN


def _covers(text: str, closers: str) -> bool:
    """Whether the text brings these characters itself, in this order: else they are the user's, whatever they close."""
    at = iter(text)
    return all(char in at for char in closers if not char.isspace())


def _angles(line: str) -> int:
    """Angle brackets left open on a line, arrows and comparisons aside; only closing tags and generics care."""
    bare = _ARROWS.sub("", line)
    return bare.count("<") - bare.count(">")
