from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lsp_router.embedded.index import builder
from lsp_router.embedded.index.builder import Report, refresh
from lsp_router.embedded.index.library import MANIFEST, Library, folder_of, read_manifest
from lsp_router.embedded.index.locking import try_lock
from lsp_router.embedded.worker import command

FILES = {f"pkg/m{n}.py": f"def load_{n}(path):\n    return parse_{n}(path)\n" for n in range(6)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "index"
    made.mkdir()
    return made


def library(folder: Path, root: Path) -> Library:
    return Library(folder, root, lambda: 0.0)


def follows(folder: Path, root: Path, *words: str, path: str = "new.py") -> set[str]:
    """What the indexes say stands after some tokens."""
    found: set[str] = set()
    for shelf, hidden in library(folder, root).witnesses("python", str(root / path)):
        levels = shelf.exact([shelf.find(word) for word in reversed(words)], hidden)
        if len(levels) == len(words):
            found.update(shelf.token_at(at)[0] for at in levels[-1][1])
    return found


def change(path: Path, text: str) -> None:
    """Write so that the time of modification surely differs."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, "utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_builds_then_has_nothing_to_do(write, folder: Path) -> None:
    root = write(FILES)
    (first,) = refresh(root, folder)
    assert (first.family, first.done, first.files) == ("python", "all", 6)
    assert refresh(root, folder) == [Report("python", "nothing", 6, first.tokens)]
    assert follows(folder, root, "def", "load_3") == {"("}


def test_a_changed_file_goes_into_a_second_segment(write, folder: Path) -> None:
    root = write(FILES)
    refresh(root, folder)
    change(root / "pkg/m3.py", "def fresh_3(path): pass\n")
    change(root / "pkg/m9.py", "def added(path): pass\n")
    (root / "pkg/m5.py").unlink()
    (report,) = refresh(root, folder)
    assert (report.done, report.files) == ("changes", 6)
    assert len(read_manifest(folder)["python"].segments) == 2
    assert not follows(folder, root, "load_3")
    assert not follows(folder, root, "load_5")
    assert follows(folder, root, "def", "fresh_3") == follows(folder, root, "def", "added") == {"("}
    assert follows(folder, root, "load_1") == {"("}
    assert refresh(root, folder)[0].done == "nothing"


def test_a_change_taken_back_needs_no_second_segment(write, folder: Path) -> None:
    root = write(FILES)
    refresh(root, folder)
    stat = (root / "pkg/m3.py").stat()
    change(root / "pkg/m3.py", "def fresh_3(path): pass\n")
    refresh(root, folder)
    (root / "pkg/m3.py").write_text(FILES["pkg/m3.py"], "utf-8")
    os.utime(root / "pkg/m3.py", ns=(stat.st_mtime_ns, stat.st_mtime_ns))
    refresh(root, folder)
    assert len(read_manifest(folder)["python"].segments) == 1
    assert follows(folder, root, "def", "load_3") == {"("}


def test_a_manifest_that_is_being_read_is_replaced_a_little_later(
    write, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where that fails for the moment."""
    replace, refused = Path.replace, [PermissionError(13, "in use")] * 3

    def busy(path: Path, target: Path) -> Path:
        if target.name == MANIFEST and refused:
            raise refused.pop()
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", busy)
    monkeypatch.setattr(builder, "PAUSE", 0.0)
    refresh(write(FILES), folder)
    assert not refused
    assert read_manifest(folder)["python"].files == 6


def test_much_change_makes_a_new_first_segment(write, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "FREE_CHANGED", 0)
    root = write(FILES)
    refresh(root, folder)
    before = read_manifest(folder)["python"].segments
    for n in range(4):
        change(root / f"pkg/m{n}.py", f"def other_{n}(): pass\n")
    assert refresh(root, folder)[0].done == "all"
    after = read_manifest(folder)["python"].segments
    assert len(after) == 1
    assert after != before
    assert [path.name for path in folder.glob("*.segment")] == list(after)


def test_the_nearest_files_are_there_first(write, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[int] = []
    publish = builder._publish
    monkeypatch.setattr(builder, "FIRST_TOKENS", 10)
    monkeypatch.setattr(
        builder, "_publish", lambda into, rows: (published.append(rows["python"].files), publish(into, rows))
    )
    root = write({**FILES, "far/z.py": "x = 1\n"})
    refresh(root, folder, near="pkg/m4.py")
    assert published == [1, 7]


def test_the_limit_holds_and_what_is_beyond_it_is_not_tried_again(write, folder: Path) -> None:
    root = write(FILES)
    (report,) = refresh(root, folder, max_tokens=20)
    assert report.files < 6
    assert refresh(root, folder, max_tokens=20)[0].done == "nothing"


def test_every_family_has_an_index_of_its_own(write, folder: Path) -> None:
    root = write({"a.py": "x = 1\n", "b.ts": "let y = 2\n", "c.js": "var z = 3\n"})
    assert {report.family: report.files for report in refresh(root, folder)} == {"python": 1, "web": 2}
    (root / "a.py").unlink()
    refresh(root, folder)
    assert set(read_manifest(folder)) == {"web"}


def test_ignored_files_leave_the_index(write, folder: Path) -> None:
    root = write({**FILES, "pkg/secret.py": "def secret(path): pass\n"})
    refresh(root, folder)
    refresh(root, folder, ignored=("**/secret.py",))
    assert not follows(folder, root, "secret")


@pytest.mark.parametrize("spoil", [lambda raw: raw[:-7], lambda raw: raw[:-300] + bytes(300), lambda raw: b"?"])
def test_a_damaged_index_is_built_anew(write, folder: Path, spoil) -> None:
    root = write(FILES)
    refresh(root, folder)
    (segment,) = folder.glob("*.segment")
    segment.write_bytes(spoil(segment.read_bytes()))
    assert refresh(root, folder)[0].done == "all"
    assert follows(folder, root, "def", "load_3") == {"("}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"format": 99, "families": {}}',
        '{"format": 1, "families": {"python": 3}}',
        '{"format": 1, "families": {"python": {"segments": ["../x"], "files": 1, "tokens": 1}}}',
        '{"format": 1, "families": {"python": {"segments": ["none.segment"], "files": 1, "tokens": 1}}}',
    ],
)
def test_a_damaged_manifest_is_no_manifest(write, folder: Path, text: str) -> None:
    root = write(FILES)
    (folder / MANIFEST).write_text(text)
    assert library(folder, root).witnesses("python", str(root / "a.py")) == []
    assert refresh(root, folder)[0].done == "all"


