"""The looks of a file, and an answer made to look so: indentation, quotes, line endings, final newline."""

from __future__ import annotations

import contextlib
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from lsp_router.validation.endings import line_ending, with_ending
from lsp_router.validation.grammars import Source, walk

_PLAIN = re.compile(r"""([rRbBuU]?)(['"])([^'"\\]*)\2""")
_INSIDE = ("string", "template", "heredoc", "comment")


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is written; None where it does not say."""

    indent: str | None
    """One level: a tab, or so many spaces."""
    ending: str
    quote: str | None = None


def style_of(text: str, language: str) -> Style:
    """What most of a text does."""
    return Style(_unit(text.splitlines()), line_ending(text), _quote(text) if language == "python" else None)


def adopt(code: str, style: Style, language: str, tree: Source | None = None) -> str:
    """Code in that style. What stands inside of strings is left alone; `tree` is the code's own, if it has one."""
    plain = code.replace("\r\n", "\n")
    protected = _inside(tree) if tree is not None else frozenset()
    plain = _reindented(plain, style.indent, protected)
    if language == "python" and style.quote:
        plain = _requoted(plain, style.quote)
    return with_ending(plain, style.ending)


def fit(code: str, text: str, start: int, end: int, style: Style) -> str:
    """What replaces `text[start:end]`: the code with the indentation and the line breaks of that place."""
    old = text[start:end]
    lines = with_ending(code, "\n").strip("\n").split("\n")
    if not any(line.strip() for line in lines):
        return ""
    lead = text[text.rfind("\n", 0, start) + 1 : start]
    head, tail = _frame(old, text[end:], lead, style)
    if lead.strip():
        return with_ending("\n".join([lines[0].lstrip(" \t"), *lines[1:]]), style.ending) + tail
    base = _lead(old) if head or not lead else lead + _lead(old)
    shifted = _shifted(lines, base, style.indent or "    ")
    if not head:
        shifted[0] = shifted[0].removeprefix(lead)
    return head + with_ending("\n".join(shifted), style.ending) + tail


def replanted(code: str, text: str, start: int, end: int, style: Style) -> str:
    """Code whose first line alone lost the indentation of its place, as models often answer, with it again."""
    lead = text[text.rfind("\n", 0, start) + 1 : start]
    base = lead + _lead(text[start:end]) if not lead.strip() else ""
    lines = with_ending(code, "\n").strip("\n").split("\n")
    return base + code.lstrip("\r\n") if _lost_its_first(lines, base, style.indent or "    ") else code


def _frame(old: str, below: str, lead: str, style: Style) -> tuple[str, str]:
    """The blank lines and line breaks around the old text, which the new one keeps."""
    if old.strip():
        head, tail = re.match(r"(?:[ \t]*\r?\n)*", old), re.search(r"(?:\r?\n[ \t]*)*\Z", old)
        return head[0] if head else "", tail[0] if tail else ""
    if old.endswith("\n"):
        return "", style.ending
    return "", "" if lead.strip() or below.startswith(("\n", "\r")) else style.ending


def _shifted(lines: list[str], base: str, unit: str) -> list[str]:
    """Lines moved so that the first stands at the base; models often strip only that one."""
    if _lost_its_first(lines, base, unit):
        return [base + lines[0], *(line if line.strip() else "" for line in lines[1:])]
    own = _lead("\n".join(lines))
    return [_moved(line, own, base) for line in lines]


def _lost_its_first(lines: list[str], base: str, unit: str) -> bool:
    """Whether all lines but the first stand where they would in the file."""
    rest = [len(_lead(line)) for line in lines[1:] if line.strip()]
    if _lead("\n".join(lines)) or not base or not rest:
        return False
    step = len(base) + len(unit) if lines[0].rstrip().endswith((":", "{", "(", "[")) else len(base)
    closed = len(lines[-1]) - len(lines[-1].lstrip()) == len(base) and lines[-1].lstrip()[:1] in tuple(")]}")
    return all(line.startswith(base) for line in lines[1:] if line.strip()) and (min(rest) == step or closed)


def _lead(text: str) -> str:
    """The indentation of the first line that is not blank."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return line[: len(line) - len(line.lstrip(" \t"))]


def _moved(line: str, own: str, base: str) -> str:
    if not line.strip():
        return ""
    return base + line.removeprefix(own) if line.startswith(own) else base + line.lstrip(" \t")


def _unit(lines: Iterable[str]) -> str | None:
    """One level of indentation: tabs where most lines use them, else the commonest step inwards."""
    leads = [line[: len(line) - len(line.lstrip(" \t"))] for line in lines if line.strip() and line.lstrip()[0] != "*"]
    tabs = sum(lead.startswith("\t") for lead in leads)
    if tabs * 2 > sum(map(bool, leads)):
        return "\t"
    steps = Counter(len(b) - len(a) for a, b in pairwise(leads) if 1 < len(b) - len(a) <= 8 and "\t" not in b)
    return " " * min(steps, key=lambda step: (-steps[step], step)) if steps else None


def _reindented(code: str, target: str | None, protected: frozenset[int]) -> str:
    lines = code.split("\n")
    own = _unit(line for number, line in enumerate(lines) if number not in protected)
    if target is None or own is None or own == target:
        return code
    return "\n".join(line if n in protected else _relevelled(line, own, target) for n, line in enumerate(lines))


def _relevelled(line: str, own: str, target: str) -> str:
    """Whole levels change; what stands beyond them is alignment and stays."""
    rest = line.lstrip(" \t")
    lead = line[: len(line) - len(rest)]
    if own == "\t":
        levels = len(lead) - len(lead.lstrip("\t"))
        return target * levels + lead[levels:] + rest
    levels, beyond = divmod(len(lead.expandtabs(len(own))), len(own))
    return target * levels + " " * beyond + rest


def _inside(source: Source) -> frozenset[int]:
    """Rows that begin inside a string or a comment: their white space is content."""
    rows: set[int] = set()
    for node in walk(source.tree.root_node):
        if node.end_point[0] > node.start_point[0] and any(word in node.type for word in _INSIDE):
            rows.update(range(node.start_point[0] + 1, node.end_point[0] + 1))
    return frozenset(rows)


def _quote(text: str) -> str | None:
    """The quote a Python file uses for nearly all of its plain strings."""
    counts = Counter(found[2] for _, _, found in _plain_strings(text))
    if not counts:
        return None
    (mark, most), total = counts.most_common(1)[0], sum(counts.values())
    return mark if total >= 3 and most >= 0.9 * total else None


def _requoted(code: str, quote: str) -> str:
    """Plain strings with the file's quote; whatever holds a quote or a backslash is not touched."""
    lines = code.split("\n")
    for row, column, found in reversed(_plain_strings(code)):
        line = lines[row]
        new = f"{found[1]}{quote}{found[3]}{quote}"
        lines[row] = line[:column] + new + line[column + len(found[0]) :]
    return "\n".join(lines)


def _plain_strings(text: str) -> list[tuple[int, int, re.Match[str]]]:
    """Row, column and parts of the one-line strings of a Python text; of a broken one, those before the break."""
    tokens = (token for token in _tokens(text) if token.type == tokenize.STRING)
    found = ((token, _PLAIN.fullmatch(token.string)) for token in tokens)
    return [(token.start[0] - 1, token.start[1], match) for token, match in found if match]


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
