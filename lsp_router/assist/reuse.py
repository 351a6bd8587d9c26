"""Type-ahead: who types the letters of a suggestion gets its rest at once, with no request and no delay.

One invariant rules it: accepting what is served leaves the very document that accepting what was shown would have left.
"""

from __future__ import annotations

from dataclasses import dataclass

_CLOSER = {"(": ")", "[": "]", "{": "}", '"': '"', "'": "'", "`": "`", "<": ">"}
_LONGEST_PAIRS = 4
"""Closers an editor may have added behind the cursor while the user typed."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What was offered, and where: texts, and how many characters after the cursor each replaces (none by default)."""

    prefix: str
    suffix: str
    items: tuple[str, ...]
    replaces: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of the item with this index."""

    index: int
    insert: str
    replace: int = 0


def rests(shown: Shown, prefix: str, suffix: str) -> list[Rest]:
    """What is left of each item that still fits after some typing; empty when a new request is needed.

    Going back before the place of the suggestion, or changing anything but by typing its letters, makes it stale.
    """
    if not prefix.startswith(shown.prefix):
        return []
    typed = prefix[len(shown.prefix) :]
    behind = _behind(shown.suffix, suffix)
    found: list[Rest] = []
    if behind is not None and _put_there_by(behind.added, typed):
        left = (_left(shown, index, typed, behind) for index in range(len(shown.items)))
        found = [rest for rest in left if rest is not None]
    return found or _indented(shown, typed, suffix)


def reuse(shown: Shown, prefix: str, suffix: str) -> list[str] | None:
    """The same as mere texts, for who can only insert: those that replace nothing."""
    plain = [rest.insert for rest in rests(shown, prefix, suffix) if not rest.replace]
    return list(dict.fromkeys(plain)) or None


@dataclass(frozen=True, slots=True)
class _Behind:
    """How the text after the cursor changed: an editor added closers, or the user typed over some."""

    added: str = ""
    consumed: int = 0


def _behind(before: str, now: str) -> _Behind | None:
    if now == before:
        return _Behind()
    grown = len(now) - len(before)
    if 0 < grown <= _LONGEST_PAIRS and now.endswith(before):
        return _Behind(added=now[:grown])
    if -_LONGEST_PAIRS <= grown < 0 and before.endswith(now):
        return _Behind(consumed=-grown)
    return None


def _put_there_by(added: str, typed: str) -> bool:
    """Whether an editor closed what was typed: only then is new text behind the cursor not the user's own."""
    opened: list[str] = []
    for char in typed:
        if opened and char == opened[-1]:
            opened.pop()
        elif char in _CLOSER:
            opened.append(_CLOSER[char])
    return "".join(reversed(opened)).startswith(added)


def _left(shown: Shown, index: int, typed: str, behind: _Behind) -> Rest | None:
    """The rest of one item; the closers an editor added are part of it, or are replaced by it."""
    item, replaced = shown.items[index], _replaces(shown, index)
    rest = item[len(typed) :]
    if not item.startswith(typed) or not rest.strip() or behind.consumed > replaced:
        return None
    if behind.added and rest.endswith(behind.added) and not replaced:
        rest = rest.removesuffix(behind.added)
        return Rest(index, rest) if rest.strip() else None
    return Rest(index, rest, replaced + len(behind.added) - behind.consumed)


def _indented(shown: Shown, typed: str, suffix: str) -> list[Rest]:
    """On a line that holds blanks only, some more of them change where a suggestion starts, not what it says.

    Only text of one line that brings no blanks itself still fits then.
    """
    line = shown.prefix.rpartition("\n")[2]
    if line.strip() or not typed or typed.strip(" \t") or suffix != shown.suffix:
        return []
    return [
        Rest(index, item, _replaces(shown, index))
        for index, item in enumerate(shown.items)
        if item.strip() and "\n" not in item and not item[0].isspace()
    ]


def _replaces(shown: Shown, index: int) -> int:
    return shown.replaces[index] if index < len(shown.replaces) else 0
