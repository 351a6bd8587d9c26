"""`lsp-router serve`: the language server. Imported before everything else, so it imports almost nothing."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

EXAMPLE = """\
example:
  lsp-router                          over stdin and stdout, as editors start it
  lsp-router serve --tcp 127.0.0.1:5007
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "serve",
        help="the language server; over stdio unless told otherwise",
        description="Serve one editor. Without a transport it speaks over stdin and stdout.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--stdio", action="store_true", help="the default; some editors insist on saying so")
    where.add_argument("--tcp", type=address, metavar="HOST:PORT", help="listen on a socket")
    where.add_argument("--ws", type=address, metavar="HOST:PORT", help="listen for a WebSocket")
    parser.add_argument("--config", type=Path, metavar="FILE", help="use this file in place of the user's own")
    parser.add_argument("--log", choices=["error", "warning", "info"], default="warning", help="what goes to stderr")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from lsp_router.server import listening  # noqa: PLC0415 - other commands never need it
    from lsp_router.server.factory import build_server  # noqa: PLC0415 - same
    from lsp_router.server.opening import opener  # noqa: PLC0415 - same

    logging.basicConfig(level=args.log.upper(), stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    server = build_server(opener(dict(os.environ), args.config))
    if args.tcp:
        return listening.serve_tcp(server, *args.tcp)
    if args.ws:
        return listening.serve_websocket(server, *args.ws)
    return listening.serve_stdio(server)


def address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not (colon and port.isdigit() and int(port) < 65_536):
        raise argparse.ArgumentTypeError("write it as HOST:PORT, for example 127.0.0.1:5007")
    return host or "127.0.0.1", int(port)
