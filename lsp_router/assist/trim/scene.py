"""What the filters ask about the place of a completion, looked up once and within bounded windows of the document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from lsp_router.assist.trim.brackets import PAIRS, Bracket, Scan, scan
from lsp_router.assist.trim.languages import Language, language
from lsp_router.assist.trim.lines import first_with_text, says_something, width
from lsp_router.assist.trim.place import Place

BEFORE = 8_000
AFTER = 4_000
"""Characters of the document that are looked at: enough for a long function, cheap for a huge file."""

_WORD = re.compile(r"\w")
_TYPE = re.compile(
    r"\s*(?:(?:export|default|public|private|protected|internal|abstract|final|sealed|static|partial|data|open|"
    r"pub(?:\([^)]*\))?|unsafe|declare|template\s*<[^>]*>|typedef|type)\s+)*"
    r"(?:(?:class|interface|struct|enum|record|namespace|module|mod|impl|trait|object|extension|protocol|package)\b"
    r"|type\b.*struct\b|extern\s+\"\w+\"\s*\{)"
)
_CONTROL = re.compile(
    r"\s*(?:\}\s*)?(?:async )?"
    r"(?:if|elif|else|for|while|try|except|catch|finally|with|match|case|switch|unless|begin|do|loop)\b"
)
_KEYWORDS = frozenset(
    ("true", "false", "null", "None", "True", "False", "nil", "self", "this", "return", "pass", "else")
)
_SMOOTH = re.compile(r"""^[\s)\]}>"'`;,:]*$""")


@dataclass(frozen=True, slots=True)
class Header:
    """A line that opened a block in which the cursor stands."""

    width: int
    text: str

    @property
    def names_a_type(self) -> bool:
        return bool(_TYPE.match(self.text))

    @property
    def is_control(self) -> bool:
        return bool(_CONTROL.match(self.text))


@dataclass(frozen=True, slots=True)
class Opening:
    """A bracket before the cursor that still wants its partner."""

    char: str
    header: Header
    on_cursor_line: bool


@dataclass(frozen=True, slots=True)
class Below:
    """What the lines below close of what stands above the cursor."""

    closings: tuple[Opening, ...]
    """Innermost first."""
    allowance: int | None
    """How many open brackets a completion may close before it closes what these lines close already.

    Negative when it must leave some open; None when brackets above and below do not line up.
    """


