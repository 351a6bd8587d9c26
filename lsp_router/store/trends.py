"""Asks the ledger what a picture needs: figures over time, speeds, failures, reactions, the last decisions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from lsp_router.store.database import Database
from lsp_router.store.history import ASKED, WANTED, median_and_p95
from lsp_router.store.notation import dollars

Step = Literal["hour", "day"]
_STEPS: dict[Step, str] = {"hour": "%Y-%m-%d %H", "day": "%Y-%m-%d"}

LATELY = 5_000
"""Decisions that reactions are counted over: what was liked long ago says little about today."""


@dataclass(frozen=True, slots=True)
class Slice:
    """An hour or a day of the user's own calendar."""

    key: str
    requests: int
    hits: int
    local: int
    free: int
    paid: int
    failed: int
    cost_usd: float
    baseline_usd: float

    @property
    def asked(self) -> int:
        return self.local + self.free + self.paid


@dataclass(frozen=True, slots=True)
class Reception:
    """What the user made of one model's answers, in one language and for one task."""

    model: str
    language: str
    task: str
    answers: int
    shown: int
    accepted: int
    partial: int
    rejected: int
    accepted_chars: int
    survived_chars: int
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds to the first token."""

    answers: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one request went that models were asked for: who answered, and what became of each attempt."""

    task: str
    model: str
    tier: str
    depth: int
    ttft_ms: float | None
    attempts: tuple[tuple[str, str], ...]
    """(model, outcome)."""


class Trends:
    """Reads only, as `History` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def slices(self, since: float, step: Step) -> list[Slice]:
        """In order of time; hours and days in which nothing was asked are left out."""
        query = f"SELECT strftime(?, at, 'unixepoch', 'localtime'), {_SLICED} FROM decision WHERE at >= ? GROUP BY 1"  # noqa: S608 - constants
        return [Slice(*_in_dollars(row, 2)) for row in self._ask(query, _STEPS[step], since)]

    def speeds(self, since: float, *, by_model: bool = True) -> dict[str, Speed]:
        """First tokens by model, or of all together under an empty name."""
        key = "model" if by_model else "''"
        query = f"SELECT {key}, ttft_ms FROM decision WHERE at >= ? AND {ASKED} AND ttft_ms > 0 ORDER BY 1, 2"  # noqa: S608 - constants
        found = groupby(self._ask(query, since), key=lambda row: str(row[0]))
        by_key = {name: [ms for _, ms in rows] for name, rows in found}
        return {name: Speed(len(times), *median_and_p95(times)) for name, times in by_key.items()}

    def tiers(self, since: float) -> dict[str, str]:
        """How each model was paid for when it last answered."""
        return {model: tier for model, tier, _ in self._ask(_TIERS, since)}

    def reception(self, since: float, most: int = LATELY) -> list[Reception]:
        """Of the last `most` decisions, those that models answered, the most used first."""
        return [Reception(*_in_dollars(row, 1)) for row in self._ask(_RECEPTION, most, since)]

    def tries(self, since: float) -> dict[str, dict[str, int]]:
        """How often each model's attempts ended how."""
        counted: dict[str, dict[str, int]] = {}
        for model, outcome, count in self._ask(_TRIES, since):
            counted.setdefault(model, {})[outcome] = count
        return counted

    def outcomes(self, most: int) -> list[Outcome]:
        """The last requests that models were asked for, oldest first."""
        found = groupby(self._ask(_OUTCOMES, most), key=lambda row: row[:6])
        return [_outcome(about, [(model, how) for *_, model, how in rows]) for about, rows in found]

    def latest(self, most: int) -> list[dict[str, Any]]:
        """The last decisions in the words of the public contract, newest first, with what became of each."""
        return [
            {**json.loads(told), "language": language, "project": project, "outcome": outcome, "verdict": verdict}
            for told, language, project, outcome, verdict in self._ask(_LATEST, most)
        ]

    def _ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        def ask(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
            return connection.execute(query, values).fetchall()

        return self._database.read(ask)


def _outcome(about: tuple[Any, ...], attempts: Iterable[tuple[str, str]]) -> Outcome:
    _, task, model, tier, depth, ttft_ms = about
    return Outcome(task, model, tier, depth, ttft_ms, tuple(attempts))


def _in_dollars(row: tuple[Any, ...], last: int) -> tuple[Any, ...]:
    """The last columns are money."""
    return (*row[:-last], *map(dollars, row[-last:]))


_SLICED = f"""count(*), coalesce(sum(outcome = 'ok' AND cache != 'miss'), 0),
    coalesce(sum({ASKED} AND tier = 'local'), 0), coalesce(sum({ASKED} AND tier = 'free'), 0),
    coalesce(sum({ASKED} AND tier = 'paid'), 0), coalesce(sum(outcome IN ('failed', 'refused')), 0),
    coalesce(sum(cost), 0), coalesce(sum(baseline), 0)"""
_RECEPTION = f"""SELECT model, language, task, count(*), sum(shown > 0 OR verdict != ''), sum(verdict = 'accepted'),
    sum(verdict = 'partial'), sum(verdict = 'rejected'), sum(accepted_chars), sum(survived_chars), sum(cost)
    FROM decision WHERE model != '' AND {WANTED} AND row > (SELECT coalesce(max(row), 0) - ? FROM decision)
    AND at >= ? GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3"""  # noqa: S608 - a constant
_TIERS = "SELECT model, tier, max(row) FROM decision WHERE at >= ? AND model != '' GROUP BY 1"
_TRIES = """SELECT attempt.model, attempt.outcome, count(*)
    FROM attempt JOIN decision ON decision.row = attempt.decision
    WHERE at >= ? GROUP BY 1, 2"""
_OUTCOMES = f"""SELECT asked.row, task, asked.model, tier, depth, ttft_ms, attempt.model, attempt.outcome
    FROM
    (SELECT * FROM decision WHERE EXISTS (SELECT 1 FROM attempt WHERE attempt.decision = decision.row)
     AND {WANTED} ORDER BY row DESC LIMIT ?) AS asked
    JOIN attempt ON attempt.decision = asked.row ORDER BY asked.row, attempt.rowid"""  # noqa: S608 - a constant
_LATEST = f"""SELECT told, language, project_name, outcome, verdict
    FROM why JOIN decision ON decision.row = why.decision WHERE {WANTED}
    ORDER BY why.decision DESC LIMIT ?"""  # noqa: S608 - a constant
