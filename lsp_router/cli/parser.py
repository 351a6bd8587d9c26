"""Reads the words of a command line; wrong use is told in two lines, not in a page of usage."""

from __future__ import annotations

import argparse
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """What argparse offers, with shorter complaints; the commands made from it are of the same kind."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n  {self.prog} --help shows an example\n")
