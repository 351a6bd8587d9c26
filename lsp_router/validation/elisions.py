"""Places where a model wrote that the rest stays as it is: written to a file they would delete the rest."""

from __future__ import annotations

import re
from collections import Counter

from lsp_router.domain.decision import Problem
from lsp_router.validation.tongues import PROSE, canonical

_DOTS_ARE_CODE = frozenset({"python", "c", "cpp", "lua", "yaml", "html", "perl", "prolog"})
_COMMENT = re.compile(
    r"(?://+|/\*+|#+|--+(?!>)|<!--|\{/\*|;+|%+|\"\"\"|\(\*|[\[(])\s*(.*?)\s*(?:\*/\}?|-->|\*\)|\"\"\")?"
)
_ASIDE = re.compile(r"(?:<!--|\{/\*|[\[(])\s*(.*?)\s*(?:\*/\}|-->|[\])])")

_DOTS = r"(?:…|\.{3,})"
_LEFT = r"(?:rest|remainder|remaining|existing|unchanged|omitted|unmodified|truncated|elided|snip(?:ped)?|same|previous|other|your|keep|more|unverändert|inchangée?)"
_AS_IT_WAS = r"(?:unchanged|unmodified|untouched|omitted|elided|(?:exactly )?the same|same as before|as (?:is|before|above)|not shown)"
_PART = (
    r"(?:code|file|functions?|methods?|class(?:es)?|implementation|imports?|contents?|document|logic|body|module|component|"
    r"script|definitions?|tests?|page|styles?|template|markup|configuration|program)"
)
_LEFT_OUT = tuple(
    re.compile(rf"^{pattern}$", re.IGNORECASE)
    for pattern in (
        _DOTS,
        rf"{_DOTS}.*\b{_LEFT}\b.*",
        rf".{{0,50}}\b{_LEFT}\b[^.]{{0,60}}{_DOTS}",
        rf"\(?(?:(?:the|keep|all|and|your|my|this) )*(?:rest|remainder) of (?:the|your|this|my) (?:\w+ ){{0,2}}{_PART}(?: (?:goes )?here)?\)?",
        rf"\(?(?:(?:the|all|your) )*(?:existing|other|remaining|previous) (?:\w+ )?{_PART}(?: (?:goes |is |are )?(?:here|above|below))?\)?",
        rf"\(?.{{0,60}}\b(?:remains?|stays?|is|are|kept|left)? ?{_AS_IT_WAS}(?: (?:as|from|for) .{{0,30}})?[.)]*",
    )
)
_ABOUT_A_PART = re.compile(rf"\b(?:rest|remainder|remaining|existing|other|previous|{_PART})\b", re.IGNORECASE)
_BARE = re.compile(r"(?:\.{3,}|\[\.{3}\]|\(\.{3}\)|\{\s*\.{3}\s*\})\s*[;,]?")
_SAID = re.compile(rf"(?:…\s*|\.{{3,}}\s+|\.{{3,}}(?=.*{_DOTS}\s*$))\(?(?:the |of )?{_LEFT}\b.*|…", re.IGNORECASE)


def find_elisions(text: str, language: str, original: str = "") -> tuple[Problem, ...]:
    """A problem for each line that stands for something left out, unless the original has that very line."""
    name = canonical(language)
    known = Counter(line.strip() for line in original.splitlines())
    problems = []
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if not _is_elided(line, name):
            continue
        if known[line]:
            known[line] -= 1
            continue
        message = f"`{line}` stands for code that was left out; write everything out, nothing abbreviated."
        problems.append(Problem("placeholder", message, number))
    return tuple(problems)


def _is_elided(line: str, language: str) -> bool:
    if not line or len(line) > 200:
        return False
    if _SAID.fullmatch(line):
        return True
    if language not in PROSE and language not in _DOTS_ARE_CODE and _BARE.fullmatch(line):
        return True
    remark = (_ASIDE if language in PROSE else _COMMENT).fullmatch(line)
    return remark is not None and _says_so(remark[1])


def _says_so(remark: str) -> bool:
    *clear, vague = _LEFT_OUT
    if any(pattern.match(remark) for pattern in clear):
        return True
    whole = re.fullmatch(r"(?:no changes?|unchanged|same as before)(?: \w+){0,3}", remark, re.IGNORECASE)
    return whole is not None or (vague.match(remark) is not None and _ABOUT_A_PART.search(remark) is not None)
