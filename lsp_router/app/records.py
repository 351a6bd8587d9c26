"""The user's shared database, opened as one thing and closed as one thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lsp_router.engine.monitor import Desk
from lsp_router.routing.budget import Spending
from lsp_router.store.claims import Claims
from lsp_router.store.database import Database
from lsp_router.store.facts import Facts
from lsp_router.store.history import History
from lsp_router.store.ledger import Ledger
from lsp_router.store.retention import Retention, upkeep
from lsp_router.store.till import Till
from lsp_router.store.writer import Writer


@dataclass(slots=True)
class Records:
    """Ledger, budget, facts and claims over one SQLite file, for all editors of one user."""

    folder: Path
    now: Callable[[], float]
    say: Callable[[str], None]
    keep_days: float = 90.0
    database: Database = field(init=False)
    writer: Writer = field(init=False)
    till: Till[Spending] = field(init=False)
    desk: Desk = field(init=False)
    history: History = field(init=False)

    def __post_init__(self) -> None:
        self.database = Database(self.folder, self.say)
        self.writer = Writer(self.database, upkeep(Retention(days=self.keep_days), self.now))
        self.till = Till(self.database, self.writer, Spending, now=self.now)
        self.desk = Desk(
            Ledger(self.writer),
            Facts(self.database, self.writer, now=self.now),
            Claims(self.database, self.writer, now=self.now),
        )
        self.history = History(self.database)

    def close(self) -> None:
        """Writes what waits; the next use opens anew."""
        self.writer.close()
        self.database.close()
