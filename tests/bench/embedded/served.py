"""Measures the offline tier where people meet it: through the server, over stdio, as an editor would ask.

    python -m tests.bench.embedded.served --family python --holes 100 PACKAGE_DIR…

The same holes as in `evaluate`. The package is the workspace; the server indexes it by itself, in a fresh home, without
key and network. What its index holds of the file that is asked about stays unheard, so every file is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from lsp_router.cli.editor import Editor
from lsp_router.embedded.guess.answer import Kind
from lsp_router.embedded.index.library import Library, folder_of
from lsp_router.embedded.recall import Recall
from lsp_router.embedded.settings import Settings
from tests.bench.embedded.corpus import CUTS, MAX_TOKENS, Case, Package, open_packages
from tests.bench.embedded.evaluate import LANGUAGE_IDS, offset_of, percent, share

INDEXED = 60.0
"""Seconds to wait for the index."""
REST = 0.2
"""Seconds before asking: a file that was opened is read in slices meanwhile."""


@dataclass(frozen=True, slots=True)
class Told:
    """One position: what stood there, what the server showed, and whether that was meant to be the whole line."""

    rest: str
    shown: str
    whole: bool
    milliseconds: float


def main(argv: Sequence[str] | None = None) -> None:
    options = _options(argv)
    packages = open_packages(options.packages, options.family)
    for cut in CUTS if options.cut == "both" else (options.cut,):
        for below in (False, True):
            print(f"\n{cut} cuts, {'B: text below too' if below else 'A: text above only'}, through the server")
            told: list[Told] = []
            for package in packages:
                answers = asyncio.run(_drive(package, options, cut, below=below))
                print(f"  {package.root.name:>18} {_summary(answers)}", flush=True)
                told.extend(answers)
            print(f"  {'all':>18} {_summary(told)}", flush=True)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="+", type=Path, metavar="PACKAGE_DIR")
    parser.add_argument("--family", default="python")
    parser.add_argument("--holes", type=int, default=100, help="positions per package")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--cut", choices=[*CUTS, "both"], default="both")
    return parser.parse_args(argv)


async def indexed(editor: Editor, package: Package, language: str) -> None:
    """Opens any file, which starts the worker, and waits for it."""
    path = package.root / next(iter(package.files))
    editor.open(path, "\n".join(package.files[next(iter(package.files))]), language)
    until = time.monotonic() + INDEXED
    while time.monotonic() < until:
        state = await editor.command("lspRouter.status", {})
        if state["embedded"]["files"] >= len(package.files) * 0.9 or state["embedded"]["tokens"] >= MAX_TOKENS:
            return
        await asyncio.sleep(0.2)
    raise TimeoutError(f"{package.root} was not indexed in time: {state['embedded']}")


async def _drive(package: Package, options: argparse.Namespace, cut: str, *, below: bool) -> list[Told]:
    language = LANGUAGE_IDS.get(options.family, options.family)
    with tempfile.TemporaryDirectory() as home:
        alone = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
        async with Editor(package.root, environ={**alone, "LSP_ROUTER_HOME": home}) as editor:
            await indexed(editor, package, language)
            library = Library(folder_of(Path(home) / "cache", package.root), package.root, time.monotonic)
            recall = Recall(library)
            before = psutil.Process(editor.pid).memory_info().rss
            told, opened = [], set[str]()
            for hole in package.holes(options.holes, options.seed, cut):
                case = package.case(hole, below=below)
                told.append(await _ask(editor, opened, recall, package, case, language))
            grown = (psutil.Process(editor.pid).memory_info().rss - before) / 2**20
            print(f"  {package.root.name:>18} {library.files} files indexed, server grew by {grown:.0f} MB", flush=True)
            return told


async def _ask(editor: Editor, opened: set[str], recall: Recall, package: Package, case: Case, language: str) -> Told:
    path, text, offset = package.root / case.hole.file, "\n".join(case.lines), offset_of(case)
    if path.as_uri() in opened:
        editor.change(path.as_uri(), text)
    else:
        opened.add(editor.open(path, text, language))
    await asyncio.sleep(REST)
    shown, took = await editor.ghost_text(path.as_uri(), offset)
    first = (shown or "").split("\n")[0]
    for _ in recall.warm(text, language, os.fspath(path)):
        pass
    known = recall.suggest(text, offset, language, os.fspath(path), Settings(next_line=False))
    whole = known is not None and known.kind is Kind.LINE and known.text == first
    return Told(case.rest.strip(), first.strip(), whole, took)


def _summary(told: Sequence[Told]) -> str:
    shown = [one for one in told if one.shown]
    lines = [one.shown == one.rest for one in shown if one.whole]
    right = [one for one in shown if one.rest.startswith(one.shown)]
    saved = sum(len(one.shown) for one in right) / max(1, sum(len(one.rest) for one in told))
    spent = sorted(one.milliseconds for one in told)
    return (
        f"whole lines {share(lines)} @ {percent(len(lines), len(told))}, "
        f"all shown begin right {percent(len(right), len(shown))} @ {percent(len(shown), len(told))}, "
        f"characters saved {100 * saved:.0f} %, p50 {spent[len(spent) // 2]:.1f} ms, "
        f"p95 {spent[int(len(spent) * 0.95)]:.1f} ms"
    )


if __name__ == "__main__":
    main()
