"""A network that refuses everybody and writes down who was to be spoken to; for processes a test starts."""

from __future__ import annotations

from pathlib import Path

HOOK = """
import os, sys

LOG = {log!r}
OUTWARD = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg")


def refuse(event, arguments):
    if event in OUTWARD:
        address = arguments[1] if event.startswith(("socket.connect", "socket.send")) else arguments[:2]
        with open(LOG, "a", encoding="utf-8") as file:
            file.write(repr((event, address)) + "\\n")
        raise ConnectionRefusedError("no network here")


sys.addaudithook(refuse)
"""


def refuse_network(folder: Path) -> tuple[dict[str, str], Path]:
    """What to add to the environment of a process, and the file in which it writes what it tried."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "tried.txt"
    (folder / "sitecustomize.py").write_text(HOOK.format(log=str(log)), encoding="utf-8")
    return {"PYTHONPATH": str(folder)}, log
