"""Reasoning that comes inside the text, between tags at its very start."""

from __future__ import annotations

from enum import Enum

TAGS = {"<think>": "</think>", "<thinking>": "</thinking>", "<thought>": "</thought>"}
LONGEST = max(map(len, TAGS.values()))


class _At(Enum):
    START = 0
    INSIDE = 1
    BEHIND = 2
    TEXT = 3


class Thinking:
    """Splits a text that comes in pieces into (thought, text); further down such tags are just text."""

    def __init__(self) -> None:
        self._at = _At.START
        self._rest = ""
        self._close = ""

    @property
    def over(self) -> bool:
        return self._at is _At.TEXT

    def split(self, piece: str) -> tuple[str, str]:
        self._rest += piece
        if self._at is _At.START:
            self._start()
        if self._at is _At.INSIDE:
            return self._inside()
        if self._at is _At.BEHIND:
            return "", self._behind()
        return ("", self._take()) if self._at is _At.TEXT else ("", "")

    def flush(self) -> tuple[str, str]:
        """What is left when nothing more will come."""
        return (self._take(), "") if self._at is _At.INSIDE else ("", self._take())

    def _start(self) -> None:
        begin = self._rest.lstrip()
        for tag, close in TAGS.items():
            if begin.startswith(tag):
                self._at, self._close, self._rest = _At.INSIDE, close, begin[len(tag) :]
                return
        if not any(tag.startswith(begin) for tag in TAGS):
            self._at = _At.TEXT

    def _inside(self) -> tuple[str, str]:
        thought, closed, text = self._rest.partition(self._close)
        if closed:
            self._at, self._rest = _At.BEHIND, text
            return thought, self._behind()
        self._rest = thought[-LONGEST:]
        return thought[:-LONGEST], ""

    def _behind(self) -> str:
        """The blank lines that part thoughts from text belong to neither."""
        self._rest = self._rest.lstrip("\r\n")
        if self._rest:
            self._at = _At.TEXT
        return self._take()

    def _take(self) -> str:
        rest, self._rest = self._rest, ""
        return rest
