"""`init`: what it finds, the file it writes, and whose yes that file is."""

from __future__ import annotations

import asyncio
import os
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lsp_router.app.app import App
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from tests.support.backend import Backend, Reply
from tests.support.shell import Shell

KEYS = {"OPENROUTER_API_KEY": "or-canary-1234567890", "MISTRAL_API_KEY": "mi-canary-1234567890", "GROQ_API_KEY": "  "}
USUAL = {"ollama", "llamacpp", "vllm", "lmstudio"}
"""Servers that may really run on the machine of whoever tests this."""


@pytest.fixture
async def ollama() -> AsyncIterator[Backend]:
    async with Backend(lambda _seen: Reply(body={"capabilities": ["completion", "insert"]})) as backend:
        backend.pages["/api/version"] = {"version": "0.12.0"}
        backend.pages["/api/tags"] = {"models": [{"name": "qwen2.5-coder:7b", "model": "qwen2.5-coder:7b"}]}
        yield backend


@pytest.fixture
async def llamacpp() -> AsyncIterator[Backend]:
    async with Backend() as backend:
        backend.pages["/props"] = {"default_generation_settings": {"n_ctx": 8192}}
        backend.pages["/v1/models"] = {"data": [{"id": "codellama"}]}
        yield backend


def root(backend: Backend) -> str:
    return backend.base.removesuffix("/v1")


def usable(shell: Shell, **environ: str) -> set[str]:
    """Whom a request in this project may go to."""
    world = {**shell.world(), **environ}
    app = App(Sources(places(world), world, shell.folder))
    try:
        return {p.name for p in app.fleet.providers.values() if p.usable} - (USUAL - {"ollama", "llamacpp"})
    finally:
        app.records.close()


async def test_what_was_found_and_nothing_else_is_usable_afterwards(
    shell: Shell, ollama: Backend, llamacpp: Backend
) -> None:
    assert usable(shell, **KEYS) == set()
    servers = ["--server", root(ollama), "--server", root(llamacpp).removeprefix("http://")]
    done = await shell("init", *servers, **KEYS)
    assert done.code == 0
    assert "openrouter (key in OPENROUTER_API_KEY), mistral (key in MISTRAL_API_KEY)" in done.out
    assert "this workspace is trusted now" in done.out
    text = (shell.folder / "lsp-router.toml").read_text("utf-8")
    assert "canary" not in text + done.out + done.err
    assert set(tomllib.loads(text)["providers"]) - USUAL == {"openrouter", "mistral"}
    check = await shell("config", "check", **KEYS)
    assert (check.code, check.err) == (0, "")
    assert usable(shell, **KEYS) == {"openrouter", "mistral", "ollama", "llamacpp"}
    assert usable(shell) == {"ollama", "llamacpp"}


async def test_a_server_of_another_kind_is_asked_in_its_own_way(shell: Shell, llamacpp: Backend, backend_named) -> None:
    gateway = await backend_named("/v1/models", {"data": [{"id": "any"}]})
    done = await shell("init", "--server", root(llamacpp), "--server", gateway.base, OPENAI_API_KEY="sk-canary-xyz")
    assert done.code == 0
    providers = tomllib.loads((shell.folder / "lsp-router.toml").read_text("utf-8"))["providers"]
    assert providers["server"] == {"kind": "openai", "base_url": gateway.base}
    assert providers["openai"] == {"api_key_env": "OPENAI_API_KEY"}
    assert providers["llamacpp"]["kind"] == "llamacpp"
    assert all("authorization" not in seen.headers for seen in gateway.visits)


@pytest.fixture
async def backend_named():
    opened: list[Backend] = []

    async def open_one(path: str, page: object) -> Backend:
        backend = await Backend().__aenter__()
        backend.pages[path] = page
        opened.append(backend)
        return backend

    yield open_one
    for backend in opened:
        await backend.__aexit__()


def test_nothing_found_is_a_good_start_too(quick, shell: Shell) -> None:
    done = quick("init")
    assert done.code == 0
    assert quick("config", "check").code == 0
    assert "vim.lsp.config" in done.out
    assert 'profile = "free-first"' in (shell.folder / "lsp-router.toml").read_text("utf-8")


def test_nothing_is_ever_overwritten(quick, shell: Shell) -> None:
    mine = shell.write("lsp-router.toml", "# mine\n")
    done = quick("init")
    assert (done.code, done.out) == (1, "")
    assert "exists already" in done.err
    assert "--force" in done.err
    assert mine.read_text("utf-8") == "# mine\n"
    assert quick("init", "--force").code == 0
    assert "[budget]" in mine.read_text("utf-8")


def test_a_link_that_leads_nowhere_is_not_written_through(quick, shell: Shell, tmp_path: Path) -> None:
    try:
        (shell.folder / "lsp-router.toml").symlink_to(tmp_path / "elsewhere")
    except OSError:
        pytest.skip("no links here")
    assert quick("init").code == 1
    assert not (tmp_path / "elsewhere").exists()


def test_settings_in_pyproject_are_not_hidden_behind_a_new_file(quick, shell: Shell) -> None:
    shell.write("pyproject.toml", '[tool.lsp-router]\nprofile = "balanced"\n')
    done = quick("init")
    assert (done.code, "[tool.lsp-router]" in done.err) == (1, True)
    assert not (shell.folder / "lsp-router.toml").exists()


def test_a_home_folder_is_no_project_to_trust(quick, shell: Shell) -> None:
    shell.environ["HOME"] = shell.environ["USERPROFILE"] = str(shell.folder)
    done = quick("init")
    assert (done.code, "lsp-router init --user" in done.err) == (1, True)
    assert not (shell.folder / "lsp-router.toml").exists()
    assert quick("trust", "--list", "--json").json == {"trusted": []}


async def test_a_server_that_does_not_answer_is_told_before_anything_is_written(quick, shell: Shell) -> None:
    done = await asyncio.to_thread(quick, "init", "--server", "http://127.0.0.1:9")
    assert (done.code, "no model server answers at http://127.0.0.1:9" in done.err) == (1, True)
    assert not (shell.folder / "lsp-router.toml").exists()


def test_the_users_own_file_is_a_yes_for_every_project_and_trusts_none(quick, shell: Shell) -> None:
    shell.environ.update(KEYS)
    assert quick("init", "--user").code == 0
    assert usable(shell, **KEYS) >= {"openrouter", "mistral"}
    assert quick("trust", "--list", "--json").json == {"trusted": []}


def test_a_yes_in_one_project_is_none_in_another(quick, shell: Shell, tmp_path: Path) -> None:
    """Nor is it one any more where the table is deleted again."""
    shell.environ.update(KEYS)
    assert quick("init").code == 0
    other = tmp_path / "other"
    other.mkdir()
    assert usable(Shell(shell.home, other), **KEYS) & {"openrouter", "mistral"} == set()
    shell.write("lsp-router.toml", "")
    assert usable(shell, **KEYS) & {"openrouter", "mistral"} == set()


@pytest.mark.skipif(os.name == "nt", reason="folders cannot be made read-only there")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(quick, shell: Shell) -> None:
    shell.folder.chmod(0o500)
    done = quick("init")
    assert (done.code, "cannot write" in done.err) == (1, True)
