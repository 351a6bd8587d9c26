"""Sentences to a person or text for a file: models mix them, files must not."""

from __future__ import annotations

import re

from lsp_router.validation.tongues import DATA, PROSE, canonical

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_COMMENT = re.compile(r"\s*(?://|/\*|\*|#|--|<!--|;|%|\"\"\"|''')")
_CODE = re.compile(
    r"[;{}\\]\s*$|[\"'][)\]},]|[(\[{][\"'(]|^\s*[\"'][\w .-]+[\"']\s*:|"
    r"\$\w|\s--?\w|(?:^|\s)\.{0,2}/\w|\S=\S|:=|=>|->|::|[=!<>+*/-]=|\s=\s|&&|\|\||\w\([^)]*\)?\s*[;{:]?\s*$|\w\[\w*\]|^\s*[)\]}@<$]|"
    r"^\s*(?:def|class|import|from|return|function|const|let|var|fn|pub|func|package|use|struct|enum|if|for|while|"
    r"else|end|elif|except|try|do|done|fi|echo|export|local|public|private|static|void|int|type|interface)\b"
    r"(?![^.]*[.!]\s*$)"
)
_STRONG = re.compile(
    r"(?:package \w+$|import [\w\"{*]|from \S+ import |#include|#!|def \w+\(|class \w+[:({ ]|func [\w(]|fn \w+|"
    r"(?:const|let|var) \w+ ?[:=]|"
    r"(?:public|private|export|static) \w+|use \w+::|<\?php|<!DOCTYPE|---$|[\w.-]+:$|- \w+:|\w+\(\) \{)"
)
_OPENER = re.compile(
    r"\s*(?:\*\*|#+\s)?(?:sure|certainly|of course|absolutely|okay|ok|great|"
    r"here(?:'s|’s| is| are)|below is|the following|"
    r"(?:the |your )?(?:updated|corrected|fixed|complete|refactored|revised|new) |"
    r"i(?:'ve|’ve|'ll|’ll| have| will| can|'m) |"
    r"this (?:code|function|version|implementation|will|change)|let me|note|please|explanation|sorry|unfortunately|"
    r"in this)\b",
    re.IGNORECASE,
)


def is_talk(line: str) -> bool:
    """Whether a line is said to a person: a sentence in any tongue, with no sign of code in it."""
    bare = re.sub(r"`[^`\n]+`", "x", line).strip()
    if not bare or (_COMMENT.match(bare) and not _OPENER.match(bare)):
        return False
    if _OPENER.match(bare) and re.search(r"[.!:?]\s*(?:\*\*)?$", bare):
        return True
    words = _WORD.findall(bare)
    if len(words) < 3 or _CODE.search(bare):
        return False
    wordy = sum(map(len, words)) >= 0.65 * len(bare)
    return wordy and (
        bool(re.search(r"[.!?:…]\s*(?:\*\*)?$", bare)) or (len(words) >= 5 and bare.lstrip("-*> ")[:1].isupper())
    )


def is_prose(text: str) -> bool:
    """Whether most of a text is talk, and nothing in it begins as only code does."""
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(lines) and not any(map(_STRONG.match, lines)) and 2 * sum(map(is_talk, lines)) > len(lines)


def without_talk(text: str, language: str) -> str:
    """The text for the file, without what was said before and after it; empty if everything was talk."""
    name = canonical(language)
    lines = text.splitlines(keepends=True)
    heard = _is_opener if name in PROSE else is_sentence if name in DATA else is_talk
    start = 0
    while start < len(lines) and (not lines[start].strip() or heard(lines[start])):
        start += 1
    end = len(lines)
    while name not in PROSE and end > start and (cut := _last_paragraph(lines[start:end])) is not None:
        if not all(heard(line) for line in lines[start + cut : end] if line.strip()):
            break
        end = start + cut
    return "".join(lines[start:end])


def is_sentence(line: str) -> bool:
    """A stricter ear for data files, where words and colons are at home."""
    return not line[:1].isspace() and is_talk(line) and (bool(_OPENER.match(line)) or len(_WORD.findall(line)) >= 6)


def _is_opener(line: str) -> bool:
    return bool(_OPENER.match(line)) and line.rstrip().endswith(":")


def _last_paragraph(lines: list[str]) -> int | None:
    """Where the last paragraph starts, if another stands before it."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    start = end
    while start and lines[start - 1].strip():
        start -= 1
    return start if 0 < start < end else None
