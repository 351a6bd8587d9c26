"""The embedded tier beside a model: who is shown first, who takes over, and that the screen never jumps."""

from __future__ import annotations

import random
from asyncio import sleep as wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lsp_router.assist.builtin import NAME
from lsp_router.assist.feedback import Feedback
from lsp_router.assist.offline import SURE as SURE_ENOUGH
from lsp_router.domain.task import Task
from lsp_router.embedded.feedback import Outcome
from lsp_router.embedded.guess.answer import Kind
from lsp_router.store.entry import Row
from tests.support.idioms import NOTHING, SURE, SURE_REST, WRITTEN, store
from tests.support.screen import Remembers, Says, Screen, moment, screening
from tests.support.scripted import run_virtually

LONGER = f"{SURE_REST} from None"
OTHERWISE = "e ValueError(key)"
UNSURE = "def find(self, key):\n    retu"
UNSURE_REST = "rn self."


def sure() -> Remembers:
    return Remembers("raise KeyError(key)", 0.9)


def unsure() -> Remembers:
    return Remembers("return self.", 0.9, Kind.PREFIX)


def told(app: Any) -> list[Row]:
    app.settle()
    return list(app.records.history.rows())


@pytest.mark.parametrize("tier", ["free", "local", "paid"])
def test_who_is_sure_is_shown_at_once_and_a_model_goes_on_from_there(tmp_path: Path, tier: str) -> None:
    async def session() -> None:
        async with screening(tmp_path, SURE, Says(LONGER), sure(), tier=tier) as (screen, wire, _):
            assert (await screen.ask(), screen.source) == (SURE_REST, NAME)
            assert screen.took < 0.1
            assert await screen.key("e") == SURE_REST[1:]
            await wait(0.5)
            assert (await screen.key(" "), screen.source) == (LONGER[2:], "m")
            assert (screen.jumps, len(wire.calls)) == ([], 1)

    run_virtually(session())


def test_asking_again_at_the_same_place_takes_the_longer_answer_over(tmp_path: Path) -> None:
    async def session() -> None:
        async with screening(tmp_path, SURE, Says(LONGER), sure()) as (screen, wire, _):
            assert await screen.ask() == SURE_REST
            await wait(0.5)
            assert await screen.ask() == LONGER
            assert (screen.jumps, len(wire.calls)) == ([], 1)

    run_virtually(session())


@pytest.mark.parametrize("answer", [OTHERWISE, SURE_REST, SURE_REST[:5], "e"])
def test_what_is_typed_along_is_kept_whatever_else_a_model_says(tmp_path: Path, answer: str) -> None:
    async def session() -> None:
        async with screening(tmp_path, SURE, Says(answer), sure()) as (screen, wire, _):
            await screen.ask()
            await wait(0.5)
            for at, letter in enumerate(SURE_REST[:-1], start=1):
                assert await screen.key(letter) == SURE_REST[at:]
            assert (screen.jumps, len(wire.calls)) == ([], 1)

    run_virtually(session())


def test_who_types_what_the_model_said_gets_its_answer_at_once(tmp_path: Path) -> None:
    async def session() -> None:
        async with screening(tmp_path, SURE, Says(OTHERWISE), sure()) as (screen, wire, _):
            await screen.ask()
            await wait(0.5)
            await screen.key("e")
            await screen.key(" ")
            assert (await screen.key("V"), screen.source) == (OTHERWISE[3:], "m")
            assert (screen.took, len(wire.calls)) == (0.0, 1)

    run_virtually(session())


def test_who_types_something_else_stops_the_request_behind(tmp_path: Path) -> None:
    async def session() -> None:
        async with screening(tmp_path, SURE, Says(OTHERWISE), sure()) as (screen, wire, _):
            await screen.ask()
            screen.completer.forget(moment("").uri)
            await wait(0.1)
            assert wire.closed == ["m"]

    run_virtually(session())


@pytest.mark.parametrize(("tier", "calls"), [("paid", 0), ("free", 1)])
def test_where_it_is_sure_nobody_is_paid_for_an_opinion(tmp_path: Path, tier: str, calls: int) -> None:
    async def session() -> None:
        async with screening(tmp_path, SURE, Says(LONGER), sure(), tier=tier, debounce="adaptive") as (screen, wire, _):
            assert await screen.ask() == SURE_REST
            await wait(1.0)
            assert len(wire.calls) == calls

    run_virtually(session())


