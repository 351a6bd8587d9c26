"""`lsp-router config`: what holds and who said so, what is wrong, and what may be said at all."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_router.config.files import project_root
from lsp_router.config.places import places
from lsp_router.config.problem import hide_keys
from lsp_router.config.sources import Origin, Source, Sources

if TYPE_CHECKING:
    from lsp_router.config.load import Loaded

EXAMPLE = """\
example:
  lsp-router config show budget
  lsp-router config show --changed
  lsp-router config check --project ~/projects/shop
  lsp-router config schema > lsp-router.schema.json
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "config",
        help="show, check or describe the configuration",
        description="Show every value with where it came from, check what is written, or print the schema.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="show|check|schema")
    show = _action(actions, "show", "every value and where it comes from", "lsp-router config show tasks.completion")
    show.add_argument("keys", nargs="*", metavar="KEY", help="only these keys and what is below them")
    show.add_argument("--changed", action="store_true", help="only what is not a default")
    show.set_defaults(run=run_show)
    check = _action(actions, "check", "what is wrong with it; exit 1 when something is", "lsp-router config check")
    check.set_defaults(run=run_check)
    for action in (show, check):
        add_sources(action)
        action.add_argument("--json", action="store_true", help="print JSON")
    schema = _action(actions, "schema", "the JSON schema, for editors and TOML tools", "lsp-router config schema")
    schema.set_defaults(run=run_schema)


def add_sources(parser: argparse.ArgumentParser) -> None:
    """The options that any command with a configuration takes; `sources` reads them."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="use this file in place of the user's own")
    parser.add_argument("--project", type=_folder, metavar="DIR", help="the workspace; found from here by default")
    parser.add_argument(
        "--set", action="append", default=[], type=_override, metavar="KEY=VALUE", help="override one value"
    )


def sources(args: argparse.Namespace, environ: Mapping[str, str]) -> Sources:
    root = args.project or project_root(Path.cwd())
    return Sources(places(environ), environ, root.resolve(), args.config, overrides=dict(args.set))


def run_show(args: argparse.Namespace) -> int:
    loaded = _load(args)
    rows = _rows(loaded, args.keys, changed=args.changed)
    if args.keys and not rows:
        print(f"lsp-router config: nothing is set under {', '.join(args.keys)}", file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps({key: _as_json(value, origin) for key, value, origin in rows}, indent=2))
    else:
        _print_rows(rows)
    for problem in loaded.warnings:
        print(f"warning: {problem}", file=sys.stderr)
    return 0


def run_check(args: argparse.Namespace) -> int:
    loaded = _load(args)
    if args.json:
        print(json.dumps({"warnings": [asdict(problem) for problem in loaded.warnings]}, indent=2))
    else:
        print("\n".join(map(str, loaded.warnings)) or f"fine: {_read_from(loaded)}")
    return 1 if loaded.warnings else 0


def run_schema(_args: argparse.Namespace) -> int:
    from lsp_router.config.schema import json_schema  # noqa: PLC0415 - only this command needs it

    print(json.dumps(json_schema(), indent=2))
    return 0


def _load(args: argparse.Namespace) -> Loaded:
    from lsp_router.config.load import load  # noqa: PLC0415 - the schema is heavy, and not every command needs it

    return load(sources(args, os.environ))


Row = tuple[str, object, Origin]


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str, example: str
) -> argparse.ArgumentParser:
    formatter = argparse.RawDescriptionHelpFormatter
    return actions.add_parser(
        name, help=what, description=what, epilog=f"example:\n  {example}", formatter_class=formatter
    )


def _folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"{text} is not a folder")
    return Path(text)


def _override(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not (key and equals):
        raise argparse.ArgumentTypeError("write it as KEY=VALUE, for example budget.per_day_usd=2")
    return key, value


def _rows(loaded: Loaded, keys: Iterable[str], *, changed: bool) -> list[Row]:
    wanted = tuple(keys)
    rows = [(key, _safe(value), loaded.provenance[key]) for key, value in loaded.values.items()]
    return [
        row
        for row in rows
        if (not wanted or any(f"{row[0]}.".startswith(f"{key}.") for key in wanted))
        and not (changed and row[2].source is Source.DEFAULT)
    ]


def _safe(value: object) -> object:
    """A key that was written where none belongs is still not shown."""
    if isinstance(value, list):
        return [_safe(item) for item in value]
    return hide_keys(value) if isinstance(value, str) else value


def _print_rows(rows: list[Row]) -> None:
    """Lines of valid TOML, so that any of them can be copied into a file."""
    said = [(f"{key} = {json.dumps(value)}", f"# {_said_by(origin)}") for key, value, origin in rows]
    width = min(max((len(setting) for setting, _ in said), default=0), 60)
    if not sys.stdout.isatty():
        print("\n".join(f"{setting:<{width}}  {by}" for setting, by in said))
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs colour
    from rich.text import Text  # noqa: PLC0415 - same

    console = Console()
    for setting, by in said:
        console.print(Text.assemble(f"{setting:<{width}}  ", (by, "dim")), soft_wrap=True)


def _said_by(origin: Origin) -> str:
    return origin.where if origin.where == origin.source.value else f"{origin.source.value}: {origin.where}"


def _as_json(value: object, origin: Origin) -> dict[str, object]:
    return {"value": value, "source": origin.source.value, "where": origin.where}


def _read_from(loaded: Loaded) -> str:
    files = dict.fromkeys(origin.where for origin in loaded.provenance.values() if origin.source is not Source.DEFAULT)
    return ", ".join(files) or "nothing is configured, the defaults hold"
