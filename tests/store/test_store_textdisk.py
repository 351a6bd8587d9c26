"""Somebody else can write the cache's file: nothing in it may run, or reach a file outside of it."""

from __future__ import annotations

import os
import pickle
import sqlite3
from collections.abc import Callable
from pathlib import Path

import diskcache
import pytest
from diskcache.core import MODE_BINARY, MODE_PICKLE, MODE_RAW, MODE_TEXT

from lsp_router.store.cache import Cache, Front, Hit, key
from lsp_router.store.textdisk import ForeignRowError, TextDisk

NAME = key("planted")


class Bomb:
    """Unpickled, it leaves a trace."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.trace),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cache with one honest entry."""
    cache = Cache(tmp_path / "cache", print)
    cache.put(key("honest"), "text")
    cache.close()
    return tmp_path / "cache"


def sql(folder: Path, statement: str, *values: object) -> None:
    connection = sqlite3.connect(folder / "cache.db")
    with connection:
        connection.execute(statement, values)
    connection.close()


def use_everything(folder: Path) -> list[str]:
    """What a server and the command line do with a cache."""
    said: list[str] = []
    cache = Cache(folder, said.append, front=Front(0, 0), size_mb=0.05)
    for _ in range(2):
        assert cache.get(NAME) is None or cache.get(NAME) == Hit("mine")
        cache.info()
        for n in range(30):
            cache.put(key(str(n)), "x" * 5_000)
        cache.put(NAME, "mine")
        assert cache.get(NAME) == Hit("mine")
        cache.clear()
    cache.close()
    return said


PLANT = """INSERT INTO Cache (key, raw, store_time, access_time, size, mode, filename, value, tag)
    VALUES (?, ?, 1, 1, ?, ?, ?, ?, ?)"""


def bomb(tmp_path: Path) -> bytes:
    return pickle.dumps(Bomb(tmp_path / "trace"))


def test_the_bomb_goes_off_where_diskcache_is_used_as_it_comes(tmp_path, folder) -> None:
    sql(folder, PLANT, NAME, 1, 0, MODE_PICKLE, None, bomb(tmp_path), None)
    with diskcache.Cache(str(folder)) as plain:
        plain.get(NAME)
    assert (tmp_path / "trace").exists()


@pytest.mark.parametrize("where", ["value", "file", "key", "tag", "binary", "number", "setting"])
def test_a_planted_pickle_is_never_read(tmp_path, folder, where) -> None:
    payload = bomb(tmp_path)
    (folder / "planted.val").write_bytes(payload)
    match where:
        case "value":
            sql(folder, PLANT, NAME, 1, 0, MODE_PICKLE, None, payload, None)
        case "file":
            sql(folder, PLANT, NAME, 1, len(payload), MODE_PICKLE, "planted.val", None, None)
        case "key":
            sql(folder, PLANT, payload, 0, 0, MODE_RAW, None, "text", None)
        case "tag":
            sql(folder, PLANT, NAME, 1, 0, MODE_RAW, None, "text", payload)
        case "binary":
            sql(folder, PLANT, NAME, 1, len(payload), MODE_BINARY, "planted.val", None, None)
        case "number":
            sql(folder, PLANT, NAME, 1, 0, MODE_RAW, None, 7, None)
        case "setting":
            sql(folder, "UPDATE Settings SET value = ? WHERE key = 'size_limit'", payload)
    use_everything(folder)
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize("mode", [MODE_TEXT, MODE_BINARY, MODE_PICKLE, MODE_RAW])
def test_a_row_that_names_a_file_neither_shows_nor_deletes_it(tmp_path, folder, mode) -> None:
    treasure = tmp_path / "treasure.txt"
    treasure.write_text(f'[1, "{NAME}", 0, 1e12, "stolen"]')
    sql(folder, PLANT, NAME, 1, 10, mode, "../treasure.txt", None, None)
    use_everything(folder)
    assert treasure.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sqlite_writable_schema", 1),
        ("sqlite_journal_mode = delete; --", 1),
        ("disk_directory", "/"),
        ("get", "shadowed"),
        ("_disk", "shadowed"),
        ("size", b"\x80"),
        ("count", "many"),
    ],
)
def test_a_cache_with_foreign_settings_starts_anew(folder, name, value) -> None:
    sql(folder, "INSERT OR REPLACE INTO Settings VALUES (?, ?)", name, value)
    said = use_everything(folder)
    assert len(said) == 1
    assert "started anew" in said[0]


def test_a_cache_without_its_tables_starts_anew(folder) -> None:
    sql(folder, "DROP TABLE Cache")
    sql(folder, "CREATE TABLE Cache (mine TEXT)")
    assert len(use_everything(folder)) == 1


@pytest.mark.parametrize("value", [b"bytes", 1, 1.5, None, ["list"], type("Text", (str,), {})("sub")])
def test_only_text_goes_in(tmp_path, value) -> None:
    disk = TextDisk(str(tmp_path))
    with pytest.raises(TypeError):
        disk.store(value, read=False)
    with pytest.raises(TypeError):
        disk.put(value)


@pytest.mark.parametrize(
    ("mode", "filename", "value"),
    [
        (MODE_PICKLE, None, "x"),
        (MODE_TEXT, "x", None),
        (MODE_BINARY, "x", None),
        (MODE_RAW, "x", "x"),
        (MODE_RAW, None, b"x"),
    ],
)
def test_only_text_comes_out(tmp_path, mode, filename, value) -> None:
    disk = TextDisk(str(tmp_path))
    assert disk.fetch(MODE_RAW, None, "x", read=False) == "x"
    with pytest.raises(ForeignRowError):
        disk.fetch(mode, filename, value, read=False)
    with pytest.raises(ForeignRowError):
        disk.get("x", raw=False)
    with pytest.raises(ForeignRowError):
        disk.get(b"x", raw=True)
    with pytest.raises(ForeignRowError):
        disk.filename()
