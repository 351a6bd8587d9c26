"""Some gateways send the whole text so far in each delta, or once more at the end; nobody wants it twice."""

from __future__ import annotations

SURE = 12
"""From so many characters on, a piece that starts with everything said before is no coincidence."""

LIKELY = 4
"""A piece that is exactly everything said before, in several pieces, needs fewer."""


class Repeats:
    """Tells new text from repeated text.

    Near the start a piece may begin with all that was said by chance (`=` then `==`), so such a piece is held
    back until the next one shows whether the pieces grow.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._pieces = 0
        self._held: list[str] = []
        self._growing = False

    def new_in(self, piece: str) -> str:
        if self._held:
            return self._settle(piece)
        if not self._length or len(piece) < self._length:  # nearly always
            return self._say(piece)
        said = self._said()
        if not piece.startswith(said):
            return self._say(piece)
        if self._growing or len(said.strip()) >= SURE:
            return self._say(piece[self._length :])
        if len(piece) == self._length:
            return "" if self._pieces > 1 and len(said.strip()) >= LIKELY else self._say(piece)
        self._held.append(piece)
        return ""

    def new_in_whole(self, text: str) -> str:
        """What a complete message adds to its own deltas."""
        late = self.flush()
        said = self._said()
        return late + self._say(text[len(said) :]) if text.startswith(said) else late

    @property
    def holding(self) -> bool:
        return bool(self._held)

    def flush(self) -> str:
        held, self._held = self._held, []
        if not held:
            return ""
        return self._say(held[-1][self._length :] if _tells(self._said()) else "".join(held))

    def _settle(self, piece: str) -> str:
        last = self._held[-1]
        if not piece.startswith(last):
            held, self._held = self._held, []
            return self._say("".join(held)) + self.new_in(piece)
        if _tells(last):
            self._held, self._growing = [], True
            return self._say(piece[self._length :])
        self._held.append(piece)
        return ""

    def _say(self, piece: str) -> str:
        self._parts.append(piece)
        self._length += len(piece)
        self._pieces += 1
        return piece

    def _said(self) -> str:
        self._parts = ["".join(self._parts)]
        return self._parts[0]


def _tells(text: str) -> bool:
    """Words are not repeated by chance as brackets, rulers and indents are."""
    first = text.lstrip().partition(" ")[0]
    return len(set(first)) > 1 and any(c.isalpha() for c in text)
