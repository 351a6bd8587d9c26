"""Two hundred people type at random, pause, go back, cancel and leave: no paid call outlives whoever waits for it."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from lsp_router.app.app import App
from lsp_router.assist.moment import Moment, Suggestion
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.context.document import Document
from lsp_router.domain.decision import Attempt
from lsp_router.server.desk import Desk
from tests.support.backend import Reply, Seen
from tests.support.workshop import Workshop, books, model

SESSIONS, TOGETHER, SEED = 200, 40, 20_261
SOON = 0.6
"""Forty typists share this process with the server and the backend: it may be busy that long."""
ANSWERS = ("return total(left, right)", "value = 1\n    other = 2\n    return value + other", "yield from rows")
TASK = "[tasks.completion]\nlatency_budget_ms = 120\n"


@dataclass
class Typist:
    desk: Desk
    dice: random.Random
    name: str
    text: str = ""
    waits: list[tuple[float, float]] = field(default_factory=list)
    """From when to when somebody waited for an answer."""
    running: list[asyncio.Task[None]] = field(default_factory=list)
    offered: str = ""

    async def work(self) -> None:
        self.text = f"# {self.name}\ndef f(left, right):\n    "
        for _ in range(self.dice.randint(5, 12)):
            self._key()
            self._ask()
            await asyncio.sleep(self.dice.choice((0, 0.005, 0.03, 0.06, 0.2)))
            if self.dice.random() < 0.2:
                self.running[-1].cancel()
            if self.dice.random() < 0.05:
                self.desk.completer.forget(self.name)
        for task in self.running:
            if self.dice.random() < 0.5:
                task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)

    def _key(self) -> None:
        luck = self.dice.random()
        if luck < 0.15 and len(self.text) > 40:
            self.text, self.offered = self.text[:-1], ""
        elif luck < 0.7 and self.offered:
            self.text, self.offered = self.text + self.offered[0], self.offered[1:]
        elif luck < 0.9:
            self.text, self.offered = self.text + self.dice.choice("revxy ("), ""

    def _ask(self) -> None:
        document = Document(f"{self.name}.py", self.text, "python")
        moment = Moment(self.name, document, len(self.text), asked_for=self.dice.random() < 0.1)
        self.running.append(asyncio.create_task(self._wait(moment)))

    async def _wait(self, moment: Moment) -> None:
        started = time.time()
        try:
            found = await self.desk.suggest(moment)
            self._take(moment, found)
        finally:
            self.waits.append((started, time.time()))

    def _take(self, moment: Moment, found: list[Suggestion]) -> None:
        if found and self.text == moment.document.text:
            self.offered = found[0].insert

    def waited_at(self, moment: float) -> bool:
        return any(start <= moment <= end for start, end in self.waits)


async def test_no_paid_call_outlives_its_request(workshop: Workshop) -> None:
    dice = random.Random(SEED)
    workshop.backend.script = lambda _seen: Reply(
        dice.choice(ANSWERS), delay=dice.choice((0, 0.01, 0.1)), token_delay=dice.choice((0, 0.005, 0.03))
    )
    workshop.configure(TASK + model())
    environ = {"LSP_ROUTER_HOME": str(workshop.home)}
    desk = Desk(App(Sources(places(environ), environ, workshop.folder)))
    typists = [Typist(desk, random.Random(SEED + n), f"person{n:03}") for n in range(SESSIONS)]
    for first in range(0, SESSIONS, TOGETHER):
        await asyncio.gather(*(typist.work() for typist in typists[first : first + TOGETHER]))
    over = time.time()
    await asyncio.sleep(SOON)
    calls = workshop.backend.log
    assert len(calls) > SESSIONS, "cancellations must not wear out the way to the model"
    assert desk.status()["health"] == {}
    assert [seen for seen in calls if not 0 < seen.ended < over + SOON] == []
    by_name = {typist.name: typist for typist in typists}
    assert [seen for seen in calls if not _was_waited_for(seen, by_name[_who(seen)])] == []
    await desk.close()
    _check_books(workshop.home, calls)


def _who(seen: Seen) -> str:
    return str(seen.body["prompt"]).partition("person")[2][:3].join(("person", ""))


def _was_waited_for(seen: Seen, typist: Typist) -> bool:
    """Somebody waited when it ended, give or take what it takes to close a wire."""
    return seen.ended - seen.at < SOON or typist.waited_at(seen.ended - SOON)


def _check_books(home: Path, calls: list[Seen]) -> None:
    found = books(home)
    attempts = [attempt for row in found.rows for attempt in row.attempts if attempt.outcome != "skipped"]
    sent = sum(seen.sent_tokens for seen in calls)
    booked = sum(attempt.tokens.output for attempt in attempts)
    cut_short = sum(seen.aborted for seen in calls)
    assert found.held == 0
    assert len(attempts) >= len(calls)
    assert any(seen.aborted for seen in calls)
    assert abs(booked - sent) <= 3 * cut_short + len(calls)
    assert abs(found.spent - sum(map(_cost, attempts))) < 1e-6


def _cost(attempt: Attempt) -> float:
    return attempt.tokens.prompt * 1e-6 + attempt.tokens.output * 1e-5
