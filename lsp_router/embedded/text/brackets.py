"""Which call or literal the cursor is inside of, and at which argument."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from lsp_router.embedded.text.lexer import LINE_STARTS

CLOSER_OF = {"(": ")", "[": "]", "{": "}"}
OPENER_OF = {closer: opener for opener, closer in CLOSER_OF.items()}
COMMA = ","
MAX_DEPTH = 24
_RECEIVERS = frozenset({"self", "cls"})
"""First parameters that a call does not write, so that arguments and parameters have the same numbers."""


class Bracket(NamedTuple):
    """An open bracket, the token before it, how many commas have passed since, and the indent of its line."""

    opener: str
    callee: str
    argument: int = 0
    indent: int = 0


Stack = tuple[Bracket, ...]


def feed(stack: Stack, token: str, previous: str, definers: Collection[str], indent: int = 0) -> Stack:
    """The open brackets after `token`; a definition at a line start forgives what was left open above it."""
    if token in CLOSER_OF:
        return (*stack[-MAX_DEPTH:], Bracket(token, previous, indent=indent))
    if token in OPENER_OF:
        return stack[:-1]
    if token == COMMA and stack:
        last = stack[-1]
        if previous in _RECEIVERS and not last.argument:
            return stack
        return (*stack[:-1], last._replace(argument=min(last.argument + 1, 99)))
    if token in definers and previous in LINE_STARTS:
        return ()
    return stack


def forgive(stack: Stack, first: str, indent: int, blocks: str) -> Stack:
    """The brackets open where a line begins with `first`: what no deeper line continued was left open by mistake.

    `blocks` opens blocks, whose lines may stand as deep as the line that opened them.
    """
    while stack and indent <= stack[-1].indent and first not in OPENER_OF and stack[-1].opener != blocks:
        stack = stack[:-1]
    return stack
