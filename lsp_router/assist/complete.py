"""One inline completion, from the moment in the editor to text for the cursor; every early end says why.

Cheapest first: the gate, what is shown already, a request under way that the text continues, memory and disk.
Only what none of them knows is routed to a model, and only while somebody still waits for it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lsp_router.assist.answers import Answers
from lsp_router.assist.flight import HEAD_START, QUICK, Flight
from lsp_router.assist.kitchen import Kitchen
from lsp_router.assist.moment import Moment, Suggestion
from lsp_router.assist.offline import StandIn, goes_on
from lsp_router.assist.pace import Pace
from lsp_router.assist.request import Request, Withdrawn, compose, work_at
from lsp_router.assist.reuse import Shown, rests
from lsp_router.assist.trigger import gate
from lsp_router.domain.decision import NO_MODEL
from lsp_router.domain.model import Tier

COUNTING = 1.0
"""Seconds for which somebody who asks what an answer cost waits until that is known."""
DOCUMENTS = 64
"""How many documents are remembered at once."""


@dataclass(slots=True)
class Place:
    """What is known of one document: what it shows, what is under way for it, and why it shows nothing."""

    shown: Shown | None = None
    offered: tuple[Suggestion, ...] = ()
    flight: Flight | None = None
    ahead: Flight | None = None
    """What would be suggested after the suggestion that is shown, in case it is accepted."""
    path: str = ""
    why: str = ""
    withheld: tuple[str, ...] = ()
    pace: Pace = field(default_factory=Pace)


class Completer:
    """Owns what is shown and what is under way in each document."""

    def __init__(self, kitchen: Kitchen) -> None:
        self._kitchen = kitchen
        self._answers = Answers(kitchen)
        self._places: OrderedDict[str, Place] = OrderedDict()
        self._flying: set[asyncio.Task[Any]] = set()
        self._counting: set[Flight] = set()
        """Answered, but what they cost is not known yet."""

    async def complete(self, moment: Moment) -> list[Suggestion]:
        place = self._place(moment.uri)
        place.path = moment.document.path
        place.pace.key(asyncio.get_running_loop().time())
        place.why = self._switched_off(moment)
        if place.why:
            self._drop_flights(place)
            return []
        again = self._from_shown(place, moment)
        if again is not None:
            return again
        self._take_what_was_asked_ahead(place, moment)
        joined = await self._from_flight(place, moment)
        if joined is not None:
            return joined
        place.why = self._unwanted(moment)
        return [] if place.why else await self._fresh(place, moment)

    def why(self, uri: str) -> tuple[str, tuple[str, ...]]:
        """Why the document shows no suggestion now, and what was withheld from the last request."""
        place = self._places.get(uri)
        return (place.why, place.withheld) if place else ("nothing was asked for here yet", ())

    def path_of(self, uri: str) -> str:
        """How the ledger knows the document."""
        place = self._places.get(uri)
        return place.path if place else ""

    def forget(self, uri: str) -> None:
        """The document was closed: nothing of it is worth paying for any more."""
        place = self._places.pop(uri, None)
        if place is not None:
            self._drop_flights(place)

    def speculate(self, moment: Moment, suggestion: Suggestion) -> None:
        """The suggestion is on the screen; what would come after it is asked for ahead, where that costs nothing."""
        place = self._places.get(moment.uri)
        if place is None or not self._kitchen.settings.completion.speculative:
            return
        after = _accepted(moment, suggestion)
        if place.ahead is not None:
            if place.ahead.moment.document.text == after.document.text:
                return
            place.ahead.cancel()
        request = self._costless(after)
        place.ahead = self._launch(request) if request else None

    async def counted(self) -> None:
        """Returns when everything that was answered is booked, or nobody should wait for that any longer."""
        if self._counting:
            await asyncio.wait({flight.task for flight in self._counting}, timeout=COUNTING)

    async def close(self) -> None:
        """Returns when the last request has stopped paying and was booked."""
        for place in self._places.values():
            self._drop_flights(place)
        await self.counted()
        for flight in self._counting:
            flight.cut()
        await asyncio.gather(*self._flying, return_exceptions=True)

    # --- the stages ---

    def _switched_off(self, moment: Moment) -> str:
        settings, language = self._kitchen.settings.completion, moment.document.language
        if not settings.enabled:
            return "completions are switched off ([completion] enabled)"
        if not settings.languages.get(language, True):
            return f"completions are switched off for {language} ([completion] languages)"
        ruling = self._kitchen.judge(moment.document.path)
        return f"this file is left alone: {ruling.rule}" if ruling.ignored else ""

    def _unwanted(self, moment: Moment) -> str:
        """Why nobody should be asked here; asked only after what is there already was looked at."""
        if moment.asked_for:
            return ""
        found = gate(moment.prefix, moment.suffix, moment.document.language)
        return "" if found.auto else found.why

    def _from_shown(self, place: Place, moment: Moment) -> list[Suggestion] | None:
        """Typing the letters of a suggestion keeps it: no network, no spend, no delay."""
        if place.shown is None or moment.asked_for:
            return None
        self._catch_up(place)
        left = rests(place.shown, moment.prefix, moment.suffix)
        if not left:
            return None
        self._let_go_on(place, moment)
        if left[0].insert == place.shown.items[left[0].index] and moment.prefix != place.shown.prefix:
            place.shown = Shown(moment.prefix, moment.suffix, place.shown.items, place.shown.replaces)  # indented
        return [replace(place.offered[r.index], insert=r.insert, replace=r.replace, source="shown") for r in left]

    async def _from_flight(self, place: Place, moment: Moment) -> list[Suggestion] | None:
        flight = place.flight
        if flight is None:
            return None
        if moment.asked_for or not flight.leads_to(moment):
            self._drop_flight(place)
            return None
        flight.take_over()
        return await self._wait(place, flight, moment, StandIn(self._kitchen, moment))

    async def _fresh(self, place: Place, moment: Moment) -> list[Suggestion]:
        if not self._kitchen.models:
            place.why, place.withheld = NO_MODEL, ()
            return await self._alone(place, moment, StandIn(self._kitchen, moment))
        work = work_at(self._kitchen, moment)
        stand_in = StandIn(self._kitchen, moment, work)
        try:
            request = compose(self._kitchen, moment, work)
        except Withdrawn as reason:
            place.why, place.withheld = str(reason), reason.withheld
            return await self._alone(place, moment, stand_in)
        place.withheld = request.withheld
        kept = self._answers.kept(request)
        if kept is not None:
            shown = self._show(place, moment, kept, "the models had nothing to suggest here a moment ago")
            return shown or self._stand_in(place, stand_in)
        flight = place.flight = self._launch(request, self._delay(place, request))
        return await self._wait(place, flight, moment, stand_in) or []

    async def _alone(self, place: Place, moment: Moment, stand_in: StandIn) -> list[Suggestion]:
        """The embedded tier's answer, when no model may be asked."""
        await self._kitchen.offline.catch_up(moment)
        return self._stand_in(place, stand_in) if moment.is_current() else []

    async def _wait(self, place: Place, flight: Flight, moment: Moment, stand_in: StandIn) -> list[Suggestion] | None:
        """None when the answer does not fit what was typed while it came: then another must be asked for."""
        found = await flight.wait(moment, None if moment.asked_for else stand_in)
        if found is None:
            return []
        if flight.behind:
            place.why = "the embedded tier is sure enough" if stand_in.sure else "no model had answered yet"
            return self._stand_in(place, stand_in)
        if place.flight is flight and flight.done:
            place.flight = None
        self._let_count(flight)
        if flight.astray:
            return None
        shown = self._show(place, flight.moment, found, flight.why)
        if not shown:
            return self._stand_in(place, stand_in)
        return self._from_shown(place, moment) if flight.moment.prefix != moment.prefix else shown

    def _stand_in(self, place: Place, stand_in: StandIn) -> list[Suggestion]:
        """What the embedded tier says, in the place of models that say nothing, or nothing yet."""
        recalled = stand_in.look()
        if recalled is None:
            return []
        self._kitchen.note(recalled.served(place.why), recalled.work)
        return self._show(place, recalled.moment, [recalled.suggestion], "")

    def _show(self, place: Place, moment: Moment, found: Sequence[Suggestion], why: str) -> list[Suggestion]:
        place.why = "" if found else why
        if found:
            texts, replaces = tuple(s.insert for s in found), tuple(s.replace for s in found)
            place.shown = Shown(moment.prefix, moment.suffix, texts, replaces)
            place.offered = tuple(found)
        return list(found)

    # --- helpers ---

    def _launch(self, request: Request, delay: float = 0.0) -> Flight:
        usual = self._kitchen.measured_ms(request.first)
        quick = usual is not None and delay * 1e3 + usual <= QUICK * 1e3
        flight = Flight(self._answers, request, delay, QUICK if quick else HEAD_START)
        self._flying.add(flight.task)
        flight.task.add_done_callback(self._flying.discard)
        return flight

    def _let_count(self, flight: Flight) -> None:
        if flight.done and not flight.task.done() and flight not in self._counting:
            self._counting.add(flight)
            flight.task.add_done_callback(lambda _: self._counting.discard(flight))

    def _delay(self, place: Place, request: Request) -> float:
        debounce = self._kitchen.settings.completion.debounce
        if request.moment.asked_for:
            return 0.0
        if debounce != "adaptive":
            return debounce / 1000
        return place.pace.delay(request.first.tier, request.moment.prefix.rpartition("\n")[2])

    def _catch_up(self, place: Place) -> None:
        """What has come since a part of it was shown belongs to what is shown, and so does what goes on from there."""
        flight = place.flight
        if flight is None or not (flight.partly_shown or flight.behind):
            return
        found = flight.so_far()
        if found and flight.behind and place.shown and goes_on(place.shown, flight.moment, found[0]):
            flight.take_the_stage()
        if found and not flight.behind:
            self._show(place, flight.moment, found, "")
        if flight.done and not (found and flight.behind):
            place.flight = None
            self._let_count(flight)

    def _let_go_on(self, place: Place, moment: Moment) -> None:
        """A request whose answer may still belong to what is shown."""
        flight = place.flight
        if flight is None:
            return
        if (flight.partly_shown or flight.behind) and flight.leads_to(moment):
            flight.follow(moment)
        else:
            self._drop_flight(place)

    def _take_what_was_asked_ahead(self, place: Place, moment: Moment) -> None:
        ahead, place.ahead = place.ahead, None
        if ahead is None:
            return
        if moment.asked_for or not ahead.leads_to(moment):
            ahead.cancel()
            return
        self._drop_flight(place)
        place.flight = ahead

    def _drop_flight(self, place: Place) -> None:
        flight, place.flight = place.flight, None
        if flight is not None:
            flight.cancel()

    def _drop_flights(self, place: Place) -> None:
        self._drop_flight(place)
        ahead, place.ahead = place.ahead, None
        if ahead is not None:
            ahead.cancel()

    def _place(self, uri: str) -> Place:
        place = self._places.get(uri)
        if place is None:
            place = self._places[uri] = Place()
            while len(self._places) > DOCUMENTS:
                _, oldest = self._places.popitem(last=False)
                self._drop_flights(oldest)
        self._places.move_to_end(uri)
        return place

    def _costless(self, moment: Moment) -> Request | None:
        """A request that only models which cost nothing may answer; None when there is none, or no need."""
        try:
            request = compose(self._kitchen, moment)
        except Withdrawn:
            return None
        costless = tuple(m for m in request.decision.chain if m.tier is not Tier.PAID)
        if not costless or self._answers.kept(request) is not None:
            return None
        return replace(request, decision=replace(request.decision, chain=costless))


def _accepted(moment: Moment, suggestion: Suggestion) -> Moment:
    text = moment.prefix + suggestion.insert + moment.suffix[suggestion.replace :]
    return replace(moment, document=replace(moment.document, text=text), offset=moment.offset + len(suggestion.insert))
