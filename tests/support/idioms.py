"""A small project that says the same things again and again, as projects do, and places in it where more is wanted."""

from __future__ import annotations

from pathlib import Path

STORE = """\
import logging

logger = logging.getLogger(__name__)


class {Name}Store:
    def __init__(self, path):
        self.path = path
        self.{name}s = {{}}

    def load(self, key):
        logger.debug("loading %s", key)
        if key not in self.{name}s:
            raise KeyError(key)
        return self.{name}s[key]

    def save(self, key, {name}):
        logger.debug("saving %s", key)
        self.{name}s[key] = {name}
        self.write_all(self.path)

    def remove(self, key):
        logger.debug("removing %s", key)
        if key not in self.{name}s:
            raise KeyError(key)
        del self.{name}s[key]
        self.write_all(self.path)
"""


def store(name: str) -> str:
    return STORE.format(Name=name.title(), name=name)


WRITTEN = "\n\n".join(store(name) for name in ("item", "order"))
BEGUN = store("user").partition("    def remove")[0]
SURE = WRITTEN + "\n\n" + BEGUN + "    def remove(self, key):\n        if key not in self.users:\n            rais"
"""The rest of the line is recalled with hardly a doubt."""
SURE_REST = "e KeyError(key)"
NOTHING = "import os\n\n\ndef quite_new():\n    "
"""Nobody ever said anything like this."""


def write_project(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("item", "order", "parcel"):
        (folder / f"{name}_store.py").write_text(store(name), encoding="utf-8")