@pytest.mark.parametrize(
    ("after", "shown", "source", "within"),
    [
        (0.0, "rn self.users[key]", "m", 0.1),
        (0.4, "rn self.users[key]", "m", 0.45),
        (0.8, UNSURE_REST, NAME, 0.55),  # the latency budget is over
    ],
)
def test_who_is_not_sure_lets_the_model_speak_first(
    tmp_path: Path, after: float, shown: str, source: str, within: float
) -> None:
    async def session() -> None:
        async with screening(tmp_path, UNSURE, Says("rn self.users[key]", after), unsure()) as (screen, wire, _):
            assert (await screen.ask(), screen.source) == (shown, source)
            assert screen.took <= within
            await wait(1.0)
            assert (await screen.key("rn"), screen.source) == (" self.users[key]", "m")
            assert (screen.jumps, len(wire.calls)) == ([], 1)

    run_virtually(session())


@pytest.mark.parametrize(("usual", "source"), [(60.0, "m"), (400.0, NAME), (None, NAME)])
def test_a_model_known_to_be_quick_is_waited_for(tmp_path: Path, usual: float | None, source: str) -> None:
    async def session() -> None:
        async with screening(tmp_path, SURE, Says(OTHERWISE, after=0.06), sure()) as (screen, _, app):
            if usual is not None:
                app.monitor.health.latencies.record("m", usual)
            await screen.ask()
            assert screen.source == source
            assert screen.took < 0.2

    run_virtually(session())


@pytest.mark.parametrize(("text", "remembers"), [(SURE, sure()), (UNSURE, unsure())])
def test_a_quick_model_is_never_displaced(tmp_path: Path, text: str, remembers: Remembers) -> None:
    async def session() -> None:
        async with screening(tmp_path, text, Says("EXACTLY(this)", after=0.001), remembers) as (screen, _, app):
            assert (await screen.ask(), screen.source) == ("EXACTLY(this)", "m")
            assert [row.model for row in told(app)] == ["m"]

    run_virtually(session())


@pytest.mark.parametrize(
    ("says", "wishes"),
    [
        (None, {}),
        (Says("", fails=True), {}),
        (Says("", after=9.0), {}),
        (Says(""), {}),
        (Says(LONGER), {"embedded": '"quiet"'}),
    ],
)
def test_it_serves_when_nobody_else_does(tmp_path: Path, says: Says | None, wishes: dict[str, str]) -> None:
    async def session() -> None:
        async with screening(tmp_path, SURE, says, **wishes) as (screen, _, app):
            assert (await screen.ask(), screen.source) == (SURE_REST, NAME)
            (row,) = [row for row in told(app) if row.model == NAME]
            assert (row.provider, row.tier, row.cost_usd, row.outcome, row.cache) == (NAME, "local", 0, "ok", "miss")

    run_virtually(session())


def test_asked_by_hand_the_model_answers_and_the_tier_only_stands_in(tmp_path: Path) -> None:
    async def session(says: Says, text: str, source: str) -> None:
        async with screening(tmp_path / source, SURE, says, sure()) as (screen, _, _app):
            assert (await screen.ask(asked_for=True), screen.source) == (text, source)

    run_virtually(session(Says(OTHERWISE, after=1.0), OTHERWISE, "m"))
    run_virtually(session(Says("", fails=True), SURE_REST, NAME))


def test_the_decision_has_it_among_the_candidates_with_its_own_confidence(tmp_path: Path) -> None:
    async def session() -> None:
        async with screening(tmp_path, SURE, None) as (screen, _, app):
            await screen.ask()
            app.settle()
            decision = app.records.history.latest("user_store.py")
            assert (decision["model"], decision["tier"], decision["cost_usd"]) == (NAME, "local", 0.0)
            (verdict,) = decision["candidates"]
            assert verdict["score"] > SURE_ENOUGH**1.5 * 0.85 - 0.01
            assert "free" in verdict["reason"]
            assert "no model is configured" in decision["note"]

    run_virtually(session())


@pytest.mark.parametrize(("pin", "ghost", "source"), [(NAME, SURE_REST, NAME), ("m", OTHERWISE, "m")])
def test_a_pin_counts_for_it_too(tmp_path: Path, pin: str, ghost: str, source: str) -> None:
    async def session() -> None:
        async with screening(tmp_path, SURE, Says(OTHERWISE), sure()) as (screen, wire, app):
            app.pins[Task.COMPLETION] = pin
            assert (await screen.ask(), screen.source) == (ghost, source)
            assert len(wire.calls) == (pin == "m")

    run_virtually(session())


