"""A hole with one possible answer: tells a working FIM set-up from one that merely returns text."""

from __future__ import annotations

import re
from enum import StrEnum

from lsp_router.domain.wire import Hole

HOLE = Hole(prefix="def mix(", suffix="):\n    return zebra + 3 * quokka\n", path="mix.py")
"""Only who sees the suffix can know the two names, and only who respects it stops after them."""

MAX_TOKENS = 24


class Finding(StrEnum):
    """What an answer to the probe says about the set-up, in words `doctor` can print."""

    WORKS = "fills holes"
    SILENT = "answers nothing: wrong template, or the model cannot fill holes"
    LEAKS = "leaks control tokens: the template belongs to another model family"
    CHATS = "answers with chat text: it has no FIM, use it over chat"
    BLIND = "ignores the text after the cursor: wrong template, or the endpoint drops the suffix"
    RUNS_ON = "does not stop at the text after the cursor: wrong template or missing stop tokens"


def judge(answer: str) -> Finding:
    """What the answer to `HOLE` shows; anything but WORKS names the likely mistake."""
    text = answer.strip()
    if not text:
        return Finding.SILENT
    if _CONTROL.search(text):
        return Finding.LEAKS
    if _CHAT.search(text):
        return Finding.CHATS
    given, *rest = text.split(")", 1)
    if set(_NAME.findall(_ANNOTATION.sub("", given))) != {"zebra", "quokka"}:
        return Finding.BLIND
    return Finding.RUNS_ON if rest else Finding.WORKS


_CONTROL = re.compile(
    r"<[|\uff5c]|[|\uff5c]>|<fim[_-]|<\[fim|</?(?:PRE|SUF|MID|EOT)>|\[(?:PREFIX|SUFFIX|MIDDLE)\]|<file_sep>|<end_of_turn>|</?s>"
)
_CHAT = re.compile(
    r"```|\b(?:here(?:'s| is)|sure|certainly|the (?:missing|answer|code|function)|i (?:can|will|'d))\b", re.IGNORECASE
)
_ANNOTATION = re.compile(r":\s*[\w.\[\]| ]+|=\s*[^,]+")
_NAME = re.compile(r"[A-Za-z_]\w*")
