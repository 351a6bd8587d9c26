"""A quick fix and a refactor as an editor would apply them: listed, chosen, drafted, checked, repaired."""

from __future__ import annotations

import asyncio
import difflib
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsp_router.cli import patch
from lsp_router.cli.editor import Editor
from lsp_router.cli.output import heading, money
from lsp_router.cli.tour.stand_in import NAME, standing_in
from lsp_router.cli.tour.trial import Trial
from lsp_router.server.text import LiveText, Position

Range = Mapping[str, Mapping[str, int]]
Wish = tuple[str, Range, list[Mapping[str, Any]]]
"""How the action begins, where it is asked for, and what is wrong there."""
FILE = "prices.py"
FAULTY = """\
def cheapest(items):
    best = None
    for item in items:
        if best is None or item.price < bset.price:
            best = item
    return best
"""
COMPLAINT = "undefined name 'bset'"
PLACE: Range = {"start": {"line": 3, "character": 40}, "end": {"line": 3, "character": 44}}
CURSOR: Range = {"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 4}}
FIXED = FAULTY.replace("bset", "best")
BROKEN = FIXED.replace("is None or", "is None or (")
"""A draft as small models write one now and then: it does not even parse."""
SIMPLER = """\
def cheapest(items):
    return min(items, key=lambda item: item.price, default=None)
"""
SCRIPT = tuple(f"```python\n{code}```" for code in (BROKEN, FIXED, SIMPLER))
REAL = f"""
The model was a {NAME} on this machine that plays a script, and its first draft is broken on purpose. All the rest is
real: server, menu, checks, repair and edits. To write such answers about your own code takes a real model."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An action that was chosen from the menu, and what became of the text."""

    title: str
    after: str
    ms: float
    decision: Mapping[str, Any]


async def show(_trial: Trial) -> None:
    heading("\na quick fix and a refactor, as an editor would apply them")
    with tempfile.TemporaryDirectory() as folder:
        root, settings = Path(folder), Path(folder, "stand-in.toml")
        async with standing_in(SCRIPT) as config:
            await asyncio.to_thread(settings.write_text, config, "utf-8")
            async with Editor(root, ["--config", str(settings)]) as editor:
                await _session(editor, root / FILE)
    print(REAL)


async def _session(editor: Editor, path: Path) -> None:
    uri = editor.open(path, FAULTY, "python")
    print(f"{FILE}, line {PLACE['start']['line'] + 1}: {COMPLAINT}")
    fault = {"range": PLACE, "message": COMPLAINT, "severity": 1}
    fixed = await _choose(editor, uri, FAULTY, ("Fix", PLACE, [fault]))
    _print(FAULTY, fixed)
    editor.change(uri, fixed.after)
    _print(fixed.after, await _choose(editor, uri, fixed.after, ("Simplify", CURSOR, [])))


async def _choose(editor: Editor, uri: str, text: str, wish: Wish) -> Chosen:
    """Opens the menu, takes the action of that name, and applies what it resolves to."""
    name, place, faults = wish
    context = {"diagnostics": faults, "triggerKind": 1}
    where = {"textDocument": {"uri": uri}, "range": place, "context": context}
    actions = await editor.ask("textDocument/codeAction", where) or []
    action = next((one for one in actions if one["title"].startswith(name)), None)
    if action is None:
        return Chosen(name, text, 0.0, {})
    started = time.perf_counter()
    resolved = await editor.ask("codeAction/resolve", action) or {}
    took = (time.perf_counter() - started) * 1e3
    told = await editor.command("lspRouter.why", {"uri": uri})
    return Chosen(action["title"], _applied(text, resolved), took, (told or {}).get("decision") or {})


def _applied(text: str, action: Mapping[str, Any]) -> str:
    live = LiveText(text)
    edits = [one for change in (action.get("edit") or {}).get("documentChanges", []) for one in change["edits"]]
    for edit in sorted(edits, key=_start, reverse=True):
        end = edit["range"]["end"]
        live.edit(_start(edit), Position(end["line"], end["character"]), edit["newText"])
    return live.text


def _start(edit: Mapping[str, Any]) -> Position:
    start = edit["range"]["start"]
    return Position(start["line"], start["character"])


def _print(before: str, chosen: Chosen) -> None:
    print(f"\n{chosen.title}")
    if chosen.after == before:
        print("    no change came of it; `lsp-router doctor` may say why")
        return
    lines = difflib.unified_diff(before.splitlines(keepends=True), chosen.after.splitlines(keepends=True), n=1)
    patch.show("".join(list(lines)[3:]))
    for attempt in chosen.decision.get("attempts", []):
        reason = f": {attempt['reason']}" if attempt["reason"] and attempt["outcome"] != "ok" else ""
        print(f"    {attempt['model']}: {attempt['outcome']}{reason}")
    print(f"    {money(float(chosen.decision.get('cost_usd') or 0))}, {chosen.ms:.0f} ms")
