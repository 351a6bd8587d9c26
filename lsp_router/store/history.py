"""Asks the ledger: totals, shares, what was spent, why, and every row again for a replay."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, get_args

from lsp_router.domain.decision import Attempt
from lsp_router.domain.money import Tokens
from lsp_router.store.database import Database
from lsp_router.store.entry import Row, work_of
from lsp_router.store.notation import dollars, fingerprint

By = Literal[
    "",
    "model",
    "task",
    "language",
    "day",
    "provider",
    "tier",
    "project_name",
    "session",
    "cache",
    "outcome",
    "template",
]

PAGE = 500
WANTED = """shape NOT LIKE '%"kind": "evaluation"%'"""
"""Not asked only to measure a model: that costs, but it is no sign of how routing does."""
ASKED = f"outcome = 'ok' AND cache = 'miss' AND {WANTED}"
"""Answered by a model just now: cache hits cost nothing and were not routed."""


@dataclass(frozen=True, slots=True)
class Total:
    """The figures of one model, task, day, … over a span of time."""

    key: str
    requests: int
    answered: int
    hits: int
    """Answered by the cache."""
    asked: int
    """Answered by a model."""
    paid: int
    fell_back: int
    tokens: Tokens
    cost_usd: float
    baseline_usd: float
    shown: int
    accepted: int
    rejected: int
    accepted_chars: int
    survived_chars: int
    suggested_usd: float
    """What completions cost, shown or not: the price of the characters that were accepted."""
    p50_ms: float | None
    p95_ms: float | None
    """Latency of what models answered."""

    @property
    def saved_usd(self) -> float:
        return self.baseline_usd - self.cost_usd

    @property
    def paid_share(self) -> float:
        return self.paid / self.asked if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class Share:
    paid: int
    asked: int

    @property
    def value(self) -> float:
        return self.paid / self.asked if self.asked else 0.0


class History:
    """Reads only; what still waits in the writer's queue is not there yet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def totals(self, since: float = 0.0, by: By = "", project: str | None = None) -> list[Total]:
        """One total per value of `by`, days in order, everything else by cost; all in one when `by` is empty."""
        where, values = _span(since, project)
        if by not in get_args(By):
            raise ValueError(f"totals are kept by {', '.join(filter(None, get_args(By)))}; not by {by!r}")
        key, grouped = (by, "GROUP BY 1") if by else ("''", "")

        def ask(connection: sqlite3.Connection) -> list[Total]:
            slow = _latencies(connection, key, where, values)
            rows = connection.execute(f"SELECT {key}, {_SUMS} FROM decision WHERE {where} {grouped}", values)  # noqa: S608 - checked above
            return [_total(row, slow) for row in rows]

        found = self._database.read(ask)
        return sorted(found, key=lambda t: t.key if by == "day" else (-t.cost_usd, -t.requests, t.key))

    def spent(
        self, *, since: float = 0.0, day: str | None = None, project: str | None = None, session: str | None = None
    ) -> float:
        """What was recorded as spent, in dollars; promises that are still open are the till's to tell."""
        where, values = _span(since, project)
        for name, value in (("day", day), ("session", session)):
            if value is not None:
                where, values = f"{where} AND {name} = :{name}", {**values, name: value}
        query = f"SELECT coalesce(sum(cost), 0) FROM decision WHERE {where}"  # noqa: S608 - names above
        return dollars(self._database.read(lambda connection: connection.execute(query, values).fetchone()[0]))

    def paid_share(self, since: float, project: str | None = None) -> Share:
        """How many of the requests that models answered since then cost money."""
        where, values = _span(since, project)
        query = f"SELECT coalesce(sum(tier = 'paid'), 0), count(*) FROM decision WHERE {where} AND {ASKED}"  # noqa: S608 - constants
        return Share(*self._database.read(lambda connection: connection.execute(query, values).fetchone()))

    def first_tokens(self, since: float, most: int = 2_000) -> list[tuple[str, float]]:
        """(model, milliseconds to its first token) of the last answers, oldest first."""
        query = (
            f"SELECT model, ttft_ms FROM decision WHERE at >= ? AND {ASKED} AND ttft_ms > 0 ORDER BY row DESC LIMIT ?"  # noqa: S608 - a constant
        )
        found = self._database.read(lambda connection: connection.execute(query, (since, most)).fetchall())
        return found[::-1]

    def why(self, decision: str) -> dict[str, Any] | None:
        """A recent decision in the words of the public contract."""
        return self._told(f"{_TOLD} JOIN decision ON decision.row = why.decision WHERE id = ?", decision)

    def latest(self, uri: str = "") -> dict[str, Any] | None:
        """The last decision for a document, or the last of all."""
        found = f"{_TOLD} {'WHERE uri = ?' if uri else ''} ORDER BY decision DESC LIMIT 1"
        return self._told(found, *([fingerprint(uri)] if uri else []))

    def rows(self, since: float = 0.0, until: float | None = None) -> Iterator[Row]:
        """Every decision in the order of recording, page by page, so that a long replay holds nobody up."""
        after = 0
        while page := self._page(after, since, until):
            yield from (row for _, row in page)
            after = page[-1][0]

    def _page(self, after: int, since: float, until: float | None) -> list[tuple[int, Row]]:
        return self._database.read(lambda connection: _page(connection, after, since, until))

    def _told(self, query: str, *values: str) -> dict[str, Any] | None:
        found = self._database.read(lambda connection: connection.execute(query, values).fetchone())
        return json.loads(found[0]) if found else None


