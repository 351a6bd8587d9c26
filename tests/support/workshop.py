"""A fresh project with one scripted model behind a real socket, and as many editors on it as a test likes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsp_router.app.records import Records
from lsp_router.config.places import places
from lsp_router.store.entry import Row
from tests.support.backend import Backend, Seen
from tests.support.lsp import Editor

CONFIG = """
[completion]
embedded = false
debounce = {debounce}
speculative = false
[budget]
per_day_usd = "unlimited"
per_session_usd = "unlimited"
paid_share_alert = 1.0
[providers.gate]
kind = "openai"
base_url = "{base}"
privacy = "{privacy}"
max_concurrency = 32
"""
MODEL = """
[[models]]
name = "{name}"
provider = "{provider}"
model = "{name}"
tier = "{tier}"
price = {{ input = {price}, output = {output} }}
quality = {{ default = 9 }}
latency_target_ms = 100
capabilities = ["fim", "chat"]
fim = "suffix"
"""


def model(name: str = "costly", provider: str = "gate", tier: str = "paid") -> str:
    price, output = (1.0, 10.0) if tier == "paid" else (0.0, 0.0)
    return MODEL.format(name=name, provider=provider, tier=tier, price=price, output=output)


@dataclass
class Workshop:
    """A home, a project and a backend; `editor()` makes as many editors over them as a test likes."""

    home: Path
    folder: Path
    backend: Backend

    def configure(self, text: str = "", *, debounce: int | str = 0, privacy: str = "cloud", tier: str = "paid") -> None:
        head = CONFIG.format(base=self.backend.base, debounce=debounce, privacy=privacy)
        path = self.home / "config" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + (text or model(tier=tier)), encoding="utf-8")

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def editor(self, **wishes: Any) -> Editor:
        return Editor(self.home, self.folder, **wishes)


async def until(holds: Callable[[], Any], patience: float = 30.0) -> float:
    """Seconds until something holds; fails when it never does, on a busy machine too."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    while not holds():
        assert loop.time() - start < patience, "it never came to pass"
        await asyncio.sleep(0.001)
    return loop.time() - start


async def asked(backend: Backend, calls: int = 1) -> Seen:
    """The last request of that many, once the model has begun to speak."""
    await until(lambda: len(backend.log) >= calls and backend.log[calls - 1].sent_tokens > 0)
    return backend.log[calls - 1]


@dataclass(frozen=True)
class Books:
    rows: list[Row]
    held: float
    """What is still promised to calls that may be under way."""

    @property
    def spent(self) -> float:
        return sum(row.cost_usd for row in self.rows)


def books(home: Path) -> Books:
    """The ledger as the next process finds it."""
    records = Records(places({"LSP_ROUTER_HOME": str(home)}).state, time.time, lambda said: None)
    try:
        rows = list(records.history.rows())
        held = records.database.read(
            lambda connection: connection.execute(
                "SELECT coalesce(sum(nano), 0) FROM hold WHERE settled = 0"
            ).fetchone()
        )
        return Books(rows, held[0] / 1e9)
    finally:
        records.close()
