"""The protocol library's own protocol, mended: whatever a client sends is answered, and what is cancelled stops.

The library answers nothing to what it cannot read, cancels requests but not commands, sends tracebacks to
the client, and trips over its own table when it shuts down with requests in flight.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Generator
from contextvars import ContextVar
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method

from lsp_router.server.guard import Running, clean

log = logging.getLogger(__name__)
UNREADABLE, INVALID, BAD_PARAMS, TOO_EARLY = -32700, -32600, -32602, -32002


class GuardedProtocol(LanguageServerProtocol):
    """One client's conversation, from its first message until `over` is set."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.running = Running()
        self.over = asyncio.Event()
        """Nothing more is to be said: the client left, or said goodbye."""
        self.exit_code = 0
        self._edits: ContextVar[int | None] = ContextVar("edits", default=None)
        self._token: ContextVar[int | str | None] = ContextVar("token", default=None)
        super().__init__(*args, **kwargs)  # looks at every attribute, so they come first

    @property
    def edits(self) -> int | None:
        """How often the document of the request that is being handled had been edited when the request came in.

        A handler runs a little later: by then its document may be ahead of it.
        """
        return self._edits.get()

    @property
    def work_done_token(self) -> int | str | None:
        """The client's own token for the progress of the request that is being handled."""
        return self._token.get()

    def receive(self, body: bytes) -> None:
        """One message off the wire. Its text goes into no error and no log: it may hold source or keys."""
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            self._refuse(None, UNREADABLE, "this is not JSON")
            return
        if not isinstance(data, dict):
            self._refuse(None, INVALID, "a message is one JSON object")
            return
        try:
            message = self.structure_message(data)
        except JsonRpcException:
            self._misread(data)
        else:
            self.handle_message(message)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Forgives what clients are known to send: triggers counted from 0, and answers with an error that is null."""
        if data.get("jsonrpc") != self.VERSION or not isinstance(data.get("id", 0), int | str):
            raise JsonRpcException("not JSON-RPC 2.0")
        if data.get("method") == lsp.TEXT_DOCUMENT_INLINE_COMPLETION:
            params = data.get("params")
            context = params.get("context") if isinstance(params, dict) else None
            if isinstance(context, dict) and context.get("triggerKind") not in {1, 2}:
                context["triggerKind"] = 1
        if "method" not in data and data.get("error", data) is None:
            data = {"result": None, **{key: value for key, value in data.items() if key != "error"}}
        return super().structure_message(data)

    def handle_message(self, message: Any) -> None:
        method, ident = getattr(message, "method", None), getattr(message, "id", None)
        early = method is not None and self._workspace is None and method not in {lsp.INITIALIZE, lsp.EXIT}
        if method is not None and ident is not None:
            if self._shutdown:
                self._refuse(ident, INVALID, "the server is shutting down")
                return
            if early:
                self._refuse(ident, TOO_EARLY, "initialize comes first")
                return
            if method == lsp.INITIALIZE and self._workspace is not None:
                self._refuse(ident, INVALID, "initialize comes once")
                return
        if not early:
            super().handle_message(message)

    @lsp_method(lsp.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Generator[Any, Any, None]:
        """Everything that was asked for is answered before this is; nothing new is begun."""
        self._shutdown = True
        handler = self.fm.features.get(lsp.SHUTDOWN)
        if handler is not None:
            yield handler, args, None
        for ident, future in list(self._request_futures.items()):
            if ident != self.msg_id:
                future.cancel()

    @lsp_method(lsp.EXIT)
    def lsp_exit(self, *_args: Any) -> Generator[Any, Any, None]:
        """Ends the serving, which closes what is open; the process ends by itself then."""
        self.exit_code = 0 if self._shutdown else 1
        self.over.set()
        yield from ()

    # --- what the library calls ---

    def _handle_request(self, msg_id: int | str, method_name: str, params: Any) -> None:
        uri = getattr(getattr(params, "text_document", None), "uri", None)
        document = self._workspace.get_text_document(uri) if self._workspace and isinstance(uri, str) else None
        self._edits.set(getattr(document, "edits", None))
        self._token.set(getattr(params, "work_done_token", None))
        super()._handle_request(msg_id, method_name, params)

    def _handle_cancel_notification(self, msg_id: int | str) -> None:
        """A hop later: a request that came just before has begun by then, and can answer for itself."""
        asyncio.get_running_loop().call_soon(self._cancel, msg_id)

    def _handle_response(self, msg_id: int | str, result: Any = None, error: lsp.ResponseError | None = None) -> None:
        """Answers to what nobody waits for any more are dropped."""
        future = self._request_futures.get(msg_id)
        if future is None or future.done():
            self._request_futures.pop(msg_id, None)
            return
        super()._handle_response(msg_id, result, error)

    def _send_response(self, msg_id: Any, result: Any = None, error: lsp.ResponseError | None = None) -> None:
        super()._send_response(msg_id, result, None if error is None else clean(error))

    # --- helpers ---

    def _cancel(self, msg_id: int | str) -> None:
        if not self.running.cancel(("request", msg_id)) and msg_id in self._request_futures:
            super()._handle_cancel_notification(msg_id)

    def _misread(self, data: dict[str, Any]) -> None:
        """JSON, but not what the protocol says it should be."""
        ident, method = data.get("id"), data.get("method")
        known = ident if isinstance(ident, int | str) else None
        if method is None and ("result" in data or "error" in data):
            if known is not None:
                self._handle_response(known, error=lsp.ResponseError(BAD_PARAMS, "the answer could not be read"))
        elif method == lsp.TEXT_DOCUMENT_INLINE_COMPLETION and known is not None:
            self._send_response(known, {"items": []})
        elif "id" in data or method is None:
            self._refuse(known, BAD_PARAMS if known is not None else INVALID, "this is not what the protocol says")
        else:
            log.warning("a notification could not be read")

    def _refuse(self, ident: int | str | None, code: int, why: str) -> None:
        self._send_response(ident, error=lsp.ResponseError(code, why))
