"""The first minute: the real server, ghost text, what it took; with a model of the user's and without any."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.backend import Backend, Reply
from tests.support.idioms import store, write_project
from tests.support.refusal import refuse_network
from tests.support.shell import REPO, Shell

CONFIG = """
[providers.mine]
kind = "openai"
base_url = "{base}"
[[models]]
name = "my-model"
provider = "mine"
tier = "free"
capabilities = ["fim"]
fim = "suffix"
"""


async def test_without_model_or_network_a_sample_gets_ghost_text(shell: Shell, tmp_path: Path) -> None:
    refusing, _ = refuse_network(tmp_path / "hook")
    done = await shell("try", PYTHONPATH=os.pathsep.join([refusing["PYTHONPATH"], str(REPO)]))
    assert (done.code, done.err) == (0, "")
    assert done.out.count("embedded, free") >= 2
    assert "typing along" in done.out
    assert "read 6 files" in done.out
    assert "nothing was sent anywhere" in done.out
    assert "lsp-router init" in done.out
    assert not list((shell.home / "cache" / "recall").iterdir()), "the sample leaves no index behind"


async def test_a_file_of_the_users_is_judged_by_how_its_lines_really_go_on(shell: Shell) -> None:
    write_project(shell.folder)
    shell.write("user_store.py", store("user"))
    done = await shell("try", "user_store.py")
    assert done.code == 0, done.err
    assert "read 4 files" in done.out
    assert "half-typed lines got a suggestion" in done.out
    assert "embedded, free" in done.out


async def test_a_model_of_the_users_completes_a_file_of_theirs(shell: Shell, tmp_path: Path) -> None:
    shell.write("sums.py", "def total(prices):\n    return sum(prices) + shipping\n")
    config = tmp_path / "mine.toml"
    async with Backend(lambda _seen: Reply("sum(prices) * 2")) as backend:
        config.write_text(CONFIG.format(base=backend.base))
        done = await shell("try", "sums.py", "--config", str(config))
        assert backend.calls("my-model") >= 1
    assert "«sum(prices) * 2»" in done.out
    assert "my-model, free" in done.out
    assert "nothing was sent" not in done.out


async def test_what_a_model_adds_is_shown_beside_what_is_recalled(shell: Shell, tmp_path: Path) -> None:
    config = tmp_path / "mine.toml"
    async with Backend(lambda _seen: Reply("name not in self.customers:", delay=1.2)) as backend:
        config.write_text(CONFIG.format(base=backend.base))
        done = await shell("try", "--config", str(config))
    assert "embedded, free" in done.out
    assert "asked by hand: «" in done.out


async def test_a_fix_and_a_refactor_are_played_through_the_real_server_and_it_says_so(shell: Shell) -> None:
    done = await shell("try")
    assert (done.code, done.err) == (0, "")
    assert "Fix: undefined name 'bset' (stand-in)" in done.out
    assert "+        if best is None or item.price < best.price:" in done.out
    assert "stand-in: rejected: syntax" in done.out
    assert "Simplify `cheapest` (stand-in)" in done.out
    assert "+    return min(items, key=lambda item: item.price, default=None)" in done.out
    assert "takes a real model" in done.out


async def test_a_missing_file_is_named(shell: Shell) -> None:
    done = await shell("try", "nowhere.py")
    assert done.code == 1
    assert "there is no file nowhere.py" in done.err
