"""An ask made ready: who may serve it, what goes along, what may change, and what it will be held against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from lsp_router.assist.edit.aim import Aim, Region, aim
from lsp_router.assist.edit.ask import Ask, Kind
from lsp_router.assist.edit.checks import Bench, Checks
from lsp_router.assist.edit.files import Files
from lsp_router.assist.edit.reading import Reader
from lsp_router.assist.edit.testing import tests_of
from lsp_router.assist.edit.wording import RULES, SHOWN, Wording, several, sources_of, template_of
from lsp_router.assist.edit.workspace import Workspace
from lsp_router.assist.kitchen import Kitchen
from lsp_router.context.document import Document
from lsp_router.context.gather import Around
from lsp_router.context.vault import Vault
from lsp_router.context.window import window
from lsp_router.domain.decision import Decision, Served
from lsp_router.domain.model import Model
from lsp_router.domain.task import Prefer, Privacy, Profile, Task, TaskPolicy, Trigger, Work
from lsp_router.prompts.estimate import estimate_tokens
from lsp_router.routing.chain import spread
from lsp_router.routing.rank import GOOD_ENOUGH, is_hard_refactor
from lsp_router.validation.grammars import Grammars
from lsp_router.validation.sandbox import Sandbox
from lsp_router.validation.tongues import PROSE

_TRIGGERS = {Kind.FIX: Trigger.QUICK_FIX, Kind.REFACTOR: Trigger.REFACTOR_ACTION}
_TASKS = {Kind.TESTS: Task.TESTS, Kind.DOCUMENT: Task.DOCS}
_HARD = frozenset({Task.ALGORITHM, Task.ARCHITECTURE, Task.MULTIMODAL})
_NO_CHANGE = frozenset({Task.EXPLAIN, Task.REVIEW})
"""What an instruction may sound like; who asks for a change wants one."""
FRACTION = 0.25
"""A drafter that costs no more than this share of the first choice's price goes before it."""
_FILE_TOKENS = 4_000
"""How much of a long file a model must at least have room for; who has more sees more."""
_WRITTEN_OUT = 1_600
_TABS = 4
_TAB = 12_000
"""How many open documents may change along, and up to how many characters each."""


class Withdrawn(Exception):  # noqa: N818 - it is an outcome, not an error
    """There is nobody to ask, or nothing that may be asked; the text says why."""

    def __init__(self, reason: str, served: Served | None = None) -> None:
        super().__init__(reason)
        self.served = served


class Shop:
    """What all jobs share: grammars once loaded, walls once found."""

    def __init__(self, kitchen: Kitchen) -> None:
        self.grammars = Grammars()
        self.sandbox = Sandbox(kitchen.environ)

    def bench(self, kitchen: Kitchen, template: str) -> Bench:
        settings = kitchen.settings.validation
        turns = kitchen.library.template(template).turns
        return Bench(
            self.grammars,
            self.sandbox,
            root=Path(kitchen.project) if kitchen.project else None,
            project_code=kitchen.trusted and settings.project_tools,
            test_command=tuple(settings.test_command),
            examples=tuple((template, turn.text) for turn in turns if turn.role == "assistant"),
        )


@dataclass(frozen=True, slots=True)
class Job:
    ask: Ask
    work: Work
    decision: Decision
    files: Files
    wording: Wording
    reader: Reader
    checks: Checks
    withheld: tuple[str, ...] = ()


def prepare(kitchen: Kitchen, shop: Shop, ask: Ask) -> Job:
    """Decides first, for the decision says how far the material may go; raises Withdrawn."""
    document, where = ask.document, aim(ask)
    ruling = kitchen.judge(document.path)
    if ruling.ignored:
        raise Withdrawn(f"this file is left alone: {ruling.rule}")
    work = work_of(ask, where, ruling.reach, ruling.rule)
    decision = choose(kitchen, work)
    if not decision.chain:
        served = Served(decision)
        raise Withdrawn(_nobody(decision), served)
    level = max(model.privacy for model in decision.chain)
    files = Files(kitchen, document, ask.tabs, level)
    target = _target(ask, files, kitchen)
    vault = Vault()
    gathered = kitchen.gatherer.gather(
        Around(document, where.asked.start, window(document.text, where.asked.start), ask.tabs, level=level)
    )
    tabs = [tab for tab in _editable(ask, files) if several(ask)]
    pieces = [pair for pair in gathered.extra() if pair[0] != document.path]
    target_text = files.text(target) if target else None
    if target and target_text and target != document.path:
        pieces.append((target, target_text[-_TAB:]))
    wording = Wording(
        library=kitchen.library,
        ask=ask,
        aim=where,
        work=work,
        policy=decision.policy or TaskPolicy(decision.task),
        vault=vault,
        others=sources_of(tabs, pieces),
        target=target,
        target_text=target_text or "",
    )
    reader = Reader(ask, where, files, vault, shop.grammars, target)
    others = Workspace(kitchen.project, document)
    withheld = tuple(f"{w.where} was not shown to the model ({w.rule})" for w in gathered.withheld)
    checks = Checks(shop.bench(kitchen, template_of(ask)), ask, files, others)
    return Job(ask, work, decision, files, wording, reader, checks, withheld)


