from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.store import cache as module
from lsp_router.store.cache import Cache, Front, Hit, key

SMALL = Front(entries=0, chars=0)
"""No memory in front: what is found was on disk."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def make(folder, said, now) -> Iterator[Callable[..., Cache]]:
    made: list[Cache] = []

    def cache(**options) -> Cache:
        made.append(Cache(options.pop("folder", folder), said.append, now=now, **options))
        return made[-1]

    yield cache
    for one in made:
        one.close()


def file_of(folder: Path) -> Path:
    return folder / "cache.db"


@pytest.mark.parametrize("value", ["text", ["a", "b"], {"text": "héllo \U0001f600", "n": 1.5}, 0, False, "\ud800"])
def test_an_answer_is_found_again_also_by_the_next_process(make, value) -> None:
    first = make()
    assert first.get(key("a")) is None
    first.put(key("a"), value)
    assert first.get(key("a")) == Hit(value)
    first.close()
    assert make().get(key("a")) == Hit(value)


def test_nothing_is_an_answer_for_a_while(make, now) -> None:
    cache = make()
    cache.put_nothing(key("a"), 60)
    assert cache.get(key("a")) == Hit(None)
    assert make().get(key("a")) == Hit(None)
    now.at += 61
    assert cache.get(key("a")) is None
    assert make().get(key("a")) is None


def test_what_a_caller_does_to_an_answer_stays_with_the_caller(make) -> None:
    cache = make()
    cache.put(key("a"), ["one"])
    cache.get(key("a")).value.append("two")
    assert cache.get(key("a")) == Hit(["one"])


@given(st.lists(st.text(max_size=8), max_size=4), st.lists(st.text(max_size=8), max_size=4))
def test_different_parts_never_share_a_key(one: list[str], other: list[str]) -> None:
    assert (key(*one) == key(*other)) == (one == other)


def test_keys_are_stable_and_take_any_text() -> None:
    assert key("model", "fim@1", "def f(", "):", "") == "dabded681798ad4d3860b8925a7d5bf406ef1341"
    assert len(key("\ud800 half a pair")) == 40


def test_making_one_touches_no_disk_and_imports_no_library(run, folder) -> None:
    text = """
import sys
from pathlib import Path
from lsp_router.store.cache import Cache
cache = Cache(Path(sys.argv[1]), print)
print("diskcache" in sys.modules, Path(sys.argv[1]).exists(), cache.open(), "diskcache" in sys.modules)
"""
    assert run(text, folder).split() == ["False", "False", "True", "True"]


@pytest.mark.skipif(os.name != "posix", reason="owners are kept apart in another way here")
@pytest.mark.parametrize("before", [None, 0o755])
def test_the_folder_is_private(make, folder, before) -> None:
    if before:
        folder.mkdir(mode=before)
    make().put(key("a"), "text")
    assert folder.stat().st_mode & 0o777 == 0o700


def test_it_stays_within_its_size_and_keeps_what_is_used(make, now) -> None:
    cache = make(size_mb=0.5, front=SMALL)
    cache.put(key("kept"), "in use")
    for n in range(600):
        now.at += 3_600
        cache.put(key(str(n)), "x" * 5_000, 10_000 * 3_600.0)
        assert cache.get(key("kept")) == Hit("in use")
    assert cache.info().bytes < 700_000
    assert cache.get(key("599")) is not None
    assert cache.get(key("0")) is None


def test_a_long_answer_is_not_kept(make) -> None:
    cache = make()
    cache.put(key("a"), "x" * module.LONGEST)
    assert cache.get(key("a")) is None


def test_info_and_clear(make, folder) -> None:
    cache = make()
    for n in range(150):
        cache.put(key(str(n)), "text")
    cache.get(key("1"))
    cache.get(key("nowhere"))
    info = cache.info()
    assert (info.directory, info.durable, info.entries, info.hits, info.misses) == (folder, True, 150, 1, 1)
    assert 0 < info.bytes < info.limit
    assert cache.clear() == 150
    assert cache.get(key("1")) is None
    assert cache.info().entries == 0
    assert make().get(key("1")) is None


def plant(folder: Path, name: str, text: str) -> None:
    with sqlite3.connect(file_of(folder)) as connection:
        connection.execute("UPDATE Cache SET value = ? WHERE key = ?", (text, name))
    connection.close()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "{}",
        "null",
        "[" * 100_000,
        json.dumps([module.FORMAT + 1, key("a"), 0, 1e12, "later format"]),
        json.dumps([module.FORMAT, key("b"), 0, 1e12, "another key's answer"]),
        json.dumps([module.FORMAT, key("a"), "0", "1e12", "no numbers"]),
    ],
)
def test_an_entry_that_is_not_ours_is_a_miss(make, folder, said, text) -> None:
    cache = make(front=SMALL)
    cache.put(key("a"), "text")
    plant(folder, key("a"), text)
    assert cache.get(key("a")) is None
    cache.put(key("a"), "again")
    assert cache.get(key("a")) == Hit("again")
    assert said == []


def scribble(file: Path) -> None:
    with file.open("r+b") as pages:
        pages.seek(4_096)
        pages.write(b"\xa5" * (file.stat().st_size - 4_096))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(b"rubbish" * 2_000),
        lambda file: os.truncate(file, 5_000),
        scribble,
    ],
)
def test_a_damaged_cache_starts_anew_and_says_so_once(make, folder, said, spoil) -> None:
    first = make()
    for n in range(100):
        first.put(key(str(n)), "text" * 100)
    first.close()
    spoil(file_of(folder))
    cache = make(front=SMALL)
    for _ in range(3):
        cache.get(key("1"))
        cache.put(key("a"), "text")
    assert cache.get(key("a")) == Hit("text")
    assert len(said) == 1
    assert "started anew" in said[0]


def test_damage_while_it_is_open_is_mended_too(make, folder, said) -> None:
    cache = make(front=SMALL)
    for n in range(400):
        cache.put(key(str(n)), "text" * 100)
    cache.close()
    cache.get(key("1"))
    scribble(file_of(folder))
    for n in range(400):
        cache.get(key(str(n)))
        cache.put(key("a"), "text")
    assert cache.get(key("a")) == Hit("text")
    assert len(said) == 1


def test_without_a_folder_it_keeps_answers_in_memory_and_says_so_once(make, folder, said) -> None:
    folder.write_text("in the way")
    cache = make()
    for n in range(3):
        cache.put(key(str(n)), "text")
    assert cache.get(key("1")) == Hit("text")
    assert not cache.open()
    assert (cache.info().durable, cache.info().entries) == (False, 3)
    assert len(said) == 1
    assert cache.clear() == 3


def test_a_read_only_folder_is_done_without(make, folder, said, read_only) -> None:
    first = make()
    first.put(key("a"), "text")
    first.close()
    cache = make(folder=read_only(folder))
    cache.put(key("b"), "text")
    assert cache.get(key("b")) == Hit("text")
    assert len(said) == 1


def test_a_full_disk_is_done_without_and_tried_again_later(run, folder) -> None:
    pytest.importorskip("resource", reason="no file size limits here")
    text = """
