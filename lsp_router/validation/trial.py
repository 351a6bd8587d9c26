"""The project's own tests over an edit, in a private copy: only those that fail now and did not before count."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lsp_router.domain.decision import Problem
from lsp_router.validation.room import Copying, Room, TooLargeError, private_room
from lsp_router.validation.sandbox import Ran, Sandbox
from lsp_router.validation.tools import Asked

_FAILED = re.compile(
    r"^(?:FAILED|ERROR) (?P<pytest>\S+)|^\s*--- FAIL: (?P<go>\S+)|^test (?P<cargo>\S+) \.\.\. FAILED|"
    r"^not ok \d+ -? ?(?P<tap>.+)$",
    re.MULTILINE,
)
_MOST = 8
_TAIL = 600


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried: the texts before and after (None: there was none), and the command."""

    root: Path
    before: Mapping[str, str | None]
    after: Mapping[str, str]
    command: Sequence[str]


async def try_tests(trial: Trial, sandbox: Sandbox, copying: Copying) -> Asked:
    """The tests after the edit and, if any fail, before it."""
    try:
        async with private_room(trial.after, replace(copying, root=trial.root)) as room:
            now = await sandbox.run(trial.command, room)
            if now.code == 0 and not now.stopped:
                return Asked(tools=("tests",))
            if now.stopped:
                return Asked((Problem("tests", f"the tests were stopped: {now.stopped}"),), tools=("tests",))
            _go_back(trial, room)
            earlier = await sandbox.run(trial.command, room)
    except (TooLargeError, ValueError) as error:
        return Asked(notes=(f"tests: {error}",))
    return _compared(earlier, now)


def command_for(language: str, root: Path, paths: Sequence[str], path: str) -> tuple[str, ...]:
    """The usual way to run tests; empty where there is none. `path` is where programs are looked for."""
    if language == "python":
        inside = [root / ".venv" / "bin" / "python", root / ".venv" / "Scripts" / "python.exe"]
        python = next((str(one) for one in inside if one.exists()), shutil.which("python3", path=path) or "python")
        return (python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *paths)
    if language == "go" and (root / "go.mod").is_file():
        return ("go", "test", "./...")
    if language == "rust" and (root / "Cargo.toml").is_file():
        return ("cargo", "test", "--offline", "--quiet")
    return ()


def _go_back(trial: Trial, room: Room) -> None:
    for path, text in trial.before.items():
        if text is None:
            (room.work / path).unlink(missing_ok=True)
        else:
            room.write(path, text)


def _compared(earlier: Ran, now: Ran) -> Asked:
    failing, known = _names(now), set(_names(earlier))
    fresh = [name for name in failing if name not in known]
    if fresh:
        return Asked(
            tuple(Problem("tests", f"`{name}` fails{_why(now, name)}") for name in fresh[:_MOST]), (), ("tests",)
        )
    if earlier.code == 0 or (failing and not known):
        return Asked((Problem("tests", f"the tests fail: {_tail(now)}"),), (), ("tests",))
    return Asked(notes=("tests failed before this edit as well; none that passed fails now",), tools=("tests",))


def _names(ran: Ran) -> list[str]:
    return list(dict.fromkeys(next(filter(None, match.groups())) for match in _FAILED.finditer(ran.out + ran.err)))


def _why(ran: Ran, name: str) -> str:
    found = re.search(rf"^(?:FAILED|ERROR) {re.escape(name)} - (.+)$", ran.out, re.MULTILINE)
    return f": {found[1][:200]}" if found else ""


def _tail(ran: Ran) -> str:
    return " ".join((ran.out or ran.err).strip()[-_TAIL:].split())
