"""Blanks, indentation and line ends as the document has them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from lsp_router.assist.trim.lines import TAB, indent, only_closes, shifted, width
from lsp_router.assist.trim.place import Draft
from lsp_router.assist.trim.scene import Scene

_BLANK_LINES = re.compile(r"\A(?:[ \t]*\n)+")
_LEADING_BLANKS = re.compile(r"\A(?:[ \t]*\n){3,}")
_OPENS = re.compile(r"[:{(\[]\s*(?:(?:#|//).*)?$|\b(?:then|do|else)\s*$|=>\s*$")


def unix_lines(draft: Draft, scene: Scene) -> Draft:
    """All filters work on plain line feeds; the document's own come back last."""
    del scene
    return draft.keep(draft.text.replace("\r\n", "\n").replace("\r", "\n")) if "\r" in draft.text else draft


def restore_lost_indentation(draft: Draft, scene: Scene) -> Draft:
    """Chat models answer from column 0; when a later line would fall out of the block, all of them move right."""
    lines = draft.lines
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if not draft.fenced or first is None or not scene.blank or only_closes(lines[first]):
        return draft
    expected = scene.line or _expected_indent(scene)
    missing = _columns(expected) - width(lines[first])
    headers = scene.headers(_columns(expected))
    if missing <= 0 or not headers or not _falls_out(lines[first + 1 :], headers[0].width):
        return draft
    lead = expected.removesuffix(indent(lines[first]))
    moved = shifted(lines, lead if _columns(lead) == missing else " " * missing, missing)
    return draft.keep("\n".join(moved))


def settle_first_line(draft: Draft, scene: Scene) -> Draft:
    """The cursor's own indentation, or the blank before it, stands already: the text must not bring it again."""
    text = draft.text
    if scene.single and scene.blank and text.strip():
        text = _BLANK_LINES.sub("", text)
    first, line_break, more = text.partition("\n")
    if not first.strip() or not scene.line[-1:].isspace() or (scene.before.quote and not scene.blank):
        return draft.keep(text)
    bare = first.lstrip(" \t")
    if scene.blank and first.startswith(scene.line) and _begins_block(scene):
        bare = first.removeprefix(scene.line)
    return draft.keep(bare + line_break + more)


def use_tabs_or_spaces(draft: Draft, scene: Scene) -> Draft:
    """A document that indents in one way only gets text that does the same."""
    lines = draft.lines
    said = {indent(line)[:1] for line in lines[1:] if line.strip()} - {""}
    wanted = _style(scene)
    if len(said) != 1 or not wanted or said == {wanted}:
        return draft
    unit = _unit(scene, lines)
    first = lines[0] if scene.line else _converted(lines[0], wanted, unit)
    return draft.keep("\n".join([first, *(_converted(line, wanted, unit) for line in lines[1:])]))


