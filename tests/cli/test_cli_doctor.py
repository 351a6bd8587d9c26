"""`doctor` against a real (scripted) provider: what it finds, how it says to mend it, and its exit code."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest

from tests.support.backend import Backend, Reply, Seen
from tests.support.shell import Done, Shell

CHAT = """
[providers.gate]
kind = "openai"
base_url = "{base}"
api_key_env = "GATE_KEY"

[[models]]
name = "talker"
provider = "gate"
model = "talker-1"
price = {{ input = 0.1, output = 0.2 }}
"""
FILLER = """
[[models]]
name = "filler"
provider = "gate"
model = "filler-1"
capabilities = ["fim"]
fim = "qwen2.5-coder"
price = {{ input = 0.1, output = 0.3 }}
"""
FILLS = "zebra, quokka"
Finding = dict[str, str]


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    async with Backend() as running:
        yield running


@pytest.fixture
def doctor(shell: Shell, quick, backend: Backend):
    """Runs it against a script, with a configuration; answers the findings by what they are about."""
    shell.environ["GATE_KEY"] = "gate-canary-key"

    async def run(script: Callable[[Seen], Reply], config: str = CHAT, *words: str) -> tuple[Done, dict[str, Finding]]:
        backend.script = script
        shell.user(config.format(base=backend.base))
        done = await asyncio.to_thread(quick, "doctor", "--json", *words)
        return done, {f["about"]: f for f in done.json}

    return run


async def test_all_is_fine(doctor, backend: Backend) -> None:
    backend.pages["/v1/models"] = {"data": [{"id": "talker-1"}, {"id": "filler-1"}]}
    done, found = await doctor(lambda seen: Reply(FILLS if "prompt" in seen.body else "ok"), CHAT + FILLER)
    assert done.code == 0
    assert {f["state"] for f in found.values()} <= {"fine", "note"}
    assert found["gate"]["says"].startswith("talker answered in ")
    assert found["filler (completion)"]["says"] == "fills a hole with template qwen2.5-coder"
    assert sorted(seen.model for seen in backend.log) == ["filler-1", "talker-1"]
    assert all(seen.body["max_tokens"] <= 32 for seen in backend.log)


FAULTS = {
    "refused": (Reply(status=401, body={"error": {"message": "bad key gate-canary-key"}}), "HTTP 401", "set GATE_KEY"),
    "missing": (Reply(status=404, body={"error": {"message": "no such model"}}), "HTTP 404", "check `model`"),
    "unpaid": (Reply(status=402), "HTTP 402", "add credits"),
    "forbidden": (Reply(status=403), "HTTP 403", "pick another model or key"),
    "broken": (Reply(status=500), "HTTP 500", "try again later"),
    "portal": (Reply(body="<html><body>log in here</body></html>"), "portal: ", "check `kind` and base_url"),
    "busy": (Reply(status=429, headers={"retry-after": "60"}), "HTTP 429", "wait"),
    "puzzled": (Reply(status=400, body={"error": {"message": "what is messages?"}}), "HTTP 400", "check `kind`"),
}


async def test_each_fault_is_named_with_its_remedy(doctor) -> None:
    providers = [
        CHAT.replace("gate]", f"{name}]").replace('"gate"', f'"{name}"').replace("talker", name) for name in FAULTS
    ]
    done, found = await doctor(lambda seen: FAULTS[seen.model.removesuffix("-1")][0], "\n".join(providers))
    assert done.code == 1
    for name, (_, says, remedy) in FAULTS.items():
        assert found[name]["state"] == "fault", name
        assert says in found[name]["says"]
        assert remedy in found[name]["remedy"]
    assert "gate-canary" not in done.out + done.err


HOLES = {
    "filler-leaks": ("zebra, quokka<|fim_pad|>", "fault", "leaks control tokens"),
    "filler-chats": ("Sure! Here is the code", "fault", "answers with chat text"),
    "filler-blind": ("a, b", "note", "ignores the text after the cursor"),
    "filler-mute": ("", "fault", "answers nothing"),
}


async def test_each_completion_template_is_tried(doctor) -> None:
    fillers = [FILLER.replace("filler-1", name).replace('"filler"', f'"{name}"') for name in HOLES]
    done, found = await doctor(lambda seen: Reply(HOLES.get(seen.model, ("ok",))[0]), "\n".join([CHAT, *fillers]))
    assert done.code == 1
    for name, (_, state, says) in HOLES.items():
        finding = found[f"{name} (completion)"]
        assert (finding["state"], says in finding["says"]) == (state, True), name


async def test_a_completion_model_of_another_name_is_found(doctor) -> None:
    rude = Reply(status=404, body={"error": {"message": "model filler-1 does not exist"}})
    done, found = await doctor(lambda seen: rude if seen.model == "filler-1" else Reply("ok"), CHAT + FILLER)
    assert done.code == 1
    assert found["gate"]["state"] == "fine"
    assert "check `model`" in found["filler (completion)"]["remedy"]


async def test_a_template_that_does_not_exist(doctor) -> None:
    wrong = (CHAT + FILLER).replace("qwen2.5-coder", "qwen-two")
    done, _ = await doctor(lambda _seen: Reply("ok"), wrong)
    assert done.code == 1
    assert "qwen-two" in done.out
    assert "qwen2.5-coder" in done.out


async def test_a_server_that_is_down(shell: Shell) -> None:
    shell.user(CHAT.format(base="http://127.0.0.1:9/v1"))
    begun = time.monotonic()
    done = await shell("doctor", GATE_KEY="x")
    assert done.code == 1
    assert "fault gate: talker: " in done.out
    assert "check base_url" in done.out
    assert done.out.endswith("1 to mend\n")
    assert time.monotonic() - begun < 15


async def test_a_model_that_the_provider_does_not_list(doctor, backend: Backend) -> None:
    backend.pages["/v1/models"] = {"data": [{"id": "talker-2"}]}
    done, found = await doctor(lambda _seen: Reply("ok"))
    assert (done.code, found["talker"]["state"]) == (0, "note")
    assert "does not list talker-1" in found["talker"]["says"]


async def test_no_key_no_request(doctor, shell: Shell, backend: Backend) -> None:
    shell.environ.clear()
    done, found = await doctor(lambda _seen: Reply("ok"))
    assert (done.code, found["gate"]["remedy"]) == (1, "set GATE_KEY")
    assert (backend.log, backend.visits) == ([], [])


@pytest.mark.parametrize("words", [("--offline",), ("--set", "profile=local-only")])
async def test_where_nothing_may_leave_nothing_is_sent(doctor, backend: Backend, words: tuple[str, ...]) -> None:
    done, found = await doctor(lambda _seen: Reply("ok"), CHAT, *words)
    assert (done.code, found["gate"]["state"]) == (0, "note")
    assert found["gate"]["says"].startswith("not asked: ")
    assert (backend.log, backend.visits) == ([], [])


def test_a_found_key_is_not_used_before_the_user_agreed(shell: Shell, quick) -> None:
    shell.environ["OPENROUTER_API_KEY"] = "or-canary"
    done = quick("doctor")
    assert done.code == 0
    assert "note  openrouter: its key was found, but nothing is sent before you agree" in done.out
    assert "or-canary" not in done.out


def test_what_is_wrong_with_the_configuration_is_a_fault(shell: Shell, quick) -> None:
    shell.user('profile = "fast"\n[tasks.explain]\nchain = ["nobody"]\n')
    done = quick("doctor", "--offline")
    assert done.code == 1
    assert done.out.count("fault configuration") == 2
    assert done.err == ""


async def test_what_was_held_against_a_model_is_over_when_it_answers(doctor, shell: Shell, backend: Backend) -> None:
    """A key that was mended must not stay benched, in this process or in any other."""
    await doctor(lambda _seen: Reply(status=401))
    benched = await shell("models", "--json")
    assert "401" in benched.json[0]["health"]
    done, _ = await doctor(lambda _seen: Reply("ok"))
    assert done.code == 0
    health, stats = await asyncio.gather(shell("models", "--json"), shell("stats", "--json"))
    assert health.json[0]["health"] == "fine"
    assert health.json[0]["measured_ms"] > 0
    assert stats.json["total"]["requests"] == 2


async def test_the_budget_holds_for_the_doctor_too(doctor, backend: Backend) -> None:
    done, found = await doctor(lambda _seen: Reply("ok"), CHAT, "--set", "budget.per_request_usd=0")
    assert (done.code, "[budget]" in found["gate"]["remedy"]) == (1, True)
    assert backend.log == []
