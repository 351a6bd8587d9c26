"""Token streams to the arrays of a segment. The one module of the product that needs numpy; only the worker runs it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lsp_router.embedded.index.hashing import (
    FACTOR,
    LENGTHS,
    MASK,
    NEW_NAME,
    NO_TOKEN,
    SEED,
    SHIFT,
    bucket_bits,
    hash_call,
)
from lsp_router.embedded.index.segment import Facts, FileRow, Kind, Section
from lsp_router.embedded.text.brackets import CLOSER_OF, COMMA, OPENER_OF, Stack, feed
from lsp_router.embedded.text.languages import Language
from lsp_router.embedded.text.lexer import BREAKS, START, Lexed, is_name, lex_lines

DEPTH = 16
"""How many tokens back the suffix order looks."""
MAX_DISTANCE = 15
_BRACKETS = (*CLOSER_OF, *OPENER_OF, COMMA)
Array = NDArray[Any]


class _Numbers(dict[str, int]):
    """Gives every new key the next number."""

    def __missing__(self, key: str) -> int:
        self[key] = number = len(self)
        return number


@dataclass(slots=True)
class Stream:
    """Files read one after the other; tokens are numbered as they come."""

    language: Language
    tokens: array[int] = field(default_factory=lambda: array("i"))
    spaces: array[int] = field(default_factory=lambda: array("B"))
    ids: _Numbers = field(default_factory=_Numbers)
    files: list[FileRow] = field(default_factory=list)
    lines: dict[str, Lexed] = field(default_factory=dict)
    """Lines that were read before: in most projects every third line is one of them."""

    def read(self, path: str, text: str, size: int, modified_ns: int) -> None:
        self.files.append(FileRow(path, len(self.tokens), size, modified_ns))
        number, tokens, spaces = self.ids.__getitem__, self.tokens, self.spaces
        tokens.append(number(START))
        spaces.append(0)
        for opening, lexed in lex_lines(self.language, text.split("\n"), self.lines):
            tokens.append(number(opening))
            tokens.extend(map(number, lexed.tokens))
            spaces.append(0)
            spaces.extend(lexed.spaces)


def compile_segment(stream: Stream, gone: Iterable[str] = ()) -> tuple[Facts, dict[str, Section]]:
    """Tokens are renumbered in the order of their texts, so that a vocabulary is searched by halving."""
    texts = sorted(stream.ids)
    blobs = [text.encode("utf-8", "surrogatepass") for text in texts]
    rank = np.zeros(len(texts), np.int32)
    rank[[stream.ids[text] for text in texts]] = np.arange(len(texts), dtype=np.int32)
    tokens = rank[np.frombuffer(stream.tokens, np.int32)]
    names = np.array([is_name(text) and text not in stream.language.words.fixed for text in texts], np.bool_)
    counts = np.bincount(tokens[:-1], minlength=len(texts))
    order = _suffix_order(tokens)
    sections = {
        "texts": Section("B", memoryview(b"".join(blobs))),
        "text_ends": _section("I", np.cumsum([0, *map(len, blobs)])),
        "names": _section("B", names),
        "tokens": _section("i", tokens),
        "marks": _section("B", np.frombuffer(stream.spaces, np.uint8) | (_distances(tokens, names) << 4)),
        "order": _section("i", order),
        "starts": _section("I", np.concatenate(([1], 1 + np.cumsum(counts)))),
    }
    sections |= _pairs(tokens, order)
    shortest, *longer = _renamed_hashes(tokens, names)
    sections |= _hash_table("renamed", shortest, longer)
    sections |= _call_table(tokens, texts, stream.language)
    opening = np.array([text in BREAKS for text in texts], np.bool_)
    sections |= _hash_table("heads", _heads_hashes(tokens, opening[tokens]))
    facts = Facts(stream.language.family, len(tokens), tuple(stream.files), tuple(gone))
    return facts, sections


def _section(kind: Kind, values: Array) -> Section:
    return Section(kind, np.ascontiguousarray(values, np.dtype(kind)).data.cast("B"))


def _distances(tokens: Array, names: Array) -> Array:
    """How far back the same name stood, where that is near; else 0."""
    distances = np.zeros(len(tokens), np.uint8)
    for distance in range(min(MAX_DISTANCE, len(tokens) - 1), 0, -1):
        distances[distance:][tokens[distance:] == tokens[:-distance]] = distance
    return np.where(names[tokens], distances, 0).astype(np.uint8)


def _sorting(keys: Array) -> Array:
    """What `argsort` says of numbers from 0 on, 16 bits at a time: for millions of keys that takes half the time."""
    order = np.arange(len(keys), dtype=np.int32)
    for shift in range(0, int(keys.max(initial=0)).bit_length(), 16):
        digits = (keys >> shift).astype(np.uint16)
        order = order[np.argsort(digits[order], kind="stable")]
    return order


def _suffix_order(tokens: Array) -> Array:
    """Positions sorted by the tokens before them, nearest first; the compared length doubles with every pass."""
    count = len(tokens)
    ranks = np.zeros(count, np.int64)
    ranks[1:] = tokens[:-1].astype(np.int64) + 1
    order, length = _sorting(ranks), 1
    while length < DEPTH:
        before = np.zeros(count, np.int64)
        before[length:] = ranks[:-length]
        keys = ranks * (int(ranks.max(initial=0)) + 1) + before
        order = _sorting(keys)
        keys = keys[order]
        ranks[order] = np.cumsum(np.concatenate(([0], keys[1:] != keys[:-1])))
        length *= 2
    return order


def _pairs(tokens: Array, order: Array) -> dict[str, Section]:
    """Where in the order each pair of tokens begins: by the nearer one, then by the one before that."""
    nearer = tokens[order[1:] - 1]
    farther = np.where(order[1:] >= 2, tokens[np.maximum(order[1:] - 2, 0)], -1)
    first = np.flatnonzero(np.concatenate(([True], (np.diff(nearer) != 0) | (np.diff(farther) != 0))))[: len(nearer)]
    return {
        "pairs": _section("i", farther[first]),
        "pair_starts": _section("I", np.concatenate((1 + first, [len(order)]))),
        "pair_buckets": _section("I", np.searchsorted(nearer[first], np.arange(int(tokens.max(initial=0)) + 2))),
    }


def _renamed_hashes(tokens: Array, names: Array) -> Iterator[Array]:
    """The same as `hash_contexts`, for every position at once, the shortest contexts first."""
    count = len(tokens)
    is_name_here = names[tokens]
    # How far on the same token stands again: what `_distances` says, seen from the other end.
    ahead = _distances(tokens[::-1], names)[::-1].astype(np.uint32)
    values = np.full(count, SEED, np.uint32)
    for back in range(LENGTHS[-1]):
        codes = np.where(is_name_here, NEW_NAME + np.where(ahead <= back, ahead, 0), tokens).astype(np.uint32)
        shifted = np.full(count, NO_TOKEN, np.uint32)
        shifted[back + 1 :] = codes[: max(0, count - back - 1)]
        values = (values ^ shifted) * np.uint32(FACTOR)
        values ^= values >> np.uint32(SHIFT)
        if back + 1 in LENGTHS:
            yield values.copy()


def _heads_hashes(tokens: Array, opens: Array) -> Array:
    """The same as `hash_heads`, for every position at once; `opens` marks the tokens that open lines."""
    starts = np.flatnonzero(opens[:-1])
    heads = np.full(len(tokens) + 3, NO_TOKEN, np.uint32)
    heads[3 : 3 + len(starts)] = np.where(opens[starts + 1], NO_TOKEN, tokens[starts + 1])
    # The token that opens a line is what may follow the line above, so it still belongs to that one.
    line = np.cumsum(opens) + 2 - opens
    last = np.concatenate(([NO_TOKEN], tokens[:-1]))[: len(tokens)]
    begins = np.concatenate(([True], opens[:-1]))[: len(tokens)]
    values = np.full(len(tokens), SEED, np.uint32)
    for codes in (last, np.where(begins, NO_TOKEN, heads[line]), heads[line - 1]):
        values = (values ^ codes.astype(np.uint32)) * np.uint32(FACTOR)
        values ^= values >> np.uint32(SHIFT)
    return values


def _call_table(tokens: Array, texts: list[str], language: Language) -> dict[str, Section]:
    """Places right after an opening bracket or a comma, by the call and the argument."""
    numbers = {text: number for number, text in enumerate(texts)}
    wanted = {numbers[text] for text in (*CLOSER_OF, COMMA) if text in numbers}
    telling = [numbers[text] for text in (*_BRACKETS, START, *language.words.definers) if text in numbers]
    positions, hashes = array("i"), array("I")
    stack: Stack = ()
    places = np.flatnonzero(np.isin(tokens, telling))
    for at, number, last in zip(places.tolist(), tokens[places].tolist(), tokens[places - 1].tolist(), strict=True):
        token = texts[number]
        stack = feed(stack, token, texts[last], language.words.definers) if token != START else ()
        if number in wanted and stack and at + 1 < len(tokens):
            positions.append(at + 1)
            hashes.append(hash_call(numbers.get(stack[-1].callee, -1) & MASK, stack[-1].argument))
    table = _hash_table("call", np.frombuffer(hashes, np.uint32))
    order = np.frombuffer(table["call-positions"].data, np.int32)
    return table | {"call-positions": _section("i", np.frombuffer(positions, np.int32)[order])}


def _hash_table(name: str, hashes: Array, longer: Sequence[Array] = ()) -> dict[str, Section]:
    """Positions by the hash's top bits, then by its low 16 bits, then by 8 bits of those of `longer` contexts.

    What is alike over a longer stretch is so over a shorter one: one order serves them all.
    """
    bits = bucket_bits(len(hashes))
    buckets = (hashes >> np.uint32(32 - bits)).astype(np.int64)
    marks = (hashes & np.uint32(0xFFFF)).astype(np.int64)
    finer = [(more & np.uint32(0xFF)).astype(np.int64) for more in longer]
    keys = buckets << 16 | marks
    for more in finer:
        keys = keys << 8 | more
    order = _sorting(keys)
    return {
        **{f"{name}-finer-{at}": _section("B", more[order]) for at, more in enumerate(finer)},
        f"{name}-buckets": _section("I", np.concatenate(([0], np.cumsum(np.bincount(buckets, minlength=1 << bits))))),
        f"{name}-marks": _section("H", marks[order]),
        f"{name}-positions": _section("i", order),
    }
