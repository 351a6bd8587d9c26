"""The open file as strings over an alphabet of tokens: its index is itself, and looking up is searching a string.

Every distinct token is one character, so the file is a string, an exact context is a substring, and `str.find` is the
index. Further columns of the same length hold *what a token follows* in other senses (with which line head, at which
argument of which call, …), one character per combination. An edit re-reads the lines it touched and splices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lsp_router.embedded.text.alphabet import NAME, NOTHING, ROOM, Alphabet, Key, combine
from lsp_router.embedded.text.brackets import CLOSER_OF, Stack, feed, forgive
from lsp_router.embedded.text.languages import Language
from lsp_router.embedded.text.lexer import BREAKS, START, Lexed, is_name, lex_line, line_start

MAX_READ = 100
"""How many lines one update reads at most, so that a keystroke stays cheap; more is for `build`, in slices."""
MAX_PLACES = 20
"""In how many places one update changes lines at most."""
SLICE, LEAST = 2_500, 40
"""How many characters are read between two pauses; a line counts as so many at least."""
BLOCK = 256
SKIP, HEAD, HEADS, CALL, NEXT, SLOT, VARIABLE = range(7)
"""Columns. The first five: what a token follows, which is the token before it and also the third last one; the line's
head; that and the head of the line above; the call's argument; the head and the beginning of the line below. The last
two mark names: by the kind of place they fill, and those that are no attributes and are not called."""
COLUMNS = 7
SLOTS = ("(", "\n", ".", "import", "word", "=")
SLOT_CODES = {kind: chr(1 + at) for at, kind in enumerate(SLOTS)}
VARIABLE_CODE = "\1"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a line inherits from the lines above; an equal entry above equal text makes equal columns."""

    state: str
    indent: int
    tail: str
    """The last three tokens' characters."""
    head: str
    """The first token of the last line of code."""
    previous_head: str
    stack: Stack


@dataclass(slots=True)
class _Row:
    """One line woven into columns; the column NEXT still lacks how the line below begins."""

    lexed: Lexed
    entry: Entry
    exact: str = ""
    columns: list[str] = field(default_factory=list)
    nexts: Sequence[Key] = ()


