"""Bytes → events, for server-sent events, NDJSON, and a plain JSON body alike; wherever the bytes are cut."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import Enum
from typing import Any

BOM = b"\xef\xbb\xbf"
LONGEST_EVENT = 16 * 2**20
_JSON = json.JSONDecoder(strict=False)


class Mark(Enum):
    """What a stream may hold beside JSON objects."""

    DONE = "the end was announced"
    BROKEN = "an event that is not JSON"
    PAGE = "a web page instead of a stream"


Event = dict[str, Any] | Mark


class Decoder:
    """Owns the bytes that are not an event yet.

    A `data:` line that is a JSON object by itself is an event at once: servers that forget the blank line
    between events are as common as those that spread one event over several lines.
    """

    def __init__(self) -> None:
        self._line: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self._name = b""
        self._data: list[bytes] = []
        self._bare: list[bytes] = []
        self._began = False
        self._drips = False
        self.noise = False
        """Whether there was anything that is neither an event nor a comment."""

    @property
    def pending(self) -> bool:
        """Whether a part of an event is here, or events come in parts; a part of a comment is nothing."""
        return self._drips or self._has_part

    def feed(self, data: bytes) -> list[Event]:
        events: list[Event] = []
        if (self._line or self._data or self._bare) and self._has_part:
            self._drips = True
        elif self._drips and data.strip():
            self._drips = False
        for line in self._lines(data):
            if not line and not self._busy:
                continue
            if self._busy or not line.startswith(b"data: {") or not _is_whole(line, events):
                self._hear(line, events)
        if self._size > LONGEST_EVENT:
            self._line, self._data, self._bare, self._size = [], [], [], 0
            events.append(Mark.BROKEN)
        return events

    def end(self) -> list[Event]:
        """What the last bytes mean when no more will come."""
        events = self.feed(b"\n")
        self._data = self._data or self._bare
        self._close_event(events)
        return events

    @property
    def _has_part(self) -> bool:
        return bool(self._data or self._bare or (self._line and not self._line[0].startswith(b":")))

    @property
    def _busy(self) -> bool:
        """Whether earlier lines change what the next one means."""
        return bool(self._data or self._bare or self._name)

    def _lines(self, data: bytes) -> Iterable[bytes]:
        """CR, LF and CRLF end a line, and nothing else does: U+2028 and U+0085 may stand inside JSON."""
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
            self._after_cr = False
        if not data:
            return ()
        lines = data.splitlines()
        self._after_cr = data.endswith(b"\r")
        rest = b"" if data.endswith((b"\n", b"\r")) else lines.pop()
        if lines and self._line:
            self._size -= sum(map(len, self._line))
            lines[0] = b"".join((*self._line, lines[0]))
            self._line = []
        if rest:
            self._keep(self._line, rest)
        return lines

    def _hear(self, line: bytes, events: list[Event]) -> None:
        if not self._began:
            self._began = True
            line = line.removeprefix(BOM)
        line = line.strip()
        if self._bare:  # a JSON body over many lines is whole when it ends
            self._keep(self._bare, line)
        elif line.startswith(b"data:"):
            self._hear_data(line[5:].lstrip(), events)
        elif not line:
            self._close_event(events)
        elif line.startswith((b"{", b"[")):
            self._hear_bare(line, events)
        elif not line.startswith(b":"):
            self._hear_field(line, events)

    def _hear_data(self, data: bytes, events: list[Event]) -> None:
        if self._data:
            self._keep(self._data, data)
        elif data.startswith(b"data:"):  # a proxy has wrapped what was wrapped already
            self._hear_data(data[5:].lstrip(), events)
        elif _is_done(data):
            events.append(Mark.DONE)
        elif data.startswith((b"{", b"[")):
            found = _parse(data)
            if found is None:
                self._keep(self._data, data)
            else:
                events.extend(self._named(found))
        elif data:
            self.noise = True

    def _close_event(self, events: list[Event]) -> None:
        if self._data:
            found = _parse(b"\n".join(self._data))
            self._data, self._size = [], 0
            events.extend([Mark.BROKEN] if found is None else self._named(found))
        self._name = b""

    def _hear_field(self, line: bytes, events: list[Event]) -> None:
        name, _, value = line.partition(b":")
        if name == b"event":
            self._name = value.strip()
        elif name == b"error":
            found = _parse(value.strip())
            self._name = name
            events.extend(self._named(found or [{"message": value.strip().decode(errors="replace")}]))
        elif line.startswith(b"<"):
            events.append(Mark.PAGE)
        elif name not in {b"id", b"retry"}:
            self.noise = True

    def _named(self, found: list[Event]) -> list[Event]:
        """Some say that it is an error in the event's name only."""
        if self._name != b"error":
            return found
        return [e if isinstance(e, Mark) or e.get("error") else {"error": e} for e in found]

    def _hear_bare(self, line: bytes, events: list[Event]) -> None:
        found = _parse(line)
        if found is None:
            self._keep(self._bare, line)
        else:
            events.extend(found)

    def _keep(self, lines: list[bytes], line: bytes) -> None:
        lines.append(line)
        self._size += len(line)


def _is_whole(line: bytes, events: list[Event]) -> bool:
    """The short way for nearly every line of nearly every stream: one object after `data: `."""
    text = line[6:].decode("utf-8", "replace")
    try:
        value, end = _JSON.raw_decode(text)
    except (ValueError, RecursionError):
        return False
    if end < len(text):
        return False
    events.append(value)
    return True


def _is_done(data: bytes) -> bool:
    return data.startswith((b"[DONE]", b'"[DONE]"'))


def _parse(raw: bytes) -> list[Event] | None:
    """The objects in it, usually one; None when it is not JSON, or not all of it yet."""
    text = raw.decode("utf-8", "replace")
    events: list[Event] = []
    at = 0
    while at < len(text):
        if text.startswith("[DONE]", at):
            events.append(Mark.DONE)
            return events
        try:
            value, at = _JSON.raw_decode(text, at)
        except (ValueError, RecursionError):
            return None
        events.extend(v for v in (value if isinstance(value, list) else [value]) if isinstance(v, dict))
        at = _next_value(text, at)
    return events


def _next_value(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
