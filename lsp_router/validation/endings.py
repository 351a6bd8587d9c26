"""Line endings: a file has one, and what is written into it takes that."""

from __future__ import annotations


def line_ending(text: str) -> str:
    """The ending most lines have; a plain line feed where there is none."""
    windows = text.count("\r\n")
    return "\r\n" if windows * 2 > text.count("\n") else "\n"


def with_ending(text: str, ending: str) -> str:
    """The text with every line ended that way."""
    plain = text.replace("\r\n", "\n")
    return plain if ending == "\n" else plain.replace("\n", ending)
