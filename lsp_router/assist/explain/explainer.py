"""One explanation: who may give it, what of the document goes along, and what was said about it before."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from lsp_router.assist.excerpt import excerpt
from lsp_router.assist.explain.query import Explained, Listener, Query, UnexplainedError
from lsp_router.assist.kitchen import Kitchen
from lsp_router.assist.passages import Reader, Span
from lsp_router.context.document import Document
from lsp_router.context.structure import enclosing
from lsp_router.domain.decision import Decision, Served
from lsp_router.domain.model import Capability, Model
from lsp_router.domain.task import Task, Work
from lsp_router.domain.wire import Prompt
from lsp_router.engine.order import ExhaustedError, Restart
from lsp_router.prompts.ask import Answer, Ask, Source, compose, follow_up
from lsp_router.prompts.estimate import estimate_tokens
from lsp_router.routing.candidates import output_cap
from lsp_router.validation.grammars import Grammars

SIZES = (12_000, 6_000, 3_000, 1_500)
"""Tokens of the document that go along: the most that helps, and less where nobody's context takes it."""
OVERHEAD = 900
IMAGE = 1_500
"""Tokens that a picture of ordinary size is billed as."""
CAUTION = 0.95
"""Of the room there is, for estimates may be wrong."""
SMALLEST = 600
"""Characters; less than that explains nothing."""
DOCUMENTS, TURNS, TURN = 32, 3, 8_000
"""Of how many documents how many questions are remembered, and up to how many characters of an answer."""


@dataclass(slots=True)
class Talk:
    """What was asked and answered about one document, and about which part of it."""

    span: Span | None = None
    turns: list[tuple[str, str]] = field(default_factory=list)


