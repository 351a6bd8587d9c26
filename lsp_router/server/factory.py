"""Makes a server with every feature; a process may make as many as it likes."""

from __future__ import annotations

import logging

from lsp_router.server.features import completion, feedback, inline, insight, lifecycle
from lsp_router.server.router_server import OpenDesk, RouterServer

FEATURES = (lifecycle, inline, completion, feedback, insight)


def build_server(open_desk: OpenDesk) -> RouterServer:
    logging.getLogger("pygls").setLevel(logging.ERROR)  # below that it logs whole messages, and so source
    server = RouterServer(open_desk)
    for feature in FEATURES:
        feature.register(server)
    return server
