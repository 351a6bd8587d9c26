"""`lsp-router dashboard`: a local page with live plots of what was asked, spent and saved."""

from __future__ import annotations

import argparse
import time
import webbrowser
from typing import TYPE_CHECKING

from lsp_router.cli.config import add_sources
from lsp_router.cli.opening import opened, view_of
from lsp_router.cli.output import dump, fail

if TYPE_CHECKING:
    from lsp_router.insight.site import Site

EXAMPLE = """\
The page is served to this machine only, under an address that is made anew at every start.

example:
  lsp-router dashboard
  lsp-router dashboard --port 8642 --no-open
  lsp-router dashboard --json --since 30d
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "dashboard",
        help="a local page with live plots of spend, savings, latency, cache hits, acceptance and health",
        description="Serve a page with live plots of the ledger to this machine, until it is stopped with Ctrl-C.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="the port to listen on; any by default")
    parser.add_argument("--no-open", action="store_true", help="do not open a browser, only print the address")
    parser.add_argument("--json", action="store_true", help="print the figures of the page once, and stop")
    parser.add_argument("--since", choices=["24h", "7d", "30d", "90d"], default="7d", help="with --json; default: 7d")
    add_sources(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from lsp_router.insight.figures import figures  # noqa: PLC0415 - `--help` need not wait for it
    from lsp_router.insight.site import Site  # noqa: PLC0415 - same

    with opened(args) as app:
        view = view_of(app)
        if args.json:
            dump(figures(view, args.since))
            return 0
        try:
            site = Site(lambda span: figures(view, span), view.stamp, args.port)
        except OSError as error:
            return fail("dashboard", f"port {args.port}: {error.strerror}", "choose another --port, or leave it out")
        return _serve(site, browse=not args.no_open)


def _serve(site: Site, *, browse: bool) -> int:
    site.open()
    try:
        print(f"dashboard: {site.address}", flush=True)
        print("Ctrl-C stops it", flush=True)
        if browse:
            webbrowser.open(site.address)
        while True:
            time.sleep(3_600)
    except KeyboardInterrupt:
        return 0
    finally:
        site.close()


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError("a port is a number up to 65535")
    return int(text)
