"""`lsp-router doctor`: looks at everything that can be wrong and says how to mend it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import opened
from lsp_router.cli.output import dump, is_terminal, styled, waiting

if TYPE_CHECKING:
    from lsp_router.app.app import App
    from lsp_router.app.checkup import Finding

EXAMPLE = """\
Each usable provider gets one tiny real request (a few tokens); --offline skips them.

example:
  lsp-router doctor
  lsp-router doctor --offline --json
"""
LOOKS = {"fine": ("✓", "green"), "note": ("·", "cyan"), "fault": ("✗", "red")}
"""On a terminal; in a pipe the words themselves can be searched for."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "doctor",
        help="check configuration, keys, endpoints, FIM templates, cache; exit 1 on any fault",
        description="Check everything a request depends on and say how to mend each fault.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--offline", action="store_true", help="send nothing")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    import asyncio  # noqa: PLC0415 - `--help` need not wait for it

    with opened(args, quiet=True) as app, waiting("asking each provider"):
        found = asyncio.run(_examine(app, offline=args.offline))
    if args.json:
        dump([{"about": f.about, "state": f.state, "says": f.says, "remedy": f.remedy} for f in found])
    else:
        _show(found)
    return 1 if any(f.state == "fault" for f in found) else 0


async def _examine(app: App, *, offline: bool) -> list[Finding]:
    from lsp_router.app.checkup import examine  # noqa: PLC0415 - `--help` need not wait for it

    try:
        return await examine(app, offline=offline)
    finally:
        await app.close()


def _show(found: list[Finding]) -> None:
    for f in found:
        mark, colour = LOOKS[f.state] if is_terminal() else (f"{f.state:5}", "")
        styled((mark, colour), (f" {f.about}: {f.says}", ""))
        if f.remedy:
            print(f"    {f.remedy}")
    faults = sum(f.state == "fault" for f in found)
    print(f"{faults} to mend" if faults else "all fine")