def work_of(ask: Ask, where: Aim, reach: Privacy = Privacy.TRAINS, rule: str = "") -> Work:
    """What routing is told: one task for each kind, but new code is what its words make of it."""
    text, asked = ask.document.text, where.asked
    writes = ask.document.language in PROSE and ask.kind is not Kind.FIX
    return Work(
        trigger=Trigger.COMMAND if writes else _TRIGGERS.get(ask.kind, Trigger.COMMAND),
        task=_TASKS.get(ask.kind),
        instruction=ask.instruction,
        path=ask.document.path,
        language=ask.document.language,
        diagnostics=tuple(one.message for one in ask.complaints),
        selected_lines=text.count("\n", asked.start, asked.end) + 1,
        files=2 if several(ask) else 1,
        has_image=bool(ask.images),
        prompt_tokens=_tokens(text, asked),
        privacy=reach,
        why_private=rule,
        pin=ask.model,
        force_paid=ask.force_paid,
        forbid_cloud=ask.forbid_cloud,
    )


def choose(kitchen: Kitchen, work: Work) -> Decision:
    """Who drafts first. Drafts are checked, so a good one that costs a fraction goes before the best: only what fails
    its checks goes up. Not for what is hard, what a person settled, or where the profile wants the paid ones.
    """
    decision, settings = kitchen.decide(work), kitchen.settings
    if decision.task in _NO_CHANGE:
        decision = kitchen.decide(replace(work, task=Task.PROSE if work.language in PROSE else Task.BOILERPLATE))
    policy = decision.policy
    settled = policy is None or policy.chain or work.pin or work.force_paid or settings.profile is Profile.PAID_FIRST
    if settled or policy is None or decision.task in _HARD or is_hard_refactor(work, decision.task):
        return decision
    return replace(decision, chain=_cheap_first(decision, policy, work))


def _cheap_first(decision: Decision, policy: TaskPolicy, work: Work) -> tuple[Model, ...]:
    chain, best = decision.chain, max((m.quality.of(policy.task) for m in decision.chain), default=0.0)
    if not chain:
        return chain
    enough = best - GOOD_ENOUGH[Prefer.VALUE]
    ceiling = expected(chain[0], policy, work) * FRACTION
    cheap = [m for m in chain if m.quality.of(policy.task) >= enough and expected(m, policy, work) <= ceiling]
    return spread([*cheap, *(m for m in chain if m not in cheap)]) if cheap and cheap[0] is not chain[0] else chain


def expected(model: Model, policy: TaskPolicy, work: Work) -> float:
    """What one try will probably cost."""
    return model.price.at(work.prompt_tokens).expect(work.prompt_tokens, 0, policy.max_output_tokens // 2)


def _tokens(text: str, asked: Region) -> int:
    """What is sent at least; a selection too long to be written out anew is not sent twice either."""
    selected = estimate_tokens(text[asked.start : asked.end])
    twice = selected if selected <= _WRITTEN_OUT else 0
    return max(selected, min(estimate_tokens(text[:SHOWN]), _FILE_TOKENS)) + twice + RULES


def _target(ask: Ask, files: Files, kitchen: Kitchen) -> str:
    """The file that tests go into; empty for every other kind."""
    if ask.kind is not Kind.TESTS:
        return ""
    root = Path(kitchen.project) if kitchen.project else None
    path = tests_of(ask.document.path, ask.document.language, lambda name: root is not None and (root / name).exists())
    files.grant(path)
    files.look_up([path])
    if why := files.why_not(path):
        raise Withdrawn(why)
    return path


def _editable(ask: Ask, files: Files) -> list[Document]:
    tabs = [tab for tab in ask.tabs if tab.path != ask.document.path and not files.why_not(tab.path)]
    return [tab for tab in tabs if len(tab.text) <= _TAB][:_TABS]


def _nobody(decision: Decision) -> str:
    reasons = "\n".join(f"  {v.model}: {v.reason}" for v in decision.candidates[:8])
    return f"no model may do this: {decision.note}\n{reasons}" if reasons else decision.note or "no model is configured"
