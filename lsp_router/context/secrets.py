"""Finds secrets in texts that are about to leave, quickly enough to look at every one of them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lsp_router.context.secret_rules import (
    DSN_PASSWORD,
    INTERPOLATED,
    KEY_LINE,
    MEDIUM,
    NOT_SECRET_ENDINGS,
    NOT_SECRET_NAMES,
    PEM_BEGIN,
    PEM_BODY,
    PEM_END,
    PEM_TEXT,
    PLACEHOLDERS,
    STEMS,
    STRONG,
    TOKEN_RULES,
    URL_PASSWORD,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A secret's place in a text, and the rule that saw it."""

    rule: str
    start: int
    end: int


def find(text: str) -> list[Found]:
    """Every secret in a text, in order, without overlaps."""
    lowered = _lowered(text)
    found = [*_tokens(text, lowered), *_addresses(text, lowered), *_keys(text), *_assignments(text, lowered)]
    return apart(found)


def redact(text: str, found: Iterable[Found]) -> str:
    """The text with each secret replaced by the name of its rule; the number of lines stays the same."""
    parts, at = [], 0
    for secret in found:
        breaks = text.count("\n", secret.start, secret.end)
        parts += [text[at : secret.start], f"<redacted:{secret.rule}>", "\n" * breaks]
        at = secret.end
    return "".join((*parts, text[at:]))


