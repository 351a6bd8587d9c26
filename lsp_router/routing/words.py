"""Keyword lists as an index that is fast to walk, and that users can add to and take from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from lsp_router.routing.words_english import ENGLISH, Table
from lsp_router.routing.words_foreign import FOREIGN
from lsp_router.routing.words_projects import PROJECTS
from lsp_router.routing.words_puzzles import PUZZLES

LABELS = (
    *("fix", "refactor", "test", "docs", "prose", "spec", "explain", "review"),
    *("architecture", "algorithm", "boilerplate", "generate", "other"),
)
USERS_WEIGHT = 4.0
"""Whoever takes the trouble to list a word means it."""

Lists = Mapping[str, Mapping[str, float]]
"""label → phrase → weight; a leading `^` means: only where a request begins."""

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|(?<![\w/.])[#@/.]\w[\w:./-]*|\w+(?:\.\w+)*[#+]*|[.!?:;,\n]")
_KEPT = {
    "settings": "settings",
    "setting": "settings",
    "note": "note",
    "notes": "note",
    "theme": "theme",
    "themes": "theme",
    "wording": "wording",
    "spelling": "spelling",
    "does": "does",
}
"""Words whose regular stem would be another word's (settings: set, notes: not, themes: them)."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What a phrase is worth to one label, anywhere or only where a request begins."""

    label: str
    weight: float
    opening: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """One listed phrase and everything it speaks for."""

    text: str
    tail: tuple[str, ...]
    """The tokens after the second."""
    gains: tuple[Gain, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """The keyword lists of a user, ready to be looked up."""

    lists: Lists
    phrases: Mapping[tuple[str, str], tuple[Phrase, ...]] = field(init=False, repr=False, compare=False)
    """First two tokens (the second "" where there is one) → phrases that begin with them, longest first."""
    firsts: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "phrases", _indexed(self.lists))
        object.__setattr__(self, "firsts", frozenset(first for first, _ in self.phrases))

    def changed(self, overrides: Mapping[str, Iterable[str]]) -> Words:
        """With a user's own words: `word` adds, `^word` adds it for the beginning only, `-word` takes one away."""
        lists = {label: dict(phrases) for label, phrases in self.lists.items()}
        for label, phrases in overrides.items():
            if label not in LABELS:
                raise ValueError(f"no kind of request is called {label!r}; choose from {', '.join(sorted(LABELS))}")
            for phrase in phrases:
                _change(lists.setdefault(label, {}), phrase.strip().lower())
        return Words(lists)


def tokens(text: str) -> list[str]:
    """Lower-case words without accents and regular endings; punctuation that ends a clause stays as a token."""
    flat = text.lower().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    if not flat.isascii():
        flat = "".join(c for c in unicodedata.normalize("NFKD", flat) if not unicodedata.combining(c))
    return [_stem(token) for token in _TOKEN.findall(flat)]


@lru_cache(maxsize=4096)
def _stem(word: str) -> str:
    """The same for test, tests, tested and testing; not linguistics, only the regular endings."""
    if word in _KEPT or len(word) < 4 or not word.isascii():
        return _KEPT.get(word, word)
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-3] + "y" if word.endswith("ies") else word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if word[-1] == word[-2] and word[-1] not in "lsfz":
                word = word[:-1]
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def _change(phrases: dict[str, float], phrase: str) -> None:
    if not phrase.startswith("-"):
        phrases[phrase] = USERS_WEIGHT
        return
    gone = phrase[1:].strip().removeprefix("^")
    for listed in (gone, f"^{gone}"):
        phrases.pop(listed, None)


def _indexed(lists: Lists) -> dict[tuple[str, str], tuple[Phrase, ...]]:
    gains: dict[tuple[str, ...], list[Gain]] = {}
    spelled: dict[tuple[str, ...], str] = {}
    for label, phrases in lists.items():
        for listed, weight in phrases.items():
            phrase = listed.removeprefix("^")
            if key := tuple(tokens(phrase)):
                spelled.setdefault(key, phrase)
                gains.setdefault(key, []).append(Gain(label, weight, opening=listed != phrase))
    index: dict[tuple[str, str], list[Phrase]] = {}
    for key in sorted(gains, key=len, reverse=True):
        strongest_first = sorted(gains[key], key=lambda gain: -abs(gain.weight))
        begin = (key[0], key[1] if len(key) > 1 else "")
        index.setdefault(begin, []).append(Phrase(spelled[key], key[2:], tuple(strongest_first)))
    return {begin: tuple(phrases) for begin, phrases in index.items()}


def _merged(*tables: Table) -> Lists:
    lists: dict[str, dict[str, float]] = {}
    for table in tables:
        for label, groups in table.items():
            for weight, phrases in groups.items():
                lists.setdefault(label, {}).update({p.strip(): weight for p in phrases.split("|")})
    return lists


DEFAULT = Words(_merged(ENGLISH, PROJECTS, PUZZLES, FOREIGN))
