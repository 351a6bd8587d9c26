"""`lsp-router init`: finds keys and local model servers, writes a commented configuration, prints editor snippets."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_router.cli.output import fail, heading
from lsp_router.config.files import PROJECT_FILE, PYPROJECT, read_project
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.domain.model import Provider
from lsp_router.domain.task import Privacy

if TYPE_CHECKING:
    from lsp_router.config.wellknown import WellKnown

EXAMPLE = """\
The file names the providers that were found, which is your yes to using them. Keys stay in the environment.

example:
  lsp-router init            lsp-router.toml for this project, which is then trusted
  lsp-router init --user     your own configuration, for all projects
  lsp-router init --server http://127.0.0.1:8081     a llama.cpp beside its usual port
"""

SNIPPETS = """\
Neovim 0.11+    vim.lsp.config("lsp_router", { cmd = { "lsp-router" } }); vim.lsp.enable("lsp_router")
Helix           [language-server.lsp-router]
                command = "lsp-router"
Emacs (eglot)   (add-to-list 'eglot-server-programs '(prog-mode . ("lsp-router")))
Any other       start `lsp-router`; it speaks LSP over stdin and stdout"""

HEAD = """\
# lsp-router: which models may serve you, and what that may cost.
# Every setting: lsp-router config schema. What holds and why: lsp-router config show.

# free-first: free and local models first, cheap ones when those fail.
# balanced: quality per dollar. paid-first: paid models that do not train on your code. local-only: nothing leaves.
profile = "free-first"

[budget]                     # US dollars; a request that could exceed a limit is refused before it is sent
per_request_usd = 0.05
per_day_usd = 1.00           # per project
per_session_usd = 0.50
"""

NOTHING_FOUND = """
# No key and no local server was found. Set one of these and run `lsp-router init --force`:
# OPENROUTER_API_KEY, DEEPSEEK_API_KEY, MISTRAL_API_KEY, CODESTRAL_API_KEY, GROQ_API_KEY,
# CEREBRAS_API_KEY, GEMINI_API_KEY, ANTHROPIC_API_KEY, OPENAI_API_KEY, TOGETHER_API_KEY
"""

TAIL = """\

# A model of your own, beside those the bundled catalogue knows:
# [[models]]
# name = "qwen3-coder"
# provider = "openrouter"
# model = "qwen/qwen3-coder-30b-a3b-instruct"

# Pin the order for one kind of request; without it the ranking decides:
# [tasks.completion]
# chain = ["codestral/codestral-latest", "ollama/qwen2.5-coder"]

[completion]
embedded = true              # the offline tier: recalls your project, sends nothing; "quiet" for less of it, or false

[privacy]
local_only = ["**/secrets/**", "*.pem"]   # such files go to local models only
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "init",
        help="find keys and local model servers, write a commented configuration",
        description="Look for well-known keys in the environment and for model servers on this machine.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--user", action="store_true", help="write your own configuration instead of this project's")
    parser.add_argument("--server", action="append", default=[], metavar="URL", help="a model server at another place")
    parser.add_argument("--force", action="store_true", help="replace a file that exists")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    import asyncio  # noqa: PLC0415 - `--help` need not wait for it

    here, folder = places(os.environ), Path.cwd()
    path = here.config_file if args.user else folder / PROJECT_FILE
    why_not = _why_not(path, folder, user=args.user, force=args.force)
    if why_not:
        return fail("init", *why_not)
    keys = _keys()
    servers, silent = asyncio.run(_servers(Sources(here, os.environ), args.server))
    if silent:
        return fail("init", f"no model server answers at {silent[0]}", "start it, or correct the address")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w" if args.force else "x", encoding="utf-8") as file:
            file.write(compose(keys, servers))
        if not args.user:
            from lsp_router.config.trust import trust  # noqa: PLC0415 - only then

            trust(here, folder)
    except OSError as error:
        return fail("init", f"cannot write {error.filename or path}: {error.strerror}", "choose a folder you may write")
    _report(path, keys, servers, trusted=not args.user)
    return 0


def compose(keys: Iterable[WellKnown], servers: Iterable[Provider]) -> str:
    """The commented file; a provider's table may be as short as its name."""
    found = [_keyed(key) for key in keys] + [_served(server) for server in servers]
    return "".join([HEAD, *(found or [NOTHING_FOUND]), TAIL])


def _why_not(path: Path, folder: Path, *, user: bool, force: bool) -> tuple[str, str] | None:
    """What speaks against writing there, and what to do instead."""
    if not user and folder in {Path.home(), Path(folder.anchor)}:
        return f"{folder} is no project", "go to one, or write your own configuration: lsp-router init --user"
    if force:
        return None
    if path.exists() or path.is_symlink():
        return f"{path} exists already", "edit it, or replace it with --force"
    if not user and read_project(folder)[0]:
        return (
            f"{folder / PYPROJECT} has a table [tool.lsp-router]",
            f"edit it, or write {path.name} in its place: --force",
        )
    return None


def _keyed(key: WellKnown) -> str:
    return (
        f'\n[providers.{key.name}]   # {key.privacy.label}; the key itself stays there\napi_key_env = "{key.key_env}"\n'
    )


def _served(server: Provider) -> str:
    """A usual place needs no more than its name; of another one nobody knows whether it passes code on."""
    usual = server.privacy is Privacy.LOCAL
    more = (
        () if usual else (f'kind = "{server.kind.value}"', '# privacy = "local"   # if it passes nothing on to others')
    )
    return "\n".join([f"\n[providers.{server.name}]   # answers now", f'base_url = "{server.base_url}"', *more, ""])


def _keys() -> list[WellKnown]:
    from lsp_router.config.wellknown import WELL_KNOWN  # noqa: PLC0415 - `--help` need not wait for it

    return [k for k in WELL_KNOWN if k.key_env and os.environ.get(k.key_env, "").strip()]


async def _servers(sources: Sources, addresses: Iterable[str]) -> tuple[list[Provider], list[str]]:
    """What answers at the usual places and at the named ones, and which of those do not."""
    from lsp_router.app.app import App  # noqa: PLC0415 - `--help` need not wait for it
    from lsp_router.app.refresh import Refresher, look_at  # noqa: PLC0415 - same

    app = App(sources)
    found: dict[str, Provider] = {}
    silent: list[str] = []
    try:
        await Refresher(app).find_local_servers()
        found.update({server.name: server for server in app.running})
        for address in addresses:
            server = await look_at(app.transport(), address, taken=found)
            if server is None:
                silent.append(address)
            else:
                found[server.name] = server
    finally:
        await app.close()
    return list(found.values()), silent


def _report(path: Path, keys: list[WellKnown], servers: list[Provider], *, trusted: bool) -> None:
    found = [f"{k.name} (key in {k.key_env})" for k in keys] + [f"{s.name} at {s.base_url}" for s in servers]
    print(f"found: {', '.join(found) or 'no key and no local model server; the embedded tier needs neither'}")
    print(f"wrote {path}" + ("; this workspace is trusted now" if trusted else ""))
    heading("\nyour editor")
    print(SNIPPETS)
    print("\nnext: lsp-router doctor", file=sys.stderr)
