"""How long an answer takes while somebody types, key by key, in an editor whose server has the index of the project.

    python -m tests.bench.embedded.typed PACKAGE_DIR…

Lines of the package are typed anew where they stand, in a fresh home without key and network. Each key is an edit and a
question. A round trip is all of it, from the question's departure to its answer, the edit that came just before
included; what the tier itself took is what `lspRouter.why` says of answers that it gave.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lsp_router.cli.editor import Editor
from tests.bench.embedded.corpus import Package, open_packages
from tests.bench.embedded.evaluate import LANGUAGE_IDS
from tests.bench.embedded.served import indexed

SHORTEST = 25
"""Characters that a line needs to be worth typing."""
LINES = 3
"""How many are typed in each file."""
REST = 0.5
"""Seconds before the first key in a file: it was opened and is read."""
PAUSE = 0.01
"""Seconds between two keys: ten times as fast as anybody types."""


@dataclass(slots=True)
class Spent:
    """In milliseconds."""

    round_trips: list[float] = field(default_factory=list)
    answers: dict[str, float] = field(default_factory=dict)
    """What the tier took for each that it gave."""


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="+", type=Path, metavar="PACKAGE_DIR")
    parser.add_argument("--family", default="python")
    parser.add_argument("--files", type=int, default=12, help="per package")
    parser.add_argument("--seed", type=int, default=4)
    options = parser.parse_args(argv)
    for package in open_packages(options.packages, options.family):
        spent = Spent()
        asyncio.run(_type(package, options, spent))
        print(f"{package.root.name:>18} {_summary('round trip', spent.round_trips)}", flush=True)
        print(f"{'':>18} {_summary('answers of the tier, in the server', list(spent.answers.values()))}", flush=True)


async def _type(package: Package, options: argparse.Namespace, spent: Spent) -> None:
    dice, language = random.Random(options.seed), LANGUAGE_IDS.get(options.family, options.family)
    alone = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    with tempfile.TemporaryDirectory() as home:
        async with Editor(package.root, environ={**alone, "LSP_ROUTER_HOME": home}) as editor:
            await indexed(editor, package, language)
            for name in dice.sample(sorted(package.files), min(options.files, len(package.files))):
                lines = package.files[name]
                uri = editor.open(package.root / name, "\n".join(lines), language)
                await asyncio.sleep(REST)
                worth = [at for at, line in enumerate(lines) if len(line.strip()) > SHORTEST]
                for at in dice.sample(worth, min(LINES, len(worth))):
                    await _type_line(editor, uri, lines, at, spent)


async def _type_line(editor: Editor, uri: str, lines: Sequence[str], at: int, spent: Spent) -> None:
    line, above = lines[at], "".join(f"{line}\n" for line in lines[:at])
    for length in range(len(line) - len(line.lstrip()), len(line)):
        editor.change(uri, "\n".join([*lines[:at], line[:length], *lines[at + 1 :]]))
        shown, took = await editor.ghost_text(uri, len(above) + length)
        spent.round_trips.append(took)
        decision = (await editor.command("lspRouter.why", {"uri": uri}))["decision"] if shown else None
        if decision and decision["model"] == "embedded":
            spent.answers[decision["id"]] = decision["latency_ms"]
        await asyncio.sleep(PAUSE)


def _summary(title: str, spent: list[float]) -> str:
    spent.sort()
    p50, p95 = (spent[int(len(spent) * share)] if spent else 0.0 for share in (0.5, 0.95))
    return f"{title}: p50 {p50:.1f} ms, p95 {p95:.1f} ms of {len(spent)}"


if __name__ == "__main__":
    main()
