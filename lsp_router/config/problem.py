"""What is wrong with a configuration, as a value that can be shown in an editor, on a terminal or as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

HIDDEN = "***"

_PREFIXED = r"(?:sk|pk|rk|gsk|csk|tgp|xai|pplx|hf|gh[opsu]|glpat|xox[abp]|nvapi)[-_][\w-]{8,}|AIza[\w-]{16,}"
_MIXED = r"(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])(?=[\w+/-]*\d)[\w+/-]{32,}={0,2}"
_KEY = re.compile(rf"(?<![\w-])(?:{_PREFIXED}|{_MIXED}|[0-9a-fA-F]{{32,}})(?![\w-])")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """One warning: where it is written, what is wrong, and what may stand there instead."""

    file: str
    key: str
    message: str
    allowed: str = ""
    line: int | None = None

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        key = f"{self.key}: " if self.key else ""
        allowed = f"; allowed: {self.allowed}" if self.allowed else ""
        return f"{where}: {key}{self.message}{allowed}"


def dotted(path: Sequence[str]) -> str:
    """A key as TOML writes it: names that are not bare are quoted."""
    return ".".join(part if _BARE.fullmatch(part) else json.dumps(part) for part in path)


def looks_like_key(text: str) -> bool:
    return bool(_KEY.search(text))


def hide_keys(text: str) -> str:
    return _KEY.sub(HIDDEN, text)


def shown(value: object, limit: int = 60) -> str:
    """A value short enough for a warning and without anything that could be a key."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, (list, tuple)):
        return "this list"
    if isinstance(value, int) and abs(value) > 10**15:
        return "this number"
    text = json.dumps(hide_keys(value)) if isinstance(value, str) else str(toml_word(value))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def closest(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """The known word that was probably meant, or nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - only needed when something is wrong

    return next(iter(get_close_matches(word, list(known), 1, likeness)), "")


def toml_word(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
