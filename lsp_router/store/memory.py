"""A small cache in front of the large one: the last few answers, bounded by their number and their length."""

from __future__ import annotations

from collections import OrderedDict


class Memory:
    """Least recently used goes first. Texts only, so that nobody changes what another gets."""

    def __init__(self, entries: int, chars: int) -> None:
        self._entries = entries
        self._chars = chars
        self._held = 0
        self._texts: OrderedDict[str, str] = OrderedDict()

    def get(self, key: str) -> str | None:
        text = self._texts.get(key)
        if text is not None:
            self._texts.move_to_end(key)
        return text

    def put(self, key: str, text: str) -> None:
        self.drop(key)
        if len(text) > self._chars:
            return
        self._texts[key] = text
        self._held += len(text)
        while len(self._texts) > self._entries or self._held > self._chars:
            _, oldest = self._texts.popitem(last=False)
            self._held -= len(oldest)

    def drop(self, key: str) -> None:
        text = self._texts.pop(key, None)
        if text is not None:
            self._held -= len(text)

    def clear(self) -> None:
        self._texts.clear()
        self._held = 0

    def __len__(self) -> int:
        return len(self._texts)
