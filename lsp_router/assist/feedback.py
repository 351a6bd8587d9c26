"""What the user made of a suggestion: shown, taken whole or in part, thrown away, and still there minutes later."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from lsp_router.assist.builtin import NAME
from lsp_router.assist.kitchen import Kitchen
from lsp_router.assist.moment import Moment, Suggestion
from lsp_router.embedded.feedback import Outcome
from lsp_router.store.entry import Feedback as Report
from lsp_router.store.entry import Reaction

LOOKS = (15.0, 30.0, 120.0, 300.0, 600.0)
"""Seconds after which an accepted text is looked for."""
REMEMBERED = 256
SURVIVES = 50.0
"""Half of a text, in fuzzy likeness, is still that text."""
AROUND = 2_000
READ = 0.75
"""Seconds after which a suggestion counts as read, for editors that do not tell what they show."""


@dataclass(slots=True)
class Offer:
    moment: Moment
    suggestion: Suggestion
    shown: bool = False
    whole: str = ""
    """The text as it was first offered: what is left of it after some typing is counted from its beginning."""
    partly: bool = False
    taken: bool = False
    since: float = 0.0
    """When it was first offered, by the loop's clock."""


@dataclass(slots=True)
class Feedback:
    """Owns the offers that may still be reacted to; reactions go to the ledger."""

    kitchen: Kitchen
    text_of: Callable[[str], str | None] = lambda _uri: None
    """The document as it is now; None when it was closed."""
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    _tells: bool = False
    """Whether the editor was heard to say what becomes of suggestions; one that never does seems to refuse them all."""
    _offers: OrderedDict[str, Offer] = field(default_factory=OrderedDict)
    _watching: set[asyncio.Task[None]] = field(default_factory=set)

    def offered(self, moment: Moment, suggestions: list[Suggestion]) -> None:
        self._leave_behind(moment, {suggestion.id for suggestion in suggestions})
        for suggestion in suggestions[:1]:
            before = self._offers.get(suggestion.id) or Offer(moment, suggestion, since=self._now())
            whole = before.whole if before.whole.endswith(suggestion.insert) else suggestion.insert
            self._offers[suggestion.id] = replace(before, moment=moment, suggestion=suggestion, whole=whole)
            self._offers.move_to_end(suggestion.id)
        while len(self._offers) > REMEMBERED:
            self._offers.popitem(last=False)

    def shown(self, ident: str) -> Offer | None:
        offer = self._offers.get(ident)
        self._tells = True
        if offer is not None and not offer.shown:
            offer.shown = True
            self._report(ident, Reaction.SHOWN)
        return offer

    def accepted(self, ident: str) -> None:
        offer = self._offers.get(ident)
        self._tells = True
        if offer is None or offer.taken:
            return
        offer.taken = True
        self._learn(offer, Outcome.ACCEPTED)
        self._report(ident, Reaction.ACCEPTED, len(offer.whole if offer.partly else offer.suggestion.insert))
        task = asyncio.create_task(self._watch(ident, offer))
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    def partially_accepted(self, ident: str, units: int, text: str = "") -> None:
        """`units` is the accepted length of `text` so far, in UTF-16 as clients count it.

        After some typing, or some accepting, the text is the rest of what was offered first.
        """
        offer = self._offers.get(ident)
        self._tells = True
        if offer is not None:
            if not offer.partly:
                self._learn(offer, Outcome.PARTIAL)
            offer.partly = True
            before = len(offer.whole) - len(text) if text and offer.whole.endswith(text) else 0
            taken = offer.whole[before:].encode("utf-16-le", "surrogatepass")[: 2 * units]
            self._report(ident, Reaction.PARTIAL, before + len(taken.decode("utf-16-le", "ignore")))

    def rejected(self, ident: str) -> None:
        offer = self._offers.pop(ident, None)
        self._tells = True
        if offer is not None:
            self._learn(offer, Outcome.REJECTED)
            self._report(ident, Reaction.REJECTED)

    async def close(self) -> None:
        for task in self._watching:
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)

    def _leave_behind(self, moment: Moment, kept: set[str]) -> None:
        """What was on the screen of this document and is nowhere in it now was not wanted.

        Text that is there may still be reported as accepted: editors change the document first.
        """
        text = moment.document.text
        here = [(ident, o) for ident, o in self._offers.items() if o.moment.uri == moment.uri and ident not in kept]
        for ident, offer in here:
            read = offer.shown or (offer.suggestion.model == NAME and self._now() - offer.since >= READ)
            if read and not (offer.taken or offer.partly or _stands(offer, text)):
                del self._offers[ident]
                if self._tells:
                    self._learn(offer, Outcome.IGNORED)
                self._report(ident, Reaction.REJECTED)

    def _learn(self, offer: Offer, outcome: Outcome) -> None:
        """How readily the embedded tier speaks; what a model is worth is read from the ledger."""
        if offer.suggestion.model == NAME:
            self.kitchen.offline.learn(offer.moment.document.language, outcome)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _watch(self, ident: str, offer: Offer) -> None:
        passed = 0.0
        for look in LOOKS:
            await self.sleep(look - passed)
            passed = look
            text = self.text_of(offer.moment.uri)
            if text is None or not still_there(text, offer.suggestion.insert, offer.moment.offset):
                return
            self._report(ident, Reaction.SURVIVED, len(offer.suggestion.insert), look)

    def _report(self, ident: str, reaction: Reaction, chars: int = 0, after: float = 0.0) -> None:
        self.kitchen.react(Report(ident, reaction, chars, after))


def _stands(offer: Offer, text: str) -> bool:
    """What was recalled stands elsewhere anyway: only where it was offered does it say that it was taken."""
    insert = offer.suggestion.insert
    return text.startswith(insert, offer.moment.offset) if offer.suggestion.model == NAME else insert in text


def still_there(text: str, accepted: str, offset: int) -> bool:
    """Whether the accepted text, or what it was edited into, still stands about where it was put."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - seconds after an accept, never on the way to one

    near = text[max(0, offset - AROUND) : offset + len(accepted) + AROUND]
    return accepted in near or fuzz.partial_ratio(accepted, near) >= SURVIVES
