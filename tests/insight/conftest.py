"""A ledger of one user that tests fill, and the view that insight has of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lsp_router.app.records import Records
from lsp_router.domain.model import Model
from lsp_router.domain.task import Limits
from lsp_router.engine.monitor import Monitor
from lsp_router.insight.view import View
from lsp_router.routing.budget import Spending
from lsp_router.store.trends import Trends

NOW = 1_763_726_400.0


@dataclass
class Clock:
    at: float = NOW

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@dataclass
class Study:
    """What a test puts into the ledger, and what insight sees of it."""

    records: Records
    clock: Clock = field(default_factory=Clock)
    models: tuple[Model, ...] = ()
    limits: Limits = Limits()
    spent: Spending = Spending()

    def view(self) -> View:
        self.records.writer.flush()
        monitor = Monitor(self.records.desk, self.clock, lambda: self.limits, lambda _: 0.0, lambda _: None)
        return View(
            self.records.history,
            Trends(self.records.database),
            monitor,
            models=lambda: self.models,
            limits=lambda: self.limits,
            spending=lambda: self.spent,
            now=self.clock.now,
            profile="free-first",
            project="/home/me/shop",
            stamp=self.records.database.stamp,
        )


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    said: list[str] = []
    clock = Clock()
    records = Records(tmp_path / "state", clock.now, said.append)
    yield Study(records, clock)
    records.close()
    assert said == []


@pytest.fixture
def recorded(study: Study) -> Callable[..., Study]:
    """Records entries and reactions in their order."""

    def record(*things: object) -> Study:
        for thing in things:
            if hasattr(thing, "reaction"):
                study.records.desk.ledger.feedback(thing)
            else:
                study.records.desk.ledger.record(thing)
        return study

    return record
