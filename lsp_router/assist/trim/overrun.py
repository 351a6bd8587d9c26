"""Models write on into what already stands below the cursor: the text ends where the document takes over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lsp_router.assist.trim.lines import begins_branch, essence, only_closes, says_something, width
from lsp_router.assist.trim.place import Draft
from lsp_router.assist.trim.scene import Scene, has_words

_CLOSING_TAG = re.compile(r"\s*</([\w.:-]+)>")

ENOUGH = 20
"""Characters two matching lines must hold together to prove a copy even when the model then strays from it."""


@dataclass(frozen=True, slots=True)
class _Run:
    """How far the text, from one of its lines on, is what stands below."""

    lines: int
    chars: int
    torn: bool
    to_text_end: bool
    to_document_end: bool

    def proves(self, *, growing: bool) -> bool:
        if not self.chars:
            return False
        whole = self.to_document_end or (self.to_text_end and not growing)
        return whole or (self.lines > 1 and self.chars >= ENOUGH)


def stop_at_lines_below(draft: Draft, scene: Scene) -> Draft:
    """Cut before the first line from which on the text repeats the lines below; lone closers are left to balance."""
    below = [line for line in scene.below if line.strip()]
    if not below or not draft.text.strip():
        return draft
    lines = draft.lines
    if scene.rest.strip() and len(lines) == 1:
        return draft
    whole = [scene.line + lines[0], *lines[1:]]
    for number, line in enumerate(whole):
        if not line.strip() or (number == 0 and not lines[0].strip()):
            continue
        run = _run(whole, number, below, open_end=not scene.whole_suffix)
        copied = run.proves(growing=draft.open_ended) and _stands_there(line, below[0], run)
        if copied or (number and not draft.open_ended and _is_next_branch(whole[number:], below[0])):
            return draft.end("\n".join(lines[:number]))
    return draft


def _is_next_branch(lines: Sequence[str], below: str) -> bool:
    """The branch that begins below begins here, too, and no other statement comes between the two."""
    first, deep = lines[0], width(lines[0])
    if essence(first) != essence(below) or deep != width(below) or not begins_branch(first):
        return False
    rest = (line for line in lines[1:] if line.strip() and width(line) <= deep)
    return all(only_closes(line) or begins_branch(line) for line in rest)


def _run(lines: Sequence[str], start: int, below: Sequence[str], *, open_end: bool) -> _Run:
    count = chars = there = 0
    last = max(number for number, line in enumerate(lines) if line.strip())
    for number in range(start, last + 1):
        line = lines[number]
        if not line.strip():
            continue
        if there == len(below):
            return _Run(count, chars, torn=False, to_text_end=False, to_document_end=not open_end)
        if essence(line) != essence(below[there]):
            torn = number == last and number == len(lines) - 1 and _torn(line, below[there])
            told = chars + (len(line.strip()) if torn else 0)
            return _Run(count, told, torn=torn, to_text_end=torn, to_document_end=False)
        count, there = count + 1, there + 1
        chars += len(line.strip()) if says_something(line) or _closes_foreign_tag(line, lines) else 0
    return _Run(count, chars, torn=False, to_text_end=True, to_document_end=False)


def _closes_foreign_tag(line: str, lines: Sequence[str]) -> bool:
    """Whether a line closes an element that the text did not open: tags have no brackets that could tell."""
    tag = _CLOSING_TAG.match(line)
    if tag is None:
        return False
    text = "\n".join(lines)
    return text.count(f"</{tag[1]}>") > len(re.findall(rf"<{re.escape(tag[1])}[\s>]", text))


def _torn(line: str, whole: str) -> bool:
    """Whether a last line is the beginning of the line below, at the same depth."""
    bare = line.strip()
    telling = has_words(bare) or line != line.rstrip()
    return telling and whole.strip().startswith(bare) and width(line) == width(whole)


def _stands_there(line: str, below: str, run: _Run) -> bool:
    """A single line that stands deeper than its double is a nested statement of its own, not a copy."""
    return run.lines > 1 or run.torn or width(line) <= width(below)
