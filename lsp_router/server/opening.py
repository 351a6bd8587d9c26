"""How a session opens its desk; what lies below the edge is imported only then, off the start-up path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lsp_router.server.desk import Desk
    from lsp_router.server.router_server import OpenDesk


def opener(environ: Mapping[str, str], config: Path | None = None) -> OpenDesk:
    """A session's desk with this process's environment and command line."""

    def open_desk(
        root: Path | None, options: Mapping[str, Any], editor: Mapping[str, Any], say: Callable[[str], None]
    ) -> Desk:
        from lsp_router.app.app import App  # noqa: PLC0415 - see above
        from lsp_router.config.places import places  # noqa: PLC0415 - see above
        from lsp_router.config.sources import Sources  # noqa: PLC0415 - see above
        from lsp_router.server.desk import Desk  # noqa: PLC0415 - see above

        desk = Desk(App(Sources(places(environ), environ, root, config, options, editor), say=say))
        if desk.app.offline.enabled:
            desk.app.offline.load()
        return desk

    return open_desk
