"""Draft, check, repair, escalate: every try is an order of its own and everything is booked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lsp_router.domain.decision import Decision, Problem
from lsp_router.domain.model import Model
from lsp_router.domain.task import Limits
from lsp_router.domain.wire import Call, Fault, Message, Prompt
from lsp_router.engine.heal import Clinic, Healed, heal
from lsp_router.engine.order import ExhaustedError
from tests.support.scripted import Script, failing, free, paid, run_virtually
from tests.support.world import POLICY, World, outcomes, saying

SMALL, STRONG = free("small", quality=7), paid("strong", quality=9.5)


def in_turn(*answers: str) -> Script:
    """Each call takes the next answer; the last one is repeated."""
    left = list(answers)

    def script(call: Call):
        return saying(left.pop(0) if len(left) > 1 else left[0])(call)

    return script


def mend(world: World, *chain: Model, stronger: tuple[Model, ...] = (STRONG,)) -> Healed:
    told: list[str] = []

    async def check(text: str) -> tuple[Problem, ...]:
        return tuple(Problem("syntax", f"line {n}") for n in range(text.count("!")))

    def repair(_model: Model, draft: Healed) -> Prompt:
        told.append(draft.text)
        words = "fix only these: " + ", ".join(p.message for p in draft.problems)
        return Prompt((Message("user", words),), max_tokens=POLICY.max_output_tokens)

    def escalate(_drafter: Model) -> Decision:
        return Decision("d2", POLICY.task, chain=stronger, policy=POLICY)

    return run_virtually(heal(world.engine, world.order(*chain), Clinic(check, repair, escalate)))


def test_a_good_draft_is_asked_for_once() -> None:
    world = World({"small": in_turn("good")})
    healed = mend(world, SMALL)
    assert (healed.text, healed.good) == ("good", True)
    assert world.transport.asked() == ["small"]


def test_the_exact_problems_go_back_to_the_drafter() -> None:
    world = World({"small": in_turn("bad!", "good")})
    healed = mend(world, SMALL)
    assert healed.good
    assert outcomes(healed.served) == [("small", "rejected"), ("small", "ok")]
    assert "line 0" in world.transport.calls[1].prompt.messages[0].text


def test_wrong_twice_goes_up() -> None:
    world = World({"small": in_turn("bad!"), "strong": in_turn("good")})
    healed = mend(world, SMALL)
    assert healed.good
    assert healed.served.model is STRONG
    assert outcomes(healed.served) == [("small", "rejected"), ("small", "rejected"), ("strong", "ok")]
    assert healed.served.cost_usd == pytest.approx(world.till.gone)
    assert len(world.told) == 3


def test_wrong_everywhere_keeps_the_least_bad_draft_and_its_problems() -> None:
    world = World({"small": in_turn("bad!!!", "bad!"), "strong": in_turn("bad!!")})
    healed = mend(world, SMALL)
    assert healed.text == "bad!"
    assert [p.message for p in healed.problems] == ["line 0"]
    assert len(healed.served.attempts) == 3


def test_with_nobody_stronger_the_drafter_tries_again() -> None:
    world = World({"small": in_turn("bad!", "bad!", "good")})
    assert mend(world, SMALL, stronger=()).good
    assert world.transport.asked() == ["small"] * 3


def test_a_drafter_that_falls_ill_is_replaced_for_the_repair() -> None:
    health = [saying("bad!"), failing(Fault.SERVER), failing(Fault.SERVER)]

    def small(call: Call):
        return health.pop(0)(call)

    world = World({"small": small, "other": saying("good")})
    assert mend(world, SMALL, free("other")).good


def test_no_draft_at_all_is_an_error() -> None:
    with pytest.raises(ExhaustedError):
        mend(World({"small": failing(Fault.SERVER)}), SMALL)


def test_an_escalation_over_budget_is_refused_and_the_draft_stays() -> None:
    world = World({"small": in_turn("bad!"), "strong": in_turn("good")}, Limits(per_request=1e-6))
    healed = mend(world, SMALL)
    assert not healed.good
    assert "strong" not in world.transport.asked()
    assert any("per_request_usd" in a.reason for a in healed.served.attempts)


def test_all_tries_share_one_request_budget() -> None:
    dear = replace(SMALL, price=STRONG.price)
    one_try = dear.price.base.cost(world_tokens())
    world = World({"small": in_turn("bad!"), "strong": in_turn("bad!")}, Limits(per_request=one_try * 1.5))
    mend(world, dear)
    assert world.till.gone <= one_try * 1.5


def world_tokens():
    from lsp_router.domain.money import Tokens

    return Tokens(input=100, output=POLICY.max_output_tokens)
