"""Trimming while the model still speaks, so that the wire is closed, and no longer paid, once nothing more can come."""

from __future__ import annotations

import re

from lsp_router.assist.trim.leaks import without_control_tokens
from lsp_router.assist.trim.pipeline import finished, grown
from lsp_router.assist.trim.place import Draft, Place, Trimmed
from lsp_router.assist.trim.repetition import without_stutter
from lsp_router.assist.trim.scene import Scene

_TELLING = re.compile(r"[\n>\]]")
"""Only a line's end or a token's end can end a text; between them the filters need not run."""

_LONG = 240
"""A line that grows beyond so many characters between two looks may be going round in circles."""

_HALF_WORD = re.compile(r"\w+\Z")


class StreamTrim:
    """Takes a model's text piece by piece; `result` is what `trim` makes of the whole, as far as it was taken."""

    def __init__(self, at: Place) -> None:
        self._scene = Scene(at)
        self._ended: Draft | None = None
        self._looked = 0
        self._shown: tuple[str, Trimmed | None] = ("", None)
        self.raw = ""
        """What the model said so far, untouched: this is what a cache keeps."""

    def feed(self, text: str) -> bool:
        """Take some more; True when whatever follows cannot change the result."""
        if self._ended is None:
            self.raw += text
            if _TELLING.search(text) or self._stops_in(text) or len(self.raw) - self._looked > _LONG:
                self._look()
        return self._ended is not None

    def result(self, finish: str = "stop") -> Trimmed | None:
        if self._ended is not None:
            return finished(self._ended, self._scene, "stop")
        return finished(grown(self.raw, self._scene), self._scene, finish)

    @property
    def shown(self) -> Trimmed | None:
        """What stands by itself already: whole lines, or the whole words of the only line; worked out when it grew."""
        if self._ended is not None:
            return self.result()
        text = _HALF_WORD.sub("", self.raw) if self._scene.single else self.raw.rpartition("\n")[0]
        if text != self._shown[0]:
            done = finished(grown(text, self._scene, growing=True), self._scene, "stop")
            self._shown = (text, done and Trimmed(done.insert, done.replace, complete=False))
        return self._shown[1]

    def _look(self) -> None:
        """Run the early filters on the whole lines; on everything once a token or a stutter ends it."""
        self._looked = len(self.raw)
        over = without_control_tokens(Draft(self.raw), self._scene).ended or without_stutter(self.raw) is not self.raw
        lines = self.raw if over else self.raw[: self.raw.rfind("\n") + 1]
        draft = grown(lines, self._scene, growing=not over)
        if draft.ended:
            self._ended = draft

    def _stops_in(self, text: str) -> bool:
        return any(stop and stop[-1] in text for stop in self._scene.at.stop)
