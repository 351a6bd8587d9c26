"""`lsp-router run`: fix, refactor, test and document code from a shell or from CI, as the editor's commands do."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from lsp_router.cli import explain, patch, places
from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import opened
from lsp_router.cli.output import dump, fail, money, waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from lsp_router.app.app import App
    from lsp_router.assist.edit.ask import Ask, Complaint, Edited
    from lsp_router.context.document import Document

EXAMPLE = """\
Prints the change as a patch; --write writes it. Exit 1 when it could not be made.

example:
  lsp-router run fix src/app.py:10-24 -m "IndexError: list index out of range"
  ruff check --output-format concise src/app.py | lsp-router run fix src/app.py -m - --write
  lsp-router run refactor src/app.py:40-80 -m "split this into smaller functions" | git apply
"""
DOES = {
    "fix": "mend what is wrong; -m says what, else it is looked for",
    "refactor": "change what -m says, and nothing else",
    "tests": "write tests for it",
    "document": "write its documentation",
}
_SAID = re.compile(r"(?:(?P<file>[^:\n]+):)?(?P<line>\d+)(?::(?P<column>\d+))?:\s*(?P<message>\S.*)")
"""How compilers and linters say what is wrong where."""


class WrongUseError(Exception):
    """The words of the command line do not make an ask; the text says what to write."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "run",
        help="fix, refactor, test, document or explain code from a shell",
        description="Have code changed as the editor's commands do: drafted, checked, repaired, and only then shown.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="what", required=True, metavar="|".join([*DOES, "explain"]))
    for name, does in DOES.items():
        _add_edit(actions, name, does)
    explain.add(actions)


def run_edit(args: argparse.Namespace) -> int:
    import asyncio  # noqa: PLC0415 - `--help` need not wait for it

    command = f"run {args.what}"
    with opened(args) as app:
        try:
            document = places.read(args.place.file, app.sources.project)
            ask = _ask(args, document)
        except places.UnreadableError as error:
            return fail(command, str(error), "name a text file that exists", code=2)
        except WrongUseError as error:
            return fail(command, str(error), f"`lsp-router {command} --help` shows an example", code=2)
        with waiting(f"{args.what} {document.path}") as tell:
            edited = asyncio.run(_edit(app, ask, tell))
        try:
            if args.write:
                patch.write(edited.changes, app.sources.project)
        except patch.OutdatedError as error:
            return fail(command, f"{error} was changed meanwhile, so nothing was written", "run it again")
    return _report(args, command, edited)


# --- what is asked ---


