"""A change is noticed, and named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lsp_router.config.trust import trust
from lsp_router.config.watch import changed, fingerprint, reload, watched_files

from .conftest import World


def test_what_is_watched(world: World, tmp_path: Path) -> None:
    files = watched_files(world.sources())
    assert world.places.config_file in files
    assert {f.name for f in files} == {
        "config.toml",
        "lsp-router.toml",
        "pyproject.toml",
        "trust.json",
        "consents.json",
    }
    assert tmp_path / "x.toml" in watched_files(world.sources(config_file=tmp_path / "x.toml"))


@pytest.mark.parametrize("name", ["lsp-router.toml", "pyproject.toml"])
def test_every_way_a_file_may_change_is_noticed(world: World, name: str) -> None:
    files, path = watched_files(world.sources()), world.workspace / name
    mark = fingerprint(files)
    assert not changed(mark)
    path.write_text("a")
    assert changed(mark)
    mark = fingerprint(files)
    os.utime(path, ns=(1, 1))
    assert changed(mark)
    mark = fingerprint(files)
    other = path.with_name("new")
    other.write_text("b")
    os.utime(other, ns=(1, 1))
    other.replace(path)
    assert changed(mark)
    mark = fingerprint(files)
    path.unlink()
    assert changed(mark)


def test_reload_names_what_is_different(world: World) -> None:
    world.user('[cache]\nsize_mb = 5\n[[models]]\nname = "a"\nprovider = "groq"')
    before = world.load()
    assert reload(world.sources(), before).changed == ()
    world.user('[cache]\nsize_mb = 6\n[[models]]\nname = "b"\nprovider = "groq"\n[completion.languages]\nc = false')
    after = reload(world.sources(), before)
    assert after.changed == (
        "cache.size_mb",
        "completion.languages",
        "completion.languages.c",
        "models.a.provider",
        "models.b.provider",
    )
    assert after.loaded.settings.cache.size_mb == 6


def test_trust_is_a_change_like_any_other(world: World) -> None:
    world.project("[budget]\nper_day_usd = 5")
    before, mark = world.load(), fingerprint(watched_files(world.sources()))
    trust(world.places, world.workspace)
    assert changed(mark)
    assert reload(world.sources(), before).changed == ("budget.per_day_usd",)
