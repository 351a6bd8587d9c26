"""Versioned templates in files: the words are data, and a changed word is a changed version in caches and ledger."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lsp_router.domain.wire import Message

_FOLDER = Path(__file__).with_name("templates")


class BadTemplate(ValueError):  # noqa: N818 - a fault in a file of ours, named as what it is
    """A template file is missing, or its header does not say which id and version it is."""


@dataclass(frozen=True, slots=True)
class Turn:
    role: str
    text: str
    cached: bool


@dataclass(frozen=True, slots=True)
class Template:
    """The turns of a conversation with `{{gaps}}`; what changes least comes first."""

    name: str
    version: int
    turns: tuple[Turn, ...]

    @property
    def id(self) -> str:
        return f"{self.name}@{self.version}"

    def messages(self, values: Mapping[str, str]) -> tuple[Message, ...]:
        """The turns with their gaps filled; a paragraph whose gap stays empty is left out, and so is an empty turn."""
        filled = ((turn, _filled(turn.text, values)) for turn in self.turns)
        return tuple(Message(turn.role, text, cache=turn.cached) for turn, text in filled if text)


class Library:
    """Reads each template once, when it is first asked for."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._folder = folder
        self._read: dict[str, Template] = {}

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in self._folder.glob("*.md") if not path.stem.startswith("_")))

    def template(self, name: str) -> Template:
        if name not in self._read:
            self._read[name] = self._parse(name)
        return self._read[name]

    def part(self, name: str) -> str:
        """A piece that a caller puts into a template's gap, such as the form of the answer."""
        return self._text(name).strip()

    def _parse(self, name: str) -> Template:
        head, *turns = _TURN.split(self._text(name))
        if not (header := _HEADER.fullmatch(head.strip())) or header["id"] != name:
            raise BadTemplate(f"{name}.md must begin with `id: {name}` and `version: N`")
        return Template(name, int(header["version"]), tuple(_turn(mark, text) for mark, text in _pairs(turns)))

    def _text(self, name: str) -> str:
        """A file with the parts it includes; parts are private files that no prompt is made of alone."""
        try:
            text = (self._folder / f"{name}.md").read_text(encoding="utf-8")
        except OSError as error:
            raise BadTemplate(f"no template {name!r}; there are {', '.join(self.names())}") from error
        return _INCLUDE.sub(lambda found: self._text(found["part"]).strip(), text)


_HEADER = re.compile(r"id: (?P<id>[\w-]+)\nversion: (?P<version>\d+)")
_TURN = re.compile(r"^=== (system|user|assistant)((?:, cached)?)\n", re.MULTILINE)
_INCLUDE = re.compile(r"^\{\{> (?P<part>_[\w-]+)\}\}$", re.MULTILINE)
_GAP = re.compile(r"\{\{(\w+)\}\}")


def _pairs(split: list[str]) -> list[tuple[tuple[str, str], str]]:
    return [((split[i], split[i + 1]), split[i + 2]) for i in range(0, len(split), 3)]


def _turn(mark: tuple[str, str], text: str) -> Turn:
    role, cached = mark
    return Turn(role, text.strip("\n"), bool(cached))


def _filled(text: str, values: Mapping[str, str]) -> str:
    kept = (part for part in text.split("\n\n") if all(values.get(gap) for gap in _GAP.findall(part)))
    return "\n\n".join(_GAP.sub(lambda gap: values[gap[1]], part) for part in kept)
