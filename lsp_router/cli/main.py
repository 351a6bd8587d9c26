"""`lsp-router`: finds the command and runs it. Only that command's module is loaded; the server loads none of them."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Collection, Sequence
from importlib import import_module

from lsp_router import __version__
from lsp_router.cli.parser import Formatter, Parser

COMMANDS = {
    "serve": "serve",
    "try": "trial",
    "init": "init",
    "doctor": "doctor",
    "models": "models",
    "route": "route",
    "complete": "complete",
    "review": "review",
    "run": "run",
    "stats": "stats",
    "dashboard": "dashboard",
    "audit": "audit",
    "replay": "replay",
    "eval": "evaluate",
    "cache": "cache",
    "config": "config",
    "trust": "trust",
}
"""Command → module of this package, in the order of `--help`."""

EPILOG = """\
first steps:
  lsp-router try        see it work, without a key and without a network
  lsp-router init       find keys and local model servers, write a configuration
  lsp-router doctor     check everything and say how to mend it
"""


def main(argv: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if argv is None else argv) or ["serve"]
    if words[0].startswith("--") and words[0].lstrip("-").split("=")[0] in {"stdio", "tcp", "ws"}:
        words.insert(0, "serve")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a path may hold what this terminal has no letters for
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(words)
    except BrokenPipeError:  # the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\nlsp-router: stopped", file=sys.stderr)
        return 130
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        print(f"lsp-router: {error.strerror or error}{place}", file=sys.stderr)
        return 1


def _run(words: Sequence[str]) -> int:
    parser = _parser(words)
    args = parser.parse_args(words)
    if not hasattr(args, "run"):
        parser.print_help(sys.stderr)
        return 2
    code = int(args.run(args))
    sys.stdout.flush()  # a reader that is gone is noticed here, not when the interpreter ends
    return code


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = Parser(
        prog="lsp-router",
        description="Cheap and strong language models behind every editor, each request routed to the right one.",
        epilog=EPILOG,
        formatter_class=Formatter,
    )
    parser.add_argument("--version", action="version", version=f"lsp-router {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    for name in _needed(words):
        import_module(f"lsp_router.cli.{COMMANDS[name]}").add(commands)
    return parser


def _needed(words: Sequence[str]) -> Collection[str]:
    """The commands that must be known to understand these words; all of them where they are only listed."""
    asked = next((word for word in words if not word.startswith("-")), "")
    if asked in COMMANDS:
        return [asked]
    return [] if words[:1] == ["--version"] else COMMANDS
