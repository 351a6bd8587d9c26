"""Packages as evaluation and fitting see them: their files, an index of them, and code positions to ask at."""

from __future__ import annotations

import itertools
import random
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lsp_router.embedded.index.compile import Stream, compile_segment
from lsp_router.embedded.index.files import find_files, read_code
from lsp_router.embedded.index.segment import Segment, write_segment
from lsp_router.embedded.index.shelf import Shelf
from lsp_router.embedded.text.document import Document
from lsp_router.embedded.text.languages import Language
from lsp_router.embedded.text.lexer import MAX_LINE, PROSE, lex_line

MAX_TOKENS = 2_000_000
FILES_ASKED = 40
CUTS = ("token", "character")
"""Where holes may begin: between tokens, or at any character of code."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A place in a file where the rest of a line was taken out."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Case:
    """What an editor would send for a hole, and what stood there."""

    hole: Hole
    lines: list[str]
    rest: str
    truth_below: list[str]


class Package:
    """The files of one family in a folder; `files` maps names to lines."""

    def __init__(self, root: Path, family: str) -> None:
        self.root = root
        self.family = family
        self.files: dict[str, list[str]] = {}
        languages: set[Language] = set()
        for found in find_files(root):
            if found.language.family == family and (text := read_code(found.path)) is not None:
                self.files[found.name] = text.split("\n")
                languages.add(found.language)
        self.language = languages.pop() if languages else None

    @cached_property
    def shelf(self) -> Shelf:
        stream = Stream(self.language)
        for name, lines in self.files.items():
            if len(stream.tokens) < MAX_TOKENS:
                stream.read(name, "\n".join(lines), 0, 0)
        # A mapped file outlives its name; where it does not, the folder is left to the system.
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "package.segment"
            write_segment(path, *compile_segment(stream))
            return Shelf(Segment(path))

    def holes(self, count: int, seed: int, cut: str) -> list[Hole]:
        """Code positions, the same for the same seed; `cut` says where they may be."""
        dice = random.Random(f"{seed} {self.root.name}")
        names = [name for name in sorted(self.files) if len(self.files[name]) > 5]
        chosen = dice.sample(names, min(FILES_ASKED, len(names)))
        places = [hole for name in chosen for hole in self._places(name, cut)]
        dice.shuffle(places)
        in_code = itertools.islice(filter(self._is_in_code, places), count)
        return sorted(in_code, key=lambda hole: (hole.file, hole.line, hole.column))

    def cases(self, count: int, seed: int, cut: str) -> Iterator[Case]:
        """Half of the holes with the text below them, then half without: in this order least is edited."""
        holes = self.holes(count, seed, cut)
        for first, below in enumerate((True, False)):
            yield from (self.case(hole, below=below) for hole in holes[first::2])

    def case(self, hole: Hole, *, below: bool) -> Case:
        lines = self.files[hole.file]
        line = lines[hole.line]
        asked = [*lines[: hole.line], line[: hole.column], *(lines[hole.line + 1 :] if below else ())]
        return Case(hole, asked, line[hole.column :].rstrip(), lines[hole.line + 1 :])

    def _places(self, name: str, cut: str) -> Iterator[Hole]:
        """On lines that begin in code; some of the places may lie in comments and strings all the same."""
        state = ""
        for number, line in enumerate(self.files[name]):
            lexed = lex_line(self.language, line, state)
            if lexed.tokens and PROSE not in lexed.tokens and not state and len(line) < MAX_LINE:
                yield from (Hole(name, number, column) for column in _columns(line, cut))
            state = lexed.state

    def _is_in_code(self, hole: Hole) -> bool:
        """Whether a token that is no comment starts or goes on here, outside of strings."""
        line = self.files[hole.file][hole.line]
        before, after = lex_line(self.language, line[: hole.column]), lex_line(self.language, line[hole.column :])
        return not before.inside and bool(after.tokens)


def _columns(line: str, cut: str) -> Iterator[int]:
    start, end = len(line) - len(line.lstrip()), len(line.rstrip())
    for column in range(start, end):
        if cut == "character" or column == start or _between_tokens(line[column - 1], line[column]):
            yield column


def _between_tokens(before: str, after: str) -> bool:
    if before.isspace():
        return False
    if before.isalnum() or before in "_$":
        return not (after.isalnum() or after in "_$")
    return after.isalnum() or after.isspace() or after in "_$()[]{},\"'" or before in "()[]{},"


def open_packages(folders: Iterable[Path], family: str) -> list[Package]:
    """Those that hold code of the family which people wrote; of the others it is said that they do not."""
    packages = [Package(folder.resolve(), family) for folder in folders]
    for package in packages:
        if not package.files:
            print(f"{package.root.name}: no {family} files that people wrote, left out", flush=True)
    return [package for package in packages if package.files]


def fill(document: Document, lines: list[str]) -> Document:
    """The document with these lines: followed where that is quick, read anew where not."""
    if not document.update(lines):
        document = Document(document.language)
        for _ in document.build(lines):
            pass
    return document
