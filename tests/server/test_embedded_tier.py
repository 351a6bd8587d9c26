"""The embedded tier in the real server: no key, no model, no network; files that are private; a worker that leaves."""

from __future__ import annotations

import ast
import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.backend import Reply
from tests.support.idioms import SURE, SURE_REST, WRITTEN, store, write_project
from tests.support.lsp import REPO, Editor
from tests.support.refusal import refuse_network
from tests.support.shell import Shell
from tests.support.workshop import Workshop, model, until

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SHORT = "import logging\n\nlogger = logging.getLogger(__name__)\n\n\n" + store("user").partition("\n\n\n")[2]
"""Says everything once: what is recalled here was said in other files."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "a project"
    (folder / ".git").mkdir(parents=True)
    write_project(folder)
    return folder


async def indexed(editor: Editor, files: int = 1, patience: float = 20.0) -> dict[str, Any]:
    """Waits until the index knows as many files."""
    async with asyncio.timeout(patience):
        while True:
            state: dict[str, Any] = (await editor.command("lspRouter.status"))["embedded"]
            if state["files"] >= files:
                return state
            await asyncio.sleep(0.05)


async def test_without_key_model_or_network_there_is_ghost_text(tmp_path: Path, project: Path) -> None:
    refusing, log = refuse_network(tmp_path / "hook")
    refusing["PYTHONPATH"] += os.pathsep + str(REPO)
    home = tmp_path / "fresh"
    async with Editor(home, project, environ=refusing) as editor:
        page = editor.open("user_store.py", SURE)
        assert await page.suggest() == [SURE_REST]
        for letter in "e Key":
            page.type(letter)
        assert await page.suggest() == [SURE_REST[5:]]
        told = await editor.why(page.uri)
        assert (told["decision"]["model"], told["decision"]["tier"], told["decision"]["cost_usd"]) == (
            "embedded",
            "local",
            0.0,
        )
        assert [(v["model"], v["score"] > 0) for v in told["decision"]["candidates"]] == [("embedded", True)]
        assert (await indexed(editor, 3))["ready"]
    tried = [ast.literal_eval(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []
    assert [address for _, address in tried if address[0] not in LOOPBACK] == []
    assert "Traceback" not in editor.errors
    stats = await Shell(home, project)("stats", "--by", "model", "--json")
    assert "embedded" in stats.out


async def test_a_long_file_is_read_before_its_first_question_is_answered(tmp_path: Path) -> None:
    """Opened, or changed at large: what was said far above is known at once."""
    (tmp_path / "alone" / ".git").mkdir(parents=True)
    between = "\n".join(f"LIMIT_{number} = {number}" for number in range(120))
    begun = "class UserStore:\n    def remove(self, key):\n        if key not in self.users:\n            rais"
    async with Editor(tmp_path / "home", tmp_path / "alone") as editor:
        page = editor.open("limits.py", between)
        await page.suggest()
        page.erase(len(between))
        page.type(f"{WRITTEN}\n{between}\n\n\n{begun}")
        assert await page.suggest() == [SURE_REST]
        other = editor.open("user_store.py", page.text)
        assert await other.suggest() == [SURE_REST]


async def test_what_other_files_say_is_recalled_too(tmp_path: Path, project: Path) -> None:
    text = (
        SHORT.partition("    def save")[0]
        + "    def remove(self, key):\n        if key not in self.users:\n            "
    )
    async with Editor(tmp_path / "home", project) as editor:
        page = editor.open("user_store.py", text.replace("            raise KeyError(key)\n", "            pass\n"))
        before = await page.suggest()
        assert await indexed(editor, 3)
        page.type("ra")
        assert before != ["raise KeyError(key)"]
        assert await page.suggest() == ["ise KeyError(key)"]


@pytest.mark.skipif(sys.platform != "linux", reason="only there a process tells what it has loaded")
async def test_the_process_that_answers_never_loads_numpy(tmp_path: Path, project: Path) -> None:
    async with Editor(tmp_path / "home", project) as editor:
        page = editor.open("user_store.py", SURE)
        await indexed(editor, 3)
        assert await page.suggest() == [SURE_REST]
        maps = psutil.Process(editor.process.pid).memory_maps()
        assert [m.path for m in maps if "numpy" in m.path] == []
        assert [m.path for m in maps if m.path.endswith(".segment")], "the index is mapped, not read"


async def test_files_that_are_saved_or_changed_come_into_the_index(tmp_path: Path, project: Path) -> None:
    async with Editor(tmp_path / "home", project) as editor:
        editor.open("user_store.py", SURE)
        assert (await indexed(editor, 3))["files"] == 3
        (project / "letter_store.py").write_text(store("letter"), "utf-8")
        uri = (project / "letter_store.py").as_uri()
        editor.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        assert (await indexed(editor, 4))["files"] == 4
        (project / "stamp_store.py").write_text(store("stamp"), "utf-8")
        changed = {"changes": [{"uri": (project / "stamp_store.py").as_uri(), "type": 1}]}
        editor.notify("workspace/didChangeWatchedFiles", changed)
        assert (await indexed(editor, 5))["files"] == 5


async def test_what_is_ignored_or_private_stays_out_of_the_index(tmp_path: Path, project: Path) -> None:
    (project / "secrets").mkdir()
    (project / "secrets" / "keys.py").write_text(store("secret"), "utf-8")
    (project / "parcel_store.py").rename(project / "generated.py")
    (project / ".lsprouterignore").write_text("generated.py\n", "utf-8")
    async with Editor(tmp_path / "home", project) as editor:
        editor.open("user_store.py", SURE)
        await indexed(editor)
        await asyncio.sleep(0.5)
        assert (await indexed(editor))["files"] == 2


def with_tier(workshop: Workshop, extra: str, models: str = "", **wishes: Any) -> None:
    """The workshop's configuration with the tier on, and something added in front."""
    workshop.configure(models, **wishes)
    path = workshop.home / "config" / "config.toml"
    path.write_text(extra + path.read_text("utf-8").replace("embedded = false", "embedded = true"), "utf-8")


