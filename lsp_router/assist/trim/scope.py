"""A completion ends with the block it stands in: what comes after belongs to somebody else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsp_router.assist.trim.balance import Ledger
from lsp_router.assist.trim.brackets import Walk
from lsp_router.assist.trim.languages import Blocks
from lsp_router.assist.trim.lines import continues, first_with_text, only_closes, width
from lsp_router.assist.trim.place import Draft
from lsp_router.assist.trim.scene import Header, Scene, function_among

_LAST_BRANCH = re.compile(r"\s*(?:else|finally|ensure|default)\b(?!\s+if\b)")


def stop_at_closed_block(draft: Draft, scene: Scene) -> Draft:
    """Close no more brackets than the lines below leave to close, and stop when the function is whole."""
    if not scene.syntax.is_code:
        return draft
    walk = Walk(draft.text, scene.syntax, scene.before.quote)
    brackets = list(walk)
    ledger = Ledger(draft, scene, scene.below_when(walk.quote))
    for bracket in brackets:
        over = ledger.take(bracket)
        if over is not None:
            return over
    return ledger.close()


def stop_at_dedent(draft: Draft, scene: Scene) -> Draft:
    """Where indentation makes blocks: end with the function, or with the statement that the cursor's line began."""
    if scene.syntax.blocks not in {Blocks.INDENT, Blocks.WORDS}:
        return draft
    lines = draft.lines
    depth = scene.depth(first_with_text(lines))
    headers = scene.headers(depth)
    floor = headers[function_among(headers)] if headers else None
    strings = _lines_in_strings(lines, scene)
    nested = False
    for number, line in enumerate(lines[1:], 1):
        if not line.strip() or number in strings:
            continue
        deep = width(line)
        statement_over = not scene.blank and nested and deep <= depth
        nested = nested or deep > depth
        out_of_block = statement_over or (floor is not None and deep <= floor.width)
        if out_of_block and not _still_belongs(line, None if statement_over else floor, scene):
            return draft.end("\n".join(lines[:number]))
    return draft


def _still_belongs(line: str, floor: Header | None, scene: Scene) -> bool:
    """A branch of the same statement, or its closing line, unless the lines below bring that themselves."""
    below, deep = scene.line_below, width(line)
    same_depth = bool(below) and width(below) == deep
    if below and width(below) > deep:
        return False
    if continues(line) and (floor is None or floor.is_control):
        return not (same_depth and continues(below) and bool(_LAST_BRANCH.match(line)))
    return only_closes(line) and not (same_depth and (only_closes(below) or continues(below)))


def _lines_in_strings(lines: Sequence[str], scene: Scene) -> set[int]:
    """The lines that begin inside a string that spans lines: their indentation means nothing."""
    quote, found = scene.before.quote, set()
    for number, line in enumerate(lines):
        if quote:
            found.add(number)
        walk = Walk(line + "\n", scene.syntax, quote)
        for _ in walk:
            pass
        quote = walk.quote
    return found