def _lowered(text: str) -> str:
    """Lower case of the same length, so that offsets agree (a few letters of other alphabets grow when lowered)."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.translate(_ASCII_LOWER)


_ASCII_LOWER = {upper: upper + 32 for upper in range(65, 91)}


def apart(found: list[Found]) -> list[Found]:
    """Without overlaps: the earlier, then the longer one stays, stretched over what it overlapped."""
    kept: list[Found] = []
    for secret in sorted(found, key=lambda one: (one.start, -one.end)):
        if kept and secret.start < kept[-1].end:
            kept[-1] = Found(kept[-1].rule, kept[-1].start, max(kept[-1].end, secret.end))
        else:
            kept.append(secret)
    return kept


# --- tokens with a form of their own ---


def _tokens(text: str, lowered: str) -> Iterator[Found]:
    """Only long words with digits are looked at closely: of ordinary code that is a few hundred characters."""
    words = _long_words(text)
    hints = words.lower()
    for rule in TOKEN_RULES:
        if rule.spaced:
            likely = any(hint in lowered for hint in rule.hints)
        else:
            likely = any(hint in hints for hint in rule.hints) and rule.pattern.search(words) is not None
        if likely:
            yield from _matches(rule.name, rule.pattern, text)


def _long_words(text: str) -> str:
    words = text.encode("ascii", "replace").translate(_ONLY_WORDS).split()
    return b" ".join(word for word in words if len(word) >= 16 and _DIGIT.search(word)).decode("ascii")


_WORD_BYTES = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-+/=~%:@&?;")
_ONLY_WORDS = bytes(byte if byte in _WORD_BYTES else 0x20 for byte in range(256))
_DIGIT = re.compile(rb"[0-9]")


def _matches(rule: str, pattern: re.Pattern[str], text: str) -> Iterator[Found]:
    group = "s" if "s" in pattern.groupindex else 0
    for match in pattern.finditer(text):
        yield Found(rule, match.start(group), match.end(group))


def _addresses(text: str, lowered: str) -> Iterator[Found]:
    """Passwords inside URLs and connection strings."""
    if "://" in text and "@" in text:
        yield from (found for found in _matches("url-password", URL_PASSWORD, text) if _is_secret_word(text, found))
    if "password" in lowered or "pwd" in lowered or "passwd" in lowered:
        yield from (found for found in _matches("dsn-password", DSN_PASSWORD, text) if _is_secret_word(text, found))


def _is_secret_word(text: str, found: Found) -> bool:
    return not _stands_in(text[found.start : found.end])


def _stands_in(value: str) -> bool:
    return bool(PLACEHOLDERS.fullmatch(value) or INTERPOLATED.search(value))


# --- private keys, whole or cut ---


def _keys(text: str) -> Iterator[Found]:
    if "PRIVATE KEY" in text:
        for begin in PEM_BEGIN.finditer(text):
            if PEM_BODY.match(text, begin.end()):
                end = PEM_END.search(text, begin.end(), begin.end() + 20_000)
                body = PEM_TEXT.match(text, begin.end())
                yield Found("private-key", begin.end(), end.start() if end else body.end() if body else begin.end())
        yield from _headless(text)
    yield from _cut_bodies(text)


def _headless(text: str) -> Iterator[Found]:
    """The rest of a key whose beginning was cut off: everything key-like before its END line."""
    end = PEM_END.search(text)
    begin = PEM_BEGIN.search(text)
    if end and not (begin and begin.start() < end.start()):
        start = end.start()
        while start and (line := text.rfind("\n", 0, start - 1) + 1) < start and KEY_LINE.match(text, line):
            start = line
        if start < end.start():
            yield Found("private-key", start, end.start())


def _cut_bodies(text: str) -> Iterator[Found]:
    """Lines of pure base64 at either edge: a window may begin or end in the middle of a key."""
    start = 0
    while (line := KEY_LINE.match(text, start)) and line.end() < len(text) and text[line.end()] == "\n":
        start = line.end() + 1
    if start:
        yield Found("key-material", 0, start - 1)
    last = text.rfind("\n") + 1
    if last > start and KEY_LINE.fullmatch(text, last):
        while last and KEY_LINE.fullmatch(text, above := text.rfind("\n", 0, last - 1) + 1, last - 1):
            last = above
        yield Found("key-material", last, len(text))


# --- values beside names that give them away ---

_VALUE = re.compile(
    r"(?P<rest>[\w.\-]{0,40})\\?[\"'`\])]{0,2}[ \t]{0,20}(?:\??:[ \t]*[\w&<>\[\]|.*?' ]{1,40}?[ \t]*(?==))?"
    r"(?P<op>=>|:=|\?\?=|\|\|=|={1,3}|!={1,2}|:|(?<=[\"'`]),|>|\(|->|[ \t](?=[\"'`]))[ \t]{0,20}(?:\([ \t]*)?[$@]?"
    r"(?:(?:[rbfuRBFUL]{0,2}|new String\()(?P<quote>\\?[\"'`])(?P<quoted>(?:(?!(?P=quote))(?:\\.|[^\n])){6,400})|"
    r"(?P<bare>[^\s\"'`,;(){}\[\]<>]{6,400})(?=[ \t]|$|[#;<\"'`]|//))",
    re.MULTILINE,
)
"""What may stand between a name and its value in the languages people keep secrets in; the value, quoted or bare."""
_NAME_BEFORE = re.compile(r"[\w.\-]{0,40}\Z")


def _assignments(text: str, lowered: str) -> Iterator[Found]:
    done = 0
    for at, stem in _stems(lowered):
        if at < done or not (match := _VALUE.match(text, at + len(stem))):
            continue
        before = _NAME_BEFORE.search(text, max(0, at - 40), at)
        name = f"{before[0] if before else ''}{text[at : at + len(stem)]}{match['rest']}"
        group = "bare" if match["quoted"] is None else "quoted"
        firm = match["op"] not in _LOOSE if group == "quoted" else _is_setting(text, at, match)
        if _holds_secret(name, match[group], firm=firm, quoted=group == "quoted"):
            done = match.end(group)
            yield Found(_family(name), match.start(group), match.end(group))


_LOOSE = frozenset({",", "(", ">", " ", "\t", "->"})
_SETTING_BEFORE = re.compile(r"(?:^|\n)[ \t#/*-]*(?:(?:export|set|ENV|ARG|define|let)[ \t]+)?[\w.\-]*\Z")


def _is_setting(text: str, at: int, match: re.Match[str]) -> bool:
    """A bare value is firm where the line is nothing but a setting (`NAME=value`, `name: value`) or an XML element."""
    end = match.end("bare")
    if match["op"] == ">":
        return text.startswith("</", end)
    if match["op"] not in {"=", ":"} or text[end : end + 40].partition("\n")[0].strip():
        return False
    return _SETTING_BEFORE.search(text, max(0, at - 80), at) is not None


def _stems(lowered: str) -> list[tuple[int, str]]:
    places: list[tuple[int, str]] = []
    for stem in STEMS:
        at = lowered.find(stem)
        while at >= 0:
            places.append((at, stem))
            at = lowered.find(stem, at + len(stem))
    places.sort()
    return places


def _family(name: str) -> str:
    return "password" if _is_strong(name, _words(name)) else "secret"


def _holds_secret(name: str, value: str, *, firm: bool, quoted: bool) -> bool:
    """Whether a value beside a name is worth hiding; the weaker the name, the more the value must look random.

    `firm` is a value that is plainly assigned to the name, not one that merely follows it.
    """
    words = _words(name)
    if NOT_SECRET_NAMES.search(name) or (words and words[-1] in NOT_SECRET_ENDINGS):
        return False
    if _stands_in(value):
        return False
    if any(map(str.isspace, value)):
        return firm and words[-1:] == ["passphrase"] and len(value) >= 12
    if _is_strong(name, words):
        return (firm and quoted and len(value) >= 8) or (_is_mixed(value) and (firm or not _wordy(value)))
    if any(stem in name.lower() for stem in MEDIUM):
        return _has_both(value) and len(value) >= 8 if firm else _looks_random(value, 16, 3.0)
    return _looks_random(value, 16 if firm else 24, 3.3)


def _is_strong(name: str, words: list[str]) -> bool:
    lowered = name.lower()
    return "pass" in words or any(stem in lowered for stem in STRONG)


def _is_mixed(value: str) -> bool:
    """Letters with digits, or with signs that identifiers and paths do not have: what people pick for a password."""
    signs = any(not char.isalnum() and char not in "_-./:\\" for char in value)
    return _has_both(value) or (signs and any(map(str.isalpha, value)))


def _has_both(value: str) -> bool:
    return any(map(str.isalpha, value)) and any(map(str.isdigit, value))


def _looks_random(value: str, length: int, bits: float) -> bool:
    """A generated value: long, mixed, and not made of words."""
    return len(value) >= length and _has_both(value) and not _wordy(value) and _entropy(value) >= bits


def _wordy(value: str) -> bool:
    """Made of words with few digits, like an identifier, a path or a version."""
    parts = _words(value)
    if not parts:
        return True
    odd = sum(len(part) for part in parts if part.isdigit() or len(part) < 3)
    return odd * 4 <= len(value) and not _HEXISH.fullmatch(value)


_HEXISH = re.compile(r"(?=.*\d.*\d)[0-9a-fA-F]{16,}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def _words(text: str) -> list[str]:
    return [part.lower() for part in _PART.findall(text)]


def _entropy(value: str) -> float:
    total = len(value)
    return -sum(n / total * math.log2(n / total) for n in Counter(value).values())
