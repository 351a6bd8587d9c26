"""One editor among several: a process that asks the models of this user and prints how each request went.

    python -m tests.support.asking '{"requests": 4, "at_once": true, "prompt_tokens": 1000}'

Afterwards, with `{"wait_for": "go"}`, it first waits until that file appears in its folder.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from lsp_router.app.app import App
from lsp_router.config.places import places
from lsp_router.config.sources import Sources
from lsp_router.domain.model import Model
from lsp_router.domain.task import Task, Work
from lsp_router.domain.telling import tell
from lsp_router.domain.wire import Message, Prompt
from lsp_router.engine.order import ExhaustedError


async def main(wish: dict[str, Any]) -> list[dict[str, Any]]:
    if wish.get("debug"):
        logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    app = App(Sources(places(os.environ), os.environ, Path.cwd()), say=lambda said: print(said, file=sys.stderr))
    work = Work(
        task=Task(wish.get("task", "explain")), instruction="explain", prompt_tokens=wish.get("prompt_tokens", 10)
    )
    try:
        await _signal(wish.get("wait_for"))
        if wish.get("at_once"):
            return await asyncio.gather(*(ask(app, work, wish) for _ in range(wish["requests"])))
        return [await ask(app, work, wish) for _ in range(wish["requests"])]
    finally:
        await app.close()


async def ask(app: App, work: Work, wish: dict[str, Any]) -> dict[str, Any]:
    def prompt_for(_model: Model) -> Prompt:
        return Prompt((Message("user", wish.get("say", "hi")),), max_tokens=wish.get("max_tokens", 100))

    try:
        text, served = await app.engine.answer(app.order(app.decide(work), work, prompt_for))
    except ExhaustedError as error:
        return {"error": "".join(traceback.format_exception(error)) + repr(error.served), **tell(error.served)}
    return {"text": text, **tell(served)}


async def _signal(name: str | None) -> None:
    until = time.monotonic() + 30
    while name and not Path(name).exists() and time.monotonic() < until:  # noqa: ASYNC110, ASYNC240 - another process makes it
        await asyncio.sleep(0.005)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.loads(sys.argv[1])))))
