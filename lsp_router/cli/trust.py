"""`lsp-router trust`: whose project files may say where code and keys go."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from lsp_router.config.files import project_root
from lsp_router.config.places import Places, places
from lsp_router.config.sources import Sources
from lsp_router.config.trust import distrust, trust, trusted_folders

EXAMPLE = """\
A project file that is not trusted may not set addresses, key names, commands or prices, and may only tighten budget and
privacy. Trust covers a folder and everything in it.

example:
  lsp-router trust ~/projects/shop
  lsp-router trust --list
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "trust",
        help="let the project file of a workspace set addresses, keys, budget and privacy",
        description="Mark a workspace as trusted for this user.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", nargs="?", type=Path, metavar="PATH", help="the workspace; the current one by default")
    parser.add_argument("--remove", action="store_true", help="stop trusting it")
    parser.add_argument("--list", action="store_true", help="show what is trusted")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    here = places(os.environ)
    try:
        if args.list:
            return _list(here, as_json=args.json)
        folder = args.path or project_root(Path.cwd())
        return _remove(here, folder, as_json=args.json) if args.remove else _trust(here, folder, as_json=args.json)
    except OSError as error:
        print(f"lsp-router trust: cannot write {here.trust_file}: {error.strerror}", file=sys.stderr)
        return 1


def _list(here: Places, *, as_json: bool) -> int:
    folders = [str(folder) for folder in trusted_folders(here)]
    if as_json:
        print(json.dumps({"trusted": folders}))
    else:
        print("\n".join(folders) or "no workspace is trusted; trust one with: lsp-router trust PATH")
    return 0


def _trust(here: Places, folder: Path, *, as_json: bool) -> int:
    if not folder.is_dir():
        print(f"lsp-router trust: {folder} is not a folder", file=sys.stderr)
        return 2
    known, unlocked = _trusting(here, folder)
    if as_json:
        print(json.dumps({"trusted": str(known), "changed": list(unlocked)}))
        return 0
    print(f"trusted: {known}")
    for key in unlocked:
        print(f"  its project file now sets {key}")
    return 0


def _trusting(here: Places, folder: Path) -> tuple[Path, tuple[str, ...]]:
    """The path that is now trusted, and what its project file may therefore set."""
    from lsp_router.config.load import load  # noqa: PLC0415 - the schema is heavy, and --list does not need it
    from lsp_router.config.watch import differences  # noqa: PLC0415 - same

    sources = Sources(here, os.environ, folder)
    before = load(sources)
    known = trust(here, folder)
    return known, differences(before, load(sources))


def _remove(here: Places, folder: Path, *, as_json: bool) -> int:
    removed = distrust(here, folder)
    if as_json:
        print(json.dumps({"removed": removed}))
    elif removed:
        print(f"no longer trusted: {folder}")
    if not removed:
        print(f"lsp-router trust: {folder} is not in the list; see: lsp-router trust --list", file=sys.stderr)
    return 0 if removed else 1
