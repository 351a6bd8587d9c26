"""The shared file of fetched lists: atomic, forgiving, and fair to many writers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.catalog.listing import Listed, Listing
from lsp_router.catalog.overlay import Overlay, OverlayStore
from lsp_router.domain.model import Capability
from lsp_router.domain.money import Price, PriceBand, Rates

RICH = Listing(
    "openrouter",
    1_000.0,
    (
        Listed("plain"),
        Listed(
            "rich",
            Price(Rates(1, 0.1, 1.2, 5, 0.1), (PriceBand(Rates(2, 0.2, 2, 8), 99), PriceBand(Rates(), -1, (22.5, 4)))),
            131_072,
            8_192,
            frozenset({Capability.CHAT, Capability.VISION}),
            ("rich-latest",),
            remote=True,
        ),
        Listed("image", capabilities=frozenset()),
    ),
    complete=True,
    problems=("odd",),
)  # fmt: skip
MINUTE = 60.0


def listing(provider: str, at: float = 1.0) -> Listing:
    return Listing(provider, at, (Listed("m"),), complete=True)


def test_what_is_saved_is_read_back_the_same(tmp_path):
    store = OverlayStore(tmp_path / "deep" / "er" / "models.json")
    assert store.save(RICH).listings == {"openrouter": RICH}
    assert store.load().listings == {"openrouter": RICH}


def test_nothing_but_the_file_is_left_behind(tmp_path):
    OverlayStore(tmp_path / "models.json").save(RICH)
    assert [p.name for p in tmp_path.iterdir()] == ["models.json"]


def test_without_a_file_there_is_an_empty_overlay_and_no_file_is_made(tmp_path):
    assert OverlayStore(tmp_path / "models.json").load() == Overlay()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'{"version": 99, "providers": {"p": {}}}', id="version"),
        pytest.param(b'{"version": 1, "providers": [1]}', id="shape"),
        pytest.param(b"\xff\xfe\x00", id="bytes"),
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_a_damaged_file_is_ignored_and_replaced(tmp_path, content):
    path = tmp_path / "models.json"
    path.write_bytes(content)
    store = OverlayStore(path)
    assert store.load().listings == {}
    store.save(RICH)
    assert store.load().listings == {"openrouter": RICH}


def test_a_damaged_row_is_dropped_and_its_list_proves_nothing_any_more(tmp_path):
    path = tmp_path / "models.json"
    store = OverlayStore(path)
    store.save(RICH)
    document = json.loads(path.read_text("utf-8"))
    document["providers"]["openrouter"]["models"][0] = {"id": 5}
    document["providers"]["openrouter"]["models"][1]["price"] = {"rates": ["x", None]}
    path.write_text(json.dumps(document), "utf-8")
    damaged = store.load().listings["openrouter"]
    assert [m.id for m in damaged.models] == ["rich", "image"]
    assert damaged.models[0].price is None
    assert not damaged.complete


KEYS = st.sampled_from(["models", "id", "price", "rates", "bands", "skills", "fetched_at"])
LEAVES = st.none() | st.integers() | st.text(max_size=5)


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=15))
def test_nothing_in_the_file_can_break_the_reader(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("overlay") / "models.json"
    path.write_text(json.dumps({"version": 1, "providers": {"p": value}}), "utf-8")
    assert set(OverlayStore(path).load().listings) == {"p"}


def test_a_newer_list_is_not_replaced_by_an_older_one(tmp_path):
    store = OverlayStore(tmp_path / "models.json")
    store.save(listing("p", at=10.0))
    assert store.save(listing("p", at=5.0)).listings["p"].fetched_at == 10.0


def test_a_save_that_fails_leaves_the_old_file_whole(tmp_path, monkeypatch):
    store = OverlayStore(tmp_path / "models.json")
    store.save(RICH)

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(json, "dump", full)
    with pytest.raises(OSError, match="No space"):
        store.save(listing("p"))
    assert store.load().listings == {"openrouter": RICH}
    assert [p.name for p in tmp_path.iterdir()] == ["models.json"]


@pytest.mark.parametrize(("refusals", "saved"), [(3, True), (10_000, False)])
def test_a_reader_that_holds_the_file_open_delays_a_writer_but_not_for_ever(tmp_path, monkeypatch, refusals, saved):
    refused = iter(range(refusals))
    replace = Path.replace

    def refuse(self, target):
        if next(refused, None) is not None:
            raise PermissionError(13, "The process cannot access the file")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr("lsp_router.catalog.overlay._LOCK_PATIENCE", 0.2)
    store = OverlayStore(tmp_path / "models.json")
    with nullcontext() if saved else pytest.raises(PermissionError):
        store.save(RICH)
    assert bool(store.load().listings) is saved
    assert len(list(tmp_path.iterdir())) == saved


def test_writers_in_many_threads_lose_nothing(tmp_path):
    path = tmp_path / "models.json"
    threads = [threading.Thread(target=OverlayStore(path).save, args=(listing(f"p{i}"),)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(OverlayStore(path).load().listings) == {f"p{i}" for i in range(12)}


WRITER = """
import sys
from pathlib import Path
from lsp_router.catalog.listing import Listed, Listing
from lsp_router.catalog.overlay import OverlayStore
for i in range(15):
    rows = tuple(Listed(f"m{n}") for n in range(200))
    OverlayStore(Path(sys.argv[1])).save(Listing(f"{sys.argv[2]}-{i}", 1.0, rows, True))
"""


def test_processes_lose_nothing_and_a_reader_never_sees_half_a_file(tmp_path):
    path = tmp_path / "models.json"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("a", "b")]
    seen = 0
    while any(w.poll() is None for w in writers):
        if path.exists():
            providers = json.loads(path.read_text("utf-8"))["providers"]
            assert len(providers) >= seen
            seen = len(providers)
        time.sleep(0.002)
    assert [w.returncode for w in writers] == [0, 0]
    assert len(OverlayStore(path).load().listings) == 30


def test_a_lock_whose_owner_died_is_broken(tmp_path):
    lock = tmp_path / "models.lock"
    lock.touch()
    long_ago = time.time() - 3600
    os.utime(lock, (long_ago, long_ago))
    OverlayStore(tmp_path / "models.json").save(RICH)
    assert not lock.exists()


@pytest.mark.parametrize(
    ("age", "in_use", "due"),
    [
        (0, True, False),
        (29 * MINUTE, True, False),
        (30 * MINUTE, True, True),
        (30 * MINUTE, False, False),
        (23 * 60 * MINUTE, False, False),
        (24 * 60 * MINUTE, False, True),
        (-1, True, True),
    ],
)
def test_lists_are_fetched_every_half_hour_while_in_use_and_daily_at_least(age, in_use, due):
    overlay = Overlay({"p": listing("p", at=10_000.0)})
    assert overlay.due("p", 10_000.0 + age, in_use=in_use) is due


@pytest.mark.parametrize("in_use", [True, False])
def test_a_list_never_fetched_is_due(in_use):
    assert Overlay().due("p", 0.0, in_use=in_use)
