from __future__ import annotations

import itertools
import unicodedata

import pytest

from lsp_router.context.ignore import Globs, IgnoreFiles

NAMES = (".lsprouterignore",)


class FakeDisk:
    """Files in a dict, with a stamp that changes when they do."""

    def __init__(self, files: dict[str, str], links: dict[str, str] | None = None) -> None:
        self.files = files
        self.links = links or {}
        self.reads = itertools.count()

    def stamp(self, path: str) -> tuple[int, int] | None:
        return (hash(self.files[path]), len(self.files[path])) if path in self.files else None

    def read(self, path: str, limit: int) -> str:
        next(self.reads)
        return self.files.get(path, "")[:limit]

    def real(self, path: str) -> str:
        return self.links.get(path, path)


def rules(files: dict[str, str], *, fold: bool = False) -> IgnoreFiles:
    ticks = itertools.count(step=10)
    named = {f"/w/{name}" if name else "/w": text for name, text in files.items()}
    return IgnoreFiles(NAMES, FakeDisk(named), lambda: float(next(ticks)), fold=fold)


@pytest.mark.parametrize(
    ("files", "path", "ignored"),
    [
        ({".lsprouterignore": "*.log\n"}, "a.log", True),
        ({".lsprouterignore": "*.log\n"}, "deep/er/a.log", True),
        ({".lsprouterignore": "*.log\n"}, "a.py", False),
        ({".lsprouterignore": "# note\n\nprivate/\n"}, "private/a.py", True),
        ({".lsprouterignore": "private/\n"}, "private", False),  # a file, not a folder
        ({".lsprouterignore": "/top.py\n"}, "sub/top.py", False),
        ({".lsprouterignore": "*.py\n!keep.py\n"}, "keep.py", False),
        ({".lsprouterignore": "*.py\n", "sub/.lsprouterignore": "!keep.py\n"}, "sub/keep.py", False),
        ({".lsprouterignore": "sub/\n", "sub/.lsprouterignore": "!keep.py\n"}, "sub/keep.py", True),
        ({"sub/.lsprouterignore": "*.py\n"}, "a.py", False),
        ({"sub/.lsprouterignore": "/a.py\n"}, "sub/a.py", True),
        ({"sub/.lsprouterignore": "/a.py\n"}, "sub/sub/a.py", False),
        ({".lsprouterignore": "a\\\n!\n*.py\n"}, "x.py", True),  # a line that cannot be read spoils no other
        ({".lsprouterignore": "**/gen/**\n"}, "x/gen/y/z.ts", True),
        ({".lsprouterignore": "*.py\r\n"}, "x.py", True),
        ({}, "x.py", False),
    ],
)
def test_ignore_files_work_as_in_git(files, path, ignored):
    assert bool(rules(files).matching("/w", f"/w/{path}")) is ignored


def test_a_rule_is_named_with_its_file():
    assert rules({".lsprouterignore": "*.log\n"}).matching("/w", "/w/a.log") == ".lsprouterignore: *.log"


@pytest.mark.parametrize(("fold", "ignored"), [(True, True), (False, False)])
def test_case_counts_where_the_file_system_says_so(fold, ignored):
    assert bool(rules({".lsprouterignore": "Private/\n"}, fold=fold).matching("/w", "/w/PRIVATE/a.py")) is ignored


def test_accents_are_one_however_they_are_composed():
    composed = unicodedata.normalize("NFC", "geheim-é.py")
    assert rules({".lsprouterignore": composed}).matching("/w", "/w/" + unicodedata.normalize("NFD", composed))


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not():
    disk, ticks = FakeDisk({"/w/.lsprouterignore": "*.log"}), itertools.count(step=10)
    ignore = IgnoreFiles(NAMES, disk, lambda: float(next(ticks)), fold=False)
    assert ignore.matching("/w", "/w/a.log")
    assert ignore.matching("/w", "/w/a.log")
    assert next(disk.reads) == 1
    disk.files["/w/.lsprouterignore"] = "*.txt"
    assert not ignore.matching("/w", "/w/a.log")
    del disk.files["/w/.lsprouterignore"]
    assert not ignore.matching("/w", "/w/a.txt")


def test_no_patterns_need_no_library():
    assert Globs([], fold=False).decide("a.py") is None
    assert Globs(["", "  "], fold=False).decide("a.py") is None
