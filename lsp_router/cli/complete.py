"""`lsp-router complete`: what an editor would suggest at a place, from a shell."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from lsp_router.cli import places
from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import opened
from lsp_router.cli.output import dump, fail, waiting

if TYPE_CHECKING:
    from lsp_router.app.app import App
    from lsp_router.assist.moment import Moment, Suggestion

EXAMPLE = """\
Lines and columns count from 1, as compilers print them; column 1 is before the first character.

example:
  lsp-router complete src/app.py:12:9
  lsp-router complete src/app.py:12:9 --json
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "complete",
        help="complete the code at FILE:LINE:COL",
        description="Print what belongs at a place of a file, as an editor would suggest it.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("spot", type=places.spot, metavar="FILE:LINE:COL", help="where the cursor would stand")
    parser.add_argument("--model", help="ask this model and no other")
    parser.add_argument("--json", action="store_true", help="print JSON, with the decision behind it")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    import asyncio  # noqa: PLC0415 - `--help` need not wait for it

    spot: places.Spot = args.spot
    with opened(args) as app:
        try:
            document = places.read(spot.file, app.sources.project)
        except places.UnreadableError as error:
            return fail("complete", str(error), "name a text file that exists", code=2)
        offset = places.offset_of(document.text, spot.line, spot.column)
        if offset is None:
            return fail("complete", f"{spot.file} has no line {spot.line}", "lines count from 1", code=2)
        moment = _moment(spot, document, offset)
        with waiting("asking a model"):
            found, told = asyncio.run(_complete(app, moment, args.model))
    if args.json:
        dump({"items": [{"insert": s.insert, "replace": s.replace, "source": s.source} for s in found], **told})
    elif found:
        print(found[0].insert)
    else:
        return fail("complete", str(told["reason"]), "`lsp-router models --task completion` says who would be asked")
    return 0 if found else 1


def _moment(spot: places.Spot, document: Any, offset: int) -> Moment:
    from lsp_router.assist.moment import Moment  # noqa: PLC0415 - see above

    return Moment(spot.file.absolute().as_uri(), document, offset, asked_for=True)


async def _complete(app: App, moment: Moment, model: str | None) -> tuple[list[Suggestion], dict[str, Any]]:
    from lsp_router.app.refresh import Refresher  # noqa: PLC0415 - see above
    from lsp_router.assist.complete import Completer  # noqa: PLC0415 - see above
    from lsp_router.domain.task import Task  # noqa: PLC0415 - see above

    try:
        await Refresher(app).find_local_servers()
        if model:
            app.pins |= dict.fromkeys((Task.COMPLETION, Task.EXPLICIT_COMPLETION), model)
        if not any(m.usable for m in app.fleet.models):
            await app.offline.read(moment.document)
        completer = Completer(app)
        found = await completer.complete(moment)
        await completer.close()
        app.settle()
        reason, withheld = completer.why(moment.uri)
        decision = app.records.history.latest(moment.document.path)
        return found, {"reason": reason, "withheld": list(withheld), "decision": decision}
    finally:
        await app.close()
