"""An editor that applies edits, over a workshop with a small free and a strong paid model that answer as told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.applier import CAPABILITIES, RefusedError, applied
from tests.support.backend import Backend, Reply, Seen
from tests.support.lsp import Editor

MODELS = """
[completion]
embedded = false
[budget]
per_request_usd = {per_request}
per_day_usd = "unlimited"
per_session_usd = "unlimited"
paid_share_alert = 1.0
[providers.gate]
kind = "openai"
base_url = "{base}"
[[models]]
name = "small"
provider = "gate"
tier = "{tier}"
price = {{ input = {small}, output = {small} }}
quality = {{ default = 8 }}
latency_target_ms = 100
[[models]]
name = "strong"
provider = "gate"
tier = "paid"
price = {{ input = 1.0, output = 10.0 }}
quality = {{ default = 9.5 }}
latency_target_ms = 100
"""
BROKEN = "def total(prices):\n    retrun sum(prices)\n"
GOOD = "def total(prices):\n    return sum(prices)\n"
BAD = ("def total(prices):\n    return sum(prices\n", "def total(prices)\n    return sum(prices)\n")
LITERAL = {
    "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}},
    "dataSupport": True,
}
RESOLVES = LITERAL | {"resolveSupport": {"properties": ["edit", "command"]}}


def fenced(code: str) -> str:
    return f"```python\n{code}```"


def models(base: str, *, per_request: float = 0.05, paid: bool = False) -> str:
    """The configuration; both models cost when `paid`."""
    facts = {"tier": "paid", "small": 0.5} if paid else {"tier": "free", "small": 0.0}
    return MODELS.format(base=base, per_request=per_request, **facts)


def in_turn(**answers: list[str]) -> Callable[[Seen], Reply]:
    """Each model gives its answers one after the other, and its last one for ever."""

    def script(seen: Seen) -> Reply:
        left = answers[seen.model]
        return Reply(fenced(left.pop(0) if len(left) > 1 else left[0]))

    return script


@dataclass
class Drawing:
    """What the editor has on its screen: texts by URI, changed by the server's edits as an editor would."""

    texts: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    """Every `workspace/applyEdit`."""
    refuses: int = 0
    """How many edits it will not take, for a reason of its own."""
    editor: Editor | None = None
    presses: str = ""
    """The button it presses whenever it is asked something."""

    def answer(self, method: str, params: Any) -> Any:
        if method == "window/showMessageRequest":
            return {"title": self.presses} if self.presses else None
        return self._apply(params) if method == "workspace/applyEdit" else None

    def open(self, name: str, text: str, language: str = "python") -> str:
        assert self.editor is not None
        page = self.editor.open(name, text, language)
        self.texts[page.uri], self.versions[page.uri] = text, 1
        return page.uri

    def change(self, uri: str, text: str) -> None:
        assert self.editor is not None
        self.texts[uri], self.versions[uri] = text, self.versions[uri] + 1
        document = {"uri": uri, "version": self.versions[uri]}
        self.editor.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def _apply(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.append(params)
        if self.refuses:
            self.refuses -= 1
            return {"applied": False, "failureReason": "not now"}
        try:
            after = applied(params["edit"], self.texts, self.versions)
        except RefusedError as error:
            return {"applied": False, "failureReason": str(error)}
        for uri, text in after.items():
            if uri not in self.texts:
                self.texts[uri] = text
            elif text != self.texts[uri]:
                self.change(uri, text)
        return {"applied": True}


@dataclass
class Studio:
    """A home, a project and a backend with two models; `editor()` is an editor with one document that it applies to."""

    home: Path
    folder: Path
    backend: Backend

    def configure(self, **wishes: Any) -> None:
        path = self.home / "config" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(models(self.backend.base, **wishes), encoding="utf-8")

    def editor(
        self, *, actions: Mapping[str, Any] | None = None, progress: bool = True, client: str = "", **more: Any
    ) -> tuple[Editor, Drawing]:
        drawing = Drawing()
        editor = Editor(
            self.home,
            self.folder,
            text_document={"codeAction": dict(RESOLVES if actions is None else actions)},
            capabilities={"workspace": deepcopy(CAPABILITIES), "window": {"workDoneProgress": progress}},
            client=client,
            answer=drawing.answer,
            **more,
        )
        drawing.editor = editor
        return editor, drawing
