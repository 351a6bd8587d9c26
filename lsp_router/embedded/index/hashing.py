"""The hash of a context up to renaming, computed alike for one context here and for millions in the worker.

Read back from the end, a name is the distance to where the same name stands nearer to the end, or "new"; everything
else is itself. Contexts that are alike up to a renaming have equal hashes.
"""

from __future__ import annotations

from collections.abc import Sequence

LENGTHS = (5, 8, 12)
"""Context lengths an index has tables for."""
FACTOR, SEED, MASK, SHIFT = 0x9E3779B1, 12345, 0xFFFFFFFF, 15
NEW_NAME, NO_TOKEN = 5_000_000, 5_100_000
"""What stands for a name that is new in its context, and for what lies before the first token."""
PER_BUCKET = 8
"""How many entries a bucket of a hash table holds on average."""


def hash_contexts(tokens: Sequence[int], renamable: Sequence[bool]) -> dict[int, int]:
    """The hash for each of LENGTHS, given the tokens from the nearest back."""
    hashes: dict[int, int] = {}
    nearest: dict[int, int] = {}
    value = SEED
    for back in range(LENGTHS[-1]):
        value = mix(value, _code(tokens, renamable, back, nearest))
        if back + 1 in LENGTHS:
            hashes[back + 1] = value
    return hashes


def hash_call(callee: int, argument: int) -> int:
    """The hash of an argument's place in a call."""
    return mix(mix(SEED, callee), argument)


def hash_heads(last: int, head: int, above: int) -> int:
    """The hash of a place after `last` in a line that begins with `head`, below one that begins with `above`."""
    return mix(mix(mix(SEED, last), head), above)


def mix(value: int, code: int) -> int:
    value = ((value ^ code) * FACTOR) & MASK
    return value ^ (value >> SHIFT)


def bucket_bits(entries: int) -> int:
    return max(1, (entries // PER_BUCKET).bit_length())


def _code(tokens: Sequence[int], renamable: Sequence[bool], back: int, nearest: dict[int, int]) -> int:
    if back >= len(tokens):
        return NO_TOKEN
    token = tokens[back]
    if not renamable[back]:
        return token
    seen = nearest.get(token)
    nearest[token] = back
    return NEW_NAME if seen is None else NEW_NAME + back - seen