import resource, signal, sys
from pathlib import Path
from lsp_router.store.cache import Cache, Front, key
said, ticks = [], [0.0]
cache = Cache(Path(sys.argv[1]), said.append, front=Front(4, 100_000), ticks=lambda: ticks[0])
cache.put(key("old"), "text")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
for n in range(100):
    cache.put(key(str(n)), "x" * 10_000)
    assert cache.get(key(str(n))) is not None
print(len(said), cache.info().durable)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
ticks[0] += 301
for n in range(100):
    cache.put(key(str(n)), "x" * 10_000)
print(len(said), cache.info().durable, cache.info().entries >= 100, cache.get(key("old")).value)
"""
    assert run(text, folder).split() == ["1", "False", "1", "True", "True", "text"]


def test_a_cache_that_another_program_locks_costs_no_time(make, folder, said, locked, ticks) -> None:
    cache = make(front=SMALL)
    cache.put(key("a"), "text")
    other = locked(file_of(folder))
    started = time.monotonic()
    assert cache.get(key("a")) == Hit("text")
    cache.put(key("b"), "text")
    assert time.monotonic() - started < 1
    assert said == []
    newcomer = make(front=SMALL, ticks=ticks)
    for minute in range(5):
        assert len(said) == (minute > 2)
        assert newcomer.get(key("a")) is None
        ticks.at += 60
    assert time.monotonic() - started < 2
    other.close()
    assert newcomer.get(key("a")) == Hit("text")
    cache.put(key("b"), "text")
    assert cache.get(key("b")) == Hit("text")


WRITES = """
import sys
from pathlib import Path
from lsp_router.store.cache import Cache, Front, key
said = []
cache = Cache(Path(sys.argv[1]), said.append, front=Front(0, 0))
wrong = 0
for n in range(300):
    cache.put(key(str(n)), str(n) * 50)
    hit = cache.get(key(str(n)))
    wrong += hit is not None and hit.value != str(n) * 50
cache.close()
print(len(said), wrong)
"""


def test_several_processes_share_it(make, folder, start) -> None:
    processes = [start(WRITES, folder) for _ in range(3)]
    outputs = [process.communicate(timeout=60) for process in processes]
    assert [out.split() for out, _ in outputs] == [["0", "0"]] * 3, outputs
    cache = make()
    assert sum(cache.get(key(str(n))) == Hit(str(n) * 50) for n in range(300)) > 100


def test_a_killed_process_leaves_a_cache_that_works(make, folder, start, said) -> None:
    process = start(WRITES.replace("range(300)", "range(10_000_000)"), folder)
    deadline = time.monotonic() + 30
    cache = make(front=SMALL)
    while cache.get(key("200")) is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
    cache.put(key("after"), "text")
    assert (cache.get(key("200")), cache.get(key("after"))) == (Hit("200" * 50), Hit("text"))
    assert said == []


def test_getting_and_putting_cost_microseconds(make) -> None:
    cache = make(front=SMALL)
    keys = [key(str(n)) for n in range(500)]
    puts = [_taken(lambda k=k: cache.put(k, ["return x + 1\n" * 5])) for k in keys]
    gets = [_taken(lambda k=k: cache.get(k)) for k in keys]
    assert sorted(puts)[250] < 200e-6
    assert sorted(gets)[250] < 50e-6


def _taken(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started
