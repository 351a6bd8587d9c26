from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from lsp_router.context.disk import LocalDisk
from lsp_router.context.privacy import Guard
from lsp_router.domain.task import Privacy


def guard(root: Path, **settings) -> Guard:
    ticks = itertools.count(step=10)
    return Guard([str(root)], LocalDisk(), lambda: float(next(ticks)), **settings)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = Path(os.path.realpath(tmp_path)) / "work"
    for name in ("src/a.py", ".env", "src/secrets/b.py", "vendor/c.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x = 1\n")
    (folder / ".lsprouterignore").write_text("vendor/\n")
    return folder


@pytest.mark.parametrize(
    ("path", "reach", "ignored", "shared"),
    [
        ("src/a.py", Privacy.TRAINS, False, True),
        (".env", Privacy.LOCAL, False, False),
        ("src/secrets/b.py", Privacy.LOCAL, False, True),
        ("vendor/c.py", Privacy.LOCAL, True, False),
        ("not/there/yet.py", Privacy.TRAINS, False, True),
    ],
)
def test_each_rule_has_its_own_reach(root, path, reach, ignored, shared):
    ruling = guard(root, local_only=["**/secrets/**", "*.pem"]).judge(str(root / path))
    assert (ruling.reach, ruling.ignored, ruling.shared) == (reach, ignored, shared)
    assert bool(ruling.rule) is (reach is Privacy.LOCAL)


@pytest.mark.parametrize("level", list(Privacy))
def test_a_private_file_joins_only_requests_that_stay_here(root, level):
    watch = guard(root, local_only=["**/secrets/**"])
    assert watch.judge(str(root / "src/secrets/b.py")).joins(level) is (level is Privacy.LOCAL)
    assert watch.judge(str(root / "src/a.py")).joins(level)
    assert not watch.judge(str(root / ".env")).joins(level)
    assert not watch.judge(str(root / "vendor/c.py")).joins(level)


@pytest.mark.parametrize(
    ("target", "reach"), [(".env", Privacy.LOCAL), ("vendor/c.py", Privacy.LOCAL), ("src/a.py", 3)]
)
def test_a_link_counts_as_what_it_leads_to(root, target, reach):
    link = root / "src" / "innocent.py"
    try:
        link.symlink_to(root / target)
    except OSError:
        pytest.skip("this user may not make links here")
    ruling = guard(root).judge(str(link))
    assert ruling.reach == reach
    assert ("through a link" in ruling.rule) is (reach == Privacy.LOCAL)


def test_a_link_out_of_the_workspace_does_not_escape_the_rules(root):
    outside = root.parent / "home" / ".ssh"
    outside.mkdir(parents=True)
    (outside / "config").write_text("Host x\n")
    try:
        (root / "settings.txt").symlink_to(outside / "config")
    except OSError:
        pytest.skip("this user may not make links here")
    assert guard(root).judge(str(root / "settings.txt")).reach is Privacy.LOCAL


def test_a_link_with_a_secret_name_is_secret_itself(root):
    try:
        (root / "id_rsa").symlink_to(root / "src/a.py")
    except OSError:
        pytest.skip("this user may not make links here")
    assert guard(root).judge(str(root / "id_rsa")).reach is Privacy.LOCAL


def test_files_outside_every_root_are_still_judged(root):
    watch = guard(root, local_only=["*.pem.txt", "**/diary/**"])
    assert watch.judge(str(root.parent / "x" / ".env")).reach is Privacy.LOCAL
    assert watch.judge(str(root.parent / "diary" / "a.md")).reach is Privacy.LOCAL
    assert watch.judge("untitled:Untitled-1").reach is Privacy.TRAINS


def test_a_new_ignore_file_counts_at_the_next_look(root):
    watch = guard(root)
    assert not watch.judge(str(root / "src/a.py")).ignored
    (root / "src" / ".lsprouterignore").write_text("a.py\n")
    assert watch.judge(str(root / "src/a.py")).ignored


def test_the_innermost_root_gives_the_globs_their_ground(root):
    ticks = itertools.count(step=10)
    watch = Guard([str(root), str(root / "src")], LocalDisk(), lambda: float(next(ticks)), local_only=["/a.py"])
    assert watch.judge(str(root / "src/a.py")).reach is Privacy.LOCAL


@pytest.mark.parametrize("fold", [True, False])
def test_a_root_spelt_otherwise_is_the_same_root_where_case_does_not_count(root, fold):
    watch = guard(Path(str(root).upper()), local_only=["/src/a.py"], fold=fold)
    assert (watch.judge(str(root / "src/a.py")).reach is Privacy.LOCAL) is fold


def test_a_root_reached_through_a_link_is_the_same_root(root):
    link = root.parent / "alias"
    try:
        link.symlink_to(root, target_is_directory=True)
    except OSError:
        pytest.skip("this user may not make links here")
    watch = guard(link, local_only=["/src/a.py"])
    assert watch.judge(str(link / "src/a.py")).reach is Privacy.LOCAL
    assert watch.judge(str(root / "src/a.py")).reach is Privacy.LOCAL


def test_rulings_are_remembered_for_a_moment(root):
    watch = Guard([str(root)], LocalDisk(), lambda: 0.0)
    first = watch.judge(str(root / "src/a.py"))
    (root / "src" / ".lsprouterignore").write_text("a.py\n")
    assert watch.judge(str(root / "src/a.py")) is first


def test_case_does_not_matter_where_the_system_has_none(root):
    assert guard(root, local_only=["private/**"], fold=True).judge(str(root / "Private/x.py")).reach is Privacy.LOCAL
    assert guard(root, local_only=["private/**"], fold=False).judge(str(root / "Private/x.py")).reach is Privacy.TRAINS