@pytest.mark.parametrize(
    "text",
    [
        NOTHING,
        SURE + "e  # rais",
        SURE + '("rais',
        WRITTEN + '\n\ndef f():\n    """if key not in self.items:\n    rais',
    ],
)
def test_it_is_silent_in_comments_and_strings_and_where_it_knows_nothing(tmp_path: Path, text: str) -> None:
    async def session() -> None:
        async with screening(tmp_path, text, None) as (screen, _, app):
            assert await screen.ask() == ""
            assert told(app) == []
            assert "no model is configured" in screen.completer.why(moment("").uri)[0]

    run_virtually(session())


@pytest.mark.parametrize("setting", ["completion.embedded", "completion.enabled", "completion.languages.python"])
def test_it_can_be_switched_off(tmp_path: Path, setting: str) -> None:
    async def session() -> None:
        async with screening(tmp_path, SURE, None) as (screen, _, app):
            app.reload(replace(app.sources, editor={"lspRouter": _nested(setting.split("."), value=False)}))
            assert await screen.ask() == ""

    run_virtually(session())


@pytest.mark.parametrize(
    ("happens", "learnt"),
    [
        (["show", "accept"], [Outcome.ACCEPTED]),
        (["accept", "accept"], [Outcome.ACCEPTED]),
        (["part", "part"], [Outcome.PARTIAL]),
        (["reject"], [Outcome.REJECTED]),
        (["show", "type over"], [Outcome.IGNORED]),
        (["an accept of before", "read", "type over"], [Outcome.IGNORED]),
        (["a part of before", "read", "type over"], [Outcome.IGNORED]),
        (["a refusal of before", "read", "type over"], [Outcome.IGNORED]),
        (["read", "type over"], []),
        (["type over"], []),
        (["show", "type along"], []),
    ],
)
def test_what_became_of_a_suggestion_is_learnt_once(tmp_path: Path, happens: list[str], learnt: list[Outcome]) -> None:
    async def session() -> None:
        remembers = sure()
        async with screening(tmp_path, SURE, None, remembers) as (screen, _, app):
            feedback = Feedback(app)

            async def offer(typed: str) -> str:
                screen.text += typed
                at = moment(screen.text)
                found = await screen.completer.complete(at)
                feedback.offered(at, found)
                return found[0].id if found else ""

            ident = await offer("")
            letters = {"type over": "X", "type along": "e"}
            acts = {
                "show": lambda: feedback.shown(ident),
                "an accept of before": lambda: feedback.accepted("long gone"),
                "a part of before": lambda: feedback.partially_accepted("long gone", 3),
                "a refusal of before": lambda: feedback.rejected("long gone"),
                "accept": lambda: feedback.accepted(ident),
                "part": lambda: feedback.partially_accepted(ident, 3),
                "reject": lambda: feedback.rejected(ident),
            }
            for act in happens:
                if act == "read":
                    await wait(1)
                elif act in letters:
                    await offer(letters[act])
                else:
                    acts[act]()
            assert remembers.learnt == [("python", outcome) for outcome in learnt]
            await feedback.close()

    run_virtually(session())


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("tier", ["free", "paid"])
def test_whatever_is_typed_at_whatever_pace_nothing_jumps(tmp_path: Path, seed: int, tier: str) -> None:
    """A model that answers after 400 ms, right half of the time, over a whole class at sixty words a minute."""
    hands = random.Random(seed)
    text = store("user")

    async def session() -> tuple[Screen, int]:
        begin = text.index("    def load")
        says = Says("")
        async with screening(tmp_path, WRITTEN + "\n\n" + text[:begin], says, tier=tier, debounce="adaptive") as all_:
            screen, wire, _ = all_
            for at in range(begin, len(text) - 1):
                end = text.find("\n", at + 2)
                says.text = text[at + 1 : end] if hands.random() < 0.5 else "something_else(entirely)"
                await screen.key(text[at])
                await wait(hands.lognormvariate(-1.7, 0.5) + (hands.random() < 0.1) * 0.6)
            return screen, len(wire.calls)

    screen, calls = run_virtually(session())
    assert screen.jumps == []
    assert calls > 0


def _nested(keys: list[str], *, value: object) -> object:
    return {keys[0]: _nested(keys[1:], value=value)} if keys else value
