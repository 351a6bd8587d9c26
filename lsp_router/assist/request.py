"""A completion request ready to be served: decided, with its context gathered and its secrets out."""

from __future__ import annotations

from dataclasses import dataclass, field

from lsp_router.assist.builtin import NAME, without_embedded
from lsp_router.assist.kitchen import Kitchen
from lsp_router.assist.moment import Moment
from lsp_router.assist.trigger import gate
from lsp_router.assist.trim.place import Place
from lsp_router.context.clearing import clear
from lsp_router.context.gather import Around, Gathered
from lsp_router.context.window import window
from lsp_router.domain.decision import NO_MODEL, Decision
from lsp_router.domain.model import Model
from lsp_router.domain.task import Trigger, Work
from lsp_router.domain.wire import Hole, Prompt
from lsp_router.prompts.completion import chat_hole
from lsp_router.prompts.estimate import estimate_tokens
from lsp_router.prompts.fim import SUFFIX, fill
from lsp_router.store.cache import key

SINGLE_LINE_TOKENS = 64
CONTEXT_TOKENS = 2_048
"""What is sent for one keystroke; more costs more than it helps."""


class Withdrawn(Exception):  # noqa: N818 - it is an outcome, not an error
    """There is nobody to ask, or nothing that may be asked; the text says why."""

    def __init__(self, reason: str, withheld: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.withheld = withheld


@dataclass(frozen=True, slots=True)
class Request:
    moment: Moment
    work: Work
    decision: Decision
    hole: Hole
    place: Place
    fingerprint: str
    kitchen: Kitchen = field(repr=False)
    withheld: tuple[str, ...] = ()
    _prompts: dict[str, Prompt] = field(default_factory=dict, repr=False, compare=False)

    @property
    def first(self) -> Model:
        return self.decision.chain[0]

    def prompt_for(self, model: Model) -> Prompt:
        """Made once for each model: the cache's key, the wire and the ledger all want it."""
        if model.name not in self._prompts:
            self._prompts[model.name] = self._make_prompt(model)
        return self._prompts[model.name]

    def _make_prompt(self, model: Model) -> Prompt:
        """Fill-in-the-middle where the model was made for it, a chat about a marked hole elsewhere."""
        cap = self.work.output_tokens or 128
        policy = self.decision.policy
        temperature = policy.temperature if policy else 0.2
        if model.fim:
            own = model.fim == SUFFIX and self.kitchen.takes_files(model)
            return fill(self.hole, model.fim, own_extra=own, max_tokens=cap, temperature=temperature)
        lines = 1 if self.place.mode == "single" else self.place.max_lines
        return chat_hole(self.kitchen.library, self.hole, max_lines=lines, max_tokens=cap, temperature=temperature)

    def key(self, model: Model) -> str:
        """What an answer depends on: the model, the words that were said to it, and nothing else."""
        prompt = self.prompt_for(model)
        return key(model.name, prompt.template, self.hole.prefix, self.hole.suffix, self.fingerprint, self.place.mode)


def work_at(kitchen: Kitchen, moment: Moment) -> Work:
    """What is to be done at a moment, as routing sees it."""
    document, tokens = moment.document, 0
    if kitchen.models:  # who is not there takes no money for them
        around = window(document.text, moment.offset)
        tokens = estimate_tokens(around.prefix) + estimate_tokens(around.suffix) + CONTEXT_TOKENS // 4
    single = not gate(moment.prefix, moment.suffix, document.language).multiline
    ruling = kitchen.judge(document.path)
    return Work(
        trigger=Trigger.INVOKED if moment.asked_for else Trigger.AUTOMATIC,
        path=document.path,
        language=document.language,
        prompt_tokens=tokens,
        output_tokens=SINGLE_LINE_TOKENS if single else None,
        privacy=ruling.reach,
        why_private=ruling.rule,
    )


def compose(kitchen: Kitchen, moment: Moment, work: Work | None = None) -> Request:
    """Decides first, for the decision says how far the context may go; raises Withdrawn."""
    document = moment.document
    around = window(document.text, moment.offset)
    work = work or work_at(kitchen, moment)
    single = work.output_tokens is not None
    decision = without_embedded(kitchen.decide(work))
    if not decision.chain:
        raise Withdrawn(_nobody(decision))
    level = max(model.privacy for model in decision.chain)
    gathered = kitchen.gatherer.gather(Around(document, moment.offset, around, moment.tabs, moment.recent, level))
    hole = Hole(around.prefix, around.suffix, document.path, gathered.extra())
    withheld = _withheld(gathered)
    cleared = clear(Prompt(hole=hole), level)
    withheld += tuple(f"{w.rule} in {w.where}" for w in cleared.withheld)
    if cleared.at_cursor:
        raise Withdrawn("the cursor touches a secret, so no model was asked", withheld)
    place = Place(
        prefix=moment.prefix,
        suffix=moment.suffix,
        language=document.language,
        mode="single" if single else "multi",
        max_lines=kitchen.settings.completion.max_lines,
    )
    return Request(moment, work, decision, cleared.prompt.hole or hole, place, gathered.fingerprint, kitchen, withheld)


def _nobody(decision: Decision) -> str:
    models = [v for v in decision.candidates if v.model != NAME]
    if decision.note and not models:
        return decision.note
    reasons = "; ".join(f"{v.model}: {v.reason}" for v in models[:3])
    return f"no model may complete here ({reasons})" if reasons else NO_MODEL


def _withheld(gathered: Gathered) -> tuple[str, ...]:
    return tuple(f"{w.where} ({w.rule})" for w in gathered.withheld)
