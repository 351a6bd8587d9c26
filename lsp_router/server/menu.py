"""What can be asked for at a place: the table of actions, and the few of them that fit. Nobody is asked for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lsprotocol import types as lsp

from lsp_router.assist.edit.ask import Ask, Kind, Offer
from lsp_router.context.document import Document
from lsp_router.context.structure import enclosing
from lsp_router.domain.money import dollars
from lsp_router.server import asking, convert
from lsp_router.server.documents import LiveWorkspace

REVIEW = "source.lspRouter.review"
QUICK_FIX, REWRITE, EXTRACT = "quickfix", "refactor.rewrite", "refactor.extract"
Price = Callable[[Ask], Offer]
FEW, MANY = 2, 5
"""How many quick fixes are shown unasked, and to somebody who opened the menu."""
LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Dish:
    """One action of the table; `{what}` is the selection, or the function around the cursor."""

    title: str
    kind: str
    task: Kind
    instruction: str = ""
    selected: bool = False
    """Only for a selection."""
    languages: frozenset[str] = frozenset()
    """All when empty."""
    points: bool = False


TYPED = frozenset({"python", "php", "ruby", "lua", "javascript", "javascriptreact", "typescript", "typescriptreact"})
"""Languages in which code may lack types."""
SAME = "Keep its behaviour, its name and its signature."
DISHES = (
    Dish("Rewrite {what} more clearly", REWRITE, Kind.REFACTOR, f"Rewrite this so that it reads more clearly. {SAME}"),
    Dish("Simplify {what}", REWRITE, Kind.REFACTOR, f"Simplify this: less code and fewer branches. {SAME}"),
    Dish(
        "Extract {what} into a function",
        EXTRACT,
        Kind.REFACTOR,
        "Extract the selected code into a well-named function of its own and call it in its place.",
        selected=True,
        points=True,
    ),
    Dish(
        "Add types to {what}",
        REWRITE,
        Kind.REFACTOR,
        "Add types to this, as precise as the code allows, in the way its language writes them. Change nothing else.",
        languages=TYPED,
    ),
    Dish(
        "Add error handling to {what}",
        REWRITE,
        Kind.REFACTOR,
        "Handle what can go wrong here, in the way the code around it does. Swallow no error and keep the signature.",
    ),
    Dish("Document {what}", REWRITE, Kind.DOCUMENT),
    Dish("Write tests for {what}", REWRITE, Kind.TESTS),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An action for this place. `argument` is what its command takes, and all that is needed to do it later."""

    title: str
    kind: str
    task: Kind | None
    """None for what edits nothing: a review."""
    argument: Mapping[str, Any]
    diagnostics: tuple[lsp.Diagnostic, ...] = ()
    why_not: str = ""


def entries(documents: LiveWorkspace, params: lsp.CodeActionParams, price: Price) -> list[Entry]:
    """Quick fixes first; nothing but a few of them to whoever did not ask."""
    live = documents.live(params.text_document.uri)
    if live is None:
        return []
    automatic = params.context.trigger_kind == lsp.CodeActionTriggerKind.Automatic
    found = list(_fixes(params, FEW if automatic else MANY)) if is_wanted(params, QUICK_FIX) else []
    if not automatic:
        found += _refactors(documents, params)
    return [entry for entry in _priced(documents, found, price) if not (automatic and entry.why_not)]


def review(documents: LiveWorkspace, params: lsp.CodeActionParams, price: Callable[[Document], Offer]) -> list[Entry]:
    """The review of the document, for whoever opened a menu that has room for it."""
    live = documents.live(params.text_document.uri)
    automatic = params.context.trigger_kind == lsp.CodeActionTriggerKind.Automatic
    if live is None or automatic or not is_wanted(params, REVIEW):
        return []
    entry = Entry("Review this file", REVIEW, None, {"uri": live.uri})
    return [_labelled(entry, price(convert.document(documents, live)))]


# --- what fits ---


