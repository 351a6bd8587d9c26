"""Models repeat what stands before the cursor, from half a word to the whole file: only what is new may stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lsp_router.assist.trim.lines import essence, first_with_text, indent, only_closes, says_something, shifted, width
from lsp_router.assist.trim.place import Draft
from lsp_router.assist.trim.scene import Scene, has_words

_WORD_START = re.compile(r"(?<!\w)[^\W\d]")
_BEGINS_STRING = frozenset("/.<{[#@$%-_~")


def without_lines_above(draft: Draft, scene: Scene) -> Draft:
    """Lines that the model copied from above the cursor go, and the rest moves to where the copy really stands."""
    lines = draft.lines
    above = [line for line in scene.above if line.strip()]
    if not above or not draft.text.strip():
        return draft
    if draft.open_ended and _is_copying(lines, above):
        return draft.keep("")
    last = _end_of_copy(lines, above, scene)
    if last is None:
        return draft.keep("") if _rewrites(draft, scene) else draft
    there, here = above[-1], lines[last]
    lead = indent(there).removeprefix(indent(here))
    rest = _without_gap(lines[last + 1 :], scene)
    if last or indent(here):
        rest = shifted(rest, lead, width(there) - width(here))
    return replace(draft, text="\n".join(rest), fenced=False)


def without_line_so_far(draft: Draft, scene: Scene) -> Draft:
    """The model begins the cursor's line, or the word at the cursor, again."""
    said = scene.line.strip()
    first = draft.text.lstrip(" \t")
    if not said:
        return draft
    again = has_words(said) and first.startswith(said) and indent(draft.text) in {"", indent(scene.line)}
    if again and not (len(said) < 3 and _makes_known_word(said + first, scene)):
        fresh = first[len(said) :]
        return draft.keep(fresh.lstrip(" \t") if scene.line[-1:].isspace() else fresh)
    return draft.keep(draft.text[_overlap(scene, draft.text) :])


def without_quote_again(draft: Draft, scene: Scene) -> Draft:
    """The model opens the string anew that was opened just before the cursor."""
    quote = scene.before.quote
    said = draft.text.removeprefix(quote)
    reopened = quote and said != draft.text and scene.line.endswith(quote) and quote in said
    return draft.keep(said) if reopened and (said[0].isalnum() or said[0] in _BEGINS_STRING) else draft


def refuse_parrot(draft: Draft, scene: Scene) -> Draft:
    """Text that only says again what touches the cursor adds nothing."""
    said = draft.text.strip()
    if not said or "\n" in said or only_closes(said):
        return draft
    before, after = scene.line.rstrip(), scene.rest.strip()
    distinct = bool(re.search(r"\w{3}", said)) or (len(said) > 2 and not has_words(said))
    if distinct and before.endswith(said) and not _glued(before[: -len(said)], said):
        return draft.keep("")
    again = after == said or (len(said) > 2 and after.startswith(said) and not _glued(said, after[len(said) :]))
    return draft.keep("") if again and not _glued(scene.line, said) else draft


def _makes_known_word(text: str, scene: Scene) -> bool:
    """Whether one or two letters before the cursor and the text make a word that stands elsewhere (`f` + `fi::x`)."""
    word = re.match(r"\w+", text)
    return word is not None and scene.knows(word[0])


def _overlap(scene: Scene, text: str) -> int:
    """How much of the line's end the text says again: from the start of a word to a word that goes on without a break.

    Short overlaps within a string may well be meant ("ha" + "haha").
    """
    tail = scene.line[-80:]
    if not (tail[-1:].isalnum() or tail[-1:] == "_"):
        return 0
    again = (tail[found.start() :] for found in _WORD_START.finditer(tail))
    least = 6 if scene.literal else 3
    return next((len(part) for part in again if len(part) >= least and text.startswith(part)), 0)


def _end_of_copy(lines: Sequence[str], above: Sequence[str], scene: Scene) -> int | None:
    """The last line of the copy: it equals the line above, and so do the lines before it, as far as they go."""
    target = essence(above[-1])
    best, best_run = None, 0
    begins_above = _begins_above(lines, scene)
    for number, line in enumerate(lines):
        if essence(line) != target or not _goes_on(lines, number, scene):
            continue
        run, telling, to_start = _run(lines, number, above)
        if telling and (to_start or (begins_above and number)) and run > best_run:
            best, best_run = number, run
    return best


def _without_gap(lines: list[str], scene: Scene) -> list[str]:
    """The blank lines between the line above and the cursor were copied too."""
    gap = next((number for number, line in enumerate(reversed(scene.above)) if line.strip()), 0)
    while gap and lines and scene.blank and not lines[0].strip():
        gap, lines = gap - 1, lines[1:]
    return lines


def _run(lines: Sequence[str], end: int, above: Sequence[str]) -> tuple[int, bool, bool]:
    """How many lines up to `end` equal those above, whether they say anything, and whether they reach the start."""
    run, telling, there = 0, False, len(above) - 1
    for number in range(end, -1, -1):
        if not lines[number].strip():
            continue
        if there < 0 or essence(lines[number]) != essence(above[there]):
            return run, telling, False
        telling = telling or says_something(lines[number])
        run, there = run + 1, there - 1
    return run, telling, True


def _goes_on(lines: Sequence[str], number: int, scene: Scene) -> bool:
    """With something on the cursor's line, a copy of the lines above must continue with it."""
    if scene.blank:
        return True
    return number + 1 < len(lines) and lines[number + 1].strip().startswith(scene.line.strip())


def _begins_above(lines: Sequence[str], scene: Scene) -> bool:
    """Whether the text begins where the document or an enclosing block does: a copy that may have taken liberties."""
    first = first_with_text(lines)
    starts = [header.text for header in scene.headers(scene.depth(first) or 1)]
    starts += [first_with_text(scene.above)] if scene.whole_prefix else []
    return says_something(first) and essence(first) in map(essence, starts)


def _rewrites(draft: Draft, scene: Scene) -> bool:
    """The text begins the enclosing block anew and never comes to the cursor: nothing of it fits there."""
    long_enough = draft.open_ended or len(draft.lines) > 2
    return scene.blank and long_enough and _begins_above(draft.lines, scene)


def _is_copying(lines: Sequence[str], above: Sequence[str]) -> bool:
    """Whether all there is so far stands further above in one piece: the copy may yet come to the cursor."""
    said = [essence(line) for line in lines if line.strip()]
    there = [essence(line) for line in above]
    return any(there[at : at + len(said)] == said for at in range(len(there) - len(said)))


def _glued(left: str, right: str) -> bool:
    """Whether two texts meet within a word."""
    return bool(left and right) and (left[-1].isalnum() or left[-1] == "_") and (right[0].isalnum() or right[0] == "_")
