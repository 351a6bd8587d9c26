"""The line after the current one: offered only when both are almost certain and the same break has always followed."""

from __future__ import annotations

from lsp_router.embedded.guess.answer import render
from lsp_router.embedded.guess.confidence import LineSign, judge, line_signs
from lsp_router.embedded.guess.constants import Constants
from lsp_router.embedded.guess.context import Context
from lsp_router.embedded.guess.decode import decode
from lsp_router.embedded.guess.hits import ORDERS, find_exact
from lsp_router.embedded.text.document import Document
from lsp_router.embedded.text.lexer import DEEPER, SAME

SURE = 0.85
MIN_MATCH = 3
"""How many tokens at least must have stood before the break elsewhere."""


def next_line(after: Context, typed: str, constants: Constants) -> tuple[str, float] | None:
    """What to add behind a finished line, line break included, and how sure it is; `after` ends with that line."""
    kind = _break(after)
    if kind not in {SAME, DEEPER}:
        return None
    context = after.push(kind)
    line = decode(context, "", constants.weights, SURE).line
    if line is None or len(line.tokens) < 2:
        return None
    signs = line_signs(context, "", line)
    sure = min(line.chance, judge(signs, constants.line))
    if sure < SURE or signs[LineSign.STANDS_BELOW]:
        return None
    indent = typed[: len(typed) - len(typed.lstrip())]
    unit = _unit(after.moment.document, indent) if kind == DEEPER else ""
    return f"\n{indent}{unit}{render(context, '', line)}", sure


def _break(after: Context) -> str:
    """The token that followed every time, in the file and in the project; empty when there were several or none."""
    document = after.moment.document
    followed = set[str]()
    levels = find_exact(after)
    if len(levels) >= ORDERS.index(MIN_MATCH) + 1:
        followed.update(document.alphabet.text(document.exact[at]) for at in levels[-1])
    for shelf, hidden in after.moment.shelves:
        numbers = [shelf.find(token) for token in reversed(after.tokens)]
        longest = shelf.exact(numbers, hidden)[-1:]
        followed.update(shelf.token_at(at)[0] for length, places in longest if length >= MIN_MATCH for at in places)
    return followed.pop() if len(followed) == 1 else ""


def _unit(document: Document, indent: str) -> str:
    """One step of indentation, as the file has it."""
    begun = [line[: len(line) - len(line.lstrip())] for line in document.lines if line[:1].isspace() and line.strip()]
    if "\t" in indent or (begun and begun[0].startswith("\t")):
        return "\t"
    return min((spaces for spaces in begun if len(spaces) > 1), key=len, default="    ")
