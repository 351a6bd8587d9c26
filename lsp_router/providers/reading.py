"""Bytes in, chunks out: a decoder, a dialect and an answer put together; knows nothing of sockets and clocks."""

from __future__ import annotations

from collections.abc import Mapping

from lsp_router.domain.wire import Chunk, Fault, Finish, Last
from lsp_router.providers.answer import Answer
from lsp_router.providers.decoder import Decoder, Event, Mark
from lsp_router.providers.failures import Trouble
from lsp_router.providers.speech import Speech


class Reading:
    """Owns one answer while it arrives: feed it until it is over, then end it."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._decoder = Decoder()
        self._answer = Answer()
        self._damage = ""

    def feed(self, data: bytes) -> list[Chunk]:
        self._hear(self._decoder.feed(data))
        return self._answer.take()

    def end(self) -> list[Chunk]:
        """No more bytes will come; the chunks that were still held back."""
        if not self.over:
            self._hear_last(self._decoder.end())
        self._answer.flush()
        return self._answer.take()

    @property
    def over(self) -> bool:
        """Nothing that follows could change the answer."""
        return self._answer.over

    @property
    def begun(self) -> bool:
        """The model has said something, if only in thought."""
        return self._answer.has_text or self._answer.has_thought

    @property
    def pending(self) -> bool:
        return self._decoder.pending

    @property
    def finished(self) -> bool:
        """The model has said why it ends: only counts and the end itself may follow."""
        return bool(self._answer.reason) and not self._answer.talks_on

    def last(self) -> Last | None:
        """The news that the text is whole, as soon as that is certain; None before."""
        return Last(self._answer.reason) if self._answer.told_all else None

    def finish(self) -> Finish:
        """How it ended. `unknown` when it just stopped: the text may be cut anywhere."""
        answer = self._answer
        tokens = self._speech.tokens(answer.usage) if answer.usage else None
        return Finish(answer.reason or ("stop" if answer.over else "unknown"), tokens, answer.model)

    def trouble(self) -> Trouble | None:
        """Why this is no answer, if it is none; call after `end`."""
        answer = self._answer
        if answer.error is not None:
            return Trouble(None, said=answer.error)
        if self._damage:
            return Trouble(Fault.MALFORMED, self._damage)
        if answer.has_text:
            return None
        if answer.remark is not None and not answer.over and not answer.reason and _complains(answer.remark):
            return Trouble(None, said=answer.remark)
        if self._decoder.noise and not answer.over and not answer.reason:
            return Trouble(Fault.MALFORMED, "answered with text that is not a stream")
        thought = "nothing but thoughts" if answer.has_thought else "an empty answer"
        return Trouble(Fault.EMPTY, f"the model gave {thought}")

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, dict):
                self._speech.read(event, self._answer)
            else:
                self._damage = "" if event is Mark.DONE else f"sent {event.value}"
                self._answer.end()
            if self._answer.over:
                return

    def _hear_last(self, events: list[Event]) -> None:
        """Half an event at the very end is a stream that was cut, which its text survives."""
        if self._answer.has_text:
            events = [e for e in events if e is not Mark.BROKEN]
        self._hear(events)


def _complains(remark: Mapping[str, object]) -> bool:
    return any(remark.get(name) for name in ("detail", "message", "msg", "errors"))
