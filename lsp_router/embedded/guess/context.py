"""What stands before the next token: at the cursor, and after every token that decoding tries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lsp_router.embedded.index.shelf import Witness
from lsp_router.embedded.text.alphabet import Key
from lsp_router.embedded.text.brackets import Stack, feed, forgive
from lsp_router.embedded.text.document import Document
from lsp_router.embedded.text.lexer import BREAKS, is_name, lex_line, line_start

REACH = 40
"""How many tokens back a context looks."""
RECENT = 700
LATEST, FADE = 40, 0.93
"""How many names back, and how fast the earlier ones count less."""


class Moment:
    """One question: a document, and the line in it that is being written and therefore proves nothing."""

    def __init__(self, document: Document, line: int, typed: str, shelves: Sequence[Witness] = ()) -> None:
        """`typed` is the line up to the cursor."""
        self.document = document
        self.shelves = shelves
        self.entry = document.entries[line]
        self.home = document.starts[line]
        """Where the line begins: the tokens below this are above it in the file."""
        self.resume = document.starts[line + 1] + 1
        """The first token below the line that does not continue it."""
        self.below = _beginning_below(document, line)
        self.recent: Counter[str] = Counter(document.exact[max(0, self.home - RECENT) : self.home])
        self.own: Counter[str] = Counter(document.exact[self.home : self.resume - 1])
        """What the line itself says, which proves nothing either."""
        language = document.language
        self.written = lex_line(language, typed, self.entry.state)
        self.stack = self.entry.stack
        """The brackets that are open where the line begins."""
        if self.written.tokens:
            self.stack = forgive(self.stack, self.written.tokens[0], self.written.indent, language.blocks)
        self.trails = typed[-1:].isspace()
        """Whether the space before the next token is already typed."""
        self._latest: dict[tuple[int, str], Mapping[str, float]] = {}
        self._defined: set[str] | None = None
        self._imported: set[str] | None = None

    def latest(self, column: int, code: str) -> Mapping[str, float]:
        """The names above that a column marks with a code, weighed by how late they came; the same all along a line."""
        found = self._latest.get((column, code))
        if found is None:
            found = self._latest[column, code] = _latest(self.document, column, code, self.home)
        return found

    def is_defined(self, symbol: str) -> bool:
        """Whether the file defines something of that name."""
        if self._defined is None:
            self._defined = _after(self.document, self.document.language.words.definers)
        return symbol in self._defined

    def is_imported(self, symbol: str) -> bool:
        if self._imported is None:
            self._imported = _on_lines_of(self.document, self.document.language.words.importers)
        return symbol in self._imported

    def begin(self) -> tuple[Context, str]:
        """The context at the cursor, and the beginning of the word that is being typed."""
        tokens, partial = self.written.tokens, ""
        if tokens and not self.trails and is_name(tokens[-1]):
            tokens, partial = tokens[:-1], tokens[-1]
        context = self._above().push(line_start(self.entry.indent, self.written.indent))
        for token in tokens:
            context = context.push(token)
        return context, partial

    def _above(self) -> Context:
        entry, alphabet = self.entry, self.document.alphabet
        symbols = self.document.exact[max(0, self.home - REACH) : self.home]
        tokens = tuple(map(alphabet.text, symbols))
        return Context(self, tokens, symbols, alphabet.shapes(symbols), (), entry.head, entry.previous_head, self.stack)


@dataclass(frozen=True, slots=True)
class Context:
    moment: Moment
    tokens: tuple[str, ...]
    symbols: str
    """The same in the document's characters."""
    shapes: str
    line: tuple[str, ...]
    """The tokens of the line so far."""
    head: str
    """The first token of the line, else of the one above, in the document's characters."""
    previous_head: str
    stack: Stack

    @property
    def last(self) -> str:
        return self.tokens[-1]

    def push(self, token: str) -> Context:
        alphabet = self.moment.document.alphabet
        symbol = alphabet.find(token)
        head, previous_head, line = self.head, self.previous_head, (*self.line, token)
        if token in BREAKS:
            head, previous_head, line = alphabet.nothing, head, ()
        elif not self.line:
            head = symbol
        return Context(
            self.moment,
            (*self.tokens[1 - REACH :], token),
            self.symbols[1 - REACH :] + symbol,
            self.shapes[1 - REACH :] + alphabet.shape(token),
            line,
            head,
            previous_head,
            feed(
                self.stack, token, self.tokens[-1] if self.tokens else "", self.moment.document.language.words.definers
            ),
        )


def _beginning_below(document: Document, line: int) -> Key:
    """The first two tokens of the next line of code, by their numbers; empty at the end of the file."""
    at = document.starts[line + 1]
    return tuple(map(ord, document.exact[at + 1 : at + 3]))


def _latest(document: Document, column: int, code: str, home: int) -> dict[str, float]:
    codes, exact, text = document.columns[column], document.exact, document.alphabet.text
    weights: dict[str, float] = {}
    weight, at = 1.0, home
    for _ in range(LATEST):
        at = codes.rfind(code, 0, at)
        if at < 0:
            break
        token = text(exact[at])
        weights[token] = weights.get(token, 0.0) + weight
        weight *= FADE
    total = sum(weights.values()) + 0.5
    return {token: value / total for token, value in weights.items()}


def _after(document: Document, tokens: Collection[str]) -> set[str]:
    """Every token that follows one of `tokens` somewhere in the document."""
    exact, found = document.exact, set[str]()
    for token in tokens:
        symbol, at = document.alphabet.find(token), -1
        while (at := exact.find(symbol, at + 1)) >= 0:
            found.add(exact[at + 1 : at + 2])
    return found


def _on_lines_of(document: Document, heads: Collection[str]) -> set[str]:
    """Every token on a line that begins with one of `heads`."""
    found: set[str] = set()
    for at, lexed in enumerate(document.lexed):
        if lexed.tokens and lexed.tokens[0] in heads:
            found.update(document.exact[document.starts[at] : document.starts[at + 1]])
    return found