@pytest.mark.parametrize(
    ("extra", "change"),
    [
        ('[privacy]\nlocal_only = ["user_*.py"]\n', ("", "")),
        ('profile = "local-only"\n', ("", "")),
        ("", ('per_day_usd = "unlimited"', "per_day_usd = 0.0")),
    ],
    ids=["private", "local-only", "budget"],
)
async def test_where_no_model_may_be_asked_it_answers(workshop: Workshop, extra: str, change: tuple[str, str]) -> None:
    with_tier(workshop, extra)
    path = workshop.home / "config" / "config.toml"
    path.write_text(path.read_text("utf-8").replace(*change), "utf-8")
    async with workshop.editor() as editor:
        page = editor.open("user_store.py", SURE)
        assert await page.suggest() == [SURE_REST]
        decision = (await editor.why(page.uri))["decision"]
        reasons = {v["model"]: v["reason"] for v in decision["candidates"] if v["score"] is None}
        assert (decision["model"], list(reasons)) == ("embedded", ["costly"])
    assert workshop.backend.calls() == 0


async def test_an_ignored_file_gets_nothing(workshop: Workshop) -> None:
    with_tier(workshop, "")
    workshop.write(".lsprouterignore", "user_*.py\n")
    async with workshop.editor() as editor:
        page = editor.open("user_store.py", SURE)
        assert await page.suggest() == []
        assert ".lsprouterignore" in (await editor.why(page.uri))["reason"]


@pytest.mark.parametrize("trouble", [Reply(status=503), Reply(status=429), Reply(drop_after=0), Reply("x", delay=9)])
async def test_when_models_fail_it_answers(workshop: Workshop, trouble: Reply) -> None:
    with_tier(workshop, "", model())
    workshop.backend.script = lambda _seen: trouble
    async with workshop.editor() as editor:
        page = editor.open("user_store.py", SURE)
        assert await page.suggest() == [SURE_REST]
        page.erase(2)
        assert await page.suggest() == ["is" + SURE_REST]


async def test_a_menu_has_it_when_the_model_is_late(workshop: Workshop) -> None:
    with_tier(workshop, "")
    workshop.backend.script = lambda _seen: Reply("rn self.users", delay=2)
    async with workshop.editor(text_document={}) as editor:
        await editor.ready()
        page = editor.open("user_store.py", SURE)
        where = {"textDocument": {"uri": page.uri}, "position": page._position(page.cursor)}
        found: dict[str, Any] = {"items": []}
        while not found["items"] and workshop.backend.calls() <= 1:
            found = await editor.request("textDocument/completion", where)
            assert found["isIncomplete"]
        assert [item["label"] for item in found["items"]] == ["rais" + SURE_REST]


async def test_what_became_of_suggestions_is_remembered(tmp_path: Path, project: Path) -> None:
    from lsp_router.app.app import App
    from lsp_router.config.places import places
    from lsp_router.config.sources import Sources

    home = tmp_path / "home"
    async with Editor(home, project) as editor:
        page = editor.open("user_store.py", SURE)
        found = await editor.result(page.ask())
        await editor.request("workspace/executeCommand", found["items"][0]["command"])
        await editor.ready()
    environ = {"LSP_ROUTER_HOME": str(home)}
    app = App(Sources(places(environ), environ, project))
    try:
        assert app.offline.load().feedback.raise_of("python") < 0
        assert app.offline.load().feedback.raise_of("go") == 0
    finally:
        await app.close()


def grown(project: Path) -> None:
    """As much text as keeps a worker busy for a while."""
    text = "\n\n".join(store(name) for name in ("lamp", "desk", "chair", "sofa", "plant"))
    for number in range(400):
        (project / f"module_{number}.py").write_text(text.replace("lamp", f"lamp{number}"), "utf-8")


END: dict[str, Callable[[Editor], Any]] = {
    "leaves": lambda editor: editor.leave(),
    "dies": lambda editor: editor.die(),
    "server is killed": lambda editor: editor.process.send_signal(signal.SIGKILL),
}


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("way", END)
async def test_no_worker_is_left_behind(tmp_path: Path, project: Path, way: str) -> None:
    grown(project)
    async with Editor(tmp_path / "home", project) as editor:
        editor.open("user_store.py", SURE)
        server = psutil.Process(editor.process.pid)
        await until(server.children)
        (worker,) = server.children()
        await until(lambda: worker.nice() > server.nice())
        END[way](editor)
        await editor.gone()
        await until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)


async def test_switched_off_nothing_is_started(tmp_path: Path, project: Path) -> None:
    async with Editor(tmp_path / "home", project, options={"completion": {"embedded": False}}) as editor:
        page = editor.open("user_store.py", SURE)
        assert await page.suggest() == []
        await asyncio.sleep(0.3)
        assert psutil.Process(editor.process.pid).children() == []
        assert (await editor.command("lspRouter.status"))["embedded"] == {"ready": False, "files": 0, "tokens": 0}
    assert not (tmp_path / "home" / "cache" / "recall").exists()
