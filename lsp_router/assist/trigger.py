"""Whether a place deserves a suggestion that nobody asked for, how long it may be, and why not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lsp_router.assist.trim.brackets import scan
from lsp_router.assist.trim.languages import Blocks, Language, language
from lsp_router.assist.trim.lines import only_closes

LONGEST_LINE = 1_000
"""Lines beyond this are data or minified code: nobody types there, and a model would only ramble."""

LARGEST = 4_000_000
"""Documents beyond so many characters are not written by hand."""

LONG = 400_000
"""Documents beyond so many characters get single lines: a wrong block in the middle of them costs more to read."""

_REST = re.compile(r"""\s*[)>}\]"'`]*\s*[:{;,]?\s*""")
_HEADER = re.compile(
    r"\s*(?:\}\s*)?(?:(?:export|default|public|private|protected|internal|static|async|abstract|override|virtual|pub|unsafe|inline|final|const)\s+)*"
    r"(?:if|else|elif|for|foreach|while|switch|match|catch|except|with|when|unless|until|function|func|fn|fun|def|sub|proc|class|struct|interface|"
    r"enum|trait|impl|module|namespace|using|lock|synchronized|select)\b"
)
_WORD_GOES_ON = re.compile(r"\w")
_OPENS = re.compile(r"(?:[{(\[]|=>|\b(?:then|do|else|begin|try)|->)\s*\Z")
_CLOSED = re.compile(r"[)\]}]\s*\Z")


@dataclass(frozen=True, slots=True)
class Gate:
    """A verdict on a place; `why` is a sentence for people who wonder why nothing came."""

    auto: bool
    multiline: bool
    why: str


def gate(prefix: str, suffix: str, language_id: str) -> Gate:
    """Cheap on purpose: it runs on every keystroke and looks at little more than the cursor's line."""
    line = prefix[prefix.rfind("\n") + 1 :]
    end = suffix.find("\n")
    rest = suffix[: end if end >= 0 else len(suffix)].rstrip("\r")
    syntax = language(language_id)
    refusal = _refusal(prefix, suffix, line, rest, syntax)
    multiline = _multiline(prefix, suffix, line, rest, syntax)
    if refusal:
        return Gate(auto=False, multiline=multiline, why=refusal)
    length = "a block" if multiline else "one line"
    return Gate(auto=True, multiline=multiline, why=f"The cursor is where {length} may be suggested.")


def _refusal(prefix: str, suffix: str, line: str, rest: str, syntax: Language) -> str:
    """The first reason against a suggestion, cheapest first; empty when there is none."""
    reasons = (
        (lambda: len(prefix) + len(suffix) > LARGEST, "The file is too large for suggestions."),
        (lambda: len(line) + len(rest) > LONGEST_LINE, "The line is too long: this looks like data or minified code."),
        (lambda: _WORD_GOES_ON.match(rest), "The cursor is in the middle of a word."),
        (lambda: not _REST.fullmatch(rest), "Other text follows on the line; ask for a suggestion to get one here."),
        (lambda: not prefix and not suffix, "The file is empty: there is nothing to go by."),
        (
            lambda: _finished(line, rest, syntax),
            "The statement before the cursor is finished; the next gets a new line.",
        ),
    )
    return next((why for holds, why in reasons if holds()), "")


def _finished(line: str, rest: str, syntax: Language) -> bool:
    """After a semicolon, or after a closer that leaves nothing open and heads no block; never within parentheses."""
    if not line.strip() or not syntax.is_code:
        return False
    said = scan(line, syntax)
    if said.quote or said.comment or any(bracket.char != "{" for bracket in said.unclosed):
        return False
    bare = line.rstrip()
    if bare.endswith(";") or only_closes(bare):
        return True
    return bool(_CLOSED.search(bare)) and not rest.strip() and line == bare and not _HEADER.match(line)


def _multiline(prefix: str, suffix: str, line: str, rest: str, syntax: Language) -> bool:
    if len(prefix) + len(suffix) > LONG or syntax.blocks is Blocks.PROSE:
        return False
    if line.strip():
        return _opens_block(line, syntax) and _closes_only(rest)
    return not rest.strip()


def _opens_block(line: str, syntax: Language) -> bool:
    bare = line.rstrip()
    if bare.endswith(":"):
        return syntax.blocks is Blocks.INDENT
    return bool(_OPENS.search(bare)) and not bare.endswith(("(", "["))


def _closes_only(rest: str) -> bool:
    return not rest.strip(" \t)]};,")
