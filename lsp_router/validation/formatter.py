"""The project's own formatter over an edit: only where the file was formatted before, so that nothing else moves."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from lsp_router.validation.room import Copying, Room, private_room
from lsp_router.validation.sandbox import Sandbox
from lsp_router.validation.tools import Draft


@dataclass(frozen=True, slots=True)
class Formatter:
    """One formatter that runs no code of the project: text in, text out."""

    name: str
    languages: frozenset[str]
    arguments: tuple[str, ...]
    """`{path}` is the file's."""
    marks: tuple[str, ...]
    """Its configuration: a project that has one of these files, with the piece after the colon, uses it."""


FORMATTERS: tuple[Formatter, ...] = (
    Formatter(
        "ruff",
        frozenset({"python"}),
        ("format", "--no-cache", "--quiet", "--stdin-filename", "{path}", "-"),
        ("ruff.toml", ".ruff.toml", "pyproject.toml:[tool.ruff"),
    ),
    Formatter(
        "black", frozenset({"python"}), ("-q", "--stdin-filename", "{path}", "-"), ("pyproject.toml:[tool.black",)
    ),
    Formatter("gofmt", frozenset({"go"}), (), ("go.mod",)),
    Formatter("rustfmt", frozenset({"rust"}), ("--emit", "stdout"), ("rustfmt.toml", ".rustfmt.toml", "Cargo.toml")),
)


async def formatted(draft: Draft, sandbox: Sandbox, copying: Copying | None = None) -> str:
    """The text after the edit as the project's formatter writes it; as it is where there is none or it fails."""
    chosen = _choose(draft, sandbox.environ)
    if chosen is None or draft.root is None:
        return draft.after
    async with private_room(_settings(chosen[0], draft.root), replace(copying or Copying(), root=None)) as room:
        if await _format(chosen, draft.before, draft.path, sandbox, room) != draft.before:
            return draft.after
        return await _format(chosen, draft.after, draft.path, sandbox, room) or draft.after


def _choose(draft: Draft, environ: Mapping[str, str]) -> tuple[Formatter, str] | None:
    for formatter in FORMATTERS:
        if draft.language not in formatter.languages or draft.root is None or not _settings(formatter, draft.root):
            continue
        beside = shutil.which(formatter.name, path=str(Path(sys.executable).parent))
        if program := beside or shutil.which(formatter.name, path=environ.get("PATH", "")):
            return formatter, program
    return None


def _settings(formatter: Formatter, root: Path) -> dict[str, str]:
    """The formatter's configuration files of the project, as text."""
    found = {}
    for mark in formatter.marks:
        name, _, piece = mark.partition(":")
        file = root / name
        if file.is_file() and piece in (text := file.read_text("utf-8", "replace")):
            found[name] = text
    return found


async def _format(chosen: tuple[Formatter, str], text: str, path: str, sandbox: Sandbox, room: Room) -> str | None:
    formatter, program = chosen
    arguments = [argument.format(path=PurePosixPath(path)) for argument in formatter.arguments]
    ran = await sandbox.run([program, *arguments], room, stdin=text.encode("utf-8", "surrogatepass"))
    return ran.out if ran.code == 0 and not ran.stopped else None