class Scene:
    """The surroundings of the cursor; everything costly is worked out when first asked for, and then kept."""

    def __init__(self, at: Place) -> None:
        before = _unix(at.prefix[-BEFORE:])
        after = _unix(at.suffix[:AFTER])
        above, _, self.line = before.rpartition("\n")
        self.above = above.split("\n") if "\n" in before else []
        self.whole_prefix = len(at.prefix) <= BEFORE
        if not self.whole_prefix and self.above:
            del self.above[0]
        self.rest, _, below = after.partition("\n")
        self.below = below.split("\n") if "\n" in after else []
        self.whole_suffix = len(at.suffix) <= AFTER
        if not self.whole_suffix and self.below:
            del self.below[-1]
        self.whole = self.whole_prefix and self.whole_suffix
        self.at = at
        self.syntax: Language = language(at.language)
        self.blank = not self.line.strip()
        self._below: dict[str, Below] = {}

    @cached_property
    def crlf(self) -> bool:
        """Whether the document ends its lines in two characters; the nearest line end decides."""
        before = self.at.prefix.rfind("\n")
        if before >= 0:
            return self.at.prefix[before - 1 : before] == "\r"
        return "\r\n" in self.at.suffix[: max(self.at.suffix.find("\n"), 0) + 1]

    @cached_property
    def single(self) -> bool:
        if self.at.mode == "auto":
            return not _SMOOTH.match(self.rest)
        return self.at.mode == "single"

    @cached_property
    def smooth_rest(self) -> bool:
        """Whether only closers and punctuation follow on the line: what editors insert by themselves."""
        return bool(_SMOOTH.match(self.rest))

    @cached_property
    def line_above(self) -> str:
        return first_with_text(self.above[::-1])

    @cached_property
    def line_below(self) -> str:
        return first_with_text(self.below)

    @cached_property
    def literal(self) -> bool:
        """Whether the cursor stands in a string or a comment, where prose is at home."""
        return bool(self.before.quote) or self.before.comment

    @cached_property
    def before(self) -> Scan:
        return scan(self.text_before, self.syntax)

    @cached_property
    def text_before(self) -> str:
        """From the outermost enclosing block on: earlier text could only confuse quotes and brackets."""
        start = 0 if self.whole_prefix else self._start_of_block()
        return "\n".join([*self.above[start:], self.line])

    @cached_property
    def openings(self) -> tuple[Opening, ...]:
        """The brackets still open at the cursor, outermost first."""
        text = self.text_before
        return tuple(Opening(b.char, _header_at(text, b), "\n" not in text[b.at :]) for b in self.before.unclosed)

    def below_when(self, quote: str) -> Below:
        """The brackets of the lines below, for a text that leaves this string open."""
        known = self._below.get(quote)
        if known is None:
            known = self._below[quote] = self._scan_below(quote)
        return known

    def _scan_below(self, quote: str) -> Below:
        text = "\n".join([self.rest, *self.below])
        after = scan(text, self.syntax, quote).unopened
        closings = tuple(
            Opening(b.char, _header_at(text, b), on_cursor_line=False) for b in after if b.at > len(self.rest)
        )
        return Below(closings, self._allowance(closings))

    def _allowance(self, closings: tuple[Opening, ...]) -> int | None:
        if not closings:
            return len(self.openings)
        pairs = (
            (inner + outer, inner - outer)
            for inner, opening in enumerate(reversed(self.openings))
            for outer, closing in enumerate(closings)
            if PAIRS[closing.char] == opening.char and closing.header.width == opening.header.width
        )
        best = min(pairs, default=None)
        if best is not None:
            return best[1]
        return len(self.openings) - len(closings) if self.whole else None

    def knows(self, word: str) -> bool:
        """Whether a word stands elsewhere near the cursor, or every language knows it."""
        text = "\n".join([*self.above, *self.below])
        return word in _KEYWORDS or re.search(rf"\b{re.escape(word)}\b", text) is not None

    def headers(self, depth: int) -> list[Header]:
        """The lines that enclose a line of this depth, outermost first."""
        found: list[Header] = []
        for line in reversed(self.above):
            if depth <= 0:
                break
            if line.strip() and width(line) < depth and not line.lstrip().startswith((")", "]", "}")):
                depth = width(line)
                found.append(Header(depth, line))
        return found[::-1]

    def depth(self, first: str = "") -> int:
        """How deep the completion's own first line stands."""
        if self.blank and not self.line:
            return width(first)
        return width(self.line)

    def _start_of_block(self) -> int:
        depth = max(width(self.line), width(self.line_above)) + 1
        start = len(self.above)
        for number in range(len(self.above) - 1, -1, -1):
            line = self.above[number]
            if line.strip() and width(line) < depth and says_something(line):
                depth, start = width(line), number
                if not depth:
                    break
        return start


def function_among(headers: Sequence[Header]) -> int:
    """Which of the enclosing blocks is the outermost function, else the innermost block; -1 when there is none.

    Types may hold several functions. A branch or a loop stands in a function, whatever its header looks like.
    """
    at = next((number for number, header in enumerate(headers) if not header.names_a_type), len(headers) - 1)
    return at - 1 if at > 0 and headers[at].is_control else at


def has_words(text: str) -> bool:
    return bool(_WORD.search(text))


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n") if "\r" in text else text


def _header_at(text: str, bracket: Bracket) -> Header:
    start = text.rfind("\n", 0, bracket.at) + 1
    end = text.find("\n", bracket.at)
    line = text[start : end if end >= 0 else len(text)]
    if line.strip() == "{":  # on a line of its own it belongs to the line before
        return Header(width(line), first_with_text(text[:start].rsplit("\n", 3)[::-1]))
    return Header(width(line), line)
