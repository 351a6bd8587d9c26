"""How commands print: tables on a terminal, plain columns in a pipe, JSON for machines, errors in two lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from lsp_router.domain.money import dollars


def is_terminal() -> bool:
    return sys.stdout.isatty()


def fail(command: str, what: str, remedy: str = "", code: int = 1) -> int:
    """An error and what to do about it; the exit code of a failure, or 2 for wrong use."""
    print(f"lsp-router {command}: {what}", file=sys.stderr)
    if remedy:
        print(f"  {remedy}", file=sys.stderr)
    return code


def warn(sentence: object) -> None:
    """Beside the output, so that it spoils neither a pipe nor JSON."""
    print(f"warning: {sentence}", file=sys.stderr)


def dump(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = (), title: str = "") -> None:
    """Columns; those in `right` hold numbers."""
    if is_terminal():
        _rich_table(heads, rows, right, title)
        return
    widths = [max(len(str(row[i])) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, *rows]:
        cells = [row[i].rjust(w) if i in right else row[i].ljust(w) for i, w in enumerate(widths)]
        print("  ".join(cells).rstrip())


def heading(text: str) -> None:
    styled((text, "bold"))


def styled(*parts: tuple[str, str]) -> None:
    """One line of (text, style); the styles are for a terminal that has any."""
    if not is_terminal():
        print("".join(text for text, _ in parts))
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs colour
    from rich.text import Text  # noqa: PLC0415 - same

    Console().print(Text.assemble(*parts), soft_wrap=True)


@contextmanager
def waiting(what: str) -> Iterator[Callable[[str], None]]:
    """Something moves on the terminal while nothing is printed, with words that may change; a pipe hears nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.markup import escape  # noqa: PLC0415 - same

    with Console(stderr=True).status(what) as status:
        yield lambda words: status.update(escape(words))


@contextmanager
def counting(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """A bar that grows with every call, which names what is done; a pipe hears nothing of it."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.markup import escape  # noqa: PLC0415 - same
    from rich.progress import Progress  # noqa: PLC0415 - same

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda words: bar.update(task, advance=1, description=escape(f"{what} {words}"))


def money(usd: float, nothing: str = "free") -> str:
    return nothing if usd == 0 else dollars(usd)


def _rich_table(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int], title: str) -> None:
    from rich import box  # noqa: PLC0415 - only a terminal needs it
    from rich.console import Console  # noqa: PLC0415 - same
    from rich.table import Table  # noqa: PLC0415 - same
    from rich.text import Text  # noqa: PLC0415 - same

    drawn = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left")
    for i, head in enumerate(heads):
        drawn.add_column(head, justify="right" if i in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(str(cell)) for cell in row))
    Console().print(drawn)
