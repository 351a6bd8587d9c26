"""What can be done about our own findings: take the suggestion, or never hear of it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from lsp_router.assist.edit.ask import Change
from lsp_router.assist.review.errand import Report
from lsp_router.assist.review.finding import Finding
from lsp_router.context.languages import comment_sign
from lsp_router.server import convert, edits
from lsp_router.server.diagnostics import SOURCE, diagnostic, words
from lsp_router.server.documents import LiveDocument, to_position
from lsp_router.server.edits import Skills
from lsp_router.server.menu import QUICK_FIX, is_wanted
from lsp_router.server.router_server import RouterServer
from lsp_router.validation.edits import Edit

if TYPE_CHECKING:
    from lsp_router.server.desk import Desk

DISMISS = "lspRouter.dismiss"
IGNORE = "lsp-router: ignore"


@dataclass(frozen=True, slots=True)
class Remedies:
    """What stands before everybody's fixes in the menu, and what comes after them."""

    cures: tuple[lsp.CodeAction, ...] = ()
    dismissals: tuple[lsp.CodeAction, ...] = ()


def remedies(ls: RouterServer, desk: Desk, params: lsp.CodeActionParams) -> Remedies:
    """Cheap: what is offered was made and checked when the finding was. Listens to what others report besides."""
    live = ls.documents.live(params.text_document.uri)
    if live is None:
        return Remedies()
    shown = desk.reviews.board.look(live.uri, live.source)
    desk.reviews.hear(live.uri, live.edits, _foreign(live, params.context.diagnostics, shown))
    if not is_wanted(params, QUICK_FIX):
        return Remedies()
    here = [finding for finding in shown if _meets(live, finding, params.range)]
    automatic = params.context.trigger_kind == lsp.CodeActionTriggerKind.Automatic
    return Remedies(
        tuple(cure for finding in here for cure in _cure(ls, live, finding)),
        () if automatic else tuple(action for finding in here for action in _dismissals(ls, live, finding)),
    )


def _meets(live: LiveDocument, finding: Finding, where: lsp.Range) -> bool:
    """By lines, as for everybody's diagnostics."""
    first, last = (live.live.position(at).line for at in finding.span)
    return first <= where.end.line and where.start.line <= last


def _cure(ls: RouterServer, live: LiveDocument, finding: Finding) -> Iterator[lsp.CodeAction]:
    claim = finding.claim
    if claim.suggestion is not None:
        title = f"Apply the suggestion of {claim.model}: {claim.title}"
        yield _edit(ls, live, finding, title, Edit(*finding.span, claim.suggestion))


def _dismissals(ls: RouterServer, live: LiveDocument, finding: Finding) -> Iterator[lsp.CodeAction]:
    claim = finding.claim
    title = f"Dismiss: {claim.title}"
    command = lsp.Command(title, DISMISS, arguments=[{"uri": live.uri, "id": finding.id}])
    yield lsp.CodeAction(title, QUICK_FIX, diagnostics=[diagnostic(finding, live.live)], command=command)
    remark = _remark(live, finding)
    if remark is not None:
        yield _edit(ls, live, finding, f"Dismiss with a comment: {claim.title}", remark)


def _edit(ls: RouterServer, live: LiveDocument, finding: Finding, title: str, edit: Edit) -> lsp.CodeAction:
    text, path = live.source, convert.path_in(ls.documents, live.uri)
    change = Change(path, text, text[: edit.start] + edit.text + text[edit.end :], (edit,), live.version)
    made = edits.workspace_edit([change], ls.documents, Skills.of(ls.client_capabilities), title, {path: live.uri})
    return lsp.CodeAction(title, QUICK_FIX, diagnostics=[diagnostic(finding, live.live)], edit=made)


def _remark(live: LiveDocument, finding: Finding) -> Edit | None:
    """A line of its own above what is quoted: at the end of a line it could be in the middle of a text."""
    signs = comment_sign(live.language_id or "")
    if signs is None:
        return None
    text = live.source
    line = text.rfind("\n", 0, finding.span[0]) + 1
    indent = text[line : finding.span[0]]
    indent = indent[: len(indent) - len(indent.lstrip())]
    ending = "\r\n" if "\r\n" in text else "\n"
    return Edit(line, line, f"{indent}{signs[0]} {IGNORE}{signs[1]}{ending}")


def _foreign(live: LiveDocument, reported: Sequence[lsp.Diagnostic], shown: tuple[Finding, ...]) -> Iterator[Report]:
    """Some clients strip the source of diagnostics: ours are known by their words as well."""
    own = {words(finding) for finding in shown}
    for one in reported:
        message = one.message if isinstance(one.message, str) else one.message.value
        if one.source != SOURCE and message not in own:
            start, end = (live.live.offset(to_position(at)) for at in (one.range.start, one.range.end))
            yield Report((start, end), message)
