"""Gates that ask real tools, each in a room of its own; only what they did not say before counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from lsp_router.domain.decision import Problem
from lsp_router.validation.difference import compare
from lsp_router.validation.room import Copying, Room, TooLargeError, private_room
from lsp_router.validation.sandbox import Sandbox
from lsp_router.validation.toolbox import Finding, Tool, tools_for

_MOST = 8
_UNREADABLE = re.compile(r"(?:invalid-)?syntax\b")


@dataclass(frozen=True, slots=True)
class Draft:
    """An edit to ask tools about; the path is relative to the root, with forward slashes."""

    path: str
    language: str
    before: str
    after: str
    root: Path | None = None
    around: Mapping[str, tuple[str | None, str]] = field(default_factory=dict)
    """Other files before and after, by path: those of the same edit, and open ones that are not saved."""
    unwanted: tuple[str, ...] = ()
    """Messages the edit is to do away with: a tool that says one as often as before has a say about that."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What tools found wrong, and which of them had no say and why."""

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()


async def ask_tools(
    draft: Draft,
    sandbox: Sandbox,
    *,
    project_code: bool,
    copying: Copying | None = None,
    asked: Collection[str] = (),
) -> Asked:
    """The new findings of every tool that is there, knows the language and may run.

    Of the tools that looked at the whole project when another file of the edit was checked (`asked`), none looks again.
    """
    usable = [
        (tool, program)
        for tool, program in _usable(draft, sandbox, project_code=project_code)
        if not (tool.name in asked and draft.path not in tool.arguments(draft.path))
    ]
    alone = [pair for pair in usable if not pair[0].project]
    rooted = [pair for pair in usable if pair[0].project]
    bare = copying or Copying()
    one = await _in_room(draft, alone, sandbox, replace(bare, root=None)) if alone else Asked()
    two = await _in_room(draft, rooted, sandbox, replace(bare, root=draft.root)) if rooted else Asked()
    return Asked(one.problems + two.problems, one.notes + two.notes, one.tools + two.tools)


def _usable(draft: Draft, sandbox: Sandbox, *, project_code: bool) -> list[tuple[Tool, str]]:
    found = []
    for tool in tools_for(draft.language):
        if tool.project and not (project_code and draft.root is not None and tool.is_used(draft.root)):
            continue
        if program := tool.find(draft.root if project_code else None, sandbox.environ):
            found.append((tool, program))
    return found


async def _in_room(draft: Draft, tools: Sequence[tuple[Tool, str]], sandbox: Sandbox, copying: Copying) -> Asked:
    """One room for several tools, one after the other; alone in it, a file keeps only its name."""
    path = draft.path if copying.root is not None else PurePosixPath(draft.path.replace("\\", "/")).name
    here = replace(draft, path=path, around=draft.around if copying.root is not None else {})
    try:
        files = {path: draft.after, **(_after(draft) if copying.root is not None else {})}
        async with private_room(files, copying) as room:
            answers = [await _ask(here, tool, program, sandbox, room) for tool, program in tools]
    except (TooLargeError, ValueError) as error:
        return Asked(notes=(f"{', '.join(tool.name for tool, _ in tools)}: {error}",))
    return Asked(
        tuple(problem for answer in answers for problem in answer.problems),
        tuple(note for answer in answers for note in answer.notes),
        tuple(name for answer in answers for name in answer.tools),
    )


async def _ask(draft: Draft, tool: Tool, program: str, sandbox: Sandbox, room: Room) -> Asked:
    """One tool: after the edit, and only if it finds anything, before it."""
    command = [program, *tool.arguments(draft.path)]
    _lay_out(draft, room, after=True)
    now = await _findings(tool, command, sandbox, room)
    if isinstance(now, list) and not now:
        return Asked(tools=(tool.name,))
    _lay_out(draft, room, after=False)
    earlier = await _findings(tool, command, sandbox, room) if isinstance(now, list) else []
    if isinstance(now, str) or isinstance(earlier, str):
        return Asked(notes=(f"{tool.name}: {now if isinstance(now, str) else earlier}",))
    found = [*_lasting(earlier, now, draft), *_fresh(earlier, now, draft)]
    return Asked(tuple(_problem(tool, finding, draft.path) for finding in found[:_MOST]), tools=(tool.name,))


def _after(draft: Draft) -> dict[str, str]:
    return {path: after for path, (_, after) in draft.around.items()}


def _lay_out(draft: Draft, room: Room, *, after: bool) -> None:
    """The files as they are before or after the edit; alone in a room, a file has nothing around it."""
    room.write(draft.path, draft.after if after else draft.before)
    for path, (earlier, later) in draft.around.items():
        text = later if after else earlier
        if text is None:
            (room.work / path).unlink(missing_ok=True)
        else:
            room.write(path, text)


async def _findings(tool: Tool, command: Sequence[str], sandbox: Sandbox, room: Room) -> list[Finding] | str:
    """What the tool found, or why it could not say; its paths become those of the workspace."""
    ran = await sandbox.run(command, room)
    if ran.stopped:
        return ran.stopped
    try:
        found = list(tool.read(ran.out, ran.err))
    except (ValueError, KeyError, TypeError) as error:
        return f"its answer could not be read: {error}"
    if ran.code and not found:
        return (ran.err or ran.out).strip()[:200] or f"it ended with {ran.code}"
    work = str(room.work).replace("\\", "/")
    return [Finding(_inside(f.path, work), f.line, f.message.replace(f"{room.work}", ".")) for f in found]


def _inside(path: str, work: str) -> str:
    return path.replace("\\", "/").removeprefix(work).removeprefix("/").removeprefix("./")


def _fresh(earlier: Sequence[Finding], now: Sequence[Finding], draft: Draft) -> list[Finding]:
    """Findings that were not there before, wherever their lines went.

    What a tool could not read before, it had no chance to complain about: then only lines that the edit made count.
    """
    change = compare(draft.before, draft.after)
    moved = change.moved
    unread = any(f.path == draft.path and _UNREADABLE.match(f.message) for f in earlier)
    known = Counter(
        (f.path, moved.get(f.line - 1, -1) + 1 if f.path == draft.path else f.line, f.message) for f in earlier
    )
    fresh = []
    for finding in now:
        key = (finding.path, finding.line, finding.message)
        old = unread and finding.path == draft.path and finding.line - 1 not in change.fresh
        if known[key]:
            known[key] -= 1
        elif not old:
            fresh.append(finding)
    return fresh


def _lasting(earlier: Sequence[Finding], now: Sequence[Finding], draft: Draft) -> list[Finding]:
    """What was to go and is said no less often."""
    lasting = []
    for message in draft.unwanted:
        was, still = ([f for f in found if message in f.message] for found in (earlier, now))
        if was and len(still) >= len(was):
            lasting.append(replace(still[0], message=f"still there: {still[0].message}"))
    return lasting


def _problem(tool: Tool, finding: Finding, path: str) -> Problem:
    """Lines of other files are told in the words, for a line alone means one of the draft's."""
    if finding.path == path:
        return Problem(tool.name, finding.message, finding.line)
    return Problem(tool.name, f"{finding.path}:{finding.line}: {finding.message}")
