"""`lsp-router try`: the first minute, with the real server over stdio; needs no key and no network."""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_router.cli import sample, stand_in
from lsp_router.cli.config import add_sources
from lsp_router.cli.editor import Editor
from lsp_router.cli.opening import opened
from lsp_router.cli.output import fail, heading, is_terminal, money, table
from lsp_router.context.file_types import language_of_path
from lsp_router.domain.task import Trigger, Work

if TYPE_CHECKING:
    from lsp_router.app.app import App
    from lsp_router.domain.decision import Decision

EXAMPLE = """\
example:
  lsp-router try
  lsp-router try src/app.py
"""
GAP = "‸"
"""Where the sample wants help."""
HALF_TYPED = re.compile(r"^[ \t]*(?:[\w.]+ = |return )(?=\S.{8,}$)", re.MULTILINE)
"""In a file of the user's: a line whose second half is taken away, as if it were being typed."""
SHOWN = 3
REQUESTS = (
    ("a quick fix", Work(trigger=Trigger.QUICK_FIX, diagnostics=("undefined name 'total'",))),
    ("explain", Work(instruction="explain why this loop is quadratic")),
    ("refactor", Work(instruction="refactor this function into smaller parts", selected_lines=40)),
)
"""Requests that are only routed here, not sent: they would cost."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One gap as an editor would show it, and what it took."""

    before: str
    ghost: str
    cold_ms: float
    typing_ms: float
    decision: Mapping[str, Any]


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "try",
        help="see it work in a minute, without a key and without a network",
        description="Start the real server, open a file as an editor does, and show the ghost text it would show.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", nargs="?", type=Path, help="a file of yours; a small sample otherwise")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.file and not args.file.is_file():
        return fail("try", f"there is no file {args.file}", "name a file that exists, or none for the sample")
    with opened(args) as app:
        usable = any(m.usable for m in app.fleet.models)
        heading(f"{args.file or 'a sample'}, as an editor would show it")
        with tempfile.TemporaryDirectory() as folder:
            path, places = _user_file(args.file) if args.file else _sample(Path(folder))
            settings = Path(folder, "try.toml")
            _show(asyncio.run(_session(path, places, args.config, settings, own_models=usable)))
        if not usable:
            print("No model is configured, so a stand-in on this machine gave these answers; the rest is real.")
        heading("\nand the other requests would go to")
        _routes(app)
    return 0


Places = list[tuple[str, int]]
"""Texts of the file and the offset of the cursor in each."""


def _sample(folder: Path) -> tuple[Path, Places]:
    marked = Path(sample.__file__).with_name("shop.txt").read_text("utf-8")
    path = folder / "shop.py"
    path.write_text(marked.replace(GAP, ""), "utf-8")
    before = [len(head.replace(GAP, "")) for head in _heads(marked)]
    return path, [(marked.replace(GAP, ""), offset) for offset in before]


def _heads(marked: str) -> list[str]:
    return [marked[: found.start()] for found in re.finditer(GAP, marked)]


def _user_file(path: Path) -> tuple[Path, Places]:
    text = path.read_text("utf-8", "replace")
    halves = [found.end() for found in HALF_TYPED.finditer(text)]
    chosen = halves[:: max(1, len(halves) // SHOWN)][:SHOWN]
    ends = [text.find("\n", offset) for offset in chosen]
    return path, [(text[:o] + (text[e:] if e >= 0 else ""), o) for o, e in zip(chosen, ends, strict=True)]


async def _session(path: Path, places: Places, config: Path | None, settings: Path, *, own_models: bool) -> list[Shown]:
    if own_models:
        return await _drive(path, places, ["--config", str(config)] if config else [])
    async with stand_in.standing_in() as standing:
        await asyncio.to_thread(settings.write_text, standing, "utf-8")
        return await _drive(path, places, ["--config", str(settings)])


async def _drive(path: Path, places: Places, arguments: list[str]) -> list[Shown]:
    async with Editor(path.parent.absolute(), arguments) as editor:
        uri = editor.open(path, "", language_of_path(str(path)))
        found = [await _gap(editor, uri, text, offset) for text, offset in places]
    return [shown for shown in found if shown is not None]


async def _gap(editor: Editor, uri: str, text: str, offset: int) -> Shown | None:
    """Asks at a gap, then types the first letters of the answer: those cost no request."""
    editor.change(uri, text)
    ghost, cold = await editor.ghost_text(uri, offset)
    if not ghost:
        return None
    typed = ghost[:6]
    editor.change(uri, text[:offset] + typed + text[offset:])
    _, typing = await editor.ghost_text(uri, offset + len(typed))
    told = await editor.command("lspRouter.why", {"uri": uri})
    before = "\n".join(text[:offset].split("\n")[-3:])
    return Shown(before, ghost, cold, typing, (told or {}).get("decision") or {})


def _show(shown: list[Shown]) -> None:
    if not shown:
        print("no suggestion came; `lsp-router models --task completion` says who would be asked")
    for one in shown:
        ghost = f"\x1b[2;3m{one.ghost}\x1b[0m" if is_terminal() else f"«{one.ghost}»"
        print(f"\n{one.before}{ghost}")
        cost = money(float(one.decision.get("cost_usd") or 0))
        print(f"    {one.decision.get('model')}, {cost}: {one.cold_ms:.0f} ms; typing along: {one.typing_ms:.1f} ms")
    print()


def _routes(app: App) -> None:
    rows = [_row(name, app.decide(work)) for name, work in REQUESTS]
    table(["request", "task", "model", "at most", "then"], rows, right=(3,))
    if app.fleet.models or app.fleet.catalogue is None:
        return
    known = app.fleet.catalogue
    free = sum(1 for m in known.models if m.price.free)
    print(f"the catalogue of {known.dated} knows {len(known.models)} models, {free} of them free of charge;")
    print("`lsp-router init` finds your keys and local model servers")


def _row(name: str, decision: Decision) -> list[str]:
    first, *rest = [m.name for m in decision.chain] or ["nobody yet"]
    price = money(decision.estimate_usd) if decision.chain else ""
    return [name, decision.task.value, first, price, ", ".join(rest[:3])]
