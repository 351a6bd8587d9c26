"""Emacs without a screen: a test's body is Emacs Lisp that types and looks, bounded by `wait-until`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.e2e import editors
from tests.support.workshop import Workshop

PRELUDE = Path(__file__).with_name("prelude.el")


@dataclass
class Emacs:
    workshop: Workshop

    async def __call__(self, body: str, *, load: tuple[Path, ...] = ()) -> None:
        launcher = editors.program("emacs")
        script = self.workshop.home / "body.el"
        environ = editors.world(self.workshop)
        script.write_text(f"{body}\n(leave)\n", encoding="utf-8")
        places = [word for path in (editors.CLIENTS / "emacs", *load) for word in ("-L", str(path))]
        words = (launcher, "--batch", "-Q", *places, "-l", PRELUDE, "-l", script)
        done = await editors.run(*words, cwd=self.workshop.folder, environ=environ)
        assert done.code == 0, done.out