def _fixes(params: lsp.CodeActionParams, most: int) -> Iterator[Entry]:
    here = [d for d in params.context.diagnostics if _meets(d.range, params.range)]
    for diagnostic in here[:most]:
        yield _fix(params, f"Fix: {_short(diagnostic)}", [diagnostic])
    if len(here) > 1:
        yield _fix(params, f"Fix all {len(here)} problems here", here)


def _fix(params: lsp.CodeActionParams, title: str, diagnostics: Sequence[lsp.Diagnostic]) -> Entry:
    """Told by range and message: that is what every client keeps of a diagnostic."""
    told = [
        {"range": _plain(d.range), "message": _message(d), "severity": d.severity.value if d.severity else 1}
        for d in diagnostics
    ]
    span = lsp.Range(min(d.range.start for d in diagnostics), max(d.range.end for d in diagnostics))
    argument = {"uri": params.text_document.uri, "range": _plain(span), "diagnostics": told}
    return Entry(title, QUICK_FIX, Kind.FIX, argument, tuple(diagnostics))


def _refactors(documents: LiveWorkspace, params: lsp.CodeActionParams) -> list[Entry]:
    dishes = [dish for dish in DISHES if is_wanted(params, dish.kind)]
    if not dishes:
        return []
    argument = {"uri": params.text_document.uri, "range": _plain(params.range)}
    ask = asking.wish(documents, Kind.REFACTOR, argument).ask
    selected = ask.span is not None and ask.document.text[slice(*ask.span)].strip() != ""
    what = "the selection" if selected else _around(ask)
    fitting = [
        d
        for d in dishes
        if what and (selected or not d.selected) and (not d.languages or ask.document.language in d.languages)
    ]
    return [
        Entry(
            dish.title.format(what=what),
            dish.kind,
            dish.task,
            argument
            | ({"instruction": dish.instruction} if dish.instruction else {})
            | ({"points": True} if dish.points else {}),
        )
        for dish in fitting
    ]


def _around(ask: Ask) -> str:
    start, end = ask.span or (0, 0)
    found = enclosing(ask.document.text, start, end, ask.document.language)
    return "" if found is None else f"`{found.name}`" if found.name else f"this {found.kind}"


# --- words ---


def _priced(documents: LiveWorkspace, found: Sequence[Entry], price: Price) -> Iterator[Entry]:
    """One look at who would do it for each kind of work: the wishes of a kind hardly differ."""
    offers: dict[Kind, Offer] = {}
    for entry in found:
        if entry.task is not None and entry.task not in offers:
            offers[entry.task] = price(asking.wish(documents, entry.task, entry.argument).ask)
        yield _labelled(entry, offers[entry.task]) if entry.task else entry


def _labelled(entry: Entry, offer: Offer) -> Entry:
    if offer.why_not:
        return replace(entry, why_not=offer.why_not)
    price = "" if offer.free else f", about {dollars(offer.estimate_usd)}"
    return replace(entry, title=f"{entry.title} ({offer.model}{price})")


def _short(diagnostic: lsp.Diagnostic) -> str:
    words = " ".join(_message(diagnostic).split())
    return words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1].rstrip() + "…"


def _message(diagnostic: lsp.Diagnostic) -> str:
    message: Any = diagnostic.message
    return message if isinstance(message, str) else str(getattr(message, "value", ""))


# --- ranges and kinds ---


def is_wanted(params: lsp.CodeActionParams, kind: str) -> bool:
    """Kinds are a tree: who wants `refactor` wants `refactor.extract`."""
    only = params.context.only
    if only is None:
        return True
    names = [str(getattr(o, "value", o)) for o in only]
    return any(not name or kind == name or kind.startswith(name + ".") for name in names)


def _meets(one: lsp.Range, other: lsp.Range) -> bool:
    """By lines: some clients ask for a cursor, some for its whole line."""
    return one.start.line <= other.end.line and other.start.line <= one.end.line


def _plain(value: lsp.Range) -> Mapping[str, Any]:
    return {
        "start": {"line": value.start.line, "character": value.start.character},
        "end": {"line": value.end.line, "character": value.end.character},
    }
