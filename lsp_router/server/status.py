"""What the editor's status item shows: whether a model is at work, and what keeps suggestions away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lsp_router.app.app import App
from lsp_router.domain.model import Model
from lsp_router.domain.task import Work
from lsp_router.routing.budget import EXPLAINED, Step, step

PAUSE = 0.1
"""Seconds a change must last before it is told: what is over by then was not worth a flicker."""


class Kind(StrEnum):
    NORMAL = "Normal"
    WARNING = "Warning"
    ERROR = "Error"
    INACTIVE = "Inactive"


@dataclass(frozen=True, slots=True)
class State:
    busy: bool = False
    kind: Kind = Kind.NORMAL
    message: str = ""


class Status:
    """Owns what was told last; tells only what changed."""

    def __init__(self, condition: Callable[[], tuple[Kind, str]], tell: Callable[[State], None]) -> None:
        self._condition = condition
        self._tell = tell
        self._at_work = 0
        self._told = State()
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def busy(self) -> Iterator[None]:
        self._at_work += 1
        self.look()
        try:
            yield
        finally:
            self._at_work -= 1
            self.look()

    def look(self) -> None:
        """Something may have changed; the last of many changes is told."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self._compare)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _compare(self) -> None:
        self._timer = None
        state = State(self._at_work > 0, *self._condition())
        if state != self._told:
            self._told = state
            self._tell(state)


def condition(app: App) -> tuple[Kind, str]:
    """The first thing that keeps suggestions away; normal when nothing does."""
    if not app.settings.completion.enabled:
        return Kind.INACTIVE, "completions are switched off ([completion] enabled)"
    usable = [model for model in app.fleet.models if model.usable]
    if not usable and app.offline.enabled:
        return Kind.NORMAL, "no model is configured; suggestions are recalled from this project, nothing is sent"
    if not usable:
        return Kind.INACTIVE, "no model is configured: `lsp-router init` looks for keys and local servers"
    app.monitor.listen()
    resting = _resting(app, usable)
    if resting:
        return Kind.ERROR, resting
    spent = step(app.limits(), app.spending(Work()))
    only_paid = all(not model.price.free for model in usable)
    if spent is Step.CACHE_ONLY and only_paid:
        return Kind.ERROR, EXPLAINED[spent]
    return (Kind.WARNING if spent >= Step.EXPLICIT_ONLY else Kind.NORMAL), EXPLAINED[spent]


def _resting(app: App, usable: list[Model]) -> str:
    """Why nobody can be asked just now, and from when on somebody can; empty when somebody can."""
    now, first = app.world.clock.now(), None
    for model in usable:
        shut = app.monitor.health.closed(model, now)
        if shut is None:
            return ""
        if first is None or shut.until < first[1].until:
            first = model, shut
    if first is None:
        return ""
    model, shut = first
    back = datetime.fromtimestamp(shut.until).strftime("%H:%M")  # noqa: DTZ006 - the user's own clock
    return f"no model can be asked now ({model.name}: {shut.reason}); the first is tried again at {back}"
