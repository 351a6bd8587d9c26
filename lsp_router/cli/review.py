"""`lsp-router review`: what the editor's review finds, for a shell and for CI."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsp_router.cli import places
from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import opened
from lsp_router.cli.output import counting, dump, fail, money, styled, warn
from lsp_router.cli.scope import ScopeError, files_of

if TYPE_CHECKING:
    from lsp_router.app.app import App
    from lsp_router.assist.review.errand import Reviewed
    from lsp_router.assist.review.finding import Finding
    from lsp_router.assist.review.reviewer import Reviewer
    from lsp_router.store.baseline import Baseline

EXAMPLE = """\
Exit 0 when nothing was found that is as severe as --fail-on, 1 when something was or a file could not be
reviewed, 2 for wrong use. Functions that did not change since their last review are not asked about again.

example:
  lsp-router review src/app.py
  lsp-router review --diff origin/main --fail-on warning
  lsp-router review src --sarif > findings.sarif
"""
SEVERITIES = ("error", "warning", "information", "hint")
STYLES = {"error": "bold red", "warning": "yellow", "information": "cyan", "hint": "dim"}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "review",
        help="review files or a change, for a shell or for CI",
        description="Have code reviewed: a cheap model finds, a stronger one confirms what is severe or doubtful.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files, or folders with code in them")
    parser.add_argument("--diff", metavar="REV", help="only the lines that changed since this revision")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print JSON, with the decision behind it")
    output.add_argument("--sarif", action="store_true", help="print SARIF 2.1.0, for code scanning")
    parser.add_argument(
        "--fail-on", choices=[*SEVERITIES, "never"], default="error", help="the least severity that fails (error)"
    )
    parser.add_argument("--model", help="ask this model and no other")
    parser.add_argument("--write-baseline", action="store_true", help="dismiss everything that is found, for good")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if not args.paths and args.diff is None:
        return fail("review", "no PATH is named", "name files or folders, or what changed with --diff REV", code=2)
    with opened(args) as app:
        try:
            results = asyncio.run(_review(app, args))
        except ScopeError as error:
            return fail("review", str(error), "name files or folders that exist, and a revision that git knows", code=2)
    _print(args, results)
    for problem in dict.fromkeys(f"{r.document.path}: {p}" for r in results for p in r.problems):
        warn(problem)
    _sum_up(results)
    return _code(args, results)


async def _review(app: App, args: argparse.Namespace) -> list[Reviewed]:
    from lsp_router.app.refresh import Refresher  # noqa: PLC0415 - `--help` need not wait for it
    from lsp_router.assist.review.reviewer import Reviewer  # noqa: PLC0415 - see above
    from lsp_router.assist.review.rounds import side_by_side  # noqa: PLC0415 - see above
    from lsp_router.store.baseline import NAME, Baseline  # noqa: PLC0415 - see above

    try:
        await Refresher(app).find_local_servers()
        files = await files_of(args.paths or [Path()], args.diff)
        baseline = Baseline(Path(app.project or app.sources.places.state) / NAME)
        reviewer = Reviewer(app, baseline)
        with counting("reviewing", len(files)) as step:
            one = partial(_one, app, reviewer, args, step, spares=len(files) > 1)
            results = await side_by_side([partial(one, file) for file in files])
        if args.write_baseline:
            _write_baseline(baseline, results)
        return results
    finally:
        await app.close()


async def _one(
    app: App,
    reviewer: Reviewer,
    args: argparse.Namespace,
    step: Callable[[str], None],
    file: Path,
    *,
    spares: bool,
) -> Reviewed:
    """A file of several, or one that somebody waits for; one that cannot be read is told and does not stop the rest."""
    from lsp_router.assist.review.errand import Errand, Reviewed  # noqa: PLC0415 - `--help` need not wait for it
    from lsp_router.context.document import Document  # noqa: PLC0415 - see above
    from lsp_router.context.revisions import GitError, changed_spans, text_at  # noqa: PLC0415 - see above

    try:
        document = places.read(file, app.sources.project)
        spans = None if args.diff is None else changed_spans(await text_at(file, args.diff), document)
        reviewed = await reviewer.review(Errand(document, spans, spares=spares, model=args.model))
    except (places.UnreadableError, GitError) as error:
        reviewed = Reviewed(Document(places.inside(file, app.sources.project), ""), problems=(str(error),))
    step(reviewed.document.path)
    return reviewed


def _write_baseline(baseline: Baseline, results: Sequence[Reviewed]) -> None:
    from lsp_router.store.baseline import Dismissed  # noqa: PLC0415 - `--help` need not wait for it

    found = [finding for reviewed in results for finding in reviewed.findings]
    baseline.dismiss(*(Dismissed(f.id, f.severity.rank, f.path, f.claim.title) for f in found))
    print(f"{len(found)} findings are dismissed in {baseline.file}", file=sys.stderr)


# --- what came of it ---


def _print(args: argparse.Namespace, results: Sequence[Reviewed]) -> None:
    if args.sarif:
        from lsp_router.cli.sarif import sarif  # noqa: PLC0415 - only who asks for it

        dump(sarif(results))
    elif args.json:
        dump(_told(results))
    else:
        for reviewed in results:
            for finding in sorted(reviewed.findings, key=lambda f: f.span):
                _show(reviewed.document.text, finding)


def _show(text: str, finding: Finding) -> None:
    claim = finding.claim
    line, column = places.spot_of(text, finding.span[0])
    styled((f"{finding.path}:{line}:{column}: ", "bold"), (claim.severity.value, STYLES[claim.severity]), (f": {claim.title} [{claim.category}]", ""))  # fmt: skip  # noqa: E501
    if claim.message != claim.title:
        print(f"    {claim.message}")
    if claim.suggestion:
        print("    suggested instead: " + claim.suggestion.replace("\n", "\n    "))


def _told(results: Sequence[Reviewed]) -> dict[str, Any]:
    from lsp_router.domain.telling import tell  # noqa: PLC0415 - `--help` need not wait for it

    served = _served(results)
    return {
        "findings": [_finding(r.document.text, f) for r in results for f in sorted(r.findings, key=lambda f: f.span)],
        "files": len(results),
        "dismissed": sum(r.dismissed for r in results),
        "unplaced": sum(r.dropped for r in results),
        "problems": [{"path": r.document.path, "message": p} for r in results for p in r.problems],
        "cost_usd": served.cost_usd if served else 0.0,
        "decision": tell(served) if served else None,
    }


def _finding(text: str, finding: Finding) -> dict[str, Any]:
    claim = finding.claim
    (line, column), (end_line, end_column) = (places.spot_of(text, at) for at in finding.span)
    return {
        "id": finding.id,
        "path": finding.path,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "severity": claim.severity.value,
        "category": claim.category,
        "title": claim.title,
        "message": claim.message,
        "quote": claim.quote,
        "suggestion": claim.suggestion,
        "model": claim.model,
        "confirmed_by": claim.confirmed_by or None,
        "cost_usd": claim.cost_usd,
    }


def _sum_up(results: Sequence[Reviewed]) -> None:
    """Beside the output: what was found, by whom, and what it cost."""
    counts = Counter(f.severity.value for r in results for f in r.findings)
    found = ", ".join(f"{counts[s]} {s}" for s in SEVERITIES if counts[s]) or "nothing found"
    served = _served(results)
    attempts = served.attempts if served else ()
    models = ", ".join(dict.fromkeys(a.model for a in attempts if a.outcome == "ok")) or "nobody had to be asked"
    cost = money(served.cost_usd, "no cost") if served else "no cost"
    size = f"{_count(len(results), 'file')}, {_count(len(attempts), 'request')}"
    print(f"{found}; {size} ({models}), {cost}", file=sys.stderr)


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _served(results: Sequence[Reviewed]) -> Any:
    from lsp_router.assist.bill import together  # noqa: PLC0415 - `--help` need not wait for it

    return together([r.served for r in results if r.served is not None])


def _code(args: argparse.Namespace, results: Sequence[Reviewed]) -> int:
    """What could not be reviewed did not pass."""
    if any(reviewed.problems for reviewed in results):
        return 1
    if args.fail_on == "never" or args.write_baseline:
        return 0
    limit = SEVERITIES.index(args.fail_on)
    return int(any(f.severity.rank <= limit for r in results for f in r.findings))
