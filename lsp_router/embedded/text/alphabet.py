"""Tokens and combinations of tokens as single characters, so that a file is a string and a context a substring."""

from __future__ import annotations

from typing import TypeAlias

from lsp_router.embedded.text.languages import Language
from lsp_router.embedded.text.lexer import is_name

UNSEEN = "\U0010ffff"
"""The character of what was never numbered: no string of the document holds it."""
NAME = "\0"
"""What every name that may be renamed looks like; so does the empty token, whose shape nobody asks for."""
NOTHING = 0
"""The number of the empty token, which is the first one in every alphabet."""
ROOM = 1_000_000
COMBINATIONS = 0x10FFFF
"""Over how many characters combinations are spread: two of them hardly ever share one."""
Key: TypeAlias = tuple[int, ...]
"""Several characters, each as its number."""


def combine(key: Key) -> str:
    """One character for several: nobody has to remember which was given to whom.

    It is the same in every process, for unlike those of texts the hashes of numbers are.
    """
    return chr(hash(key) % COMBINATIONS)


class Alphabet:
    """The tokens of one document as characters, and each character's shape: names that may be renamed look alike."""

    def __init__(self, language: Language) -> None:
        self._fixed = language.words.fixed
        self._codes: dict[str, str] = {}
        self._shapes: list[str] = []
        self._by_initial: dict[str, list[str]] = {}
        self.texts: list[str] = []
        self.nothing = self.add("")

    def __len__(self) -> int:
        return len(self.texts)

    def add(self, token: str) -> str:
        code = self._codes.get(token)
        if code is None:
            code = self._codes[token] = chr(len(self.texts))
            self.texts.append(token)
            self._shapes.append(NAME if self._renamable(token) else code)
            self._by_initial.setdefault(token[:1], []).append(code)
        return code

    def find(self, token: str) -> str:
        return self._codes.get(token, UNSEEN)

    def number(self, token: str) -> int:
        """The same as a number."""
        return ord(self._codes.get(token, UNSEEN))

    def text(self, code: str) -> str:
        return self.texts[ord(code)]

    def beginning(self, text: str) -> list[str]:
        """The characters of all tokens that begin so."""
        return [code for code in self._by_initial.get(text[:1], ()) if self.texts[ord(code)].startswith(text)]

    def shape(self, token: str) -> str:
        """What the token looks like when names are not told apart."""
        return NAME if self.renamable(token) else self.find(token)

    def shapes(self, codes: str) -> str:
        shapes = self._shapes
        return "".join([shapes[ord(code)] for code in codes])

    def renamable(self, token: str) -> bool:
        """Whether it is a name that could be another: no keyword and not built in."""
        code = self._codes.get(token)
        return self._renamable(token) if code is None else self._shapes[ord(code)] == NAME

    def _renamable(self, token: str) -> bool:
        return token not in self._fixed and is_name(token)
