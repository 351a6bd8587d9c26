"""Commands that explain and steer: why, status, pinning a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsp_router.domain.task import Task
from lsp_router.server import convert
from lsp_router.server.guard import as_editor_error
from lsp_router.server.router_server import RouterServer


def register(server: RouterServer) -> None:
    @server.command("lspRouter.why")
    async def why(ls: RouterServer, *arguments: Any) -> Mapping[str, Any]:
        uri = str(_argument(arguments).get("uri") or "")
        return await (await ls.desk()).why(uri, convert.path_in(ls.documents, uri) if uri else "")

    @server.command("lspRouter.status")
    async def status(ls: RouterServer, *_arguments: Any) -> Mapping[str, Any]:
        return (await ls.desk()).status()

    @server.command("lspRouter.pinModel")
    async def pin_model(ls: RouterServer, *arguments: Any) -> Mapping[str, Any]:
        asked = _argument(arguments)
        task, model = asked.get("task"), asked.get("model")
        if not isinstance(task, str) or task not in set(Task):
            raise as_editor_error(f"there is no task {task!r}; it is one of {', '.join(Task)}")
        desk = await ls.desk()
        if model is not None and model not in [m.name for m in (*desk.app.fleet.models, desk.app.embedded)]:
            raise as_editor_error(f"there is no model {model!r}; `lsp-router models` lists the names")
        desk.pin(Task(task), model)
        return {}


def _argument(arguments: tuple[Any, ...]) -> Mapping[str, Any]:
    first = arguments[0] if arguments else None
    return first if isinstance(first, Mapping) else vars(first) if hasattr(first, "__dict__") else {}
