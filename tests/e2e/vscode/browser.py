"""A Chromium of our own, driven through its debugging protocol: keys and mouse as the browser itself sees them."""

from __future__ import annotations

import base64
import itertools
import json
import subprocess
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from websockets.sync.client import ClientConnection, connect

PATIENCE = 60.0
"""Seconds for whatever comes to pass at all: on a busy machine everything takes long, and nothing waits for nothing."""
QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--window-size=1280,800",
    "--force-device-scale-factor=1",
    "--lang=en-US",
    "--remote-debugging-port=0",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
MODIFIERS = {"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}
NAMED = {
    "Enter": 13,
    "Tab": 9,
    "Escape": 27,
    "Backspace": 8,
    "Delete": 46,
    "End": 35,
    "Home": 36,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
    "F1": 112,
    "F8": 119,
}
PUNCTUATION = {".": ("Period", 190), "]": ("BracketRight", 221), "[": ("BracketLeft", 219)}
FIND = """
const plain = e => e.textContent.replaceAll('\\u00a0', ' ');
const seen = e => { const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0; };
const find = (selector, text) => [...document.querySelectorAll(selector)]
  .filter(e => seen(e) && (!text || plain(e).includes(text)));
"""
"""What every question to a page may use: the visible elements of a selector that hold a text."""


class Browser:
    """`with Browser("chromium", folder) as browser:` owns one process; `browser.page` is its one page."""

    def __init__(self, program: str, folder: Path) -> None:
        self._command = [program, *QUIET, f"--user-data-dir={folder}", "about:blank"]
        self._port_file = folder / "DevToolsActivePort"

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            stack.callback(_end, process)
            port = holds(self._port, "Chromium listens")
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=PATIENCE) as answer:
                (tab,) = [each for each in json.load(answer) if each["type"] == "page"]
            address = tab["webSocketDebuggerUrl"]
            self.page = Page(stack.enter_context(connect(address, max_size=2**28, open_timeout=PATIENCE)))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _port(self) -> str:
        lines = self._port_file.read_text().splitlines() if self._port_file.is_file() else []
        return lines[0] if len(lines) > 1 else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Page:
    """One tab: ask it, press keys, click, look."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._idents = itertools.count(1)
        self._listeners: dict[str, Callable[[dict[str, Any]], None]] = {}
        for domain in ("Page", "Runtime"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)  # a window without a focus closes its menus
        self.call("Emulation.setDeviceMetricsOverride", width=1280, height=800, deviceScaleFactor=1, mobile=False)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        ident = next(self._idents)
        self._socket.send(json.dumps({"id": ident, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=PATIENCE))
            if message.get("id") == ident:
                assert "error" not in message, f"{method}: {message['error']}"
                return message["result"]
            listener = self._listeners.get(message.get("method", ""))
            if listener is not None:
                listener(message["params"])

    def bind(self, name: str, heard: Callable[[str], None]) -> None:
        """A function that the page may call with one text."""
        self.call("Runtime.addBinding", name=name)
        self._listeners["Runtime.bindingCalled"] = lambda said: heard(said["payload"])

    def run_first(self, script: str) -> None:
        """Runs in every document before its own scripts do."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=script)

    def go(self, address: str) -> None:
        self.call("Page.navigate", url=address)

    def ask(self, expression: str, *values: Any) -> Any:
        """The value of an expression in the page; `find(selector, text)` is at hand, and the values as `a`."""
        source = f"(async (a) => {{ {FIND} return ({expression}); }})({json.dumps(values)})"
        told = self.call("Runtime.evaluate", expression=source, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, f"{expression}: {told['exceptionDetails']}"
        return told["result"].get("value")

    # --- looking ---

    def count(self, selector: str, text: str = "") -> int:
        return int(self.ask("find(a[0], a[1]).length", selector, text))

    def text(self, selector: str) -> str:
        """What all of them say, line by line."""
        return str(self.ask("find(a[0]).map(plain).join('\\n')", selector))

    def see(self, selector: str, text: str = "", patience: float = PATIENCE) -> None:
        holds(lambda: self.count(selector, text), f"{selector} {text!r} is there", patience)

    def miss(self, selector: str, text: str = "", patience: float = PATIENCE) -> None:
        holds(lambda: not self.count(selector, text), f"{selector} {text!r} is gone", patience)

    def shoot(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    # --- doing ---

    def type(self, text: str) -> None:
        for letter in text:
            self._key("keyDown", letter, text="\r" if letter == "\n" else letter)
            self._key("keyUp", letter)

    def press(self, keys: str) -> None:
        """`Control+Shift+P`, `Tab`, `Alt+]`."""
        *held, key = keys.split("+")
        modifiers = sum(MODIFIERS[name] for name in held)
        self._key("rawKeyDown" if held or key != "Enter" else "keyDown", key, modifiers)
        self._key("keyUp", key, modifiers)

    def click(self, selector: str, text: str = "", *, times: int = 1, button: str = "left") -> None:
        x, y = self.hover(selector, text)
        for clicks in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button=button, clickCount=clicks)

    def hover(self, selector: str, text: str = "") -> tuple[float, float]:
        self.see(selector, text)
        x, y = holds(lambda: self._resting(selector, text), f"{selector} {text!r} stands still")
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x - 1, y=y)
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        return x, y

    def _resting(self, selector: str, text: str) -> tuple[float, float] | None:
        """The middle of the first of them, once it has stopped sliding in."""
        middle = "({x, y, width, height}) => [x + width / 2, y + height / 2]"
        where = f"find(a[0], a[1]).slice(0, 1).map(e => ({middle})(e.getBoundingClientRect()))[0]"
        before = self.ask(where, selector, text)
        self.ask("new Promise(done => requestAnimationFrame(() => setTimeout(done, 80)))")
        return tuple(before) if before and before == self.ask(where, selector, text) else None

    def _key(self, kind: str, key: str, modifiers: int = 0, **more: Any) -> None:
        code, number = _code(key)
        if key == "Enter" and kind == "keyDown":
            more = {"text": "\r"}
        self.call(
            "Input.dispatchKeyEvent",
            type=kind,
            key="Enter" if key == "\n" else key,
            code=code,
            windowsVirtualKeyCode=number,
            modifiers=modifiers,
            **more,
        )


def _code(key: str) -> tuple[str, int]:
    if key in NAMED:
        return key, NAMED[key]
    if key in PUNCTUATION:
        return PUNCTUATION[key]
    if key == "\n":
        return "Enter", 13
    if key.isalpha() and key.isascii():
        return f"Key{key.upper()}", ord(key.upper())
    return (f"Digit{key}", ord(key)) if key.isdigit() else ("", 0)


def holds(look: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """What `look` finds, as soon as it finds something; a page under reconstruction may fail to answer meanwhile."""
    until, last = time.monotonic() + patience, None
    while time.monotonic() < until:
        try:
            if found := look():
                return found
        except AssertionError as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"it did not come to pass within {patience:g} s that {what}{f' ({last})' if last else ''}")
