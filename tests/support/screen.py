"""An editor's screen without an editor: what is shown as ghost text, key by key, on a clock that does not wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lsp_router.app.app import App
from lsp_router.assist.complete import Completer
from lsp_router.assist.moment import Moment, Suggestion
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.context.document import Document
from lsp_router.domain.money import Tokens
from lsp_router.domain.wire import Call, Chunk, Failed, Failure, Fault, Finish, Text
from lsp_router.embedded.feedback import Outcome
from lsp_router.embedded.guess.answer import Kind
from lsp_router.embedded.guess.answer import Suggestion as Recollection
from tests.support.scripted import ScriptedTransport

CONFIG = """
[budget]
per_day_usd = "unlimited"
per_session_usd = "unlimited"
paid_share_alert = 1.0
[providers.gate]
base_url = "http://127.0.0.1:9/v1"
[[models]]
name = "m"
provider = "gate"
model = "m"
tier = "{tier}"
price = {{ input = {price}, output = {price} }}
quality = {{ default = 9 }}
latency_target_ms = 100
capabilities = ["fim"]
fim = "suffix"
[completion]
speculative = false
debounce = {debounce}
embedded = {embedded}
"""


@dataclass
class Screen:
    """Shows one suggestion; whatever is typed along stays, and what changes without being typed over is a jump."""

    completer: Completer
    text: str
    ghost: str = ""
    source: str = ""
    took: float = 0.0
    jumps: list[tuple[str, str]] = field(default_factory=list)
    """What stood there, and what stood there next, though nothing but its own letters was typed."""

    async def key(self, letters: str) -> str:
        """Types, and waits for the answer before the next key."""
        self.ghost = self.ghost[len(letters) :] if self.ghost.startswith(letters) else ""
        self.text += letters
        return await self.ask()

    async def ask(self, *, asked_for: bool = False) -> str:
        loop = asyncio.get_running_loop()
        start, at = loop.time(), self.text
        found = await self.completer.complete(moment(at, asked_for=asked_for))
        self.took = loop.time() - start
        if self.text == at:
            self.show(found[0] if found else None)
        return self.ghost

    def show(self, found: Suggestion | None) -> None:
        now = found.insert if found else ""
        if self.ghost and not now.startswith(self.ghost):
            self.jumps.append((self.ghost, now))
        self.ghost, self.source = now, found.model if found else ""


def moment(text: str, *, asked_for: bool = False) -> Moment:
    return Moment("user_store.py", Document("user_store.py", text, "python", len(text)), len(text), asked_for)


@dataclass
class Says:
    """A model that says one thing, or fails, after a while."""

    text: str
    after: float = 0.4
    fails: bool = False

    async def __call__(self, _call: Call) -> AsyncIterator[Chunk]:
        await asyncio.sleep(self.after)
        if self.fails:
            raise Failed(Failure(Fault.SERVER, "scripted"))
        yield Text(self.text)
        yield Finish("stop", Tokens(100, 0, 0, 10))


@dataclass
class Remembers:
    """A tier that knows one line and is as sure of it as a test wants."""

    line: str
    confidence: float
    kind: Kind = Kind.LINE
    enabled: bool = True
    learnt: list[tuple[str, Outcome]] = field(default_factory=list)

    def suggest(self, moment: Moment) -> Recollection | None:
        typed = moment.prefix.rpartition("\n")[2].lstrip()
        left = self.line.removeprefix(typed)
        return Recollection(left, self.confidence, self.kind, "scripted") if left and left != self.line else None

    async def catch_up(self, moment: Moment) -> None:
        """It never has to read."""

    def learn(self, language: str, outcome: Outcome) -> None:
        self.learnt.append((language, outcome))

    async def close(self) -> None:
        """Nothing is open."""


@asynccontextmanager
async def screening(
    home: Path,
    text: str,
    says: Says | None,
    remembers: Remembers | None = None,
    *,
    tier: str = "free",
    debounce: int | str = 0,
    embedded: str = "true",
) -> AsyncIterator[tuple[Screen, ScriptedTransport, App]]:
    """A screen over the real pipeline, with one model or none."""
    path = home / "config" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    price = 1.0 if tier == "paid" else 0.0
    pause = f'"{debounce}"' if isinstance(debounce, str) else debounce
    if says is not None:
        path.write_text(CONFIG.format(tier=tier, price=price, debounce=pause, embedded=embedded), "utf-8")
    environ = {"LSP_ROUTER_HOME": str(home)}
    app = App(Sources(places(environ), environ, home))
    transport = ScriptedTransport({"m": says} if says else {})
    app.engine = app.engine_over(transport)
    if remembers is not None:
        await app.offline.close()
        app.offline = remembers  # type: ignore[assignment]
    completer = Completer(app)
    try:
        yield Screen(completer, text), transport, app
    finally:
        await completer.close()
        await app.close()
