"""Secrets taken out of what is said to a model and put back into what it answers: an edit must not lose them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from lsp_router.context.secrets import find

MARK = re.compile(r"<redacted:[^<>\n]{1,80}>")
"""What stands for something private, whoever took it out."""
_TELLING = 8
"""A value this long is not an ordinary word: it is hidden wherever it stands."""


class Vault:
    """Remembers every value it hid, each under a mark of its own, for one conversation."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}
        self._values: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._values)

    def hide(self, text: str) -> str:
        """The text with a mark in the place of each secret; the number of lines stays the same."""
        parts, at = [], 0
        for secret in find(text):
            value = text[secret.start : secret.end]
            parts += [text[at : secret.start], self._mark(value, secret.rule), "\n" * value.count("\n")]
            at = secret.end
        return self.cover("".join((*parts, text[at:])))

    def cover(self, text: str) -> str:
        """The text without the values that are known already; what else looks like a secret is not remembered."""
        hidden = text
        for value, mark in sorted(self._marks.items(), key=lambda pair: -len(pair[0])):
            if len(value) >= _TELLING and value in hidden:
                hidden = hidden.replace(value, mark + "\n" * value.count("\n"))
        return hidden

    def restore(self, text: str) -> str:
        """The text with the values again, blank lines that stood for theirs included."""
        for mark, value in self._values.items():
            if mark in text:
                text = _given_back(text, mark, value)
        return text

    def lost(self, before: Iterable[str], after: Iterable[str]) -> tuple[str, ...]:
        """The marks of values that stand less often in the texts after an edit than before it."""
        was, now = self._count(before), self._count(after)
        return tuple(mark for mark, value in self._values.items() if now[value] < was[value])

    def spread(self, before: Iterable[str], after: Iterable[str]) -> tuple[str, ...]:
        """The marks of values that stand in more places than before."""
        was, now = self._count(before), self._count(after)
        return tuple(mark for mark, value in self._values.items() if now[value] > was[value])

    def _mark(self, value: str, rule: str) -> str:
        if value not in self._marks:
            mark = f"<redacted:{rule}-{len(self._marks) + 1}>"
            self._marks[value], self._values[mark] = mark, value
        return self._marks[value]

    def _count(self, texts: Iterable[str]) -> Counter[str]:
        kept = list(texts)
        return Counter({value: sum(text.count(value) for text in kept) for value in self._values.values()})


def _given_back(text: str, mark: str, value: str) -> str:
    """The value in the place of its mark; line breaks that are not the mark's own blank lines stay."""
    breaks = value.count("\n")

    def put(found: re.Match[str]) -> str:
        after = found[0].count("\n")
        return value if after == breaks or value.endswith("\n") else value + "\n" * after

    return re.sub(re.escape(mark) + f"\n{{0,{breaks}}}", put, text)
