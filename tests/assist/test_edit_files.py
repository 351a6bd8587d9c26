"""Edits of several files: which may be changed and made, and which are refused whatever a model says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lsp_router.assist.edit.ask import Kind
from lsp_router.context.document import Document
from tests.support.studio import after, block, fenced

TEXT = "from shop import rate\n\n\ndef net(gross):\n    return gross / rate()\n"
SHOP = "def rate():\n    return 1.19\n"
USES = block("a.py", "from shop import rate\n", "from shop import vat\n") + block(
    "a.py", "    return gross / rate()\n", "    return gross / vat()\n"
)
RENAMED = TEXT.replace("rate", "vat")


def both(path: str = "shop.py") -> str:
    return USES + block(path, "def rate():\n", "def vat():\n")


async def rename(made, **wishes):
    return await made.edit(TEXT, Kind.REFACTOR, instruction="rename rate to vat across files", **wishes)


async def test_an_open_tab_changes_as_the_editor_has_it(studio) -> None:
    made = studio(both())
    made.write("shop.py", "something older on the disk\n")
    edited = await rename(made, tabs=(Document("shop.py", SHOP, "python", 7),))
    assert (after(edited), after(edited, "shop.py")) == (RENAMED, SHOP.replace("rate", "vat"))
    assert [(c.path, c.version) for c in edited.changes] == [("a.py", 3), ("shop.py", 7)]
    assert "SEARCH" in made.prompts()[0]
    assert SHOP in made.prompts()[0]


async def test_a_file_on_the_disk_changes_too(studio) -> None:
    made = studio(both("src/shop.py"))
    made.write("src/shop.py", SHOP.replace("\n", "\r\n"))
    edited = await rename(made)
    assert after(edited, "src/shop.py") == SHOP.replace("rate", "vat").replace("\n", "\r\n")
    assert edited.changes[1].version is None


async def test_a_file_is_made(studio) -> None:
    made = studio(
        block("a.py", "    return gross / rate()\n", "    return tax.net(gross, rate())\n")
        + block("a.py", "from shop import rate\n", "import tax\nfrom shop import rate\n")
        + block("lib/tax.py", "", "def net(gross, rate):\n    return gross / rate\n")
    )
    edited = await made.edit(TEXT, instruction="move the formula into the new file lib/tax.py")
    new = next(change for change in edited.changes if change.path == "lib/tax.py")
    assert (new.before, new.after, new.version) == (None, "def net(gross, rate):\n    return gross / rate\n", None)
    assert [(e.start, e.end) for e in new.edits] == [(0, 0)]
    assert not (made.project / "lib").exists()


async def test_all_changes_or_none(studio) -> None:
    made = studio(USES + block("shop.py", "def price():\n", "def vat():\n"))
    made.write("shop.py", SHOP)
    edited = await rename(made)
    assert edited.changes == ()
    assert "not in the file" in edited.problems[0].message


async def test_a_fault_in_the_other_file_refuses_all(studio) -> None:
    made = studio(USES + block("shop.py", "def rate():\n", "def vat(:\n"))
    made.write("shop.py", SHOP)
    edited = await rename(made)
    assert edited.changes == ()
    assert edited.problems[0].message.startswith("shop.py: ")


@pytest.mark.parametrize(
    "path",
    ["../shop.py", "/etc/shop.py", "C:/shop.py", "lib/../../shop.py", ".git/hooks/pre-commit", "sub/.GIT/config",
     "\\\\host\\share\\shop.py"],
)  # fmt: skip
async def test_nothing_outside_of_the_workspace(studio, path) -> None:
    made = studio(block(path, "", "x = 1\n"))
    edited = await rename(made)
    assert edited.changes == ()
    assert "outside" in edited.problems[0].message


@pytest.mark.parametrize("path", ["~/../../../../shop.py", "a\0b.py", "$HOME/x.py", ""])
async def test_an_odd_path_makes_no_file(studio, path) -> None:
    assert (await rename(studio(block(path, "", "x = 1\n")))).changes == ()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
@pytest.mark.parametrize("path", ["link/shop.py", "link.py", "link/new.py"])
async def test_nothing_through_a_link(studio, tmp_path: Path, path) -> None:
    made = studio(block(path, "" if "new" in path else "def rate():\n", "def vat():\n"))
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "shop.py").write_text(SHOP)
    (made.project / "link").symlink_to(outside, target_is_directory=True)
    (made.project / "link.py").symlink_to(outside / "shop.py")
    edited = await rename(made)
    assert edited.changes == ()
    assert "through a link" in edited.problems[0].message


@pytest.mark.parametrize(
    ("path", "rule"), [("hidden.py", "ignored"), ("secrets/keys.py", "local_only"), (".env", "secret file")]
)
async def test_nothing_that_is_private_or_ignored(studio, path, rule) -> None:
    made = studio(block(path, "def rate():\n", "def vat():\n"))
    made.write(".lsprouterignore", "hidden.py\n")
    made.write(path, SHOP)
    edited = await rename(made)
    assert edited.changes == ()
    assert rule in edited.problems[0].message


async def test_what_is_no_text_is_not_written_over(studio) -> None:
    made = studio(block("logo.py", "", "x = 1\n"))
    (made.project / "logo.py").write_bytes(b"\xff\xfe\x00\x01")
    edited = await rename(made)
    assert "no text" in edited.problems[0].message


async def test_a_file_that_exists_is_not_made_anew(studio) -> None:
    made = studio(block("shop.py", "", "x = 1\n"))
    made.write("shop.py", SHOP)
    edited = await rename(made)
    assert edited.changes == ()
    assert "only creates a file" in edited.problems[0].message


async def test_an_ignored_file_is_left_alone_and_nobody_is_asked(studio) -> None:
    made = studio(fenced("x = 2\n"))
    made.write(".lsprouterignore", "a.py\n")
    edited = await made.edit("x = 1\n")
    assert "left alone" in edited.problems[0].message
    assert made.transport.calls == []


async def test_a_private_file_goes_to_no_cloud(studio) -> None:
    made = studio(fenced("x = 2\n"))
    edited = await made.edit("x = 1\n", path="secrets/a.py")
    assert "local_only" in edited.problems[0].message
    assert made.transport.calls == []


async def test_a_private_tab_is_not_shown(studio) -> None:
    made = studio(USES.replace("vat", "rate").replace("gross / rate()", "gross / rate() * 1"))
    await rename(made, tabs=(Document("secrets/shop.py", SHOP, "python"),))
    assert "1.19" not in made.prompts()[0]
