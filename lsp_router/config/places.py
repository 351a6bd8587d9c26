"""Where this user's files are, decided once; everybody else is handed a `Places`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

APP = "lsp-router"


@dataclass(frozen=True, slots=True)
class Places:
    """The four directories of this user; none of them needs to exist yet."""

    config: Path
    state: Path
    cache: Path
    data: Path

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def trust_file(self) -> Path:
        return self.state / "trust.json"

    @property
    def consent_file(self) -> Path:
        return self.state / "consents.json"


def places(environ: Mapping[str, str], platform: str = sys.platform) -> Places:
    """`LSP_ROUTER_HOME` moves everything; else the XDG variables, else the platform's own places."""
    if home := environ.get("LSP_ROUTER_HOME"):
        root = Path(home).expanduser()
        return Places(root / "config", root / "state", root / "cache", root / "data")
    native = _apple_or_windows if platform in {"darwin", "win32"} else _unix
    usual = native(environ)
    return Places(
        _xdg(environ, "CONFIG") or usual.config,
        _xdg(environ, "STATE") or usual.state,
        _xdg(environ, "CACHE") or usual.cache,
        _xdg(environ, "DATA") or usual.data,
    )


def _xdg(environ: Mapping[str, str], name: str) -> Path | None:
    """The XDG rules say that a relative path there is to be ignored."""
    value = Path(environ.get(f"XDG_{name}_HOME", ""))
    return value / APP if value.is_absolute() else None


def _unix(environ: Mapping[str, str]) -> Places:
    home = Path(environ["HOME"]) if environ.get("HOME") else Path("~").expanduser()
    local = home / ".local"
    return Places(home / ".config" / APP, local / "state" / APP, home / ".cache" / APP, local / "share" / APP)


def _apple_or_windows(_environ: Mapping[str, str]) -> Places:
    from platformdirs import PlatformDirs  # noqa: PLC0415 - 25 ms that Linux need not pay

    dirs = PlatformDirs(APP, appauthor=False)
    return Places(dirs.user_config_path, dirs.user_state_path, dirs.user_cache_path, dirs.user_data_path)
