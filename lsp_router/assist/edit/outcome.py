"""The end of an edit: texts that passed become small changes, and what did not pass becomes words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lsp_router.assist.edit.ask import Change, Edited
from lsp_router.assist.edit.checks import Verdict
from lsp_router.assist.edit.job import Job
from lsp_router.domain.decision import Decision, Problem, Served
from lsp_router.domain.wire import Fault
from lsp_router.validation.edits import minimal_edits

STALE = Problem("stale", "the document changed while this was being made; ask again")


async def success(job: Job, texts: Mapping[str, str], verdict: Verdict, served: Served) -> Edited:
    """The changes, as the project's formatter leaves them; nothing if the document has moved on."""
    formatted = {path: await job.checks.formatted(path, text) for path, text in texts.items()}
    changes = tuple(_changes(job, formatted))
    if not job.ask.is_current():
        return Edited(problems=(STALE,), served=served)
    name = served.model.name if served.model else "the model"
    note = "; ".join((*verdict.notes, *job.withheld))
    return Edited(changes, (), served, note if changes else f"{name} saw nothing to change here")


def failure(problems: Sequence[Problem], served: Served, refused: str = "") -> Edited:
    """The best draft's problems, and why nobody stronger was asked if money was the reason."""
    budget = [f"{a.model} {a.reason}" for a in served.attempts if a.outcome == Fault.BUDGET.value]
    why = "; ".join(dict.fromkeys(budget)) or refused
    dear = (Problem("budget", f"a stronger model was not asked: {why}"),) if why else ()
    return Edited(problems=(*problems, *dear), served=served)


def too_dear(decision: Decision) -> str:
    """Who could have helped for more money than is left, with the estimate."""
    dear = [v for v in decision.candidates if "would cost" in v.reason or "budget" in v.reason]
    return "; ".join(f"{v.model} {v.reason}" for v in dear[:2])


def _changes(job: Job, texts: Mapping[str, str]) -> Iterator[Change]:
    """The document's own first."""
    own = job.ask.document.path
    for path in sorted(texts, key=lambda path: path != own):
        before, after = job.files.text(path), texts[path]
        if before != after:
            yield Change(path, before, after, minimal_edits(before or "", after), job.files.version(path))
