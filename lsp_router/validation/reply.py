"""The code, or the changes, in what a model answered; whatever cannot be trusted is a problem that names its cure."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace

from lsp_router.domain.decision import Problem
from lsp_router.validation.changes import Change, Changes, has_blocks, is_diff, read_blocks, read_diff
from lsp_router.validation.elisions import find_elisions
from lsp_router.validation.fences import Block, split
from lsp_router.validation.syntax import parse_python
from lsp_router.validation.talk import is_prose, without_talk
from lsp_router.validation.tongues import PROSE, akin, canonical

_THOUGHT = re.compile(r"\A\s*<(think|thinking|reasoning)>.*?</\1>\s*", re.DOTALL | re.IGNORECASE)
_SPECIAL = re.compile(r"(?:<\|[\w▁ -]+\|>|<\uff5c[^\uff5c\n]+\uff5c>|</s>)\s*\Z")
_WRAPPED = re.compile(
    r"\s*<(?P<tag>selection|file|draft|answer|code|output)(?P<number>-\d+)?(?: [^<>\n]*)?>[ \t]*\n(?P<inside>.*\n)"
    r"[ \t]*</(?P=tag)(?P=number)?>\s*",
    re.DOTALL | re.IGNORECASE,
)
"""Tags that models take over from a prompt, or were taught elsewhere."""
_MARKUP = frozenset({"html", "xml", "vue", "svelte", "astro", "javascriptreact", "typescriptreact", "php"})
_COMMON = frozenset({"break", "return", "continue", "default", "finally", "begin", "public:", "private:", "protected:"})
"""Lines that stand everywhere: that one repeats says nothing."""
_ASIDE = re.compile(
    r"\b(?:usage|use it|example|test it|run (?:it|this|the)|running|output|install|before|originally|original|old|"
    r"previous|current(?:ly)?|you had|your code|instead of|tests? (?:it|this)|try it|call it)\b[^\n]*$",
    re.IGNORECASE,
)
_EXPECTED = "Answer with exactly one fenced code block and nothing else."


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a reply holds: code for the place asked about, or changes; trust neither while there are problems."""

    code: str | None = None
    changes: tuple[Change, ...] = ()
    blocks: tuple[Block, ...] = ()
    problems: tuple[Problem, ...] = ()
    closed: bool = True
    """False when the last fence is open: the answer may have been cut off."""


def extract(reply: str, language: str, prefix: str = "", original: str = "") -> Extraction:
    """What a reply has for a file in a language; `prefix` is the text before the place, `original` the text in it."""
    text = _unwrapped(_clean(reply), language)
    if not text.strip():
        return _nothing("The answer is empty.")
    if has_blocks(text):
        return _of_changes(read_blocks(text), language, original)
    if canonical(language) in PROSE:
        return _of_code(_prose(text, language), language, prefix, original)
    if canonical(language) != "diff" and is_diff(text):
        return _of_changes(read_diff(text), language, original)
    found = _choose(text, language)
    if canonical(language) != "diff" and len(found.blocks) and _all_diffs(found.blocks):
        read = tuple(read_diff(block.code, block.path or "") for block in found.blocks)
        both = Changes(tuple(c for r in read for c in r.found), tuple(p for r in read for p in r.problems))
        return replace(_of_changes(both, language, original), blocks=found.blocks, closed=found.closed)
    return _of_code(found, language, prefix, original)


def without_repeated(code: str, prefix: str) -> str:
    """Code without the lines that already stand before its place."""
    head, _, partial = prefix.rpartition("\n")
    if partial.strip() and code.lstrip().startswith(partial.strip()) and len(partial.strip()) > 3:
        return (
            code.lstrip()[len(partial.strip()) :].lstrip(" \t")
            if partial[-1:].isspace()
            else code.lstrip()[len(partial.lstrip()) :]
        )
    lines = code.splitlines(keepends=True)
    ours = [(number, line.strip()) for number, line in enumerate(lines) if line.strip()]
    theirs = [line.strip() for line in head.splitlines()[-400:] if line.strip()]
    if partial.strip():
        return code
    for size in range(min(len(ours), len(theirs)), 0, -1):
        if theirs[-size:] == [line for _, line in ours[:size]]:
            if sum(map(str.isalnum, "".join(theirs[-size:]))) < 5 or (size == 1 and theirs[-1] in _COMMON):
                return code
            return "".join(lines[ours[size - 1][0] + 1 :])
    return code


