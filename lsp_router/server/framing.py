"""Messages out of a stream of bytes: each has a header that says how long it is."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"


class Framing:
    """Owns what has come of a message that is not complete yet; rubbish between messages is skipped."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The bodies that are complete by now."""
        self._buffer += data
        while (end := self._buffer.find(_END)) >= 0:
            found = _LENGTH.search(self._buffer, 0, end)
            begin = end + len(_END)
            until = begin + (int(found.group(1)) if found else 0)
            if len(self._buffer) < until:
                return
            body = bytes(self._buffer[begin:until])
            del self._buffer[:until]
            if body:
                yield body
