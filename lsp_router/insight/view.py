"""What may be looked at: the ledger and the state of routing, handed in by whoever wires the rooms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lsp_router.domain.model import Model
from lsp_router.domain.task import Limits
from lsp_router.engine.monitor import Monitor
from lsp_router.routing.budget import Spending
from lsp_router.store.history import History
from lsp_router.store.trends import Trends


@dataclass(frozen=True, slots=True)
class View:
    history: History
    trends: Trends
    monitor: Monitor
    models: Callable[[], Sequence[Model]]
    """Everybody who could be asked, as the configuration stands now."""
    limits: Callable[[], Limits]
    spending: Callable[[], Spending]
    """Today's, in the project the view was opened in."""
    now: Callable[[], float]
    profile: str = ""
    project: str = ""
    stamp: Callable[[], object] = object
    """Changes when there is something new to see; always, where nobody can tell."""
