"""Findings that were dismissed: one file of the project that two people may change and anybody may damage."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from lsp_router.store.baseline import NAME, Baseline, Dismissed

ENTRY = Dismissed("a1", 1, "src/shop.py", "Never closed")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / NAME


def test_what_was_dismissed_is_known_to_the_next_process(file: Path) -> None:
    Baseline(file).dismiss(ENTRY)
    assert Baseline(file).dismissed("a1", 1)
    assert not Baseline(file).dismissed("b2", 1)


def test_something_worse_in_the_same_place_is_told_again(file: Path) -> None:
    made = Baseline(file)
    made.dismiss(ENTRY)
    assert [made.dismissed("a1", rank) for rank in (0, 1, 2, 3)] == [False, True, True, True]


def test_another_persons_entries_stay_and_are_seen(file: Path) -> None:
    mine, theirs = Baseline(file), Baseline(file)
    mine.dismiss(ENTRY)
    theirs.dismiss(Dismissed("b2", 0, "a.py", "Other"))
    assert mine.dismissed("b2", 0)
    mine.dismiss(Dismissed("c3", 0, "b.py", "Third"))
    assert [e["id"] for e in json.loads(file.read_text("utf-8"))["dismissed"]] == ["b2", "c3", "a1"], (
        "in a stable order"
    )


def test_it_is_readable_and_nothing_is_left_beside_it(file: Path) -> None:
    Baseline(file).dismiss(ENTRY)
    told = json.loads(file.read_text("utf-8"))
    assert told["dismissed"] == [{"id": "a1", "path": "src/shop.py", "title": "Never closed", "rank": 1}]
    assert [path.name for path in file.parent.iterdir()] == [NAME]
    assert os.name != "posix" or file.stat().st_mode & 0o044, "it belongs to the project, not to its writer alone"


JUNK = ["", "{", "[]", "null", '{"dismissed": 5}', '{"dismissed": [5, {"id": 7}, {}]}', "[" * 50_000, "\x00\xff"]


@pytest.mark.parametrize("text", JUNK)
def test_what_makes_no_sense_dismisses_nothing(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    made = Baseline(file)
    assert not made.dismissed("a1", 1)
    made.dismiss(ENTRY)
    assert made.dismissed("a1", 1)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OSError, match="file"):
        Baseline(tmp_path / "file" / NAME).dismiss(ENTRY)
