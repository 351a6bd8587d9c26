"""`lsp-router eval`: measures the configured models on holes punched into the user's own code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import opened
from lsp_router.cli.output import dump, fail, heading, money, table
from lsp_router.config.files import project_root

if TYPE_CHECKING:
    from lsp_router.app.app import App
    from lsp_router.domain.model import Model
    from lsp_router.insight.exam import Exam
    from lsp_router.insight.gaps import Gap
    from lsp_router.insight.marks import Report

EXAMPLE = """\
Takes the rest of a line, a few lines, or a function's body out of your files (which are not changed), asks each model
for it, and compares. The cost is estimated and asked about first; budgets and privacy rules hold as for every request.

example:
  lsp-router eval
  lsp-router eval src --models codestral-latest,qwen3-coder --n 60 --write
  lsp-router eval --n 30 --yes --json
"""
FROM_CHAINS = 3
"""Without --models: your own models, and so many of the head of each chain."""


class Refusal(Exception):  # noqa: N818 - an outcome with its remedy
    """Why nothing is measured, or kept."""

    def __init__(self, what: str, remedy: str, code: int = 1) -> None:
        super().__init__(what)
        self.what, self.remedy, self.code = what, remedy, code


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "eval",
        help="measure the configured models on your own code, by task",
        description="Ask each model for what was taken out of your own files, and compare with what stood there.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", nargs="?", type=Path, default=None, help="a folder; the project by default")
    parser.add_argument("--models", default="", metavar="A,B", help="by name; those that would be asked by default")
    parser.add_argument("--n", type=_count, default=30, metavar="N", help="questions to each model; default: 30")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="other holes with another number; default: 1")
    parser.add_argument("--write", action="store_true", help="let ranking use what was measured")
    parser.add_argument("--yes", action="store_true", help="do not ask about the cost")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    import asyncio  # noqa: PLC0415 - `--help` need not wait for it

    if args.path and args.project is None and args.path.is_dir():
        args.project = project_root(args.path.resolve())
    try:
        with opened(args) as app:
            models = _models(app, args.models)
            exam = _exam(app, args)
            if not _agreed(app, exam, models, sure=args.yes):
                return fail("eval", "nothing was asked", "answer y, or measure fewer models: --models, --n")
            with _progress(exam, models):
                reports = asyncio.run(_sit(app, exam, models))
            if args.write:
                _write(app, reports, exam.gaps)
    except Refusal as refusal:
        return fail("eval", refusal.what, refusal.remedy, refusal.code)
    if args.json:
        dump({"reports": [asdict(r) for r in reports], "stopped": exam.stopped, "written": args.write})
    else:
        _show(reports, exam, written=args.write)
    return 0 if any(r.answers for r in reports) else 1


def _models(app: App, names: str) -> list[Model]:
    by_name = {m.name: m for m in app.fleet.models}
    wanted = [name for name in names.split(",") if name] or _usual(app)
    unknown = [name for name in wanted if name not in by_name]
    if unknown:
        raise Refusal(f"no model is called {unknown[0]!r}", "`lsp-router models` lists the names", 2)
    out = [by_name[name] for name in wanted if not by_name[name].usable]
    if names and out:
        raise Refusal(f"{out[0].name}: {out[0].why_unusable}", "`lsp-router doctor` says how to mend it")
    found = [by_name[name] for name in wanted if by_name[name].usable]
    if not found:
        raise Refusal("no model can be asked", "`lsp-router init` looks for keys and local model servers")
    return found


def _usual(app: App) -> list[str]:
    from lsp_router.domain.task import Task, Work  # noqa: PLC0415 - see above

    own = [table.name for table in app.loaded.settings.models]
    tasks = (Task.COMPLETION, Task.BOILERPLATE, Task.EXPLICIT_COMPLETION)
    heads = [m.name for task in tasks for m in app.decide(Work(task=task)).chain[:FROM_CHAINS]]
    known = {m.name for m in app.fleet.models}
    return [name for name in dict.fromkeys([*own, *heads]) if name in known]


def _exam(app: App, args: argparse.Namespace) -> Exam:
    from lsp_router.domain.task import Work  # noqa: PLC0415 - see above
    from lsp_router.insight.corpus import documents  # noqa: PLC0415 - same
    from lsp_router.insight.exam import Exam  # noqa: PLC0415 - same
    from lsp_router.insight.gaps import punch  # noqa: PLC0415 - same

    project = app.sources.project or Path.cwd()
    root = args.path.resolve() if args.path else project
    if not root.is_dir() or not root.is_relative_to(project):
        raise Refusal(f"{root} is not a folder of {project}", "name the folder of your code", 2)
    gaps = punch(documents(root, project, app.judge), args.n, args.seed)
    if not gaps:
        raise Refusal(f"no functions were found in {root}", "name a folder with source files of yours")
    return Exam(app, app.situation(Work()).policies, app.world.new_id, gaps, app.reach)


def _agreed(app: App, exam: Exam, models: Sequence[Model], *, sure: bool) -> bool:
    """What it will cost is always said; what costs something is asked about."""
    cost = exam.estimate(models)
    if not cost.questions:
        raise Refusal("no model may see these files", "`lsp-router config show privacy` shows the rules")
    left = app.limits().per_day
    about, most = money(cost.expected_usd, "nothing"), money(cost.worst_usd, "nothing")
    asked = f"{cost.questions} questions to {len(models)} model{'s' if len(models) > 1 else ''}"
    limit = "" if left is None else f"; [budget] per_day_usd = {left:g}"
    print(f"{asked}: about {about}, at most {most}{limit}", file=sys.stderr)
    if sure or cost.worst_usd == 0:
        return True
    if not sys.stdin.isatty():
        raise Refusal("it would cost something", "add --yes to agree, or leave out paid models with --models", 2)
    return input("go on? [y/N] ").strip().lower() in {"y", "yes"}


async def _sit(app: App, exam: Exam, models: Sequence[Model]) -> list[Report]:
    try:
        return await exam.sit(models)
    finally:
        await app.close()


@contextmanager
def _progress(exam: Exam, models: Sequence[Model]) -> Iterator[None]:
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import Progress  # noqa: PLC0415 - same

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("asking", total=exam.estimate(models).questions)
        exam.step = lambda: bar.advance(task)
        yield


def _write(app: App, reports: Sequence[Report], gaps: Sequence[Gap]) -> None:
    from lsp_router.store.measures import Measure, Measures  # noqa: PLC0415 - see above

    now, measures = app.world.clock.now(), Measures(app.records.desk.facts)
    exam = f"{app.world.new_id()} {len(gaps)}"
    for r in (r for r in reports if r.answers):
        measures.keep(Measure(r.model, r.task, r.answers, r.mark, exam, r.first_token_ms), now)
    if not app.records.database.durable:
        raise Refusal(
            "what was measured cannot be kept", "make the state folder writable; `lsp-router doctor` names it"
        )


def _show(reports: Sequence[Report], exam: Exam, *, written: bool) -> None:
    heading(f"{len(exam.gaps)} holes in {len({gap.document.path for gap in exam.gaps})} files")
    table(
        ["task", "model", "answers", "mark", "exact", "likeness", "valid code", "first token", "cost"],
        [_row(r) for r in sorted(reports, key=lambda r: (r.task, -r.mark))],
        right=tuple(range(2, 9)),
    )
    for model, why in exam.stopped.items():
        print(f"{model} was not asked to the end: {why}")
    if written and any(r.answers for r in reports):
        print("ranking uses these figures from now on, for 90 days; `lsp-router models --task completion` shows it")
    elif any(r.answers for r in reports):
        print("add --write to let ranking use these figures")


def _row(r: Report) -> list[str]:
    return [
        r.task,
        r.model,
        f"{r.answers}" + (f" (+{r.failed} failed)" if r.failed else ""),
        f"{r.mark:.2f}" if r.answers else "",
        f"{r.exact:.0%}" if r.answers else "",
        f"{r.likeness:.0%}" if r.answers else "",
        "" if r.sound is None else f"{r.sound:.0%}",
        "" if r.first_token_ms is None else f"{r.first_token_ms:.0f} ms",
        money(r.cost_usd, "$0"),
    ]


def _count(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) <= 1_000:
        raise argparse.ArgumentTypeError("a number from 1 to 1000")
    return int(text)
