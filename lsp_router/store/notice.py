"""Says a thing once: an editor that repeats the same trouble at every keystroke is worse than the trouble."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[str], None]
"""Receives a sentence for the user; may be called from any thread."""


class Notices:
    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._said: set[str] = set()

    def once(self, topic: str, sentence: str) -> None:
        if topic not in self._said:
            self._said.add(topic)
            self._tell(sentence)