class Document:
    def __init__(self, language: Language, state: str = "") -> None:
        """`state` is what the lines above the first one left open."""
        self.language = language
        self.alphabet = Alphabet(language)
        nothing = self.alphabet.nothing
        top = Entry(state, 0, nothing * 2 + self.alphabet.add(START), nothing, nothing, ())
        self.lines: list[str] = []
        self.lexed: list[Lexed] = []
        self.entries: list[Entry] = [top]
        """One more than there are lines: the last is what a further line would inherit."""
        self.starts: list[int] = [0]
        """Where each line's tokens begin, and where the last one's end."""
        self.exact = ""
        self.shape = ""
        self.spaces = b""
        self.columns = [""] * COLUMNS
        self.counts: Counter[str] = Counter()
        """How often each character occurs."""
        self.edits = 0
        """How many edits were followed so far."""
        self._changed = 0, 0
        """From which line to which the last one changed as many lines as there had been."""

    def update(self, lines: Sequence[str]) -> bool:
        """Follow an edit. False when that takes more reading than a keystroke may cost."""
        above, below = _common(self.lines, lines)
        if above == len(self.lines) == len(lines):
            return True
        if len(self.alphabet) > ROOM:
            return False
        if len(lines) == len(self.lines) and len(lines) - below - above > MAX_READ:
            return self._splice_apart(lines, above, below)
        return self._splice(lines, above, below)

    def build(self, lines: Sequence[str]) -> Iterator[None]:
        """Read a whole file, pausing every few lines."""
        for end in _pauses(lines, 0, len(lines)):
            self._splice(lines[:end], len(self.lines), 0)
            yield

    def follow(self, lines: Sequence[str]) -> Iterator[None]:
        """Follow an edit of any size, pausing every few lines; not to the end if others change the document too."""
        above, below = _common(self.lines, lines)
        last, edits = len(lines) - below, self.edits
        for end in _pauses(lines, above, last):
            if self.edits != edits or not self._splice([*lines[:end], *lines[last:]], above, below):
                return
            above, edits = end, self.edits
            yield

    def _splice(self, lines: Sequence[str], above: int, below: int) -> bool:
        """Replace the lines between the first `above` and the last `below` ones, and whatever hangs on them."""
        first = self._code_before(above)
        read = self._read(lines, first, above, below)
        if read is None:
            return False
        rows, last = read
        old_end = first + len(rows) + len(self.lines) - len(lines)
        self._look_below(rows, old_end)
        if old_end == len(self.lines):
            self.entries[-1] = last
        self._replace(rows, first, old_end)
        self._changed = (above, len(lines) - below) if len(lines) == len(self.lines) else (0, 0)
        self.edits += 1
        self.lines = list(lines)
        return True

    def _splice_apart(self, lines: Sequence[str], above: int, below: int) -> bool:
        """A few lines here and a few there, as after renaming something: one after the other."""
        places = _differing(self.lines, lines, above, len(lines) - below)
        if len(places) > MAX_PLACES:
            return False
        return all(self._splice([*lines[:end], *self.lines[end:]], at, len(lines) - end) for at, end in places)

    def kept_but(self, line: int, edits: int) -> bool:
        """Whether, since so many edits were followed, the text of no other line changed."""
        return self.edits == edits or (self.edits == edits + 1 and self._changed == (line, line + 1))

    def _code_before(self, line: int) -> int:
        """The last line of code above: its columns say how the next one begins, so both change together."""
        while line > 0:
            line -= 1
            if self.lexed[line].tokens:
                break
        return line

    def _read(self, lines: Sequence[str], first: int, above: int, below: int) -> tuple[list[_Row], Entry] | None:
        """Weave from `first` on until everything is again as it was; None when that is too far."""
        rows: list[_Row] = []
        entry, shift, read = self.entries[first], len(self.lines) - len(lines), 0
        for at in range(first, len(lines)):
            old = at if at < above else at + shift if at >= len(lines) - below else None
            if old is not None and at >= above and self.entries[old] == entry:
                break
            if old is not None and self.entries[old].state == entry.state:
                lexed = self.lexed[old]
            elif (read := read + 1) > MAX_READ:
                return None
            else:
                lexed = lex_line(self.language, lines[at], entry.state)
            row, entry = self._weave(lexed, entry)
            rows.append(row)
        return rows, entry

    def _weave(self, lexed: Lexed, entry: Entry) -> tuple[_Row, Entry]:
        if not lexed.tokens:
            return _Row(lexed, entry), entry if entry.state == lexed.state else _with_state(entry, lexed.state)
        alphabet, definers = self.alphabet, self.language.words.definers
        opening = line_start(entry.indent, lexed.indent)
        tokens = (opening, *lexed.tokens)
        symbols = "".join(map(alphabet.add, tokens))
        trail, before = [*map(ord, entry.tail + symbols)], alphabet.text(entry.tail[-1])
        stack = forgive(entry.stack, tokens[1], lexed.indent, self.language.blocks)
        head, above = ord(entry.head), ord(entry.previous_head)
        heads = ((head, above), (NOTHING, head), (trail[4], head))
        keys: list[tuple[Key, Key, Key, Key]] = []
        slots, variables = [], []
        for at, (token, shape) in enumerate(zip(tokens, alphabet.shapes(symbols), strict=True)):
            keys.append(follow_keys(alphabet, before, trail[at : at + 3], heads[min(at, 2)], stack))
            name = shape == NAME
            slots.append(SLOT_CODES[slot_of(before)] if name else "\0")
            called = name and tokens[at + 1 : at + 2] == ("(",)
            variables.append(VARIABLE_CODE if name and before != "." and not called else "\0")
            stack, before = feed(stack, token, before, definers, lexed.indent), token
        after = Entry(lexed.state, lexed.indent, (entry.tail + symbols)[-3:], symbols[1], entry.head, stack)
        followed = ["".join(map(combine, column)) for column in zip(*keys, strict=True)]
        columns = [*followed, "", "".join(slots), "".join(variables)]
        return _Row(lexed, entry, symbols, columns, [key[HEAD] for key in keys]), after

    def _look_below(self, rows: list[_Row], old_end: int) -> None:
        """Complete the last column, from the bottom up."""
        number = self.alphabet.number
        below: Key = next((tuple(map(number, lexed.tokens[:2])) for lexed in self.lexed[old_end:] if lexed.tokens), ())
        for row in reversed(rows):
            if row.exact:
                own = tuple(map(ord, row.exact[1:3]))
                row.columns[NEXT] = "".join(map(combine, (row.nexts[0] + own, *(key + below for key in row.nexts[1:]))))
                below = own

    def _replace(self, rows: list[_Row], first: int, old_end: int) -> None:
        start, end = self.starts[first], self.starts[old_end]
        exact = "".join([row.exact for row in rows])
        self.counts.subtract(self.exact[start:end])
        self.counts.update(exact)
        self.exact = self.exact[:start] + exact + self.exact[end:]
        self.shape = self.shape[:start] + self.alphabet.shapes(exact) + self.shape[end:]
        spaces = b"".join([b"\0" + bytes(row.lexed.spaces) for row in rows if row.exact])
        self.spaces = self.spaces[:start] + spaces + self.spaces[end:]
        for at, column in enumerate(self.columns):
            woven = "".join([row.columns[at] for row in rows if row.exact])
            self.columns[at] = column[:start] + woven + column[end:]
        self.lexed[first:old_end] = [row.lexed for row in rows]
        self.entries[first:old_end] = [row.entry for row in rows]
        self._recount(rows, first, old_end)

    def _recount(self, rows: list[_Row], first: int, old_end: int) -> None:
        """Where lines begin: those below moved by how much the replaced ones grew."""
        starts, at = [], self.starts[first]
        for row in rows:
            starts.append(at)
            at += len(row.exact)
        grown = at - self.starts[old_end]
        below = self.starts[old_end:]
        self.starts[first:] = starts + ([start + grown for start in below] if grown else below)


