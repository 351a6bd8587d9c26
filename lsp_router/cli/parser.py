"""Reads the words of a command line; wrong use is told in two lines, not in a page of usage."""

from __future__ import annotations

import argparse
from typing import NoReturn

NAME_WIDTH = 14
"""The longest command name with its indentation."""


class Parser(argparse.ArgumentParser):
    """What argparse offers, with shorter complaints; the commands made from it are of the same kind."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n  {self.prog} --help shows an example\n")


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Leaves room for the longest command name: argparse forgets how far it is indented, and breaks the line."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog)
        self._action_max_length = NAME_WIDTH
