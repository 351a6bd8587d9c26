"""`lsp-router init`: finds keys and local model servers, writes a commented configuration, prints editor snippets."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lsp_router.cli.output import fail, heading
from lsp_router.config.files import PROJECT_FILE
from lsp_router.config.places import places
from lsp_router.config.sources import Sources

if TYPE_CHECKING:
    from lsp_router.config.wellknown import WellKnown
    from lsp_router.domain.model import Provider

EXAMPLE = """\
The file names the providers that were found, which is your yes to using them. Keys stay in the environment.

example:
  lsp-router init            lsp-router.toml for this project, which is then trusted
  lsp-router init --user     your own configuration, for all projects
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
    parser.add_argument("--force", action="store_true", help="replace a file that exists")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    here = places(os.environ)
    path = here.config_file if args.user else Path.cwd() / PROJECT_FILE
    if path.exists() and not args.force:
        return fail("init", f"{path} exists already", "edit it, or replace it with --force")
    keys, servers = _keys(), asyncio.run(_servers(Sources(here, os.environ)))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(compose(keys, servers), encoding="utf-8")
    except OSError as error:
        return fail("init", f"cannot write {path}: {error.strerror}", "choose a folder you may write to")
    if not args.user:
        from lsp_router.config.trust import trust  # noqa: PLC0415 - only then

        trust(here, Path.cwd())
    _report(path, keys, servers, trusted=not args.user)
    return 0


def compose(keys: Iterable[WellKnown], servers: Iterable[Provider]) -> str:
    """The commented file; a provider's table may be as short as its name."""
    found = [_keyed(key) for key in keys] + [_local(server) for server in servers]
    return "".join([HEAD, *(found or [NOTHING_FOUND]), TAIL])


def _keyed(key: WellKnown) -> str:
    return (
        f'\n[providers.{key.name}]   # {key.privacy.label}; the key itself stays there\napi_key_env = "{key.key_env}"\n'
    )


def _local(server: Provider) -> str:
    return f'\n[providers.{server.name}]   # runs on this machine\nbase_url = "{server.base_url}"\n'


def _keys() -> list[WellKnown]:
    from lsp_router.config.wellknown import WELL_KNOWN  # noqa: PLC0415 - `--help` need not wait for it

    return [k for k in WELL_KNOWN if k.key_env and os.environ.get(k.key_env, "").strip()]


async def _servers(sources: Sources) -> list[Provider]:
    from lsp_router.app.app import App  # noqa: PLC0415 - `--help` need not wait for it
    from lsp_router.app.refresh import Refresher  # noqa: PLC0415 - same

    app = App(sources)
    try:
        await Refresher(app).find_local_servers()
        return list(app.running)
    finally:
        await app.close()


def _report(path: Path, keys: list[WellKnown], servers: list[Provider], *, trusted: bool) -> None:
    found = [f"{k.name} (key in {k.key_env})" for k in keys] + [f"{s.name} at {s.base_url}" for s in servers]
    print(f"found: {', '.join(found) or 'no key and no local model server; the embedded tier needs neither'}")
    print(f"wrote {path}" + ("; this workspace is trusted now" if trusted else ""))
    heading("\nyour editor")
    print(SNIPPETS)
    print("\nnext: lsp-router doctor", file=sys.stderr)
