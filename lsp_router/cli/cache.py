"""`lsp-router cache`: what the answer cache holds, and emptying it."""

from __future__ import annotations

import argparse

from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import opened
from lsp_router.cli.output import dump

EXAMPLE = """\
example:
  lsp-router cache info
  lsp-router cache clear
"""
MEGABYTE = 1_048_576


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "cache",
        help="show or empty the answer cache",
        description="Answers are kept on this machine only, as text, up to [cache] size_mb.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", choices=["info", "clear"])
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    with opened(args) as app:
        cache = app.cache()
        gone = cache.clear() if args.action == "clear" else 0
        info = cache.info()
    figures = {"entries": info.entries, "bytes": info.bytes, "limit_bytes": info.limit, "folder": str(info.directory)}
    if args.json:
        dump(figures)
    elif args.action == "clear":
        print(f"the cache is empty: {gone} answers forgotten")
    else:
        print(
            f"{info.entries} answers, {info.bytes / MEGABYTE:.1f} of {info.limit / MEGABYTE:.0f} MB in {info.directory}"
        )
    return 0
