"""Keeps the books of brackets while a text is read: what it opens, what it closes of the document, and when to stop."""

from __future__ import annotations

import re

from lsp_router.assist.trim.brackets import OPENERS, PAIRS, Bracket
from lsp_router.assist.trim.lines import continues, only_closes, width
from lsp_router.assist.trim.place import Draft
from lsp_router.assist.trim.scene import Below, Opening, Scene, function_among

_TAIL = re.compile(r"[)\]};,]*")


class Ledger:
    """One entry per bracket of the text; `take` and `close` say where the text must end."""

    def __init__(self, draft: Draft, scene: Scene, below: Below) -> None:
        self._draft = draft
        self._text = draft.text
        self._scene = scene
        self._below = below
        self._inner: list[Bracket] = []
        """Openers of the text that still wait for their partner."""
        self._outer: list[Bracket] = []
        """Closers of brackets that the document opened."""
        self._fitting: int | None = None
        """The last closer before which all brackets would have met their partners below."""

    def take(self, bracket: Bracket) -> Draft | None:
        """Enter one bracket; a draft means that the text is over there."""
        if bracket.char in OPENERS:
            self._inner.append(bracket)
            return None
        if self._pairs():
            self._fitting = bracket.at
        if self._inner and PAIRS[bracket.char] == self._inner[-1].char:
            return self._close_own(self._inner.pop(), bracket)
        self._outer.append(bracket)
        return self._close_documents(bracket)

    def close(self) -> Draft:
        """No more brackets: the whole text stays when it pairs with what stands below."""
        return self._draft if self._pairs() else self._balanced()

    def _close_own(self, opened: Bracket, closer: Bracket) -> Draft | None:
        """With something on the cursor's line, the completion is that statement: over when its own lines close."""
        text = self._text
        own_lines = "\n" in text[opened.at : closer.at] and "\n" not in text[: opened.at].strip("\n")
        if self._inner or self._outer or self._scene.blank or not own_lines or _line_after(text, closer).strip():
            return None
        following = _next_line(text, closer)
        over = following.strip() and not continues(following) and not only_closes(following)
        return self._draft.end(text[: _tail(text, closer)]) if over else None

    def _close_documents(self, closer: Bracket) -> Draft | None:
        """The function is whole: its closer stays unless it stands below already, and what follows goes."""
        count, openings = len(self._outer), self._scene.openings
        partner = openings[-count] if count <= len(openings) else None
        if partner is None:
            return self._stray(closer)
        if PAIRS[closer.char] != partner.char:
            return self._draft  # these brackets are past understanding
        if not _is_last(partner, self._scene) or self._goes_on(closer):
            return None
        if self._is_taken(count):
            return self._draft.end(self._balanced().text)
        following = _next_line(self._text, closer)
        alone = not following.strip() or only_closes(following)
        return None if alone else self._draft.end(self._text[: _tail(self._text, closer)])

    def _stray(self, closer: Bracket) -> Draft | None:
        """A closer on the cursor's line that nothing at all waits for; braces may close what a snippet left out."""
        alone = not _line_after(self._text, closer).strip() and "\n" not in self._text[: closer.at]
        if closer.char == "}" or not alone or not self._scene.whole or self._below.closings:
            return None
        return self._draft.end(self._text[: closer.at])

    def _pairs(self) -> bool:
        """Whether each bracket that is open now meets its partner below.

        Where only a part of the document was looked at, depths must agree as well.
        """
        scene, wanted = self._scene, self._below.closings
        if not wanted or len(self._outer) > len(scene.openings):
            return False
        kept = scene.openings[: len(scene.openings) - len(self._outer)]
        if scene.whole:
            still_open = [*(opening.char for opening in kept), *(opener.char for opener in self._inner)]
            return still_open[::-1] == [PAIRS[closing.char] for closing in wanted]
        depths = [(opening.char, opening.header.width) for opening in kept]
        depths += [(opener.char, self._depth(opener)) for opener in self._inner]
        theirs = [(PAIRS[closing.char], closing.header.width) for closing in wanted]
        return bool(depths) and all(one == other for one, other in zip(reversed(depths), theirs, strict=False))

    def _balanced(self) -> Draft:
        """End where the brackets still pair; else drop the closers that the lines below bring, too."""
        cut = self._fitting
        if cut is not None and not (self._outer and cut <= self._outer[-1].at) and not self._repeats_below(cut):
            cut = None
        cut = self._surplus() if cut is None else cut
        return self._draft if cut is None else self._draft.keep(self._text[:cut].rstrip())

    def _repeats_below(self, cut: int) -> bool:
        """Whether the text ends with nothing but the closers with which the lines below begin, at the same depth."""
        start = self._text.rfind("\n", 0, cut) + 1
        lines = self._text[start:].rstrip().split("\n")
        below = [line for line in self._scene.below if line.strip()][: len(lines)]
        return len(below) == len(lines) and all(
            only_closes(ours) and ours.rstrip(" \t;,") == theirs.rstrip(" \t;,")
            for ours, theirs in zip(lines, below, strict=True)
        )

    def _surplus(self) -> int | None:
        """The first closer too many that no later opener makes up for, where brackets do not pair one by one."""
        made_up = (opener for opener in self._inner if opener.char == "{")
        level, cut = 0, None
        for bracket in sorted([*self._outer, *made_up], key=lambda bracket: bracket.at):
            level += 1 if bracket.char in OPENERS else -1
            if not self._is_taken(-level):
                cut = None
            elif cut is None:
                cut = bracket.at
        return cut

    def _is_taken(self, closed: int) -> bool:
        """Whether the lines below hold this closer already."""
        allowance = self._below.allowance
        return closed > 0 and allowance is not None and bool(self._below.closings) and closed > max(allowance, 0)

    def _goes_on(self, closer: Bracket) -> bool:
        """Whether the same statement continues, or still may, after a closer (`} else {`, `}).then(`)."""
        following = _next_line(self._text, closer)
        undecided = self._draft.open_ended and not following
        return bool(_line_after(self._text, closer).strip()) or undecided or continues(following)

    def _depth(self, opener: Bracket) -> int:
        start = self._text.rfind("\n", 0, opener.at) + 1
        return width(self._text[start : opener.at]) if start else self._scene.depth(self._draft.lines[0])


def _is_last(partner: Opening, scene: Scene) -> bool:
    """Whether closing this bracket completes the function, or what the cursor's line opened."""
    if partner.char != "{":
        return False
    if partner.on_cursor_line:
        return not any(opening.on_cursor_line and opening.char != "{" for opening in scene.openings)
    blocks = [opening for opening in scene.openings if opening.char == "{"]
    return partner is blocks[function_among([block.header for block in blocks])]


def _tail(text: str, closer: Bracket) -> int:
    """The end of a closer together with the punctuation that belongs to it."""
    tail = _TAIL.match(text, closer.at + 1)
    return tail.end() if tail else closer.at + 1


def _line_after(text: str, closer: Bracket) -> str:
    return text[_tail(text, closer) :].partition("\n")[0]


def _next_line(text: str, closer: Bracket) -> str:
    rest = text[closer.at :].split("\n")[1:]
    return next((line for line in rest if line.strip()), "")
