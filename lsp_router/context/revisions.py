"""What git knows of a file's past: its text at a revision, which files differ from it. Read only, never a shell.

A repository's own configuration may name programs; those that a look at it could start are switched off.
"""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

from lsp_router.context.document import Document

HEAD = "HEAD"
PATIENCE = 20.0
LARGEST = 4_000_000
_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.devnull, "-c", "core.quotePath=false")
_PLAIN = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


class GitError(Exception):
    """Git is not there, or does not know what was asked for; the text says which."""


async def text_at(file: Path, revision: str = HEAD) -> str | None:
    """The file as it was; None when there was none. Raises GitError."""
    folder = file.parent
    if not await _knows(folder, revision):
        raise GitError(f"git knows no revision {revision!r} in {folder}")
    code, out, _ = await _git(folder, "show", "--no-textconv", "--end-of-options", f"{revision}:./{file.name}")
    return out[:LARGEST].decode("utf-8", "replace") if code == 0 else None


async def changed_files(folder: Path, revision: str = HEAD) -> list[Path]:
    """The files below a folder that differ from a revision, new ones too, in order. Raises GitError."""
    if not await _knows(folder, revision):
        raise GitError(f"git knows no revision {revision!r} in {folder}")
    differ = ("diff", "--name-only", "--no-ext-diff", "--no-textconv", "--relative", "-z", "--diff-filter=d")
    code, out, err = await _git(folder, *differ, "--end-of-options", revision, "--", ".")
    if code:
        raise GitError(err.strip() or f"git diff ended with {code}")
    _, new, _ = await _git(folder, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    names = {os.fsdecode(name) for name in (out + new).split(b"\0") if name}
    return [folder / name for name in sorted(names)]


async def tracked_files(folder: Path) -> list[Path]:
    """What git would look at below a folder: tracked or new, never ignored. Raises GitError."""
    code, out, err = await _git(folder, "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", ".")
    if code:
        raise GitError(err.strip() or f"git ls-files ended with {code}")
    return [folder / os.fsdecode(name) for name in sorted(set(out.split(b"\0"))) if name]


def changed_spans(old: str | None, document: Document) -> tuple[tuple[int, int], ...]:
    """The lines of a document that an older text did not have; a place where lines went counts as the line there."""
    text = document.text
    if old is None:
        return ((0, len(text)),)
    before, after = old.replace("\r\n", "\n").split("\n"), [line.removesuffix("\r") for line in text.split("\n")]
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return tuple(
        (starts[first], min(starts[max(last, first + 1)] - 1, len(text))) for first, last in _changed(before, after)
    )


def _changed(before: list[str], after: list[str]) -> list[tuple[int, int]]:
    """Runs of lines, first and after the last, compared only where the texts differ at all."""
    from difflib import SequenceMatcher  # noqa: PLC0415 - only a review of changes needs it

    shorter = min(len(before), len(after))
    head = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    most = shorter - head
    tail = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
    ours, theirs = before[head : len(before) - tail], after[head : len(after) - tail]
    codes = SequenceMatcher(None, ours, theirs, autojunk=len(ours) + len(theirs) > 4_000).get_opcodes()
    return [(head + k, min(head + m, len(after) - 1)) for tag, _, _, k, m in codes if tag != "equal"]


async def _knows(folder: Path, revision: str) -> bool:
    code, _, _ = await _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return code == 0


async def _git(folder: Path, *words: str) -> tuple[int, bytes, str]:
    """Its exit code, what it printed, and what it complained about. Raises GitError when it cannot be run."""
    environ = {**os.environ, **_PLAIN}
    try:
        process = await asyncio.create_subprocess_exec(
            "git", *_QUIET, *words, cwd=folder, env=environ, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror or error}") from None
    try:
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        raise GitError(f"git took longer than {PATIENCE:.0f} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, out, err.decode("utf-8", "replace")
