"""Where a provider's key comes from: the environment, a keyring or a command. Never a file, and never shown."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from lsp_router.config.endpoints import ProviderTable
from lsp_router.domain.model import Secret

PATIENCE = 10.0
"""Seconds that a command may take; a password manager may have to be unlocked by hand."""


@dataclass(frozen=True, slots=True)
class Found:
    """A key, or what to do to supply it; neither when no key is needed."""

    key: Secret | None = None
    hint: str = ""


class Keys:
    """Finds keys. Remembers what keyrings and commands said, because asking them is slow and may need a person."""

    def __init__(self, environ: Mapping[str, str], patience: float = PATIENCE) -> None:
        self._environ = environ
        self._patience = patience
        self._known: dict[tuple[str, ...], Found] = {}

    def of(self, table: ProviderTable, usual_variable: str = "") -> Found:
        """The environment first, it costs nothing; then the keyring, then the command."""
        stored = bool(table.api_key_keyring or table.api_key_command)
        found = self.variable(table.api_key_env or ("" if stored else usual_variable))
        if found.key or not stored:
            return found
        if table.api_key_keyring:
            return self._once(("keyring", table.api_key_keyring))
        command = table.api_key_command
        return self._once(("command", *(_split(command) if isinstance(command, str) else command)))

    def variable(self, name: str) -> Found:
        if not name:
            return Found()
        value = self._environ.get(name, "").strip()
        return Found(Secret(value) if value else None, f"set {name}")

    def forget(self) -> None:
        """After a key was refused: the next one may be another."""
        self._known.clear()

    def _once(self, what: tuple[str, ...]) -> Found:
        if what not in self._known:
            how, *words = what
            found = _from_keyring(words[0]) if how == "keyring" else self._from_command(words)
            if not found.key:
                return found
            self._known[what] = found
        return self._known[what]

    def _from_command(self, command: list[str]) -> Found:
        """What the command prints is a secret, also on its error channel, so only how it ended is told."""
        name = command[0] if command else "api_key_command"
        try:
            done = subprocess.run(  # noqa: S603 - the user's own command; a project must be trusted to name one
                command,
                env=dict(self._environ),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._patience,
                check=False,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except subprocess.TimeoutExpired:
            return Found(hint=f"its key command {name} gave no answer within {self._patience:g} s")
        except (OSError, ValueError, IndexError):
            return Found(hint=f"its key command {name} cannot be run; check api_key_command")
        key = done.stdout.decode("utf-8", "replace").strip()
        if done.returncode or not key or "\n" in key:
            return Found(hint=f"its key command {name} gave no key (exit {done.returncode}); run it by hand to see why")
        return Found(Secret(key), f"check the key command {name}")


def _from_keyring(account: str) -> Found:
    service, _, user = account.partition("/")
    try:
        import keyring  # noqa: PLC0415 - an optional extra
        from keyring.errors import KeyringError  # noqa: PLC0415 - same
    except ImportError:
        return Found(hint="install the keyring extra: uv tool install 'lsp-router[keyring]'")
    hint = f"store it: keyring set {shlex.quote(service)} {shlex.quote(user)}"
    try:
        key = keyring.get_password(service, user)
    except (KeyringError, RuntimeError, OSError):
        return Found(hint=f"unlock the keyring, or {hint}")
    return Found(Secret(key) if key else None, hint)


def _split(command: str) -> list[str]:
    """Backslashes are part of paths on Windows, so the rules of a POSIX shell hold only elsewhere."""
    try:
        return shlex.split(command, posix=os.name != "nt")
    except ValueError:
        return [command]