def use_indent_unit(draft: Draft, scene: Scene) -> Draft:
    """When the editor says what a step is and the document shows none yet, steps of another size are converted."""
    unit, lines = scene.at.indent_unit, draft.lines
    steps = [len(indent(line)) for line in lines if indent(line)]
    shown = any(indent(line) for line in (*scene.above, scene.line, *scene.below))
    if (
        not unit
        or unit == "\t"
        or shown
        or not steps
        or min(steps) == len(unit)
        or any(step % min(steps) for step in steps)
    ):
        return draft
    return draft.keep("\n".join(unit * (len(indent(line)) // min(steps)) + line.lstrip(" \t") for line in lines))


def trim_blanks(draft: Draft, scene: Scene) -> Draft:
    """No blanks at the end, save one that separates the text from what follows on the line."""
    text = _LEADING_BLANKS.sub("\n\n", draft.text)
    bare = text.rstrip()
    tail = text[len(bare) :]
    rest = scene.rest[draft.replace :]
    if rest.strip() and bare.strip():
        closes_block = "\n" in bare and "\n" in tail and rest.lstrip()[:1] in (")", "]", "}")
        if closes_block:
            bare += "\n" + indent(scene.line)
        elif "\n" not in tail and not rest[:1].isspace():
            bare += tail
    return draft.keep(bare)


def refuse_trifles(draft: Draft, scene: Scene) -> Draft:
    """Nothing, or the mere beginning of a comment, is not worth a flicker."""
    bare = draft.text.strip()
    if bare and (scene.literal or not scene.blank or scene.rest.strip() or not _begins_comment(bare, scene)):
        return draft
    return draft if bare and _ends_below(scene) else draft.keep("")


def _begins_comment(bare: str, scene: Scene) -> bool:
    marks = (*scene.syntax.line_comments, *(scene.syntax.block_comment or ())[:1])
    return bare.startswith(marks) and not bare.strip("".join(marks) + "*!")


def _ends_below(scene: Scene) -> bool:
    """Whether the lines below are the rest of a block comment that only lacks its beginning."""
    block = scene.syntax.block_comment
    if block is None:
        return False
    begin, end, _ = "\n".join(scene.below).partition(block[1])
    return bool(end) and block[0] not in begin


def limit_lines(draft: Draft, scene: Scene) -> Draft:
    """What is longer than wanted ends with the last line that may be shown."""
    limit, lines = scene.at.max_lines, draft.lines
    if not limit or len(lines) <= limit:
        return draft
    return draft.end("\n".join(lines[:limit]))


def document_line_ends(draft: Draft, scene: Scene) -> Draft:
    """The document's line ends, last of all."""
    return replace(draft, text=draft.text.replace("\n", "\r\n")) if scene.crlf else draft


def _expected_indent(scene: Scene) -> str:
    """Where a line under the one above should begin, when the cursor stands in column 0."""
    above = scene.line_above
    if not _OPENS.search(above):
        return indent(above)
    step = "\t" if indent(above)[-1:] == "\t" else " " * (_step(scene) or TAB)
    return indent(above) + step


def _falls_out(lines: Sequence[str], floor: int) -> bool:
    return any(line.strip() and width(line) <= floor and not only_closes(line) for line in lines)


def _begins_block(scene: Scene) -> bool:
    """The cursor stands no deeper than a line above that opens a block: deeper text is meant."""
    return bool(_OPENS.search(scene.line_above)) and _columns(scene.line) <= width(scene.line_above)


def _style(scene: Scene) -> str:
    """The one character all indentation near the cursor is made of; nothing when that is mixed or little is shown."""
    lines = (*scene.above[-100:], scene.line + ".", *scene.below[:50])
    shown = [indent(line) for line in lines if line.strip() and indent(line)]
    kinds = {char for lead in shown for char in lead}
    steps = min(map(len, shown), default=0)
    return kinds.pop() if len(kinds) == 1 and len(shown) >= 4 and (steps == 1 or " " in shown[0]) else ""


def _unit(scene: Scene, lines: Sequence[str]) -> int:
    """Columns of one step: of the document when it is made of spaces, else of the text."""
    if _style(scene) == " ":
        return _step(scene) or TAB
    widths = [len(indent(line)) for line in lines[1:] if indent(line)]
    return next((step for step in (8, 4, 2) if widths and not any(deep % step for deep in widths)), TAB)


def _step(scene: Scene) -> int:
    deep = [width(line) for line in (*scene.above, *scene.below) if line.strip() and indent(line)]
    return min(deep, default=0)


def _converted(line: str, wanted: str, unit: int) -> str:
    lead = indent(line)
    if wanted == "\t":
        return "\t" * (len(lead) // unit) + " " * (len(lead) % unit) + line[len(lead) :]
    return " " * unit * len(lead) + line[len(lead) :]


def _columns(lead: str) -> int:
    return len(lead) + lead.count("\t") * (TAB - 1)
