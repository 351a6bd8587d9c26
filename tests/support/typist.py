"""A typist without a keyboard: letters at a human rhythm on a clock that does not wait, over the real pipeline."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsp_router.app.app import App
from lsp_router.assist.complete import Completer
from lsp_router.assist.moment import Moment, Suggestion
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.context.document import Document
from lsp_router.domain.money import Tokens
from lsp_router.domain.wire import Call, Chunk, Finish, Text
from tests.support.scripted import ScriptedTransport

PAUSE = 0.6
"""Who rests that long looks at what is shown."""
FIRST_TOKEN = 0.25
CONFIG = """
[budget]
per_day_usd = "unlimited"
per_session_usd = "unlimited"
paid_share_alert = 1.0
[providers.gate]
base_url = "http://127.0.0.1:9/v1"
privacy = "{privacy}"
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
embedded = false
speculative = false
debounce = {debounce}
"""


@dataclass
class Day:
    """What came of it."""

    keys: int = 0
    calls: int = 0
    answers: list[tuple[str, float]] = field(default_factory=list)
    """Where each answer that reached the screen came from, and how long it took."""
    rests: list[float] = field(default_factory=list)
    """How long somebody who had stopped typing waited for a model's suggestion that came before they went on."""
    stops: int = 0


@dataclass
class Typist:
    home: Path
    text: str
    debounce: int | str = "adaptive"
    tier: str = "paid"
    words_a_minute: float = 60.0
    luck: float = 0.5
    """How often the model says what is typed next anyway."""
    hands: random.Random = field(default_factory=lambda: random.Random(7))
    model: random.Random = field(default_factory=lambda: random.Random(11))
    """Dice of their own: however often the model is asked, the same keys come at the same moments."""

    async def work(self) -> Day:
        app, transport = self._hire()
        completer, day = Completer(app), Day()
        try:
            for at in range(1, len(self.text)):
                await self._press(completer, day, at)
            await completer.close()
        finally:
            await app.close()
        day.calls = len(transport.calls)
        return day

    async def _press(self, completer: Completer, day: Day, at: int) -> None:
        day.keys += 1
        gap = self._gap(self.text[at - 1], self.text[at])
        day.stops += gap >= PAUSE
        moment = Moment("a.py", Document("a.py", self.text[:at], "python", at), at)
        request = asyncio.create_task(self._look(completer, day, moment, gap))
        await asyncio.sleep(gap)
        del request

    async def _look(self, completer: Completer, day: Day, moment: Moment, gap: float) -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()
        found: list[Suggestion] = await completer.complete(moment)
        took = loop.time() - start
        if found and took <= gap:
            day.answers.append((found[0].source, took))
            if gap >= PAUSE and found[0].source == "model":
                day.rests.append(took)

    def _gap(self, typed: str, following: str) -> float:
        """Letters come in bursts; after a line or a word the hands rest, now and then for a thought."""
        usual = 60.0 / (self.words_a_minute * 5)
        gap = usual * self.hands.lognormvariate(-0.12, 0.5)
        if typed == "\n" or (typed in " (=:" and self.hands.random() < 0.15):
            gap += self.hands.uniform(0.5, 2.5)
        return gap if following != "\n" else gap * 1.5

    def _hire(self) -> tuple[App, ScriptedTransport]:
        price, privacy = (1.0, "cloud") if self.tier == "paid" else (0.0, "local")
        path = self.home / "config" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        debounce = f'"{self.debounce}"' if isinstance(self.debounce, str) else self.debounce
        path.write_text(CONFIG.format(tier=self.tier, price=price, privacy=privacy, debounce=debounce), "utf-8")
        environ: dict[str, Any] = {"LSP_ROUTER_HOME": str(self.home)}
        app = App(Sources(places(environ), environ, self.home))
        transport = ScriptedTransport({"m": self._say})
        app.engine = app.engine_over(transport)
        return app, transport

    async def _say(self, call: Call) -> AsyncIterator[Chunk]:
        """A few letters that will be typed anyway, if the model is lucky, and then something else."""
        await asyncio.sleep(FIRST_TOKEN)
        before = call.prompt.hole.prefix[-80:] if call.prompt.hole else ""
        at = self.text.find(before) + len(before)
        end = self.text.find("\n", at + 1)
        line = self.text[at : end if end > 0 else len(self.text)]
        right = self.model.randint(4, 30) if self.model.random() < self.luck else 0
        yield Text(line if right >= len(line) else f"{line[:right]}ehm(value)")
        await asyncio.sleep(0.05)
        yield Finish("stop", Tokens(100, 0, 0, 10))
