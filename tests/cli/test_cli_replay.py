"""`audit` and `replay` over the ledger that real requests have left."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from tests.support.backend import Backend, Reply
from tests.support.shell import Shell

MODELS = """
[[models]]
name = "dear"
provider = "gate"
model = "dear"
quality = {{ default = 9 }}
price = {{ input = 1.0, output = 4.0 }}
[[models]]
name = "gift"
provider = "spare"
model = "gift"
tier = "free"
quality = {{ default = 8.5 }}
[providers.gate]
base_url = "{base}"
[providers.spare]
base_url = "{base}"
"""
COST = (1_000 * 1.0 + 100 * 4.0) / 1e6


@pytest.fixture
async def asked(shell: Shell) -> AsyncIterator[Shell]:
    """Four calls that a paid model was asked for first."""
    usage = {"prompt_tokens": 1_000, "completion_tokens": 100}
    async with Backend(lambda _seen: Reply("fine", usage=usage)) as backend:
        shell.user('profile = "paid-first"\n' + MODELS.format(base=backend.base))
        wish = {"requests": 4, "prompt_tokens": 1_000}
        await shell.python("-m", "tests.support.asking", json.dumps(wish))
        yield shell


def test_audit(asked: Shell, quick) -> None:
    told = quick("audit", "--json").json
    assert (told["asked"], told["free"], told["paid"], told["could_be_free"]) == (4, 0, 4, 4)
    assert told["paid_usd"] == pytest.approx(4 * COST)
    assert 0.9 * 4 * COST < told["saving_usd"] < 4 * COST  # free tiers fail now and then
    assert told["cannot_know"]
    text = quick("audit").out
    assert text.startswith(f"4 calls in the last 7 days: 0 for free, 4 paid (${4 * COST:.4f})\n")
    assert "could have served 4 of the 4" in text


def test_replay_under_a_file(asked: Shell, quick) -> None:
    cheaper = asked.write("cheaper.toml", MODELS.format(base="http://127.0.0.1:9/v1"))
    asked.write("lsp-router.toml", 'profile = "paid-first"\n')  # a project's file does not overrule what is tried out
    told = quick("replay", "--config", str(cheaper), "--json").json
    assert told["logged"]["by_model"] == {"dear": 4}
    assert told["now"]["by_model"]["dear"] > 3.5
    assert told["now"]["cost_usd"] == pytest.approx(4 * COST, rel=0.2)
    assert told["other"]["by_tier"]["free"] > 3
    assert told["other"]["cost_usd"] < COST
    text = quick("replay", "--config", str(cheaper)).out
    assert text.startswith("4 requests of the last 7 days: ")
    assert "replayed as configured now" in text
    assert "not known: whether another model's answer would have been as good" in text


def test_replay_under_one_other_value(asked: Shell, quick) -> None:
    told = quick("replay", "--set", "profile=local-only", "--json").json
    assert told["other"]["answered"] == 0


@pytest.mark.parametrize("words", [("replay",), ("replay", "--config", "nowhere.toml"), ("audit", "--since", "soon")])
def test_wrong_use_says_what_to_do(quick, words: tuple[str, ...]) -> None:
    done = quick(*words)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 2)


def test_an_empty_ledger(quick, shell: Shell) -> None:
    shell.write("other.toml", "")
    for words in (("audit",), ("replay", "--config", "other.toml")):
        done = quick(*words)
        assert done.code == 0
        assert "lsp-router try" in done.out or "nothing to replay" in done.out
