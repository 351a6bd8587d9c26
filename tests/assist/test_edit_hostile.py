"""Projects and answers that mean harm: what they try is stopped in time, changes nothing outside, and is told."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from lsp_router.assist.edit.ask import Edited, Kind
from lsp_router.context.document import Document
from lsp_router.validation.room import Copying, private_room
from lsp_router.validation.sandbox import Limits, Sandbox
from tests.support.studio import Studio, after, block, fenced
from tests.support.world import saying

TEXT = "def add(a, b):\n    return a - b\n"
GOOD = fenced("def add(a, b):\n    return a + b\n")
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:hypothesispytest"]
ON = f"[validation]\nproject_tools = true\nmax_attempts = 1\ntest_command = {PYTEST}\n"
FORK = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="walls and limits are POSIX's")


@pytest.fixture
async def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that nobody may write to; skipped where this machine puts up no walls."""
    folder = tmp_path / "outside"
    folder.mkdir()
    temp = tmp_path / "temp"
    temp.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temp))
    async with private_room({}, Copying()) as room:
        if not await Sandbox(os.environ).walls(room):
            pytest.skip("this machine lets nobody make namespaces")
    return folder


@pytest.fixture
def hostile(studio, outside):
    """A trusted project with some files, its tests switched on, and little time for them."""

    def make(files: dict[str, str], *, trusted: bool = True, config: str = ON, seconds: float = 60) -> Studio:
        made = studio(GOOD, trusted=trusted, config=config)
        limits = Limits(seconds=seconds, processes=40, output_bytes=100_000)
        made.editor._shop.sandbox = Sandbox(dict(os.environ), limits)
        for name, text in files.items():
            made.write(name, text.replace("OUTSIDE", str(outside)))
        return made

    return make


async def fix(made: Studio) -> Edited:
    edited = await made.edit(TEXT, Kind.FIX, at="a - b", model="small", run_tests=True)
    assert psutil.Process().children(recursive=True) == []
    assert left() == []
    return edited


def left() -> list[str]:
    return [path.name for path in Path(tempfile.gettempdir()).iterdir()]


PASSES = "from a import add\n\n\ndef test_adds():\n    assert add(1, 2) == 3\n"


async def test_tests_that_pass_let_an_edit_through(hostile) -> None:
    made = hostile({"test_a.py": PASSES})
    edited = await fix(made)
    assert after(edited) == TEXT.replace("-", "+")
    assert "tests" in edited.served.gates
    assert not (made.project / "a.py").exists()


async def test_tests_that_fail_because_of_it_do_not(hostile) -> None:
    made = hostile({"a.py": TEXT, "test_a.py": PASSES.replace("== 3", "== -1")})
    edited = await fix(made)
    assert edited.changes == ()
    assert "test_a.py::test_adds" in edited.problems[0].message


async def test_tests_that_failed_before_are_a_note(hostile) -> None:
    made = hostile({"a.py": TEXT, "test_a.py": "def test_old():\n    assert False\n"})
    edited = await fix(made)
    assert edited.changes
    assert "failed before" in edited.note


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"conftest.py": "open('OUTSIDE/harm', 'w').write('x')\n", "test_a.py": PASSES}, "tests fail"),
        ({"test_a.py": FORK}, "stopped"),
        ({"test_a.py": "while True:\n    pass\n"}, "stopped"),
        ({"test_a.py": "import os\nwhile True:\n    os.write(1, b'x' * 1_000_000)\n"}, "stopped"),
        ({"test_a.py": "import os, time\nif os.fork() == 0:\n    os.setsid()\ntime.sleep(60)\n"}, "stopped"),
        ({"test_a.py": "import socket\nsocket.create_connection(('127.0.0.1', 9), 1)\n"}, "tests fail"),
    ],
    ids=["conftest", "fork-bomb", "endless", "gigabytes", "fleeing", "network"],
)  # fmt: skip
async def test_a_hostile_test_harms_nothing_and_is_stopped(hostile, outside, files, says) -> None:
    edited = await fix(hostile(files, seconds=5 if says == "stopped" else 60))
    assert edited.changes == () or "failed before" in edited.note
    assert says in " ".join((edited.note, *(p.message for p in edited.problems))) or "failed before" in edited.note
    assert list(outside.iterdir()) == []


MYPY = "[tool.mypy]\nplugins = ['./plugin.py']\n"


@pytest.mark.skipif(not Path(sys.executable).with_name("mypy").exists(), reason="there is no mypy here")
async def test_a_plugin_runs_behind_walls(hostile) -> None:
    edited = await fix(hostile({"pyproject.toml": MYPY, "plugin.py": FORK}, seconds=10))
    assert "mypy: " in edited.note


USES = "from shop import rate\n\n\ndef net(gross: float) -> float:\n    return gross / rate()\n"
SHOP = "def rate() -> float:\n    return 1.19\n"


@pytest.mark.skipif(not Path(sys.executable).with_name("mypy").exists(), reason="there is no mypy here")
@pytest.mark.parametrize(("new", "fine"), [("def vat() -> float:\n", True), ("def vat() -> str:\n", False)])
async def test_tools_see_all_files_of_an_edit_and_what_is_open(hostile, new, fine) -> None:
    made = hostile({"mypy.ini": "[mypy]\nstrict = true\n", "shop.py": "an older text (\n"})
    made.transport.scripts["strong"] = saying(
        block("a.py", "from shop import rate\n", "from shop import vat\n")
        + block("a.py", "    return gross / rate()\n", "    return gross / vat()\n")
        + block("shop.py", "def rate() -> float:\n", new)
    )
    tabs = (Document("shop.py", SHOP, "python"), Document("other.py", USES.replace("rate", "vat"), "python"))
    edited = await made.edit(USES, instruction="rename rate to vat in all files", tabs=tabs)
    assert bool(edited.changes) is fine, edited.problems
    assert fine or {problem.gate for problem in edited.problems} == {"mypy"}


@pytest.mark.parametrize(("trusted", "config"), [(False, ON), (True, ""), (False, "")])
async def test_without_trust_and_the_setting_nothing_of_the_project_runs(hostile, trusted, config) -> None:
    harm = "import pathlib\npathlib.Path('ran').touch()\n"
    made = hostile({"conftest.py": harm, "test_a.py": FORK, "pyproject.toml": MYPY, "plugin.py": FORK},
                   trusted=trusted, config=config)  # fmt: skip
    edited = await fix(made)
    assert after(edited) == TEXT.replace("-", "+")
    assert "tests were not run" in edited.note
    assert "mypy" not in edited.served.gates


async def test_a_project_file_cannot_allow_itself(hostile) -> None:
    made = hostile({"lsp-router.toml": ON, "test_a.py": FORK}, trusted=False, config="")
    made.app.reload()
    assert made.app.settings.validation.project_tools is False


async def test_links_of_a_project_lead_nowhere(hostile, outside) -> None:
    (outside / "victim.py").write_text("mine")
    made = hostile({"test_a.py": "open('link/victim.py', 'w').write('theirs')\n"})
    (made.project / "link").symlink_to(outside, target_is_directory=True)
    await fix(made)
    assert (outside / "victim.py").read_text() == "mine"


async def test_an_answer_of_a_megabyte_is_just_text(hostile) -> None:
    made = hostile({})
    rows = "".join(f"    x{n} = {n}\n" for n in range(30_000))
    made.transport.scripts["small"] = saying(fenced(f"def add(a, b):\n{rows}    return locals()\n"))
    assert (await fix(made)).served is not None
