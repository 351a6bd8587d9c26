"""Code actions: cheap to list, computed when chosen, never in anybody's way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lsprotocol import types as lsp

from lsp_router.assist.edit.ask import Edited, Kind
from lsp_router.domain.decision import Problem
from lsp_router.server import asking, editing, edits, findings, menu
from lsp_router.server.convert import ACCEPT
from lsp_router.server.edits import Skills
from lsp_router.server.features.editing import COMMANDS
from lsp_router.server.guard import or_cancelled
from lsp_router.server.menu import Entry
from lsp_router.server.progress import Progress, with_progress
from lsp_router.server.router_server import RouterServer

OPTIONS = lsp.CodeActionOptions(
    code_action_kinds=[menu.QUICK_FIX, menu.REWRITE, menu.EXTRACT, menu.REVIEW], resolve_provider=True
)
REVIEW_COMMAND = "lspRouter.review"
STALE = "the document was changed since its actions were listed; open the menu again"


def register(server: RouterServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, OPTIONS)
    async def code_action(ls: RouterServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction | lsp.Command]:
        desk, taste, uri = await ls.desk(), Taste.of(ls), params.text_document.uri
        entries = menu.entries(ls.documents, params, desk.editor.offer)
        entries += menu.review(ls.documents, params, desk.offer_review)
        own = findings.remedies(ls, desk, params) if taste.literals else findings.Remedies()
        made = (taste.serve(entry, _now(ls, uri)) for entry in entries)
        return [*own.cures, *(action for action in made if action is not None), *own.dismissals]

    @server.feature(lsp.CODE_ACTION_RESOLVE)
    async def resolve(ls: RouterServer, action: lsp.CodeAction) -> lsp.CodeAction:
        data = action.data
        if action.edit is None and isinstance(data, Mapping) and data.get("kind") in set(Kind):
            work = _resolve(ls, action, data)
            return await or_cancelled(ls.running.run(work, ("request", ls.protocol.msg_id)))
        return action


@dataclass(frozen=True, slots=True)
class Taste:
    """How this client takes its actions."""

    literals: bool
    """False for old clients, which take commands only."""
    resolves: frozenset[str]
    shows_disabled: bool
    tags: tuple[lsp.CodeActionTag, ...]

    @classmethod
    def of(cls, ls: RouterServer) -> Taste:
        text = ls.client_capabilities.text_document
        can = text.code_action if text else None
        if can is None:
            return cls(literals=False, resolves=frozenset(), shows_disabled=False, tags=())
        lazily = can.resolve_support if can.data_support is not False and not ls.is_hasty else None
        known = can.tag_support.value_set if can.tag_support else ()
        return cls(
            literals=can.code_action_literal_support is not None,
            resolves=frozenset(lazily.properties if lazily else ()),
            shows_disabled=bool(can.disabled_support),
            tags=tuple(tag for tag in known if tag == lsp.CodeActionTag.LlmGenerated),
        )

    def serve(self, entry: Entry, at: list[Any]) -> lsp.CodeAction | lsp.Command | None:
        """Nothing where nobody may do it and the client cannot show why."""
        name = COMMANDS[entry.task] if entry.task else REVIEW_COMMAND
        command = lsp.Command(entry.title, name, arguments=[entry.argument])
        if not self.literals:
            return None if entry.why_not else command
        action = lsp.CodeAction(entry.title, entry.kind, diagnostics=entry.diagnostics or None, tags=self.tags or None)
        if entry.why_not:
            action.disabled = lsp.CodeActionDisabled(entry.why_not)
            return action if self.shows_disabled else None
        if entry.task and "edit" in self.resolves:
            action.data = {"kind": entry.task.value, "argument": entry.argument, "at": at}
        else:
            action.command = command
        return action


async def _resolve(ls: RouterServer, action: lsp.CodeAction, data: Mapping[str, Any]) -> lsp.CodeAction:
    """The action with its edit; without one, the user is told why."""
    argument = data.get("argument")
    wish = asking.wish(ls.documents, Kind(data["kind"]), argument if isinstance(argument, Mapping) else {})
    if _now(ls, wish.uri) != data.get("at"):
        ls.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, f"lsp-router: {STALE}"))
        return action

    async def work(progress: Progress) -> lsp.CodeAction:
        edited = await editing.draft(ls, wish, progress)
        path = edits.outdated(edited.changes, ls.documents, wish.known)
        problems = (Problem("stale", edits.STALE.format(path=path)),) if path else edited.problems
        editing.speak(ls, wish, edited, problems)
        if edited.changes and not problems:
            action.edit = edits.workspace_edit(edited.changes, ls.documents, _skills(ls), action.title, wish.known)
            await _watch_acceptance(ls, action, edited)
        return action

    return await with_progress(ls, editing.title(wish), work)


async def _watch_acceptance(ls: RouterServer, action: lsp.CodeAction, edited: Edited) -> None:
    """What a client runs after it applied the edit tells us that it did."""
    if edited.served is not None and "command" in Taste.of(ls).resolves:
        ident = edited.served.decision.id
        (await ls.desk()).drafted(ident, editing.size(edited))
        action.command = lsp.Command("accepted", ACCEPT, arguments=[{"id": ident}])


def _skills(ls: RouterServer) -> Skills:
    text = ls.client_capabilities.text_document
    honoured = bool(text and text.code_action and text.code_action.honors_change_annotations)
    skills = Skills.of(ls.client_capabilities)
    return replace(skills, annotations=skills.annotations and honoured)


def _now(ls: RouterServer, uri: str) -> list[Any]:
    """What changes when the document does."""
    live = ls.documents.live(uri)
    return [live.version, live.edits] if live else []
