"""Best-first search for the rest of the line: the likeliest unfinished line is always the next one to be continued."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

from lsp_router.embedded.guess.context import Context
from lsp_router.embedded.guess.experts import NO_EVIDENCE, Evidence, gather
from lsp_router.embedded.guess.memory import Found, Memory
from lsp_router.embedded.guess.mix import Weights, mix
from lsp_router.embedded.text.lexer import BREAKS, END, PROSE

MAX_TOKENS = 28
MAX_DETOURS = 2
"""How many continuations are looked for in vain, beyond those that made the longest beginning longer."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A beginning of what may come: its tokens, the spaces before each, and how sure each was."""

    tokens: tuple[str, ...] = ()
    spaces: tuple[int, ...] = ()
    chances: tuple[float, ...] = ()
    ended: bool = False
    """Whether it is a whole line; the last of `chances` is then that of the line's end."""

    @property
    def chance(self) -> float:
        product = 1.0
        for chance in self.chances:
            product *= chance
        return product

    def cut(self, length: int) -> Draft:
        """Its first tokens."""
        return Draft(self.tokens[:length], self.spaces[:length], self.chances[:length])


@dataclass(frozen=True, slots=True)
class Drafts:
    """The likeliest whole line, and the beginning that could be followed furthest."""

    line: Draft | None
    longest: Draft
    evidence: Evidence
    """What there was to go on at the cursor itself."""


@dataclass(order=True, slots=True)
class _Node:
    cost: float
    """Minus the chance, so that the heap yields the likeliest."""
    number: int
    draft: Draft = field(compare=False)
    context: Context = field(compare=False)


def decode(context: Context, partial: str, weights: Weights, floor: float, memory: Memory | None = None) -> Drafts:
    """Nothing less likely than `floor` is followed."""
    memory = memory or Memory()
    heap = [_Node(-1.0, 0, Draft(), context)]
    longest, expansions, number = Draft(), 0, 0
    first: Evidence | None = None
    while heap and expansions <= len(longest.tokens) + MAX_DETOURS:
        node = heapq.heappop(heap)
        draft = node.draft
        if draft.ended:
            return Drafts(draft, draft, first or NO_EVIDENCE)
        if len(draft.tokens) > len(longest.tokens):
            longest = draft
        if len(draft.tokens) >= MAX_TOKENS:
            continue
        expansions += 1
        found = _look(node.context, "" if draft.tokens else partial, weights, memory)
        first = first or found[0]
        for chance, following in _follow(node, found, floor):
            number += 1
            after = node.context if following.ended else node.context.push(following.tokens[-1])
            heapq.heappush(heap, _Node(node.cost * chance, number, following, after))
    return Drafts(None, longest, first or NO_EVIDENCE)


def _look(context: Context, partial: str, weights: Weights, memory: Memory) -> Found:
    """The evidence for what comes next, and how likely that makes each guess."""
    found = memory.recall(context, partial)
    if found is None:
        evidence = gather(context, partial)
        found = evidence, mix(evidence, context, partial, weights)
        memory.keep(context, partial, found)
    return found


def _follow(node: _Node, found: Found, floor: float) -> list[tuple[float, Draft]]:
    """The continuations by one token, and by the end of the line, that are likely enough."""
    evidence, chances = found
    draft, least = node.draft, floor / -node.cost
    following: list[tuple[float, Draft]] = []
    for token, chance in chances.items():
        if chance < least or token == PROSE or token in BREAKS:
            continue
        if token != END:
            spaces = (*draft.spaces, evidence.spaces.get(token, 0))
            following.append((chance, Draft((*draft.tokens, token), spaces, (*draft.chances, chance))))
        elif draft.tokens:
            following.append((chance, Draft(draft.tokens, draft.spaces, (*draft.chances, chance), ended=True)))
    return following
