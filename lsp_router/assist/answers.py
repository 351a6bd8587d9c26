"""Answers of models and of the cache: asked for once, trimmed every time, kept as the model gave them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from lsp_router.assist.kitchen import Kitchen
from lsp_router.assist.moment import Suggestion
from lsp_router.assist.request import Request
from lsp_router.assist.trim.pipeline import trim
from lsp_router.assist.trim.place import Trimmed
from lsp_router.assist.trim.stream import StreamTrim
from lsp_router.domain.decision import Served
from lsp_router.domain.model import Model
from lsp_router.engine.execute import Run
from lsp_router.engine.order import ExhaustedError, Restart

SOON = 0.005
"""Seconds after which an answer is put away: the editor has it by then."""
LASTING = frozenset({"stop", "length"})
"""How an answer must have ended to be worth keeping."""
Hear = Callable[[StreamTrim, Run], None]
NOBODY_LISTENS: Hear = lambda *_: None  # noqa: E731 - a default that is named


class Answers:
    """Owns nothing; joins engine, cache and trimming for one request."""

    def __init__(self, kitchen: Kitchen) -> None:
        self._kitchen = kitchen

    def kept(self, request: Request) -> list[Suggestion] | None:
        """What the cache knows, trimmed anew for the text around it; None when it knows nothing."""
        if not self._kitchen.settings.cache.enabled or request.moment.asked_for:
            return None
        for model in request.decision.chain[:2]:
            hit = self._kitchen.cache().get(request.key(model))
            if hit is not None:
                found = _kept(request, model, hit.value)
                self._kitchen.note(Served(request.decision, model, cache="hit"), request.work)
                return found
        return None

    async def ask(self, request: Request, hear: Hear = NOBODY_LISTENS) -> tuple[list[Suggestion], str]:
        """Suggestions and, when there are none, why not. Stops the stream as soon as nothing more can matter."""
        order = self._kitchen.order(request.decision, request.work, request.prompt_for, keep_partial=True)
        run, growing, stopped = self._kitchen.engine.run(order), StreamTrim(request.place), False
        try:
            async with aclosing(run.stream()) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Restart):
                        growing = StreamTrim(request.place)
                        continue
                    stopped = growing.feed(piece)
                    hear(growing, run)
                    if run.last and not piece:
                        await asyncio.sleep(SOON)  # who waits for the text is served before anything is counted
                    if stopped:
                        run.enough()
                        break
        except ExhaustedError as error:
            return [], str(error)
        model = run.served.model
        if model is None:
            return [], "the request was cancelled"
        return self._finish(request, model, growing, "stop" if stopped else run.served.finish)

    def whole(self, request: Request, growing: StreamTrim, run: Run) -> list[Suggestion]:
        """What a model that has said its last word suggests, before anything is counted; empty while it speaks."""
        model = run.speaker
        if not run.last or model is None:
            return []
        return _offer(request, model, growing.result(run.last), "model")

    def _finish(self, request: Request, model: Model, growing: StreamTrim, finish: str) -> tuple[list[Suggestion], str]:
        found = _offer(request, model, growing.result(finish), "model")
        if finish in LASTING:
            answer = {"text": growing.raw, "finish": finish} if found else None
            asyncio.get_running_loop().call_later(SOON, self._keep, request, model, answer)
        return found, "" if found else f"{model.name} answered, but nothing of it fits here"

    def _keep(self, request: Request, model: Model, answer: dict[str, str] | None) -> None:
        """After the editor has its answer; what the model said, not what was made of it."""
        settings = self._kitchen.settings.cache
        if not settings.enabled:
            return
        if answer is None:
            self._kitchen.cache().put_nothing(request.key(model))
        else:
            self._kitchen.cache().put(request.key(model), answer, float(settings.ttl_days) * 86_400)


def _kept(request: Request, model: Model, answer: object) -> list[Suggestion]:
    if not isinstance(answer, dict):
        return []
    trimmed = trim(str(answer.get("text", "")), request.place, str(answer.get("finish", "stop")))
    return _offer(request, model, trimmed, "cache")


def _offer(request: Request, model: Model, trimmed: Trimmed | None, source: str) -> list[Suggestion]:
    if trimmed is None:
        return []
    return [Suggestion(request.decision.id, trimmed.insert, trimmed.replace, model.name, source)]