def follow_keys(
    alphabet: Alphabet, before: str, trail: Sequence[int], heads: tuple[int, int], stack: Stack
) -> tuple[Key, Key, Key, Key]:
    """What a token follows, for the columns SKIP to CALL; `trail` are the last three codes, `before` the last token.

    At the start of an argument it does not matter whether a bracket or a comma came before.
    """
    last, (head, above) = trail[-1], heads
    if not stack:
        return (last, trail[0]), (last, head, NOTHING), (last, head, above), (last, NOTHING)
    inner, starts_argument = stack[-1], before == "," or before in CLOSER_OF
    opener, callee = alphabet.number(inner.opener), alphabet.number(inner.callee)
    call = NOTHING if starts_argument else last, callee, inner.argument
    return (last, trail[0]), (last, head, opener), (last, head, above), call


def slot_of(before: str) -> str:
    """What kind of place it is that a name fills after this token."""
    if before in CLOSER_OF or before == ",":
        return "("
    if before in BREAKS:
        return "\n"
    return before if before in {".", "import"} else "word" if is_name(before) else "="


def _with_state(entry: Entry, state: str) -> Entry:
    return Entry(state, entry.indent, entry.tail, entry.head, entry.previous_head, entry.stack)


def _common(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many lines at the beginning and, of the rest, at the end are the same; whole blocks are compared first."""
    limit = min(len(old), len(new))
    above = below = 0
    while above + BLOCK <= limit and old[above : above + BLOCK] == new[above : above + BLOCK]:
        above += BLOCK
    while above < limit and old[above] == new[above]:
        above += 1
    end, new_end = len(old), len(new)
    while below + BLOCK <= limit - above and _same_block(old, end - below, new, new_end - below):
        below += BLOCK
    while below < limit - above and old[-1 - below] == new[-1 - below]:
        below += 1
    return above, below


def _pauses(lines: Sequence[str], first: int, last: int) -> Iterator[int]:
    """After which lines to pause while reading those from `first` to `last`; the last one is among them."""
    read = 0
    for at in range(first, last):
        read += max(LEAST, len(lines[at]))
        if read >= SLICE and at + 1 < last:
            read = 0
            yield at + 1
    yield last


def _differing(old: Sequence[str], new: Sequence[str], first: int, last: int) -> list[tuple[int, int]]:
    """The runs of lines between `first` and `last` that are not the same."""
    runs: list[tuple[int, int]] = []
    for at in range(first, last):
        if old[at] != new[at]:
            start = runs.pop()[0] if runs and runs[-1][1] == at else at
            runs.append((start, at + 1))
    return runs


def _same_block(old: Sequence[str], end: int, new: Sequence[str], new_end: int) -> bool:
    return old[end - BLOCK : end] == new[new_end - BLOCK : new_end]