def _add_edit(actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, does: str) -> None:
    parser = actions.add_parser(
        name, help=does, description=does[0].upper() + does[1:] + ".", epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument(
        "place", type=places.lines, metavar="FILE[:A-B]", help="a file, lines of it, or what is around one line"
    )
    parser.add_argument("-m", "--message", default="", metavar="TEXT", help="what to do, or what is wrong; - reads it")
    parser.add_argument("--model", help="ask this model and no other")
    parser.add_argument("--force-paid", action="store_true", help="ask paid models only")
    parser.add_argument("--forbid-cloud", action="store_true", help="ask nobody but models on this machine")
    parser.add_argument("--run-tests", action="store_true", help="the project's tests must pass; needs a trusted one")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--diff", action="store_true", help="print a patch (the default)")
    output.add_argument("--write", action="store_true", help="change the files")
    parser.add_argument("--json", action="store_true", help="print JSON, with the decision behind it")
    add_sources(parser)
    parser.set_defaults(run=run_edit)


def _ask(args: argparse.Namespace, document: Document) -> Ask:
    from lsp_router.assist.edit.ask import Ask, Kind  # noqa: PLC0415 - `--help` need not wait for it

    said = sys.stdin.read() if args.message == "-" else args.message
    if args.what == "refactor" and not said.strip():
        raise WrongUseError("-m is missing: it says what to change")
    span = None
    if args.place.first is not None:
        span = places.span_of(document.text, args.place.first, args.place.last)
        if span is None:
            raise WrongUseError(f"{args.place.file} has no line {args.place.last}")
    fixes = args.what == "fix"
    return Ask(
        kind=Kind(args.what),
        document=document,
        span=span,
        instruction="" if fixes else said,
        complaints=_complaints(said, document) if fixes else (),
        model=args.model,
        force_paid=args.force_paid,
        forbid_cloud=args.forbid_cloud,
        run_tests=args.run_tests,
        points=span is not None and args.place.first == args.place.last,
    )


def _complaints(said: str, document: Document) -> tuple[Complaint, ...]:
    """Each line that a tool wrote about this file; words of a person are one complaint."""
    from lsp_router.assist.edit.ask import Complaint  # noqa: PLC0415 - see above

    name = PurePath(document.path).name
    found = []
    for line in said.splitlines():
        told = _SAID.fullmatch(line.strip())
        if told is None or (told["file"] and PurePath(told["file"]).name != name):
            continue
        start = places.offset_of(document.text, int(told["line"]), int(told["column"] or 1))
        found.append(Complaint(told["message"], None if start is None else (start, start)))
    return tuple(found) or ((Complaint(said.strip()),) if said.strip() else ())


async def _edit(app: App, ask: Ask, tell: Callable[[str], None]) -> Edited:
    from dataclasses import replace  # noqa: PLC0415 - see above

    from lsp_router.app.refresh import Refresher  # noqa: PLC0415 - see above
    from lsp_router.assist.edit.editor import Editor  # noqa: PLC0415 - see above

    try:
        await Refresher(app).find_local_servers()
        if ask.kind.value == "fix" and not ask.complaints:
            tell("looking for what is wrong")
            ask = replace(ask, complaints=await _look(app, ask.document))
        return await Editor(app).edit(ask, tell)
    finally:
        await app.close()


async def _look(app: App, document: Document) -> tuple[Complaint, ...]:
    """What the gates themselves find wrong with the file as it is."""
    from lsp_router.assist.edit.ask import Complaint  # noqa: PLC0415 - see above
    from lsp_router.validation.gates import Rules, check, language_of  # noqa: PLC0415 - see above
    from lsp_router.validation.grammars import Grammars  # noqa: PLC0415 - see above
    from lsp_router.validation.sandbox import Sandbox  # noqa: PLC0415 - see above
    from lsp_router.validation.tools import Draft, ask_tools  # noqa: PLC0415 - see above

    path, language, text = document.path, document.language, document.text
    found = check("", text, path, language, Rules(signatures=False), grammars=Grammars())
    draft = Draft(path, language_of(path, language), "", text)
    asked = await ask_tools(draft, Sandbox(app.world.environ), project_code=False)
    starts = [(p, places.offset_of(text, p.line, 1) if p.line else None) for p in (*found, *asked.problems)]
    return tuple(Complaint(p.message, None if at is None else (at, at)) for p, at in starts)


# --- what came of it ---


def _report(args: argparse.Namespace, command: str, edited: Edited) -> int:
    if args.json:
        dump(_told(edited, written=args.write))
        return 1 if edited.problems else 0
    if edited.problems:
        reasons = "; ".join(problem.message for problem in edited.problems)
        return fail(command, "nothing was changed", " ".join(reasons.split()))
    if args.write:
        for change in edited.changes:
            print(change.path)
    elif edited.changes:
        patch.show(patch.diff(edited.changes))
    _sign(edited)
    return 0


def _sign(edited: Edited) -> None:
    """Who did it and at what price, beside the patch."""
    served = edited.served
    if served is not None and served.model is not None:
        tries = f", {len(served.attempts)} attempts" if len(served.attempts) > 1 else ""
        print(f"{served.model.name}, {money(served.cost_usd)}{tries}", file=sys.stderr)
    if edited.note or not edited.changes:
        print(edited.note or "nothing to change", file=sys.stderr)


def _told(edited: Edited, *, written: bool) -> dict[str, Any]:
    from lsp_router.assist.edit.telling import tell_edited  # noqa: PLC0415 - `--help` need not wait for it

    changes = [
        {"path": c.path, "created": c.before is None, "diff": patch.diff([c]), "text": c.after} for c in edited.changes
    ]
    return {**tell_edited(edited, applied=written and bool(changes)), "changes": changes}
