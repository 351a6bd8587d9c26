"""A workspace with scripted models behind the real app: what an editor's edits go through, without an editor."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsp_router.app.app import App
from lsp_router.assist.edit.ask import Ask, Complaint, Edited, Kind
from lsp_router.assist.edit.editor import Editor
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.context.document import Document
from lsp_router.context.file_types import language_of_path
from lsp_router.store.entry import Row
from tests.support.scripted import Script, ScriptedTransport
from tests.support.world import saying

CONFIG = """
[budget]
per_request_usd = {per_request}
paid_share_alert = 1.0
[providers.gate]
kind = "openai"
base_url = "http://127.0.0.1:9/v1"
privacy = "{privacy}"
[[models]]
name = "small"
provider = "gate"
model = "small"
tier = "{tier}"
price = {{ input = {small_in}, output = {small_out} }}
quality = {{ default = 8 }}
latency_target_ms = 100
capabilities = ["chat"]
[[models]]
name = "strong"
provider = "gate"
model = "strong"
tier = "paid"
price = {{ input = 1.0, output = 10.0 }}
quality = {{ default = 9.5 }}
latency_target_ms = 100
capabilities = ["chat"]
"""


def in_turn(*answers: str) -> Script:
    """Each call takes the next answer; the last one is repeated."""
    left = list(answers)

    def script(call: Any) -> Any:
        return saying(left.pop(0) if len(left) > 1 else left[0], wait=0.0)(call)

    return script


def fenced(code: str, language: str = "python") -> str:
    return f"```{language}\n{code.removesuffix(chr(10))}\n```"


def block(path: str, search: str, replace: str) -> str:
    return f"{path}\n<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n"


@dataclass
class Studio:
    """`edit` asks for a change of a text that only the editor has; `write` puts files into the workspace."""

    home: Path
    project: Path
    scripts: dict[str, Script] = field(default_factory=dict)
    config: str = ""
    trusted: bool = False
    wishes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.project.mkdir(parents=True, exist_ok=True)
        facts = {"per_request": 0.05, "privacy": "cloud", "tier": "free", "small_in": 0.0, "small_out": 0.0}
        self.home.mkdir(parents=True, exist_ok=True)
        config = self.home / "config.toml"
        config.write_text(CONFIG.format(**{**facts, **self.wishes}) + self.config, encoding="utf-8")
        world = {"LSP_ROUTER_HOME": str(self.home / "router"), "HOME": str(self.home)}
        said = {"trusted": True} if self.trusted else None
        self.app = App(Sources(places(world), world, self.project, config_file=config, initialization=said))
        self.transport = ScriptedTransport(self.scripts)
        self.app.engine = self.app.engine_over(self.transport)
        self.editor = Editor(self.app)
        self.told: list[str] = []

    def write(self, name: str, text: str) -> Path:
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def ask(self, text: str, kind: Kind = Kind.REFACTOR, path: str = "a.py", **wishes: Any) -> Ask:
        mark = wishes.pop("at", None)
        if mark is not None:
            start = text.index(mark)
            wishes["span"] = (start, start + len(mark))
        complaints: Sequence[Any] = wishes.pop("complaints", ())
        language = wishes.pop("language", language_of_path(path))
        return Ask(
            kind,
            Document(path, text, language, 3),
            complaints=tuple(c if isinstance(c, Complaint) else Complaint(c, wishes.get("span")) for c in complaints),
            **wishes,
        )

    async def edit(self, text: str, kind: Kind = Kind.REFACTOR, path: str = "a.py", **wishes: Any) -> Edited:
        return await self.editor.edit(self.ask(text, kind, path, **wishes), self.told.append)

    def rows(self) -> list[Row]:
        self.app.settle()
        return list(self.app.records.history.rows())

    def prompts(self) -> list[str]:
        return ["\n".join(message.text for message in call.prompt.messages) for call in self.transport.calls]

    async def close(self) -> None:
        await asyncio.sleep(0)
        await self.app.close()


def after(edited: Edited, path: str = "a.py") -> str | None:
    """The new text of a file; None when it was not changed."""
    return next((change.after for change in edited.changes if change.path == path), None)
