"""Code with gaps: what a structure pass writes and later passes fill, one body at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from textwrap import dedent

from lsp_router.context.languages import Layout, definition_pattern
from lsp_router.context.languages import language as traits

_GAP = re.compile(r"^(?P<indent>[ \t]*)@@BODY (?P<name>[^@\n]+?)@@[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Gap:
    name: str
    indent: str
    line: str


@dataclass(frozen=True, slots=True)
class Body:
    """What a gap was filled with, without the indentation of its place."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Sketch:
    imports: str
    structure: str
    gaps: tuple[Gap, ...]
    bodies: tuple[Body, ...] = ()

    def filled(self, name: str, text: str) -> Sketch:
        others = tuple(body for body in self.bodies if body.name != name)
        return replace(self, bodies=(*others, Body(name, text)))

    def code(self, language: str) -> str:
        """The structure with its bodies; a gap that has none yet holds the least that is a body."""
        bodies = {body.name: body.text for body in self.bodies}
        stub = "pass" if language == "python" else ""

        def fill(match: re.Match[str]) -> str:
            lines = bodies.get(match["name"], stub).split("\n")
            return "\n".join(match["indent"] + line if line.strip() else "" for line in lines)

        return _GAP.sub(fill, self.structure)


def gaps_in(structure: str) -> tuple[Gap, ...]:
    return tuple(Gap(found["name"], found["indent"], found[0]) for found in _GAP.finditer(structure))


def body_of(code: str, name: str, language: str) -> str:
    """The lines of a body; models that were told not to still write the signature above it."""
    text = dedent(code.replace("\r\n", "\n")).strip("\n")
    pattern = definition_pattern(language)
    lines = text.split("\n")
    head = pattern.match(text) if pattern is not None else None
    own = name.rpartition(".")[2]
    if head is None or head[head.lastindex or 0] != own or traits(language).layout is not Layout.INDENT:
        return text
    start = next((n for n, line in enumerate(lines) if line.rstrip().endswith(":")), 0) + 1
    return dedent("\n".join(lines[start:])).strip("\n")
