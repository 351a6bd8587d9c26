"""`lsp-router route`: a dry run of one decision. Sends nothing, spends nothing."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_router.assist.builtin import NAME
from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import learnt, opened
from lsp_router.cli.output import dump, fail, heading, money, table
from lsp_router.cli.places import LARGEST_FILE, inside
from lsp_router.domain.task import Task, Trigger, Work

if TYPE_CHECKING:
    from lsp_router.context.privacy import Ruling
    from lsp_router.domain.decision import Decision

EXAMPLE = """\
example:
  lsp-router route "find the race condition in this queue" --file queue.py
  lsp-router route "" --task completion --json
"""
TEMPLATE_TOKENS = 300
"""What the words around an instruction usually take."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "route",
        help="show which model would serve a request, and why the others would not",
        description="Decide as the server would, and show every candidate with its score or the reason it is out.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("instruction", help="what you would ask for")
    parser.add_argument("--file", type=Path, help="the file it is about: language, size and privacy rules count")
    parser.add_argument("--task", choices=[task.value for task in Task], help="skip the classifier")
    parser.add_argument("--model", help="pin a model by name")
    parser.add_argument("--all", action="store_true", help="show every candidate, also those that are out")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from lsp_router.domain.telling import tell_decision  # noqa: PLC0415 - `--help` need not wait for it

    if args.file and not args.file.is_file():
        return fail("route", f"there is no file {args.file}", "name a file that exists, or leave --file out", code=2)
    with opened(args) as app:
        ruling = app.judge(str(args.file.absolute())) if args.file else None
        if ruling and ruling.ignored:
            return fail("route", f"{args.file} is left alone: {ruling.rule}", "no model may see it")
        decision = learnt(app).decide(_work(args, ruling, app.sources.project))
    if args.json:
        dump(tell_decision(decision))
    else:
        _show(decision, everything=args.all)
    return 0 if decision.chain else 1


def _work(args: argparse.Namespace, ruling: Ruling | None, project: Path | None) -> Work:
    from lsp_router.context.file_types import language_of_path  # noqa: PLC0415 - see above
    from lsp_router.prompts.estimate import estimate_tokens  # noqa: PLC0415 - see above

    work = Work(
        trigger=Trigger.AUTOMATIC if args.task == Task.COMPLETION else Trigger.COMMAND,
        task=Task(args.task) if args.task else None,
        instruction=args.instruction,
        prompt_tokens=estimate_tokens(args.instruction) + TEMPLATE_TOKENS,
        pin=args.model,
    )
    if args.file is None or ruling is None:
        return work
    text = args.file.read_bytes()[:LARGEST_FILE].decode("utf-8", "replace")
    return replace(
        work,
        path=inside(args.file, project),
        language=language_of_path(str(args.file)),
        prompt_tokens=work.prompt_tokens + estimate_tokens(text),
        privacy=ruling.reach,
        why_private=ruling.rule,
    )


def _show(decision: Decision, *, everything: bool) -> None:
    heading(f"{decision.task.value}: {' → '.join(m.name for m in decision.chain) or 'nobody'}")
    for evidence in decision.evidence[:8]:
        print(f"  {evidence.signal} speaks for {evidence.speaks_for} ({evidence.weight:+.1f})")
    if decision.note:
        print(f"  {decision.note}")
    fit = [v for v in decision.candidates if v.score is not None]
    out = [v for v in decision.candidates if v.score is None]
    rows = [[v.model, f"{v.score:.3f}", money(v.cost_usd), v.reason] for v in fit]
    rows += [[v.model, "out", money(v.cost_usd), v.reason] for v in (out if everything else out[:5])]
    if rows:
        table(["model", "score", "expected", "why"], rows, right=(1, 2))
    if len(out) > 5 and not everything:
        print(f"  and {len(out) - 5} more that are out; --all shows them")
    if any(v.model == NAME and v.score is not None for v in decision.candidates):
        print("embedded answers at once where your project surely says what comes, and when nobody else may or does")
    if decision.chain:
        print(f"at most {money(decision.estimate_usd)} for this request; nothing was sent")
