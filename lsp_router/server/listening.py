"""The three ways a client can reach the server: stdio, TCP and WebSocket; one client each."""

from __future__ import annotations

import asyncio

from lsp_router.server import stdio
from lsp_router.server.router_server import RouterServer


def serve_stdio(server: RouterServer) -> None:
    asyncio.run(stdio.serve(server.protocol, server.close))


def serve_tcp(server: RouterServer, host: str, port: int) -> None:
    server.start_tcp(host, port)


def serve_websocket(server: RouterServer, host: str, port: int) -> None:
    server.start_ws(host, port)
