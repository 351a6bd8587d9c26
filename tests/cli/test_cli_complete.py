"""`complete`: what an editor would suggest, at a place written as compilers write it."""

from __future__ import annotations

import pytest

from lsp_router.cli import places
from tests.support.backend import Backend, Reply
from tests.support.idioms import SURE_REST, store, write_project
from tests.support.shell import Shell
from tests.support.workshop import CONFIG, books, model

TEXT = "def add(a, b):\r\n    # 🎉 é\r\n    \r\n"


def configure(shell: Shell, backend: Backend, *models: str) -> None:
    head = CONFIG.format(base=backend.base, debounce=0, privacy="cloud")
    shell.user(head + "".join(models or [model()]))


async def test_the_suggestion_is_printed_and_what_it_took_is_told(shell: Shell) -> None:
    shell.write("sums.py", "").write_bytes(TEXT.encode())
    async with Backend() as backend:
        configure(shell, backend)
        plain, told = await shell("complete", "sums.py:3:5"), await shell("complete", "sums.py:3:5", "--json")
        assert [seen.body["prompt"] for seen in backend.log] == [TEXT[:-2]] * 2
    assert (plain.code, plain.out, plain.err) == (0, "return a + b\n", "")
    assert told.json["items"] == [{"insert": "return a + b", "replace": 0, "source": "model"}]
    assert told.json["decision"]["model"] == "costly"
    assert told.json["decision"]["cost_usd"] > 0
    assert len(books(shell.home).rows) == 2


async def test_a_model_may_be_pinned(shell: Shell) -> None:
    shell.write("sums.py", TEXT)
    async with Backend() as backend:
        configure(shell, backend, model("one"), model("two", tier="free"))
        for name in ("one", "two"):
            assert (await shell("complete", "sums.py:3:5", "--model", name, "--json")).json["decision"]["model"] == name


async def test_when_nobody_answers_it_says_why_and_fails(shell: Shell) -> None:
    shell.write("sums.py", TEXT)
    async with Backend(lambda _seen: Reply(status=500)) as backend:
        configure(shell, backend)
        done = await shell("complete", "sums.py:3:5")
    assert (done.code, done.out) == (1, "")
    assert "costly: server" in done.err


async def test_without_a_model_it_is_recalled_from_the_project(shell: Shell) -> None:
    write_project(shell.folder)
    head = store("user").partition("    def load")[0]
    shell.write("user_store.py", head + "    def load(self, key):\n        if key not in self.users:\n            rais")
    told = await shell("complete", "user_store.py:13:17", "--json")
    assert told.json["items"] == [{"insert": SURE_REST, "replace": 0, "source": "embedded"}]
    assert told.json["decision"]["model"] == "embedded"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["nowhere.py:1:1"], "there is no file nowhere.py"),
        (["sums.py:9:1"], "sums.py has no line 9"),
        (["sums.py"], "write it as FILE:LINE:COL"),
        (["sums.py:0:1"], "counted from 1"),
        (["blob.bin:1:1"], "blob.bin is not text"),
    ],
)
def test_wrong_places_are_named(shell: Shell, quick, words: list[str], complaint: str) -> None:
    shell.write("sums.py", TEXT)
    shell.write("blob.bin", "").write_bytes(b"\xff\xfe\x00")
    done = quick("complete", *words)
    assert (done.code, done.out) == (2, "")
    assert complaint in done.err
    assert done.err.count("\n") <= 2


@pytest.mark.parametrize(
    ("line", "column", "before"),
    [(1, 1, ""), (1, 4, "def"), (1, 99, "def add(a, b):"), (2, 7, "def add(a, b):\r\n    # "), (4, 1, TEXT)],
)
def test_columns_count_characters_and_stay_on_their_line(line: int, column: int, before: str) -> None:
    assert places.offset_of(TEXT, line, column) == len(before)


@pytest.mark.parametrize(
    ("written", "file", "first", "last"),
    [
        ("a.py", "a.py", None, None),
        ("a.py:3-9", "a.py", 3, 9),
        ("a.py:3", "a.py", 3, 3),
        (r"C:\x\a.py:3-9", r"C:\x\a.py", 3, 9),
        (r"C:\x\a.py", r"C:\x\a.py", None, None),
    ],
)
def test_lines_of_a_file(written: str, file: str, first: int | None, last: int | None) -> None:
    found = places.lines(written)
    assert (str(found.file), found.first, found.last) == (file, first, last)
