"""A user's data folder, a clock that stands still, and what was said to the user."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from lsp_router.domain.decision import Attempt, Decision, Served, Verdict
from lsp_router.domain.model import Model, Tier
from lsp_router.domain.money import Tokens
from lsp_router.domain.task import Task, Work
from lsp_router.store.database import Database
from lsp_router.store.entry import Entry
from lsp_router.store.writer import Writer

NOON = 1_763_726_400.0
NOBODY = 65_534


@dataclass
class Now:
    at: float = NOON

    def __call__(self) -> float:
        return self.at


@dataclass
class Home:
    """What one process of the user has open; closed at the end of the test."""

    folder: Path
    said: list[str] = field(default_factory=list)
    _open: list[Database | Writer] = field(default_factory=list)

    def database(self) -> Database:
        database = Database(self.folder, self.said.append)
        self._open.append(database)
        return database

    def writer(self, database: Database, **options) -> Writer:
        writer = Writer(database, **options)
        self._open.append(writer)
        return writer

    def close(self) -> None:
        for thing in reversed(self._open):
            thing.close()


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def ticks() -> Now:
    return Now(0.0)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "data")
    yield home
    home.close()


@pytest.fixture
def database(home: Home) -> Database:
    return home.database()


@pytest.fixture
def writer(home: Home, database: Database) -> Writer:
    return home.writer(database)


@pytest.fixture
def entry() -> Callable[..., Entry]:
    return make_entry


def make_entry(
    ident: str,
    *,
    at: float = NOON,
    model: str = "small",
    tier: Tier = Tier.FREE,
    cost: float = 0.0,
    served: bool = True,
    work: Work = Work(language="python", project="/home/me/shop", session="s1"),  # noqa: B008 - frozen
    task: Task = Task.COMPLETION,
    attempts: tuple[Attempt, ...] | None = None,
    cache: str = "miss",
    latency_ms: float = 100.0,
    depth: int = 0,
    uri: str = "",
) -> Entry:
    tokens = Tokens(100, 10, 5, 20, 3)
    tried = (Attempt(model, "ok", "stop", latency_ms, cost, tokens),) if attempts is None else attempts
    decision = Decision(ident, task, candidates=(Verdict(model, 1.0, "best"), Verdict("big", None, "too dear")))
    return Entry(
        at,
        Served(
            decision,
            Model(model, f"{model}-house", model, tier) if served else None,
            tokens,
            cost,
            latency_ms,
            40.0,
            depth,
            cache,
            tried,
            "stop",
            ("syntax",),
        ),
        work,
        baseline_usd=cost * 10,
        template="fim@1",
        uri=uri,
    )


@pytest.fixture
def run() -> Callable[..., str]:
    """Runs Python text in a process of its own and returns what it printed."""

    def run_text(text: str, *args: object, timeout: float = 30) -> str:
        command = [sys.executable, "-c", text, *map(str, args)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run_text


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts Python text in a process of its own; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start_text(text: str, *args: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", text, *map(str, args)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start_text
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def read_only() -> Iterator[Callable[[Path], Path]]:
    """A copy of a folder that nobody may write, not even a superuser who runs the tests."""
    if os.name != "posix":
        pytest.skip("folders are made read-only in another way here")
    outer = Path(tempfile.mkdtemp())
    outer.chmod(0o755)
    root = os.geteuid() == 0

    def lock(folder: Path) -> Path:
        copy = outer / "locked"
        shutil.copytree(folder, copy)
        for file in copy.rglob("*"):
            file.chmod(0o444)
        copy.chmod(0o555)
        if root:
            os.seteuid(NOBODY)
        return copy

    yield lock
    if root:
        os.seteuid(0)
    for folder in (outer, *outer.iterdir()):
        folder.chmod(0o755)
    shutil.rmtree(outer)


@pytest.fixture
def locked() -> Callable[[Path], sqlite3.Connection]:
    """Another program that holds the write lock until its connection is closed."""

    def lock(file: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(file, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        return connection

    return lock
