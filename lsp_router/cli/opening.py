"""Opens the app for a command and closes it again, with what it says on stderr."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from lsp_router.cli.config import sources
from lsp_router.cli.output import warn

if TYPE_CHECKING:
    from lsp_router.app.app import App
    from lsp_router.config.sources import Sources
    from lsp_router.insight.view import View


MINUTE = 60.0


@contextmanager
def opened(args: argparse.Namespace, *, quiet: bool = False) -> Iterator[App]:
    """`quiet` is for whoever tells what is wrong with the configuration in another way."""
    with opened_from(sources(args, os.environ), quiet=quiet) as app:
        yield app


@contextmanager
def opened_from(where: Sources, *, quiet: bool = False) -> Iterator[App]:
    """The same from other sources than the command line's."""
    import asyncio  # noqa: PLC0415 - `--help` need not wait for it

    from lsp_router.app.app import App  # noqa: PLC0415 - same

    app = App(where, say=warn)
    for problem in () if quiet else app.loaded.warnings:
        warn(problem)
    try:
        yield app
    finally:
        asyncio.run(app.close())


def learnt(app: App) -> App:
    """For commands that tell how the server would rank: it has learnt by now what its users accept."""
    from lsp_router.store.database import BusyError  # noqa: PLC0415 - `--help` need not wait for it

    with suppress(BusyError):
        app.merits.learn(app.world.clock.now())
    return app


def view_of(app: App) -> View:
    """What insight may look at of an app."""
    from lsp_router.domain.task import Work  # noqa: PLC0415 - `--help` need not wait for it
    from lsp_router.insight.view import View  # noqa: PLC0415 - same
    from lsp_router.store.trends import Trends  # noqa: PLC0415 - same

    return View(
        history=app.records.history,
        trends=Trends(app.records.database),
        monitor=app.monitor,
        models=lambda: (*app.fleet.models, app.embedded),
        limits=app.limits,
        spending=lambda: app.spending(Work()),
        now=app.world.clock.now,
        profile=app.settings.profile.value,
        project=app.project,
        stamp=lambda: (app.records.database.stamp(), app.world.clock.now() // MINUTE),
    )
