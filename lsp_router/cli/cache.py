"""`lsp-router cache`: what is kept of answers and of projects, and emptying it."""

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
        help="show or empty the caches: answers of models, indexes of projects",
        description="Answers are kept on this machine only, as text, up to [cache] size_mb; so are the indexes of the"
        " embedded tier, one for each project you open.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", choices=["info", "clear"])
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from lsp_router.app.recall import forget_all, shelved  # noqa: PLC0415 - `--help` need not wait for it

    with opened(args) as app:
        cache, folder = app.cache(), app.sources.places.cache
        gone = (cache.clear(), forget_all(folder)) if args.action == "clear" else (0, 0)
        info, index = cache.info(), shelved(folder)
    if args.json:
        indexes = {"workspaces": index.workspaces, "bytes": index.bytes, "folder": str(index.directory)}
        dump(
            {
                "entries": info.entries,
                "bytes": info.bytes,
                "limit_bytes": info.limit,
                "folder": str(info.directory),
                "index": indexes,
            }
        )
    elif args.action == "clear":
        print(f"the cache is empty: {gone[0]} answers forgotten")
        if gone[1]:
            print(f"and the indexes of {gone[1]} projects")
    else:
        size, limit = info.bytes / MEGABYTE, info.limit / MEGABYTE
        print(f"{info.entries} answers, {size:.1f} of {limit:.0f} MB in {info.directory}")
        print(f"indexes of {index.workspaces} projects, {index.bytes / MEGABYTE:.1f} MB in {index.directory}")
    return 0
