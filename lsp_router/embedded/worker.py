"""The process that builds indexes: `python -m lsp_router.embedded.worker ROOT CACHE`. It gives way to everything else.

Whoever finds the workspace's lock taken leaves the work to its holder; what it prints is one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from lsp_router.embedded.index.library import MANIFEST, folder_of
from lsp_router.embedded.index.locking import try_lock

TETHERED = "--tethered"
NICENESS = 15
UNUSED_DAYS = 30
"""Indexes of workspaces that nobody opened for so long are deleted."""


def main(argv: Sequence[str] | None = None) -> int:
    options = _options(argv)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    if options.tethered:
        threading.Thread(target=_leave_with_parent, daemon=True).start()
    folder = folder_of(options.cache, options.root)
    folder.mkdir(parents=True, exist_ok=True)
    with try_lock(folder / "lock") as held:
        report = _refresh(options, folder) if held else {"busy": True}
    sys.stdout.write(json.dumps(report) + "\n")
    return 0


def command(root: Path, cache: Path, near: str = "", ignored: Sequence[str] = ()) -> list[str]:
    """How to start the worker; `near` is relative to the root, with forward slashes."""
    patterns = [f"--ignore={pattern}" for pattern in ignored]
    words = ["-m", "lsp_router.embedded.worker", str(root), str(cache), f"--near={near}"]
    return [sys.executable, "-P", *words, *patterns]  # -P: the folder it is started in may hold anybody's modules


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="lsp_router.embedded.worker", description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--near", default="")
    parser.add_argument("--ignore", action="append", default=[], metavar="PATTERN")
    parser.add_argument("--max-tokens", type=int, default=2_000_000)
    parser.add_argument(TETHERED, action="store_true", help="end when stdin ends: whoever started this is gone")
    return parser.parse_args(argv)


def _leave_with_parent() -> None:
    """Nothing is lost: what is published is published in one step."""
    with suppress(OSError):
        while os.read(sys.stdin.fileno(), 1024):
            pass
    os._exit(1)


def _refresh(options: argparse.Namespace, folder: Path) -> dict[str, object]:
    from lsp_router.embedded.index.builder import refresh  # noqa: PLC0415 - numpy is not for whoever finds the lock taken

    started = time.perf_counter()
    reports = refresh(options.root, folder, options.near, options.ignore, options.max_tokens)
    _forget_unused(folder)
    spent = {"seconds": round(time.perf_counter() - started, 2), "processor_seconds": round(time.process_time(), 2)}
    return {**spent, "families": [asdict(report) for report in reports]}


def _forget_unused(folder: Path) -> None:
    """Bound what a cache of many workspaces takes."""
    os.utime(folder)
    oldest = time.time() - UNUSED_DAYS * 86_400
    for other in folder.parent.iterdir():
        with suppress(OSError):
            if other.is_dir() and other.stat().st_mtime < oldest:
                for path in (*other.glob("*.segment"), *other.glob("*.part"), other / MANIFEST, other / "lock"):
                    path.unlink(missing_ok=True)
                other.rmdir()


if __name__ == "__main__":
    raise SystemExit(main())
