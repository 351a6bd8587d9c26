from __future__ import annotations

import os
import time

import pytest

from lsp_router.store.folder import create_private, identity, keep_private, set_aside

PARTS = ("", "-wal", "-shm")


@pytest.fixture
def file(tmp_path):
    for part in PARTS:
        (tmp_path / f"x.db{part}").write_text(part)
    return tmp_path / "x.db"


@pytest.mark.parametrize(("keep", "left"), [(True, ["x.db.damaged", "x.db.damaged-wal"]), (False, [])])
def test_side_files_go_with_their_database(file, keep, left) -> None:
    """A log left behind would be played into the next database of that name."""
    set_aside(file, identity(file), keep=keep)
    assert sorted(part.name for part in file.parent.iterdir() if part.name.startswith("x.db")) == left


def test_only_what_was_found_damaged_goes(file) -> None:
    damaged = identity(file)
    file.rename(f"{file}.before")
    file.write_text("a new one")
    set_aside(file, damaged, keep=True)
    assert file.read_text() == "a new one"


def test_the_lock_of_the_living_is_respected(file, monkeypatch) -> None:
    monkeypatch.setattr("lsp_router.store.folder.WAIT", 0.05)
    lock = file.with_name("x.db.mending")
    lock.mkdir()
    with pytest.raises(FileExistsError):
        set_aside(file, identity(file), keep=True)
    assert file.exists()
    os.utime(lock, (time.time() - 60, time.time() - 60))
    set_aside(file, identity(file), keep=True)
    assert not file.exists()
    assert not lock.exists()


@pytest.mark.skipif(os.name != "posix", reason="owners are kept apart in another way here")
def test_private_means_private(tmp_path) -> None:
    folder = tmp_path / "a" / "b"
    keep_private(folder)
    create_private(folder / "file")
    assert [path.stat().st_mode & 0o777 for path in (folder, folder / "file")] == [0o700, 0o600]


def test_an_existing_file_is_left_as_it_is(file) -> None:
    create_private(file)
    file.write_text("kept")
    create_private(file)
    assert file.read_text() == "kept"
    assert identity(file.parent / "nowhere") is None