class Explainer:
    """Owns what was said lately about each document."""

    def __init__(self, kitchen: Kitchen) -> None:
        self._kitchen = kitchen
        self._reader = Reader(Grammars())
        self._talks: OrderedDict[str, Talk] = OrderedDict()

    async def explain(self, query: Query, listener: Listener) -> Explained:
        """A question goes on with the last explanation of that document. Raises UnexplainedError."""
        self._refuse(query)
        talk = self._talks.get(query.document.path) if query.question and not query.picture else None
        work, decision = self._decide(query, talk)
        order = self._kitchen.order(decision, work, lambda model: self._prompt(query, talk, model, decision, work))
        run, parts = self._kitchen.engine.run(order), list[str]()
        try:
            async with aclosing(run.stream()) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Restart):
                        parts.clear()
                        listener.restart()
                    else:
                        parts.append(piece)
                        listener.stream(piece)
        except ExhaustedError as error:
            raise UnexplainedError(str(error), error.served) from None
        text = _bare("".join(parts))
        self._remember(query, talk, text)
        return Explained(text, run.served)

    # --- who is asked ---

    def _refuse(self, query: Query) -> None:
        path = query.picture.path if query.picture else query.document.path
        ruling = self._kitchen.judge(path)
        if ruling.ignored:
            raise UnexplainedError(f"{path} is left alone: {ruling.rule}")

    def _decide(self, query: Query, talk: Talk | None) -> tuple[Work, Decision]:
        """With as much of the document as somebody's context takes; a drawing may be read without eyes."""
        work, decision = self._with_room(query, talk)
        if not decision.chain and query.picture is not None and query.picture.drawing:
            plain = replace(work, task=Task.EXPLAIN)
            work, decision = plain, self._kitchen.decide(plain)
        if decision.chain:
            return work, decision
        if query.picture is not None:
            raise UnexplainedError(_blind(self._kitchen.models, decision), Served(decision))
        reasons = "\n".join(f"  {v.model}: {v.reason}" for v in decision.candidates[:8])
        raise UnexplainedError(f"no model may explain this. {decision.note}\n{reasons}".rstrip(), Served(decision))

    def _with_room(self, query: Query, talk: Talk | None) -> tuple[Work, Decision]:
        whole = estimate_tokens(query.picture.drawing if query.picture else query.document.text)
        whole += IMAGE if query.picture and query.picture.image else 0
        said = sum(estimate_tokens(text) for turn in (talk.turns if talk else ()) for text in turn)
        for most in SIZES:
            work = self._work(query, min(whole, most) + said + OVERHEAD)
            decision = self._kitchen.decide(work)
            if decision.chain or not any("tokens of context" in v.reason for v in decision.candidates):
                break
        return work, decision

    def _work(self, query: Query, tokens: int) -> Work:
        document, picture = query.document, query.picture
        path = picture.path if picture else document.path
        ruling = self._kitchen.judge(path)
        start, end = query.span or (0, 0)
        return Work(
            task=Task.MULTIMODAL if picture else Task.EXPLAIN,
            instruction=query.question,
            path=path,
            language=document.language,
            selected_lines=document.text.count("\n", start, end) + 1 if query.span else 0,
            has_image=bool(picture and picture.image),
            prompt_tokens=tokens,
            privacy=ruling.reach,
            why_private=ruling.rule,
            pin=query.model,
        )

    # --- what is said ---

    def _prompt(self, query: Query, talk: Talk | None, model: Model, decision: Decision, work: Work) -> Prompt:
        """Made for the model that gets it: what fits into one context may be too much for another."""
        policy, library = decision.policy, self._kitchen.library
        cap = output_cap(model, policy, work) if policy else 1_200
        temperature = policy.temperature if policy else 0.3
        tokens = min(work.prompt_tokens, model.context_window - cap) - OVERHEAD
        if query.picture is not None:
            ask = _picture(query, _characters(tokens, query.picture.drawing))
            return compose(library, "multimodal", ask, answer=Answer.TEXT, max_tokens=cap, temperature=temperature)
        turns = talk.turns if talk else []
        first = turns[0][0] if turns else query.question
        said = sum(estimate_tokens(text) for turn in turns for text in turn)
        ask = self._about(query, talk, tokens - said, first)
        prompt = compose(library, "explain", ask, max_tokens=cap, temperature=temperature)
        asked = [*(question for question, _ in turns[1:]), query.question]
        for (_, answer), question in zip(turns, asked, strict=False):
            prompt = follow_up(library, prompt, answer, question)
        return prompt

    def _about(self, query: Query, talk: Talk | None, tokens: int, question: str) -> Ask:
        document, span = query.document, query.span or (talk.span if talk else None)
        focus, room = _meant(query, span), _characters(tokens, document.text)
        selection = document.text[slice(*focus)][: room // 2] if focus else ""
        shown = self._excerpt(document, focus, room, tokens - estimate_tokens(selection))
        return Ask(
            file=Source(document.path, shown, document.language),
            selection=selection,
            lines=_lines(document.text, focus) if focus else None,
            instruction=question,
        )

    def _excerpt(self, document: Document, focus: Span | None, room: int, tokens: int) -> str:
        """What is left of a long text is denser than the text: it is measured, and taken again if it is too much."""
        if estimate_tokens(document.text) <= tokens:
            return document.text
        passages = self._reader.passages(document)
        while True:
            shown = excerpt(document, passages, [focus] if focus else [], room)
            if room <= SMALLEST or estimate_tokens(shown) <= tokens:
                return shown
            room = int(room * 0.85)

    # --- what is remembered ---

    def _remember(self, query: Query, talk: Talk | None, text: str) -> None:
        if query.picture is not None:
            return
        kept = Talk(query.span or (talk.span if talk else None), list(talk.turns) if talk else [])
        kept.turns.append((query.question, text[:TURN]))
        del kept.turns[:-TURNS]
        self._talks[query.document.path] = kept
        self._talks.move_to_end(query.document.path)
        while len(self._talks) > DOCUMENTS:
            self._talks.popitem(last=False)


def _meant(query: Query, span: Span | None) -> Span | None:
    """The selection, or the function around the cursor; nothing where that is outside the text by now."""
    document = query.document
    if span is None or span[0] > len(document.text):
        return None
    if document.text[slice(*span)].strip():
        return span
    found = enclosing(document.text, span[0], span[1], document.language)
    return (found.start, found.end) if found else None


def _characters(tokens: int, text: str) -> int:
    """How many characters of this text so many tokens are, cautiously."""
    return max(SMALLEST, int(tokens * CAUTION * len(text) / max(1, estimate_tokens(text))))


def _lines(text: str, span: Span) -> tuple[int, int]:
    first = text.count("\n", 0, span[0]) + 1
    return first, first + text.count("\n", span[0], max(span[0], span[1] - 1))


def _picture(query: Query, room: int) -> Ask:
    """A drawing goes as the text it is; an image goes as it is."""
    picture = query.picture
    question = query.question or "Explain what this picture shows, and what matters in it."
    if picture is None or picture.image is None:
        drawing = picture.drawing if picture else ""
        return Ask(Source(picture.path if picture else "", drawing[:room], "svg"), instruction=question)
    return Ask(Source("", ""), instruction=question, images=(picture.image,))


def _bare(text: str) -> str:
    """Without the fence that some models put around all of their Markdown."""
    found = re.fullmatch(r"\s*```(?:markdown|md)\s*\n(.*?)\n?```\s*", text, re.DOTALL)
    return (found[1] if found and "\n```" not in found[1] else text).strip() + "\n"


def _blind(models: tuple[Model, ...], decision: Decision) -> str:
    """Who could look at a picture, and what keeps each of them from it."""
    seeing = {model.name for model in models if Capability.VISION in model.capabilities}
    reasons = [f"  {v.model}: {v.reason}" for v in decision.candidates if v.model in seeing]
    if not reasons:
        return 'none of your models can see pictures; configure one that has "vision" among its capabilities'
    return "\n".join(["no model that can see pictures may be asked now:", *_few(reasons)])


def _few(reasons: list[str], most: int = 8) -> Iterator[str]:
    yield from reasons[:most]
    if len(reasons) > most:
        yield f"  and {len(reasons) - most} more"
