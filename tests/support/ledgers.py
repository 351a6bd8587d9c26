"""A ledger as two weeks of ordinary work leave it: python -m tests.support.ledgers FOLDER [--days 14]

What is asked when, who answers, what fails and what people make of it are drawn with a fixed seed.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lsp_router.domain.decision import Attempt, Decision, Served, Verdict
from lsp_router.domain.model import Model, Quality, Tier
from lsp_router.domain.money import Price, Rates, Tokens
from lsp_router.domain.task import Task, Trigger, Work
from lsp_router.store.database import Database
from lsp_router.store.entry import Entry, Feedback, Reaction
from lsp_router.store.ledger import Ledger
from lsp_router.store.writer import Writer

DAY = 86_400.0
PREMIUM = Rates(input=2.5, written=2.5, output=10.0)


@dataclass(frozen=True)
class Habit:
    """How one model of the story behaves."""

    model: Model
    first_ms: float
    fails: float
    liked: float


def habit(name: str, tier: Tier, rates: Rates, first_ms: float, fails: float, liked: float) -> Habit:
    provider = name.split("/", maxsplit=1)[0]
    model = Model(name, provider, name, tier, provider, price=Price(rates), quality=Quality(8.0))
    return Habit(model, first_ms, fails, liked)


HABITS = {
    h.model.name: h
    for h in [
        habit("ollama/qwen2.5-coder", Tier.LOCAL, Rates(), 210, 0.01, 0.26),
        habit("codestral/codestral-latest", Tier.FREE, Rates(), 190, 0.03, 0.37),
        habit("gemini/gemini-2.5-flash", Tier.FREE, Rates(), 430, 0.05, 0.33),
        habit("groq/gpt-oss-120b", Tier.FREE, Rates(), 240, 0.09, 0.31),
        habit("deepseek/deepseek-chat", Tier.PAID, Rates(0.28, 0.028, 0.28, 0.42), 720, 0.02, 0.38),
        habit("anthropic/claude-sonnet-4.5", Tier.PAID, Rates(3.0, 0.3, 3.75, 15.0), 1_150, 0.01, 0.46),
    ]
}
CHAINS = {
    Task.COMPLETION: ("codestral/codestral-latest", "ollama/qwen2.5-coder", "groq/gpt-oss-120b"),
    Task.BOILERPLATE: ("groq/gpt-oss-120b", "gemini/gemini-2.5-flash", "deepseek/deepseek-chat"),
    Task.EXPLAIN: ("gemini/gemini-2.5-flash", "deepseek/deepseek-chat"),
    Task.DEBUGGING: ("gemini/gemini-2.5-flash", "deepseek/deepseek-chat", "anthropic/claude-sonnet-4.5"),
    Task.TESTS: ("groq/gpt-oss-120b", "deepseek/deepseek-chat"),
    Task.REFACTOR: ("deepseek/deepseek-chat", "anthropic/claude-sonnet-4.5"),
    Task.ALGORITHM: ("anthropic/claude-sonnet-4.5", "deepseek/deepseek-chat"),
}
WEIGHTS = {
    Task.COMPLETION: 84,
    Task.BOILERPLATE: 4,
    Task.EXPLAIN: 4,
    Task.DEBUGGING: 3,
    Task.TESTS: 3,
    Task.REFACTOR: 1.4,
    Task.ALGORITHM: 0.5,
}
LANGUAGES = {"python": 55, "typescript": 28, "rust": 9, "markdown": 4, "toml": 3}
FAULTS = ("rate_limit", "rate_limit", "timeout", "server", "quota")


def fill(ledger: Ledger, until: float, days: int = 14, seed: int = 1, a_day: int = 130) -> int:
    """Records the story; how many decisions it has."""
    dice, count = random.Random(seed), 0
    for day in range(days):
        start = until - (days - day) * DAY
        busy = 0.25 if time.localtime(start).tm_wday >= 5 else dice.uniform(0.7, 1.3)
        moments = sorted(start + _hour(dice) * 3_600 for _ in range(int(a_day * busy)))
        for at in (m for m in moments if m < until):
            count += 1
            for thing in _request(dice, f"{count:016x}", at):
                if isinstance(thing, Entry):
                    ledger.record(thing)
                else:
                    ledger.feedback(thing)
        ledger.flush()
    return count


def _hour(dice: random.Random) -> float:
    return dice.choice([dice.gauss(10.5, 1.4), dice.gauss(15.5, 1.8)]) % 24


def _request(dice: random.Random, ident: str, at: float) -> Iterator[Entry | Feedback]:
    task = _pick(dice, WEIGHTS)
    typing = task is Task.COMPLETION
    work = Work(
        trigger=Trigger.AUTOMATIC if typing else Trigger.COMMAND,
        task=task,
        language=_pick(dice, LANGUAGES),
        prompt_tokens=dice.randint(400, 1_900) if typing else dice.randint(900, 7_000),
        selected_lines=0 if typing else dice.randint(0, 120),
        project=dice.choice(["/home/me/shop", "/home/me/shop", "/home/me/engine"]),
        session="s1",
    )
    served = _serve(
        dice, Decision(ident, task, candidates=_verdicts(task)), work, cached=typing and dice.random() < 0.31
    )
    yield Entry(at, served, work, baseline_usd=_baseline(served), template="fim/codestral@1", uri="src/cart.py")
    if served.model is not None:
        yield from _reactions(dice, ident, HABITS[served.model.name], served.tokens.output, typing=typing)


def _serve(dice: random.Random, decision: Decision, work: Work, *, cached: bool) -> Served:
    chain = CHAINS[decision.task]
    if cached:
        return Served(decision, HABITS[chain[0]].model, latency_ms=dice.uniform(1, 4), cache="hit")
    attempts: list[Attempt] = []
    for depth, name in enumerate(chain):
        h = HABITS[name]
        if dice.random() < h.fails * (2 if depth == 0 else 1):
            attempts.append(Attempt(name, dice.choice(FAULTS), "the provider said no", dice.uniform(80, 900)))
            continue
        long = decision.task is not Task.COMPLETION
        output = dice.randint(120, 900) if long else dice.randint(6, 60)
        known = int(work.prompt_tokens * 0.4) if long else 0
        tokens = Tokens(work.prompt_tokens - known, known, 0, output)
        cost = h.model.price.at(work.prompt_tokens).cost(tokens)
        ttft = h.first_ms * dice.lognormvariate(0, 0.35)
        whole = ttft + output * (7 if long else 3)
        attempts.append(Attempt(name, "ok", "stop", whole, cost, tokens))
        waited = sum(a.ms for a in attempts)
        return Served(
            decision, h.model, tokens, cost, waited, waited - whole + ttft, depth, "miss", tuple(attempts), "stop"
        )
    return Served(decision, attempts=tuple(attempts), latency_ms=sum(a.ms for a in attempts))


def _verdicts(task: Task) -> tuple[Verdict, ...]:
    fit = [
        Verdict(name, round(0.9 - 0.1 * n, 3), f"quality 8.{6 - n}, free, {HABITS[name].first_ms:.0f} ms, free")
        for n, name in enumerate(CHAINS[task])
    ]
    others = [name for name in HABITS if name not in CHAINS[task]]
    return (*fit, *(Verdict(name, None, "its latency is beyond the budget of this task") for name in others))


def _baseline(served: Served) -> float:
    return PREMIUM.cost(Tokens(served.tokens.prompt, 0, 0, served.tokens.output))


def _reactions(dice: random.Random, ident: str, h: Habit, output: int, *, typing: bool) -> Iterator[Feedback]:
    if not typing:
        return
    yield Feedback(ident, Reaction.SHOWN)
    chars = max(8, output * 4)
    draw = dice.random()
    if draw < h.liked:
        yield Feedback(ident, Reaction.ACCEPTED, chars)
        if dice.random() < 0.84:
            yield Feedback(ident, Reaction.SURVIVED, chars, 300.0)
    elif draw < h.liked + 0.08:
        yield Feedback(ident, Reaction.PARTIAL, chars // 3)
    elif draw < 0.9:
        yield Feedback(ident, Reaction.REJECTED)


def _pick(dice, weights):
    return dice.choices(list(weights), list(weights.values()))[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the state folder of a home")
    parser.add_argument("--days", type=int, default=14)
    args = parser.parse_args()
    database = Database(args.folder, print)
    writer = Writer(database)
    print(fill(Ledger(writer), time.time(), args.days), "decisions")
    writer.close()
    database.close()


if __name__ == "__main__":
    main()