def _clean(reply: str) -> str:
    text = reply.removeprefix("\ufeff").replace("\r\n", "\n")
    text = _THOUGHT.sub("", text)
    while found := _SPECIAL.search(text):
        text = text[: found.start()]
    return text


def _unwrapped(text: str, language: str) -> str:
    """The inside of a tag that is around everything, where tags are not the language itself."""
    if canonical(language) in _MARKUP or canonical(language) in PROSE:
        return text
    while found := _WRAPPED.fullmatch(text):
        text = found["inside"]
    return text


def _of_changes(changes: Changes, language: str, original: str) -> Extraction:
    problems = list(changes.problems)
    for change in changes.found:
        problems += find_elisions(change.search, language, original)
        problems += find_elisions(change.replace, language, original + change.search)
    return Extraction(changes=changes.found, problems=tuple(problems))


def _of_code(found: Extraction, language: str, prefix: str, original: str) -> Extraction:
    if found.code is None:
        return found
    code = _unwrapped(found.code, language)
    code = without_repeated(code, prefix) if prefix else code
    problems = (*found.problems, *find_elisions(code, language, original))
    return replace(found, code=code, problems=problems)


def _prose(text: str, language: str) -> Extraction:
    """In a text file fences are text, but for one that wraps the whole answer."""
    parts = split(text)
    whole = len(parts.blocks) == 1 and not parts.after.strip()
    if whole and (block := parts.blocks[0]) and akin(block.language or language, language):
        said = without_talk(block.before, language)
        if not said.strip():
            return Extraction(code=block.code, blocks=parts.blocks, closed=block.closed)
    return Extraction(code=without_talk(text, language), blocks=parts.blocks)


def _choose(text: str, language: str) -> Extraction:
    """The one block that is meant, or the bare code; several that may be meant are a problem."""
    if canonical(language) == "python" and "\n" in text.strip() and isinstance(parse_python(text), ast.Module):
        return Extraction(code=text)
    parts = split(text)
    if not parts.blocks:
        code = without_talk(text, language)
        return Extraction(code=code) if code.strip() and not is_prose(code) else _nothing("The answer holds no code.")
    wanted = [b for b in parts.blocks if akin(b.language, language)] if language else list(parts.blocks)
    if not wanted and (bare := without_talk(parts.blocks[0].before, language)).strip() and not is_prose(bare):
        return Extraction(code=bare, blocks=parts.blocks)
    likely = wanted or [b for b in parts.blocks if not b.language] or list(parts.blocks)
    if len(likely) > 1:
        likely = [b for b in likely if not _ASIDE.search(b.before.strip())] or likely
    code = max((b.code for b in likely), key=len)
    closed = parts.blocks[-1].closed
    if all(b.code.strip() in code for b in likely):
        return Extraction(code=code, blocks=_keep(likely, code), closed=closed)
    if _all_diffs(tuple(likely)):
        return Extraction(code=code, blocks=tuple(likely), closed=closed)
    problem = Problem(
        "format", f"The answer holds {len(likely)} code blocks and it is not clear which one is meant. {_EXPECTED}"
    )
    return Extraction(code=code, blocks=parts.blocks, problems=(problem,), closed=closed)


def _keep(likely: list[Block], code: str) -> tuple[Block, ...]:
    return tuple(block for block in likely if block.code == code)


def _all_diffs(blocks: tuple[Block, ...]) -> bool:
    return all(is_diff(b.code) or (canonical(b.language) == "diff" and _looks_patched(b.code)) for b in blocks)


def _looks_patched(code: str) -> bool:
    lines = [line for line in code.splitlines() if line.strip()]
    return any(line[0] in "+-" for line in lines)


def _nothing(why: str) -> Extraction:
    return Extraction(problems=(Problem("format", f"{why} {_EXPECTED}"),))
