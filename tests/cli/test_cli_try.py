"""The first minute: the real server, ghost text, what it took; with a model of the user's and without any."""

from __future__ import annotations

from pathlib import Path

from tests.support.backend import Backend, Reply
from tests.support.shell import Shell

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


async def test_without_any_model_a_stand_in_answers_and_says_so(shell: Shell) -> None:
    done = await shell("try")
    assert done.code == 0, done.err
    assert "«return min(items, key=lambda item: item.price)»" in done.out
    assert "typing along" in done.out
    assert "a stand-in on this machine gave these answers" in done.out
    assert "lsp-router init" in done.out


async def test_a_model_of_the_users_completes_a_file_of_theirs(shell: Shell, tmp_path: Path) -> None:
    file = shell.folder / "sums.py"
    file.write_text("def total(prices):\n    return sum(prices) + shipping\n")
    config = tmp_path / "mine.toml"
    async with Backend(lambda _seen: Reply("sum(prices) * 2")) as backend:
        config.write_text(CONFIG.format(base=backend.base))
        done = await shell("try", "sums.py", "--config", str(config))
        assert backend.calls("my-model") == 1
    assert "«sum(prices) * 2»" in done.out
    assert "my-model, free" in done.out
    assert "stand-in" not in done.out


async def test_a_missing_file_is_named(shell: Shell) -> None:
    done = await shell("try", "nowhere.py")
    assert done.code == 1
    assert "there is no file nowhere.py" in done.err
