"""Where in the open file something stood before: the nearest places first, the line being written left out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from lsp_router.embedded.guess.context import Context, Moment
from lsp_router.embedded.text.alphabet import NAME
from lsp_router.embedded.text.lexer import END, LINE_STARTS

ORDERS = (1, 2, 3, 4, 5, 6, 8, 11, 16)
"""Lengths of the exact contexts that are looked for."""
RENAMED_ORDERS = (3, 5, 8, 12, 18)
"""Lengths of the contexts that are looked for whatever their names are."""
MAX_ABOVE, MAX_BELOW = 12, 8
MAX_RENAMED = 16


def find_code(column: str, code: str, moment: Moment) -> list[int]:
    """The positions of one character in a column."""
    found: list[int] = []
    at = moment.home
    while len(found) < MAX_ABOVE and (at := column.rfind(code, 0, at)) >= 0:
        found.append(at)
    limit, at = len(found) + MAX_BELOW, moment.resume - 1
    while len(found) < limit and (at := column.find(code, at + 1)) >= 0:
        found.append(at)
    return found


def find_after(text: str, needle: str, moment: Moment) -> list[int]:
    """The positions right after a substring."""
    size = len(needle)
    found: list[int] = []
    at = moment.home
    while len(found) < MAX_ABOVE and (start := text.rfind(needle, 0, max(0, at - 1))) >= 0:
        at = start + size
        found.append(at)
    limit, start = len(found) + MAX_BELOW, max(-1, moment.resume - size - 1)
    while len(found) < limit and 0 <= (start := text.find(needle, start + 1)) < len(text) - size:
        found.append(start + size)
    return found


def find_exact(context: Context) -> list[list[int]]:
    """For each of ORDERS, as far as there are any, the places where the same tokens stood."""
    exact, symbols, moment = context.moment.document.exact, context.symbols, context.moment
    levels: list[list[int]] = []
    known: list[int] | None = None
    for order in ORDERS:
        needle = symbols[-order:]
        if len(needle) < order:
            break
        if known is None:
            hits = find_after(exact, needle, moment)
        else:
            hits = [at for at in known if at >= order and exact.startswith(needle, at - order)]
        if not hits:
            break
        levels.append(hits)
        if len(hits) < min(MAX_ABOVE, MAX_BELOW):
            known = hits
    return levels


def find_renamed(context: Context) -> list[list[tuple[int, str]]]:
    """For each of RENAMED_ORDERS, where the same stood under other names, and our name for the token there."""
    moment = context.moment
    shape, shapes = moment.document.shape, context.shapes
    names = _names(context)
    levels: list[list[tuple[int, str]]] = [[] for _ in RENAMED_ORDERS]
    seen: set[int] = set()
    for order in reversed(RENAMED_ORDERS):
        if len(seen) >= MAX_RENAMED:
            break
        places = find_after(shape, shapes[-order:], moment) if len(shapes) >= order else []
        for at in places:
            if at not in seen:
                seen.add(at)
                length, token = _follow(context, names, at, order)
                for level in levels[: bisect_right(RENAMED_ORDERS, length)]:
                    level.append((at, token))
    return levels


def _names(context: Context) -> list[tuple[int, str]]:
    """How far back each name stands, the nearest first."""
    symbols, shapes = context.symbols, context.shapes
    reach = min(RENAMED_ORDERS[-1], len(symbols))
    return [(back, symbols[-back]) for back in range(1, reach + 1) if shapes[-back] == NAME]


def _follow(context: Context, names: Sequence[tuple[int, str]], at: int, length: int) -> tuple[int, str]:
    """How many tokens before `at`, which are of the same shape, are ours up to a consistent renaming, and our name for
    the one at `at`.
    """
    document = context.moment.document
    exact, shape, shapes = document.exact, document.shape, context.shapes
    for longer in RENAMED_ORDERS[RENAMED_ORDERS.index(length) + 1 :]:
        if min(at, len(shapes)) < longer or not shape.startswith(shapes[-longer:], at - longer):
            break
        length = longer
    ours: dict[str, str] = {}
    theirs: dict[str, str] = {}
    for back, our in names:
        if back > length:
            break
        their = exact[at - back]
        if ours.setdefault(their, our) != our or theirs.setdefault(our, their) != their:
            length = back - 1
            break
    stood = exact.rfind(exact[at], at - length, at)
    if stood >= 0:
        return length, context.tokens[stood - at]
    token = document.alphabet.text(exact[at])
    return length, END if token in LINE_STARTS else token
