"""Enumerations that are words: written in files and tables as they are, and as fast to look up as text."""

from __future__ import annotations

from enum import StrEnum


class Word(StrEnum):
    """A StrEnum hashes its name in Python code; as text it hashes the same for every purpose, ten times faster."""

    __hash__ = str.__hash__
