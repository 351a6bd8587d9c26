"""One review that an editor asked for: of documents, a selection, or what changed since a revision."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls import uris as locations

from lsp_router.assist.bill import together
from lsp_router.assist.review.errand import Errand, Reviewed
from lsp_router.assist.review.finding import Finding
from lsp_router.assist.review.rounds import side_by_side
from lsp_router.context.revisions import GitError, changed_spans, text_at
from lsp_router.domain.money import dollars
from lsp_router.domain.telling import tell
from lsp_router.server import asking, convert, publishing
from lsp_router.server.diagnostics import told
from lsp_router.server.guard import as_editor_error
from lsp_router.server.progress import Progress, with_progress
from lsp_router.server.router_server import RouterServer
from lsp_router.server.text import LiveText

if TYPE_CHECKING:
    from lsp_router.assist.passages import Span

EXAMPLE = '{"uri": "file:///project/app.py"}'
MOST = 500
"""Documents of one command."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command's argument says."""

    uris: tuple[str, ...]
    where: Any = None
    since: str | None = None
    model: str | None = None
    argument: Mapping[str, Any] | None = None


def wish(arguments: Sequence[Any]) -> Wish:
    """Raises an error for the user where the argument says too little."""
    argument = asking.argument_of(arguments)
    listed = argument.get("uris") or [argument.get("uri")]
    uris = [uri for uri in listed if isinstance(uri, str) and uri] if isinstance(listed, list | tuple) else []
    if not uris:
        raise as_editor_error(asking.MISSING.format(name="uri", example=EXAMPLE))
    since, model = argument.get("since"), argument.get("model")
    return Wish(
        tuple(dict.fromkeys(uris))[:MOST],
        argument.get("range") if len(uris) == 1 else None,
        since if isinstance(since, str) else None,
        model if isinstance(model, str) else None,
        argument,
    )


async def carry_out(ls: RouterServer, asked: Wish) -> Mapping[str, Any]:
    """Every document by itself; what could not be reviewed is told, the rest counts."""

    async def work(progress: Progress) -> Mapping[str, Any]:
        done = 0

        async def one(uri: str) -> tuple[str, Reviewed]:
            nonlocal done
            reviewed = await _review(ls, uri, asked, progress)
            done += 1
            progress.report(f"{done} of {len(asked.uris)}: {reviewed.document.path}")
            return uri, reviewed

        results = await side_by_side([partial(one, uri) for uri in asked.uris])
        return _answer(ls, results)

    keys = [("document", uri) for uri in asked.uris] if len(asked.uris) == 1 else []
    return await ls.running.run(with_progress(ls, "Reviewing", work, asked.argument), *keys)


async def dismiss(ls: RouterServer, arguments: Sequence[Any]) -> None:
    argument = asking.argument_of(arguments)
    uri, ident = argument.get("uri"), argument.get("id")
    live = ls.documents.live(uri) if isinstance(uri, str) else None
    desk = await ls.desk()
    finding = desk.reviews.board.find(live.uri, live.source, str(ident)) if live else None
    if live is None or finding is None:
        raise as_editor_error("that finding is not shown any more; review the file again")
    try:
        await desk.reviews.dismiss(live.uri, finding)
    except OSError as error:
        raise as_editor_error(f"{desk.reviews.baseline.file} cannot be written: {error.strerror}") from None
    publishing.show(ls, live.uri)


def sentence(finding: Finding) -> str:
    """All there is to say about a finding."""
    claim = finding.claim
    body = "" if claim.message == claim.title else f"\n{claim.message}"
    return f"{claim.title} [{claim.category}]{body}\n{origin(finding)}"


def origin(finding: Finding) -> str:
    """Who says so, at what price: what a diagnostic does not show."""
    claim = finding.claim
    cost = f", {dollars(claim.cost_usd)}" if claim.cost_usd else ""
    judge = f", confirmed by {claim.confirmed_by}" if claim.confirmed_by else ""
    return f"— {claim.model}{cost}{judge} (lsp-router)"


# --- helpers ---


async def _review(ls: RouterServer, uri: str, asked: Wish, progress: Progress) -> Reviewed:
    desk = await ls.desk()
    document, text, _ = asking.snapshot(ls.documents, uri)
    span = asking.span_of(text, asked.where)
    spans: tuple[Span, ...] | None = None if span is None else (span,)
    if asked.since is not None:
        path = locations.to_fs_path(uri)
        try:
            old = await text_at(Path(path or uri), asked.since)
        except GitError as error:
            raise as_editor_error(str(error)) from None
        spans = await asyncio.to_thread(changed_spans, old, document)
    live = ls.documents.live(uri)
    known = desk.reviews.reports(uri, live.edits) if live else ()
    errand = Errand(document, spans, spares=len(asked.uris) > 1, model=asked.model, reported=known)
    reviewed = await desk.review(uri, errand, progress.report)
    if ls.documents.live(uri) is None:
        publishing.show_closed(ls, uri, document.text)
    else:
        publishing.show(ls, uri)
    return reviewed


def _answer(ls: RouterServer, results: Sequence[tuple[str, Reviewed]]) -> Mapping[str, Any]:
    problems = [p for _, reviewed in results for p in reviewed.problems]
    if problems and not any(reviewed.covered for _, reviewed in results):
        raise as_editor_error(problems[0])
    if problems:
        message = f"lsp-router: not everything was reviewed: {problems[0]}"
        ls.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, message))
    encoding = convert.encoding(ls.documents)
    findings = [
        told(finding, uri, text)
        for uri, reviewed in results
        for text in [LiveText(reviewed.document.text, encoding)]
        for finding in reviewed.findings
    ]
    served = together([reviewed.served for _, reviewed in results if reviewed.served is not None])
    decision = tell(served) if served is not None else None
    return {"findings": findings, "decision": decision, "problems": problems}
