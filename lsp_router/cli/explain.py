"""`lsp-router run explain`: code or a picture explained in Markdown, printed as it comes."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_router.cli import places
from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import opened
from lsp_router.cli.output import dump, fail, money

if TYPE_CHECKING:
    from lsp_router.app.app import App
    from lsp_router.assist.explain.query import Explained, Query

EXAMPLE = """\
example:
  lsp-router run explain src/app.py:10-24
  lsp-router run explain src/app.py -m "why is this a class?"
  lsp-router run explain docs/architecture.png
"""
DOES = "explain it in Markdown; -m asks a question about it"


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = actions.add_parser(
        "explain",
        help=DOES,
        description="Explain a file, lines of it, or a picture.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("place", type=places.lines, metavar="FILE[:A-B]", help="a file, lines of it, or a picture")
    parser.add_argument("-m", "--message", default="", metavar="TEXT", help="a question")
    parser.add_argument("--model", help="ask this model and no other")
    parser.add_argument("--json", action="store_true", help="print JSON, with the decision behind it")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from lsp_router.assist.explain.picture import BadPictureError  # noqa: PLC0415 - `--help` need not wait for it
    from lsp_router.assist.explain.query import UnexplainedError  # noqa: PLC0415 - see above
    from lsp_router.domain.telling import tell  # noqa: PLC0415 - see above

    with opened(args) as app:
        try:
            query = _query(args, app.sources.project)
            explained = asyncio.run(_explain(app, query, aloud=not args.json))
        except (places.UnreadableError, BadPictureError) as error:
            return fail("run explain", str(error), "name a text file or a picture that exists", code=2)
        except UnexplainedError as error:
            reason, _, rest = str(error).partition("\n")
            return fail("run explain", reason, " ".join(rest.split()))
    if args.json:
        dump({"text": explained.text, "decision": tell(explained.served)})
        return 0
    served = explained.served
    if served.model is not None:
        print(f"{served.model.name}, {money(served.cost_usd)}", file=sys.stderr)
    return 0


def _query(args: argparse.Namespace, project: Path | None) -> Query:
    from lsp_router.assist.explain.picture import LARGEST, is_picture, picture  # noqa: PLC0415 - see above
    from lsp_router.assist.explain.query import Query  # noqa: PLC0415 - see above
    from lsp_router.context.document import Document  # noqa: PLC0415 - see above

    file: Path = args.place.file
    if is_picture(file.name) and file.is_file():
        with file.open("rb") as opened_file:
            seen = picture(places.inside(file, project), opened_file.read(LARGEST + 1))
        return Query(Document(seen.path, ""), question=args.message, model=args.model, picture=seen)
    document = places.read(file, project)
    span = None
    if args.place.first is not None:
        span = places.span_of(document.text, args.place.first, args.place.last)
        if span is None:
            raise places.UnreadableError(f"{file} has no line {args.place.last}")
    return Query(document, span, args.message, args.model)


async def _explain(app: App, query: Query, *, aloud: bool) -> Explained:
    from lsp_router.app.refresh import Refresher  # noqa: PLC0415 - `--help` need not wait for it
    from lsp_router.assist.explain.explainer import Explainer  # noqa: PLC0415 - see above

    speaker = _Speaker(live=aloud and sys.stdout.isatty())
    try:
        await Refresher(app).find_local_servers()
        explained = await Explainer(app).explain(query, speaker)
    finally:
        await app.close()
    if aloud:
        speaker.finish(explained.text)
    return explained


class _Speaker:
    """On a terminal the text comes as it is made; a pipe gets it whole, for it cannot be taken back there."""

    def __init__(self, *, live: bool) -> None:
        self._live = live

    def stream(self, text: str) -> None:
        if self._live:
            print(text, end="", flush=True)

    def restart(self) -> None:
        if self._live:
            print("\n\n(that model broke off; another one begins)\n", flush=True)

    def finish(self, text: str) -> None:
        print("" if self._live else text.rstrip("\n"))
