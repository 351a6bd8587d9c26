"""Answers of models and of the cache: asked for once, trimmed every time, kept as the model gave them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

from lsp_router.assist.kitchen import Kitchen
from lsp_router.assist.moment import Suggestion
from lsp_router.assist.request import Request
from lsp_router.assist.trim.pipeline import trim
from lsp_router.assist.trim.place import Place, Trimmed
from lsp_router.assist.trim.stream import StreamTrim
from lsp_router.domain.decision import Served
from lsp_router.domain.model import Model
from lsp_router.engine.order import ExhaustedError, Restart


class Growing:
    """An answer while it comes: as the model says it, and as it would look at the cursor."""

    def __init__(self, place: Place) -> None:
        self.raw = ""
        self._trim = StreamTrim(place)

    def feed(self, text: str) -> bool:
        """True when whatever follows cannot change the result."""
        self.raw += text
        return self._trim.feed(text)

    def so_far(self) -> Trimmed | None:
        return self._trim.shown


Hear = Callable[[Growing], None]
NOBODY_LISTENS: Hear = lambda _: None  # noqa: E731 - a default that is named


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
                found = self._trimmed(request, model, hit.value, "cache")
                self._kitchen.note(Served(request.decision, model, cache="hit"), request.work)
                return found
        return None

    async def ask(self, request: Request, hear: Hear = NOBODY_LISTENS) -> tuple[list[Suggestion], str]:
        """Suggestions and, when there are none, why not. Stops the stream as soon as nothing more can matter."""
        order = self._kitchen.order(request.decision, request.work, request.prompt_for, keep_partial=True)
        run, growing, stopped = self._kitchen.engine.run(order), Growing(request.place), False
        try:
            async with aclosing(run.stream()) as pieces:
                async for piece in pieces:
                    if isinstance(piece, Restart):
                        growing = Growing(request.place)
                        continue
                    stopped = growing.feed(piece)
                    hear(growing)
                    if stopped:
                        run.enough()
                        break
        except ExhaustedError as error:
            return [], str(error)
        model = run.served.model
        if model is None:
            return [], "the request was cancelled"
        return self._finish(request, model, growing.raw, "stop" if stopped else run.served.finish)

    def _finish(self, request: Request, model: Model, raw: str, finish: str) -> tuple[list[Suggestion], str]:
        answer = {"text": raw, "finish": finish}
        found = self._trimmed(request, model, answer, "model")
        if self._kitchen.settings.cache.enabled and finish in {"stop", "length"}:
            name = request.key(model)
            if found:
                self._kitchen.cache().put(name, answer, float(self._kitchen.settings.cache.ttl_days) * 86_400)
            else:
                self._kitchen.cache().put_nothing(name)
        return found, "" if found else f"{model.name} answered, but nothing of it fits here"

    def _trimmed(self, request: Request, model: Model, answer: object, source: str) -> list[Suggestion]:
        if not isinstance(answer, dict):
            return []
        trimmed = trim(str(answer.get("text", "")), request.place, str(answer.get("finish", "stop")))
        if trimmed is None:
            return []
        return [Suggestion(request.decision.id, trimmed.insert, trimmed.replace, model.name, source)]
