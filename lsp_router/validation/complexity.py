"""A word on what an algorithm costs, read off its loops; a note for the person, never a reason to refuse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsp_router.validation.difference import Difference
from lsp_router.validation.grammars import Source

if TYPE_CHECKING:
    from tree_sitter import Node

_LOOP = re.compile(
    r"(?:(?:for|while|do|loop|foreach|until|repeat|enhanced_for|for_in|for_each|for_range)(?:_(?:in|range|each|numeric|generic))?(?:_loop)?(?:_(?:statement|expression|in_clause))?|c_style_for_statement|for_in_clause)"
)
_POWERS = {2: "n²", 3: "n³", 4: "n⁴"}


def complexity_note(after: Source, change: Difference) -> str | None:
    """What the deepest nest of loops with a new line costs; None below two."""
    depth, row = _deepest(after.tree.root_node, change, 0)
    if depth < 2:
        return None
    power = _POWERS.get(depth, f"n^{depth}")
    return f"Loops are nested {depth} deep at line {row + 1}: about O({power}) unless one of them has a fixed bound."


def _deepest(node: Node, change: Difference, depth: int) -> tuple[int, int]:
    best, stack = (0, 0), [(node, depth)]
    while stack:
        here, level = stack.pop()
        if here.is_named and _LOOP.fullmatch(here.type):
            level += 1
            if level > best[0] and any(n in change.fresh for n in range(here.start_point[0], here.end_point[0] + 1)):
                best = (level, here.start_point[0])
        clauses = [c for c in here.children if c.type == "for_in_clause"]
        inner = level + max(len(clauses) - 1, 0)
        stack.extend((child, inner if child.type == "for_in_clause" else level) for child in here.children)
    return best
