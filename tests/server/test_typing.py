"""Typing through suggestions: what is known already is served at once and for nothing, and trouble never stalls it."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.support.backend import Reply
from tests.support.lsp import INVOKED
from tests.support.workshop import Workshop, model, until

TEXT = "def add(a, b):\n    "
ANSWER = "return a + b"
SLACK = 1.5
"""What a busy machine adds; trouble lasts longer."""


async def test_typing_through_a_suggestion_costs_nothing(workshop: Workshop) -> None:
    workshop.backend.script = lambda _seen: Reply(ANSWER)
    async with workshop.editor() as editor:
        page = editor.open("a.py", TEXT)
        assert await page.suggest() == [ANSWER]
        for n, letter in enumerate(ANSWER[:-1], start=1):
            page.type(letter)
            assert await page.suggest() == [ANSWER[n:]]
        assert workshop.backend.calls() == 1


async def test_going_back_and_a_repeat_cost_nothing(workshop: Workshop) -> None:
    workshop.backend.script = lambda _seen: Reply(ANSWER)
    async with workshop.editor() as editor:
        page = editor.open("a.py", TEXT)
        await page.suggest()
        page.type("ret")
        assert await page.suggest() == ["urn a + b"]
        page.erase(3)
        assert await page.suggest() == [ANSWER]
        other = editor.open("b.py", "x = ")
        assert await other.suggest() == [ANSWER]
        assert await page.suggest() == [ANSWER]
        assert await other.suggest() == [ANSWER]
        assert workshop.backend.calls() == 2


async def test_after_a_restart_the_same_places_cost_nothing(workshop: Workshop) -> None:
    workshop.backend.script = lambda seen: Reply("1" if seen.body["prompt"].endswith("= ") else ANSWER)
    places = [("a.py", TEXT), ("b.py", "x = "), ("c.py", TEXT + "if a:\n        ")]
    answers = []
    for _ in range(2):
        async with workshop.editor() as editor:
            answers.append([])
            for name, text in places:
                page = editor.open(name, text)
                answers[-1].append(await page.suggest())
                page.close()
    assert answers[0] == answers[1]
    assert all(answers[0])
    assert workshop.backend.calls() == len(places)


async def test_that_there_is_nothing_is_remembered_too(workshop: Workshop) -> None:
    workshop.backend.script = lambda _seen: Reply(TEXT)
    async with workshop.editor() as editor:
        page = editor.open("a.py", TEXT)
        assert await page.suggest() == []
        await asyncio.sleep(0.05)
        assert await page.suggest() == []
        assert "nothing" in (await editor.why(page.uri))["reason"]
        assert workshop.backend.calls() == 1


async def test_invoking_asks_anew_and_is_a_task_of_its_own(workshop: Workshop) -> None:
    workshop.backend.script = lambda _seen: Reply(ANSWER)
    async with workshop.editor() as editor:
        page = editor.open("a.py", TEXT)
        await page.suggest()
        assert await page.suggest(INVOKED) == [ANSWER]
        assert workshop.backend.calls() == 2
        assert (await editor.why(page.uri))["decision"]["task"] == "explicit-completion"
        assert await page.suggest(0) == [ANSWER]
        assert workshop.backend.calls() == 3
        assert (await editor.why(page.uri))["decision"]["task"] == "explicit-completion"
        page.cursor = 7
        assert await page.suggest() == []
        assert await page.suggest(INVOKED) != []


LINES = "".join(f"step_{n}(a, b)\n    " for n in range(6))
SLOW = "[tasks.completion]\nlatency_budget_ms = 300\ntimeout_ms = 5000\n"


@pytest.mark.parametrize("tier", ["paid", "free"])
async def test_a_slow_stream_shows_at_the_budget_what_stands_alone(workshop: Workshop, tier: str) -> None:
    workshop.backend.script = lambda _seen: Reply(LINES, token_delay=0.04)
    workshop.configure(SLOW + model(tier=tier))
    async with workshop.editor() as editor:
        await editor.ready()
        page = editor.open("a.py", TEXT)
        start = time.perf_counter()
        (shown,) = await page.suggest()
        assert time.perf_counter() - start < 0.3 + SLACK
        assert LINES.startswith(shown)
        assert 0 < len(shown) < len(LINES.rstrip())
        if tier == "paid":
            await until(lambda: workshop.backend.log[0].aborted)
        else:
            await until(lambda: workshop.backend.log[0].ended)
            await asyncio.sleep(0.05)
        page.type(shown[:3])
        (rest,) = await page.suggest()
        assert rest == (shown if tier == "paid" else LINES.rstrip())[3:]
        assert workshop.backend.calls() == 1
        decision = (await editor.why(page.uri))["decision"]
        assert [a["outcome"] for a in decision["attempts"]] == ["ok"]


async def test_typing_on_while_a_free_answer_still_comes_waits_for_its_rest(workshop: Workshop) -> None:
    workshop.backend.script = lambda _seen: Reply(LINES, token_delay=0.03)
    workshop.configure(SLOW + model(tier="free"))
    async with workshop.editor() as editor:
        page = editor.open("a.py", TEXT)
        (shown,) = await page.suggest()
        page.type(shown)
        (rest,) = await page.suggest()
        assert rest
        assert LINES.startswith(shown + rest)
        assert workshop.backend.calls() == 1


QUICK = "[tasks.completion]\nlatency_budget_ms = 300\ntimeout_ms = 600\n"
TROUBLES = {
    "down": Reply(status=503),
    "limited": Reply(status=429, headers={"retry-after": "1"}),
    "slow": Reply(ANSWER, delay=30),
    "silent": Reply(heartbeats_only=True),
    "broken": Reply(drop_after=0),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_trouble_never_stalls_typing(workshop: Workshop, trouble: str) -> None:
    workshop.backend.script = lambda _seen: TROUBLES[trouble]
    workshop.configure(QUICK + model())
    async with workshop.editor() as editor:
        await editor.ready()
        page = editor.open("a.py", TEXT)
        for letter in "some_nam":
            page.type(letter)
            start = time.perf_counter()
            assert await page.suggest() == []
            assert time.perf_counter() - start < 0.6 + SLACK
        status = await editor.command("lspRouter.status")
        assert status["health"], "the status says who rests"
        assert (await editor.why(page.uri))["reason"]
        assert len(editor.said()) <= 1
        assert editor.said("window/showMessage") == []


async def test_it_recovers_by_itself(workshop: Workshop) -> None:
    workshop.backend.script = lambda _seen: Reply(status=429, headers={"retry-after": "1"})
    async with workshop.editor() as editor:
        page = editor.open("a.py", TEXT)
        assert await page.suggest() == []
        workshop.backend.script = lambda _seen: Reply(ANSWER)
        async with asyncio.timeout(30):
            while await page.suggest() != [ANSWER]:  # noqa: ASYNC110 - typing on is the only way to find out
                await asyncio.sleep(0.05)
        assert (await editor.command("lspRouter.status"))["health"] == {}
