"""Opens the app for a command and closes it again, with what it says on stderr."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lsp_router.cli.config import sources

if TYPE_CHECKING:
    from lsp_router.app.app import App


@contextmanager
def opened(args: argparse.Namespace, *, quiet: bool = False) -> Iterator[App]:
    from lsp_router.app.app import App  # noqa: PLC0415 - `--help` need not wait for it

    app = App(sources(args, os.environ), say=_say)
    if not quiet:
        for problem in app.loaded.warnings:
            _say(f"warning: {problem}")
    try:
        yield app
    finally:
        asyncio.run(app.close())


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
