"""What a stream has said so far, in no dialect: dialects tell it, the transport takes chunks from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsp_router.domain.wire import Chunk, Text, Thought
from lsp_router.providers.repeats import Repeats
from lsp_router.providers.thinking import Thinking

NOT_AN_END = frozenset({"", "null", "none", "finish_reason_unspecified"})
LENGTH = frozenset(
    {"length", "max_tokens", "max_output_tokens", "max_new_tokens", "model_length", "limit", "token_limit"}
    | {"max_length", "model_context_window_exceeded", "incomplete"},
)
FILTERED = frozenset(
    {"content_filter", "content-filter", "refusal", "safety", "recitation", "blocklist", "prohibited_content", "spii"}
    | {"sensitive", "language", "image_safety"},
)
FAILED = frozenset(
    {"error", "network_error", "server_error", "insufficient_system_resource", "abort", "aborted", "failed", "timeout"}
    | {"malformed_response", "malformed_function_call", "cancelled"},
)
UNTOLD = frozenset({"unknown", "other"})


class Answer:
    """Collects what dialects hear; `take` hands it on as chunks, adjoining texts as one."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._thought: list[str] = []
        self._repeats = Repeats()
        self._thinking: Thinking | None = Thinking()
        self._half = ""
        self.usage: dict[str, Any] = {}
        self.model = ""
        self.reason = ""
        """stop, length or unknown once the model has said why it ended."""
        self.over = False
        """Nothing that matters can follow."""
        self.error: Mapping[str, Any] | None = None
        """What went wrong, as the provider put it."""
        self.remark: Mapping[str, Any] | None = None
        """The last event that said nothing we know: a heartbeat, or an error in a shape of its own."""
        self.has_text = False
        self.has_thought = False
        self.talks_on = False
        """Text came after a reason to end: this one's reasons say nothing about the end."""

    @property
    def told_all(self) -> bool:
        """The model has ended well, and no part of its text is held back."""
        held = self._half or self._thinking is not None or self._repeats.holding
        return self.reason in {"stop", "length"} and self.has_text and not (held or self.talks_on or self.error)

    # --- told by dialects ---

    def add(self, piece: object) -> None:
        """New text."""
        if piece and isinstance(piece, str):
            self._add(piece)

    def add_or_repeat(self, piece: object) -> None:
        """Text that may hold what was said before once more."""
        if piece and isinstance(piece, str):
            new = self._repeats.new_in(piece)
            if new:
                self._add(new)

    def add_whole(self, text: object) -> None:
        """A complete message, after its own deltas or instead of them."""
        if text and isinstance(text, str):
            self._add(self._repeats.new_in_whole(text))

    def think(self, piece: object) -> None:
        if piece and isinstance(piece, str):
            self.has_thought = True
            self._thought.append(piece)

    def finish(self, reason: object) -> None:
        """Takes any provider's word for why it ended; most send an empty one until then."""
        if not reason or not isinstance(reason, str):
            return
        word = reason.lower()
        if word in NOT_AN_END:
            return
        if word in FAILED or word in FILTERED:
            self.fail({"message": f"the model stopped with {word!r}", "type": word})
        self.reason = "length" if word in LENGTH else "unknown" if word in UNTOLD else "stop"

    def use(self, usage: object) -> None:
        """Token counts, which some repeat and grow with every chunk."""
        if not isinstance(usage, dict):
            return
        for name, value in usage.items():
            known = self.usage.get(name)
            if isinstance(value, int | float) and isinstance(known, int | float):
                self.usage[name] = max(known, value)
            elif value:
                self.usage[name] = value

    def heed(self, event: Mapping[str, Any]) -> None:
        """An event without anything we expect: an error in one of its many shapes, or a heartbeat."""
        if (
            event.get("error")
            or event.get("error_message")
            or event.get("error_type")
            or event.get("object") == "error"
            or event.get("type") == "error"
        ):
            self.fail(event)
        else:
            self.remark = event

    def fail(self, error: Mapping[str, Any]) -> None:
        self.error = error
        self.over = True

    def end(self) -> None:
        """The provider has announced the end."""
        self.over = True

    # --- taken by the transport ---

    def take(self) -> list[Chunk]:
        chunks: list[Chunk] = []
        if self._thought:
            chunks.append(Thought("".join(self._thought)))
            self._thought = []
        if self._text:
            chunks.append(Text("".join(self._text)))
            self._text = []
        return chunks

    def flush(self) -> None:
        """Nothing more will come: whatever is held back is text now."""
        late = self._repeats.flush()
        if late:
            self._add(late)
        if self._thinking is not None:
            thought, text = self._thinking.flush()
            self.think(thought)
            self._say(text)

    # --- helpers ---

    def _add(self, piece: str) -> None:
        if self._half or not piece.isascii():
            piece = self._join_halves(piece)
        if self._thinking is None:
            self._say(piece)
            return
        thought, text = self._thinking.split(piece)
        if self._thinking.over:
            self._thinking = None
        self.think(thought)
        self._say(text)

    def _say(self, text: str) -> None:
        if text:
            self.has_text = True
            self._text.append(text)
            if self.reason:
                self.talks_on = True

    def _join_halves(self, piece: str) -> str:
        """Makes one character of two surrogates, also when they come in two deltas; a lone one is damage."""
        piece = self._half + piece
        self._half = ""
        if "\ud800" <= piece[-1] <= "\udbff":
            piece, self._half = piece[:-1], piece[-1]
        try:
            piece.encode()
        except UnicodeEncodeError:
            return piece.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return piece
