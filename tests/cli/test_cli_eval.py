"""`eval` against models that know the answers, or do not: figures, money, and what it does to ranking."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator

import pytest

from tests.insight.test_exam import PYTHON
from tests.support.backend import Backend, Reply, Seen
from tests.support.shell import Shell

CONFIG = """
[completion]
embedded = false
[tasks.completion]
latency_budget_ms = 60000
timeout_ms = 60000
[providers.one]
base_url = "{base}"
kind = "mistral"
[providers.two]
base_url = "{base}"
kind = "mistral"
[[models]]
name = "clever"
provider = "one"
model = "clever"
tier = "free"
capabilities = ["fim"]
fim = "suffix"
quality = {{ default = 7 }}
[[models]]
name = "dull"
provider = "two"
model = "dull"
capabilities = ["fim"]
fim = "suffix"
quality = {{ default = 7.5 }}
{price}
"""
FREE = 'tier = "free"'
PAID = "price = { input = 1.0, output = 4.0 }"


def answer(seen: Seen) -> Reply:
    """The clever one knows the file by heart."""
    before, after = seen.body.get("prompt", ""), seen.body.get("suffix", "")
    if seen.model == "clever":
        return Reply(PYTHON[len(before) : len(PYTHON) - len(after)])
    return Reply("return None")


@pytest.fixture
async def backend(shell: Shell) -> AsyncIterator[Backend]:
    async with Backend(answer) as running:
        shell.write("shop/cart.py", PYTHON)
        shell.user(CONFIG.format(base=running.base, price=FREE))
        yield running


def ranked(quick) -> list[str]:
    return [row["model"] for row in quick("models", "--task", "completion", "--json").json if not row["out"]]


async def test_what_is_measured_changes_who_comes_first(shell: Shell, backend: Backend, quick) -> None:
    before = ranked(quick)
    assert before[0] == "dull"
    done = await shell("eval", "--n", "9", "--models", "clever,dull", "--json")
    reports = {(r["model"], r["task"]): r for r in done.json["reports"]}
    assert reports["clever", "completion"]["exact"] == 1.0
    assert reports["clever", "completion"]["mark"] == pytest.approx(1.0)
    assert reports["dull", "completion"]["mark"] < 0.6
    assert reports["clever", "completion"]["first_token_ms"] > 0
    assert ("clever", "boilerplate") not in reports  # neither of them chats
    assert ranked(quick) == before  # nothing was written
    written = await shell("eval", "--n", "9", "--models", "clever,dull", "--write")
    assert written.code == 0
    assert "ranking uses these figures from now on" in written.out
    assert ranked(quick) == list(reversed(before))
    quality = {row["model"]: row for row in quick("models", "--task", "completion", "--json").json}
    assert quality["clever"]["quality"] > 7.2
    assert quality["clever"]["quality_source"] == "measured on your code"
    route = quick("route", "", "--task", "completion", "--json").json["candidates"]
    assert route[0]["model"] == "clever"


CHATTING = """
[providers.gate]
base_url = "{base}"
[[models]]
name = "talker"
provider = "gate"
model = "talker"
tier = "free"
"""


def talk(seen: Seen) -> Reply:
    """Writes whole functions by heart, and knows nothing else."""
    said = json.dumps(seen.body["messages"])
    if "Write the body of this function" not in said:
        return Reply("```python\nNone\n```")
    name = said.rpartition("<selection")[2].partition("def ")[2].partition("(")[0]
    lines = PYTHON.split("\n")
    first = next(n for n, line in enumerate(lines) if f"def {name}(" in line)
    body = itertools.takewhile(lambda line: line.startswith("    "), lines[first + 1 :])
    return Reply("\n".join(["Here it is:", "```python", lines[first], *body, "```"]))


async def test_a_model_that_only_talks_writes_bodies_too(shell: Shell, backend: Backend) -> None:
    backend.script = talk
    shell.user(CHATTING.format(base=backend.base))
    done = await shell("eval", "--n", "9", "--models", "talker", "--json")
    reports = {r["task"]: r for r in done.json["reports"]}
    assert reports["boilerplate"]["exact"] > 0
    assert reports["boilerplate"]["sound"] == 1.0
    assert reports["completion"]["exact"] == 0.0


async def test_what_costs_something_is_asked_about(shell: Shell, backend: Backend, quick) -> None:
    shell.user(CONFIG.format(base=backend.base, price=PAID))
    refused = await shell("eval", "--n", "6", "--models", "dull")
    assert (refused.code, backend.calls()) == (2, 0)
    assert "at most $" in refused.err
    assert "add --yes" in refused.err
    agreed = await shell("eval", "--n", "6", "--models", "dull", "--yes", "--json")
    assert agreed.code == 0
    assert backend.calls() == 4  # the rest of lines, and blocks
    spent = sum(r["cost_usd"] for r in agreed.json["reports"])
    assert quick("stats", "--json").json["total"]["cost_usd"] == pytest.approx(spent)
    assert spent > 0
    assert quick("stats", "--json").json["total"]["paid_share"] == 0  # an exam says nothing about routing
    assert quick("audit", "--json").json["paid"] == 0


async def test_a_budget_ends_it(shell: Shell, backend: Backend, quick) -> None:
    shell.user(CONFIG.format(base=backend.base, price=PAID) + "\n[budget]\nper_day_usd = 0.000001\n")
    done = await shell("eval", "--n", "6", "--models", "dull", "--yes")
    assert (done.code, backend.calls()) == (1, 0)
    assert "dull was not asked to the end: budget: " in done.out


async def test_private_files_are_not_shown_to_the_cloud(shell: Shell, backend: Backend, quick) -> None:
    with (shell.home / "config" / "config.toml").open("a") as file:
        file.write('\n[privacy]\nlocal_only = ["shop/*"]\n')
    config = (shell.home / "config" / "config.toml").read_text()
    shell.user(config.replace('kind = "mistral"', 'kind = "mistral"\nprivacy = "cloud"'))
    done = await shell("eval", "--n", "6")
    assert (done.code, backend.calls()) == (1, 0)
    assert "no model may see these files" in done.err


async def test_where_nothing_may_leave_no_cloud_is_measured(shell: Shell, backend: Backend) -> None:
    config = (shell.home / "config" / "config.toml").read_text()
    shell.user('profile = "local-only"\n' + config.replace('kind = "mistral"', 'kind = "mistral"\nprivacy = "cloud"'))
    done = await shell("eval", "--n", "6", "--models", "clever")
    assert (done.code, backend.calls()) == (1, 0)
    assert "no model may see these files" in done.err


async def test_a_model_that_is_not_there_is_left_alone(shell: Shell, backend: Backend, quick) -> None:
    backend.script = lambda seen: Reply(status=500) if seen.model == "dull" else answer(seen)
    done = await shell("eval", "--n", "30", "--models", "clever,dull")
    assert done.code == 0
    assert "dull was not asked to the end: server" in done.out
    assert backend.calls("dull") <= 3


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--models", "nobody"), 2, "no model is called 'nobody'"),
        (("nowhere",), 2, "is not a folder"),
        (("--n", "0"), 2, "a number from 1 to 1000"),
    ],
)
async def test_wrong_use(backend: Backend, quick, words: tuple[str, ...], code: int, says: str) -> None:
    done = quick("eval", *words)
    assert (done.code, done.out) == (code, "")
    assert says in done.err


def test_without_a_model_or_code(shell: Shell, quick) -> None:
    assert "no model can be asked" in quick("eval").err
