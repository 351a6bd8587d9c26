"""`lsp-router try`: the first minute, with the real server over stdio; needs no key and no network."""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_router.cli import sample
from lsp_router.cli.config import add_sources
from lsp_router.cli.editor import Editor
from lsp_router.cli.opening import opened
from lsp_router.cli.output import fail
from lsp_router.cli.tour import editing, ghosttext, routes
from lsp_router.cli.tour.trial import Gap, Section, Trial
from lsp_router.context.file_types import language_of_path
from lsp_router.context.syntax import syntax_at

if TYPE_CHECKING:
    from lsp_router.app.app import App

EXAMPLE = """\
example:
  lsp-router try
  lsp-router try src/app.py
"""
SECTIONS: tuple[Section, ...] = (ghosttext.show, editing.show, routes.show)
"""What is shown, in this order."""
GAP = "‸"
"""Where the sample wants help."""
OPENED = "customers"
"""The file of the sample that has gaps."""
HALF_TYPED = re.compile(r"(?<=\S[ .(\[])(?=\w[^\n]{3,}$)", re.MULTILINE)
"""In a file of the user's: a line that is cut off before a word, as if it were being typed."""
TRIED = 24
"""At how many of those places."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "try",
        help="see it work in a minute, without a key and without a network",
        description="Start the real server, open a file as an editor does, and show what an editor would show.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", nargs="?", type=Path, help="a file of yours; one of a small sample project otherwise")
    add_sources(parser)
    parser.set_defaults(run=run)


@dataclass(frozen=True, slots=True)
class Stage:
    """What is opened."""

    root: Path
    title: str
    path: Path
    gaps: tuple[Gap, ...]


def run(args: argparse.Namespace) -> int:
    if args.file and not args.file.is_file():
        return fail("try", f"there is no file {args.file}", "name a file that exists, or none for the sample")
    arguments = ["--config", str(args.config.absolute())] if args.config else []
    with opened(args) as app:
        if args.file:
            asyncio.run(_tour(app, _users(args.file, app.sources.project), arguments))
            return 0
        with tempfile.TemporaryDirectory() as folder:
            stage = _sample(Path(folder).resolve() / "shop")
            try:
                asyncio.run(_tour(app, stage, arguments))
            finally:
                _forget_index(app, stage.root)
    return 0


async def _tour(app: App, stage: Stage, arguments: Sequence[str]) -> None:
    async with Editor(stage.root, arguments) as editor:
        trial = Trial(editor, app, stage.title, stage.path, stage.gaps)
        for section in SECTIONS:
            await section(trial)


def _sample(root: Path) -> Stage:
    root.mkdir()
    for file in Path(sample.__file__).parent.glob("*.txt"):
        (root / f"{file.stem}.py").write_text(file.read_text("utf-8").replace(GAP, ""), "utf-8")
    marked = Path(sample.__file__).with_name(f"{OPENED}.txt").read_text("utf-8")
    heads = [marked[: found.start()].replace(GAP, "") for found in re.finditer(GAP, marked)]
    gaps = tuple(Gap(marked.replace(GAP, ""), len(head)) for head in heads)
    return Stage(root, "a sample project", root / f"{OPENED}.py", gaps)


def _users(file: Path, project: Path | None) -> Stage:
    """A file of the user's, in the project it belongs to."""
    path = file.absolute()
    text = path.read_text("utf-8", "replace")
    language = language_of_path(str(path))
    halves = [at for found in HALF_TYPED.finditer(text) if syntax_at(text, at := found.end(), language) == "code"]
    gaps = tuple(_cut(text, offset) for offset in halves[:: -(-len(halves) // TRIED) or 1])
    root = project if project and path.is_relative_to(project) else path.parent
    return Stage(root, str(file), path, gaps)


def _cut(text: str, offset: int) -> Gap:
    end = text.find("\n", offset)
    end = len(text) if end < 0 else end
    return Gap(text[:offset] + text[end:], offset, text[offset:end])


def _forget_index(app: App, root: Path) -> None:
    from lsp_router.embedded.index.library import folder_of  # noqa: PLC0415 - only for the sample

    shutil.rmtree(folder_of(app.sources.places.cache, root), ignore_errors=True)
