"""A real VS Code with the packaged extension; models are scripted, everything else is what people have."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.vscode.browser import Browser
from tests.e2e.vscode.codeserver import CodeServer
from tests.e2e.vscode.workbench import Workbench
from tests.support.backend import Backend
from tests.support.workshop import Workshop

REPO = Path(__file__).resolve().parents[3]
CLIENT = REPO / "vscode-client"
INSTALLED = Path(os.environ.get("LSP_ROUTER_EDITORS") or REPO / ".editors") / "vscode"
"""Where install-vscode.sh put VS Code. Read now: later the environment is a test's own."""
REQUIRED = os.environ.get("LSP_ROUTER_REQUIRE_E2E") == "1"
GALLERY = REPO / "editors" / "gallery" if os.environ.get("LSP_ROUTER_GALLERY") == "1" else None
"""Where the pictures of the README are put, when they are to be taken anew."""
BUILD = 300.0


@pytest.fixture(scope="session")
def chromium() -> str:
    """Everything these tests need beside Python; its absence is a reason to skip, or to fail where it was promised."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    missing = [
        what
        for what, there in {
            "a Chromium": program,
            "npm": shutil.which("npm"),
            f"VS Code in {INSTALLED}": (INSTALLED / "ready").is_file(),
        }.items()
        if not there
    ]
    if missing:
        said = f"no {', no '.join(missing)}; tests/e2e/install-vscode.sh installs what is missing"
        pytest.fail(said) if REQUIRED else pytest.skip(said)
    return str(program)


@pytest.fixture(scope="session")
def vsix(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged extension, built once for all workers by the command of the README."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    built = shared / "lsp-router.vsix"
    with (shared / "vsix.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not built.is_file():
            if not (CLIENT / "node_modules").is_dir():
                _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
            _npm("run", "package")
            shutil.copy(CLIENT / "lsp-router.vsix", built)
    return built


def _npm(*words: str) -> None:
    environ = {**os.environ, "PYTHON": sys.executable}
    done = subprocess.run(
        ["npm", *words], cwd=CLIENT, env=environ, capture_output=True, text=True, timeout=BUILD, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.fixture
def backend() -> Iterator[Backend]:
    """A scripted provider that serves while the test, which knows no loop, goes on."""
    made = Backend()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(30)

    run(made.__aenter__())
    try:
        yield made
    finally:
        run(made.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def python_only(tmp_path: Path) -> Path:
    """A folder for the PATH with nothing but the Python of these tests, as a clean machine has it."""
    folder = tmp_path / "python only"
    folder.mkdir()
    (folder / "python3").symlink_to(Path(sys._base_executable).resolve())
    return folder


@pytest.fixture
def with_server(python_only: Path) -> Path:
    """The same with the server of this checkout beside it."""
    (python_only / "lsp-router").symlink_to(Path(sys.executable).with_name("lsp-router"))
    return python_only


Opens = Callable[..., tuple[CodeServer, Workbench]]


@pytest.fixture
def vscode(
    chromium: str, vsix: Path, backend: Backend, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Opens]:
    """Opens VS Code on a workspace with the extension installed; what was on the screen at the end is kept."""
    with ExitStack() as stack:

        def open_vscode(
            files: dict[str, str], *, config: str | None = "", wait: bool = True, **wishes: Any
        ) -> tuple[CodeServer, Workbench]:
            server = CodeServer(INSTALLED, tmp_path / "vscode", **wishes)
            if config is not None:
                Workshop(server.ledger, server.workspace, backend).configure(config, debounce=0, tier="paid")
            for name, text in files.items():
                server.write(name, text)
            server.install(vsix)
            stack.enter_context(server)
            page = stack.enter_context(Browser(chromium, tmp_path / "chromium")).page
            workbench = Workbench(page)
            stack.callback(_keep_picture, workbench, request.node.name)
            if wait:
                workbench.open(server.address())
            return server, workbench

        yield open_vscode


Takes = Callable[[Workbench, str], None]


@pytest.fixture
def picture() -> Takes:
    """A picture for the README, taken where a test has the screen as people should see it."""

    def take(window: Workbench, name: str) -> None:
        if GALLERY:
            window.shoot(GALLERY / f"{name}.png")

    return take


def _keep_picture(workbench: Workbench, name: str) -> None:
    """For whoever wants to know why a test failed."""
    if folder := os.environ.get("PICTURES"):
        workbench.page.shoot(Path(folder) / f"{name}.png")
