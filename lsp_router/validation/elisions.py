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
_LEFT = (
    r"(?:rest|remainder|remaining|existing|unchanged|omitted|unmodified|truncated|elided|snip(?:ped)?|same|previous|"
    r"other|your|keep|more|unverändert|inchangée?)"
)
_AS_IT_WAS = (
    r"(?:unchanged|unmodified|untouched|omitted|elided|(?:exactly )?the same|same as before|as (?:is|before|above)|"
    r"not shown)"
)
_PART = (
    r"(?:code|file|functions?|methods?|class(?:es)?|implementation|imports?|contents?|document|logic|body|module|component|"
    r"script|definitions?|tests?|page|styles?|template|markup|configuration|program)"
)
_THIS = r"(?:the|your|this|my)"
_OTHER = r"(?:existing|other|remaining|previous)"
_GONE = r"(?:rest|remainder|remaining|existing|other|previous|unchanged|omitted|truncated|snip)"
_STAYS = r"(?:remains? |stays? |is |are |kept |left )"
_LEFT_OUT = tuple(
    re.compile(rf"^{pattern}$", re.IGNORECASE)
    for pattern in (
        _DOTS,
        rf"{_DOTS}\s*(?:\w+ ){{0,2}}{_LEFT}\b.*",
        rf"(?:\w+ ){{0,2}}{_GONE}\b[^.]{{0,60}}{_DOTS}",
        rf"(?:your|other|previous|more|same|keep) (?:\w+ ){{0,2}}{_PART}\b[^.]{{0,40}}{_DOTS}",
        rf"\(?(?:(?:the|keep|all|and) )*(?:rest|remainder) of {_THIS} (?:\w+ ){{0,2}}{_PART}(?: (?:goes )?here)?\)?",
        rf"\(?(?:(?:the|all|your) )*{_OTHER} (?:\w+ )?{_PART}(?: (?:goes |is |are )?(?:here|above|below))?\)?",
        rf"\(?(?:\w+ ){{0,3}}{_PART} (?:here |above |below )?{_STAYS}?{_AS_IT_WAS}[.)]*",
        rf"\(?(?:(?:the|all|keep|with) )*{_GONE}\b.{{0,40}}\b{_AS_IT_WAS}[.)]*",
        r"(?:no changes?|unchanged|same as before)(?: \w+){0,3}",
    )
)
_BARE = re.compile(r"(?:\.{3,}|\[\.{3}\]|\(\.{3}\)|\{\s*\.{3}\s*\})\s*[;,]?")
_SAID = re.compile(rf"(?:…\s*|\.{{3,}}\s+|\.{{3,}}(?=.*{_DOTS}\s*$))\(?(?:the |of )?{_LEFT}\b.*|…", re.IGNORECASE)


def find_elisions(text: str, language: str, original: str = "") -> tuple[Problem, ...]:
    """A problem for each line that stands for something left out, unless the original has that very line."""
    name = canonical(language)
    known = Counter(line.strip() for line in original.splitlines())
    problems = []
    lines = [line.strip() for line in text.splitlines()]
    for number, line in enumerate(lines, 1):
        if not _is_elided(line, name) or _is_in_remark(lines, number - 1):
            continue
        if known[line]:
            known[line] -= 1
            continue
        message = f"`{line}` stands for code that was left out; write everything out, nothing abbreviated."
        problems.append(Problem("placeholder", message, number))
    return tuple(problems)


def _is_in_remark(lines: list[str], here: int) -> bool:
    """Whether a comment of dots alone stands within a longer comment, as examples in documentation do."""
    dots = re.fullmatch(rf"(//+|#+|--+|;+|%+|\*)\s*{_DOTS}", lines[here])
    around = [*lines[max(here - 1, 0) : here], *lines[here + 1 : here + 2]]
    return dots is not None and any(line.startswith(dots[1]) and line != lines[here] for line in around)


def _is_elided(line: str, language: str) -> bool:
    if not line or len(line) > 200:
        return False
    if _SAID.fullmatch(line):
        return True
    if language not in PROSE and language not in _DOTS_ARE_CODE and _BARE.fullmatch(line):
        return True
    remark = (_ASIDE if language in PROSE else _COMMENT).fullmatch(line)
    return remark is not None and any(pattern.match(remark[1]) for pattern in _LEFT_OUT)