def test_the_file_that_is_asked_for_is_no_witness(write, folder: Path) -> None:
    root = write(FILES)
    refresh(root, folder)
    assert follows(folder, root, "def", "load_3", path="pkg/m3.py") == set()
    assert follows(folder, root, "def", "load_3", path="pkg/m2.py") == {"("}


def test_servers_see_what_was_published_meanwhile(write, folder: Path) -> None:
    root = write(FILES)
    now = [0.0]
    seen = Library(folder, root, lambda: now[0])
    assert (seen.files, seen.witnesses("python", "x.py")) == (0, [])
    refresh(root, folder)
    assert seen.files == 0
    now[0] = 5.0
    assert seen.files == 6
    assert len(seen.witnesses("python", str(root / "x.py"))) == 1


def test_a_lost_segment_asks_for_a_new_index(write, folder: Path) -> None:
    root = write(FILES)
    refresh(root, folder)
    for segment in folder.glob("*.segment"):
        segment.unlink()
    seen = library(folder, root)
    assert seen.witnesses("python", str(root / "x.py")) == []
    assert seen.damaged


def run(root: Path, cache: Path, *more: str) -> dict[str, object]:
    done = subprocess.run([*command(root, cache), *more], check=True, capture_output=True, timeout=60)
    return json.loads(done.stdout)


def test_the_worker_builds_and_reports(write, tmp_path: Path) -> None:
    root, cache = write(FILES), tmp_path / "cache"
    report = run(root, cache)
    assert report["families"][0]["done"] == "all"
    assert follows(folder_of(cache, root), root, "def", "load_3") == {"("}


def test_a_second_worker_leaves_the_work_to_the_first(write, tmp_path: Path) -> None:
    root, cache = write(FILES), tmp_path / "cache"
    folder = folder_of(cache, root)
    folder.mkdir(parents=True)
    with try_lock(folder / "lock") as held:
        assert held
        assert run(root, cache) == {"busy": True}
    assert run(root, cache)["families"]


def test_indexes_that_nobody_uses_are_deleted(write, tmp_path: Path) -> None:
    root, cache = write(FILES), tmp_path / "cache"
    old, foreign = cache / "recall" / "0123", cache / "recall" / "other"
    for folder in (old, foreign):
        folder.mkdir(parents=True)
    (old / "python-1.segment").write_text("old")
    (foreign / "precious").write_text("not ours")
    for folder in (old, foreign):
        os.utime(folder, (1, 1))
    run(root, cache)
    assert not old.exists()
    assert (foreign / "precious").exists()


def test_the_worker_is_the_only_one_who_pays_for_numpy() -> None:
    script = "import sys, lsp_router.embedded.recall, lsp_router.embedded.keeper; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False"
