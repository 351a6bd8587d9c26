"""Makes a server with every feature; a process may make as many as it likes."""

from __future__ import annotations

import logging

from lsp_router.server.features import (
    actions,
    completion,
    dialect,
    editing,
    explain,
    feedback,
    inline,
    insight,
    lifecycle,
    review,
)
from lsp_router.server.router_server import OpenDesk, RouterServer

FEATURES = (lifecycle, inline, completion, feedback, dialect, insight, editing, actions, review, explain)
TALKATIVE = ("pygls", "websockets", "httpx", "httpcore", "asyncio")
"""Libraries that log whole messages, addresses or tracebacks, and so source and keys."""


def build_server(open_desk: OpenDesk) -> RouterServer:
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    server = RouterServer(open_desk)
    for feature in FEATURES:
        feature.register(server)
    return server
