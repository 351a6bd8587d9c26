"""What can be said of single lines: how deep they stand, whether they only close, whether two say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

TAB = 4
"""A tab counts as this many columns when depths of mixed lines are compared."""

_CLOSING = re.compile(r"[\s)\]}>;,]*[)\]}>][\s)\]}>;,]*")
_CLOSING_WORD = re.compile(r"\s*(?:end|fi|done|esac|endif|endfor|endwhile|endfunction|</[\w.:-]*>)[\s)\]};,]*")
_BRANCH = re.compile(
    r"\s*[)\]}]*\s*"
    r"(?:else|elif|elsif|elseif|except|finally|catch|rescue|ensure|when|case|default|while|then|and|or)\b"
)
_CHAIN = re.compile(r"\s*(?:\.\w|\?\.|[?:|&+*]|=>|->|\|>|&&|\|\|)")


def indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def width(line: str) -> int:
    """How deep a line stands, in columns."""
    lead = indent(line)
    return len(lead) + lead.count("\t") * (TAB - 1)


def only_closes(line: str) -> bool:
    """Whether a line holds nothing but closers: it says little by itself, so only balance may judge it."""
    return bool(_CLOSING.fullmatch(line) or _CLOSING_WORD.fullmatch(line))


def begins_branch(line: str) -> bool:
    """Whether a line begins the next branch of a statement (`else`, `} catch`)."""
    return bool(_BRANCH.match(line))


def continues(line: str) -> bool:
    """Whether a line goes on with the statement before it: a branch, a chain of calls, an operator."""
    return bool(_BRANCH.match(line) or _CHAIN.match(line))


def says_something(line: str) -> bool:
    """Whether a line is distinctive enough that seeing it twice is no accident."""
    return not only_closes(line) and any(char.isalnum() or char == "_" for char in line)


def essence(line: str) -> str:
    """A line without what models vary freely: blanks, kind of quotes, the final comma or semicolon."""
    return " ".join(line.split()).replace("'", '"').rstrip(" ;,")


def shifted(lines: list[str], by: str, columns: int) -> list[str]:
    """Every line moved right by a piece of indentation, or left by some columns."""
    if columns >= 0:
        return [by + line if line.strip() else line for line in lines]
    return [_unindented(line, -columns) for line in lines]


def first_with_text(lines: Sequence[str]) -> str:
    return next((line for line in lines if line.strip()), "")


def _unindented(line: str, columns: int) -> str:
    while columns > 0 and line[:1] in (" ", "\t"):
        columns -= TAB if line[0] == "\t" else 1
        line = line[1:]
    return line
