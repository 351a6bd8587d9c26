"""Where this user's files are, on each platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_router.config.files import project_root
from lsp_router.config.places import Places, places


def of(root: str) -> Places:
    base = Path(root)
    return Places(base / "config", base / "state", base / "cache", base / "data")


UNIX = Places(
    Path("/h/.config/lsp-router"),
    Path("/h/.local/state/lsp-router"),
    Path("/h/.cache/lsp-router"),
    Path("/h/.local/share/lsp-router"),
)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"HOME": "/h"}, UNIX),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "relative", "XDG_STATE_HOME": ""}, UNIX),
        (
            {"XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "XDG_CACHE_HOME": "/k", "XDG_DATA_HOME": "/d"},
            Places(Path("/c/lsp-router"), Path("/s/lsp-router"), Path("/k/lsp-router"), Path("/d/lsp-router")),
        ),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "/c", "LSP_ROUTER_HOME": "/all"}, of("/all")),
    ],
)  # fmt: skip
def test_places_on_linux(environ: dict[str, str], expected: Places) -> None:
    assert places(environ, "linux") == expected


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_platforms_have_their_own_and_honour_ours(platform: str) -> None:
    native = places({}, platform)
    assert all("lsp-router" in str(path) for path in (native.config, native.state, native.cache, native.data))
    assert places({"LSP_ROUTER_HOME": "/all"}, platform) == of("/all")


def test_without_a_home_there_are_still_places() -> None:
    assert places({}, "linux").config.parts[-2:] == (".config", "lsp-router")


@pytest.mark.parametrize(
    ("files", "start", "root"),
    [
        (["a/lsp-router.toml", "a/b/.git/x"], "a/b/c", "a/b"),
        (["a/lsp-router.toml"], "a/b/c", "a"),
        (["a/.git/x", "a/b/lsp-router.toml"], "a/b/c", "a/b"),
        (["a/.git/x"], "a/b/c", "a"),
        (["a/pyproject.toml"], "a/b", "a"),
    ],
)
def test_the_root_of_a_project(tmp_path: Path, files: list[str], start: str, root: str) -> None:
    for name in files:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("[tool.lsp-router]\n")
    (tmp_path / start).mkdir(parents=True, exist_ok=True)
    assert project_root(tmp_path / start) == tmp_path / root