_TOLD = "SELECT told FROM why"
_SUMS = f"""count(*), coalesce(sum(outcome = 'ok'), 0), coalesce(sum(outcome = 'ok' AND cache != 'miss'), 0),
    coalesce(sum({ASKED}), 0), coalesce(sum({ASKED} AND tier = 'paid'), 0), coalesce(sum({ASKED} AND depth > 0), 0),
    coalesce(sum(input), 0), coalesce(sum(cached), 0), coalesce(sum(written), 0), coalesce(sum(output), 0),
    coalesce(sum(reasoning), 0), coalesce(sum(cost), 0), coalesce(sum(baseline), 0), coalesce(sum(shown > 0), 0),
    coalesce(sum(verdict IN ('accepted', 'partial')), 0), coalesce(sum(verdict = 'rejected'), 0),
    coalesce(sum(accepted_chars), 0), coalesce(sum(survived_chars), 0),
    coalesce(sum(CASE WHEN task IN ('completion', 'explicit-completion') AND {WANTED} THEN cost END), 0)"""


def _span(since: float, project: str | None) -> tuple[str, dict[str, Any]]:
    if project is None:
        return "at >= :since", {"since": since}
    return "at >= :since AND project = :project", {"since": since, "project": fingerprint(project)}


def _latencies(
    connection: sqlite3.Connection, key: str, where: str, values: Mapping[str, Any]
) -> dict[str, tuple[float, float]]:
    query = f"SELECT {key}, latency_ms FROM decision WHERE {where} AND {ASKED} ORDER BY 1, 2"  # noqa: S608 - as above
    grouped = groupby(connection.execute(query, values), key=lambda row: row[0])
    return {name: median_and_p95([ms for _, ms in rows]) for name, rows in grouped}


def median_and_p95(ordered: list[float]) -> tuple[float, float]:
    last = len(ordered) - 1
    return ordered[round(last * 0.5)], ordered[round(last * 0.95)]


def _total(row: tuple[Any, ...], slow: Mapping[str, tuple[float, float]]) -> Total:
    key, requests, answered, hits, asked, paid, fell_back = row[:7]
    shown, accepted, rejected, accepted_chars, survived_chars, suggested = row[14:20]
    p50, p95 = slow.get(key, (None, None))
    return Total(
        key=key,
        requests=requests,
        answered=answered,
        hits=hits,
        asked=asked,
        paid=paid,
        fell_back=fell_back,
        tokens=Tokens(*row[7:12]),
        cost_usd=dollars(row[12]),
        baseline_usd=dollars(row[13]),
        shown=shown,
        accepted=accepted,
        rejected=rejected,
        accepted_chars=accepted_chars,
        survived_chars=survived_chars,
        suggested_usd=dollars(suggested),
        p50_ms=p50,
        p95_ms=p95,
    )


def _page(connection: sqlite3.Connection, after: int, since: float, until: float | None) -> list[tuple[int, Row]]:
    found = connection.execute(
        "SELECT * FROM decision WHERE row > ? AND at >= ? AND at < ? ORDER BY row LIMIT ?",
        (after, since, float("inf") if until is None else until, PAGE),
    )
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, values, strict=True)) for values in found]
    return [(row["row"], _row(row, _attempts(connection, row["row"]))) for row in rows]


def _row(c: Mapping[str, Any], attempts: tuple[Attempt, ...]) -> Row:
    return Row(
        work=work_of(c["shape"], c["task"], c["language"], c["session"]),
        fallback_depth=c["depth"],
        tokens=_tokens(c),
        cost_usd=dollars(c["cost"]),
        baseline_usd=dollars(c["baseline"]),
        estimate_usd=dollars(c["estimate"]),
        gates=tuple(json.loads(c["gates"])),
        attempts=attempts,
        **{name: c[name] for name in _AS_STORED},
    )


_AS_STORED = ("id", "at", "day", "project", "project_name", "task", "model", "provider", "tier", "latency_ms",
              "ttft_ms", "cache", "finish", "template", "outcome", "shown", "verdict", "accepted_chars",
              "survived_chars", "survived_s")  # fmt: skip


def _attempts(connection: sqlite3.Connection, decision: int) -> tuple[Attempt, ...]:
    found = connection.execute("SELECT * FROM attempt WHERE decision = ? ORDER BY rowid", (decision,))
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, values, strict=True)) for values in found]
    return tuple(Attempt(a["model"], a["outcome"], a["reason"], a["ms"], dollars(a["cost"]), _tokens(a)) for a in rows)


def _tokens(c: Mapping[str, Any]) -> Tokens:
    return Tokens(c["input"], c["cached"], c["written"], c["output"], c["reasoning"])
