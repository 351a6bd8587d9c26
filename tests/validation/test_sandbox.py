"""Hostile tools and projects harm nothing, are stopped in time and leave nothing behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import time
from pathlib import Path

import psutil
import pytest

from lsp_router.validation.room import Copying, TooLargeError, private_room
from lsp_router.validation.sandbox import Limits, Ran, Sandbox

posix = pytest.mark.skipif(os.name != "posix", reason="limits and namespaces are POSIX's")
SECRET = {"OPENROUTER_API_KEY": "sk-secret", "HTTPS_PROXY": "http://proxy.test"}


@pytest.fixture
def rooms(tmp_path: Path) -> Copying:
    folder = tmp_path / "rooms"
    folder.mkdir()
    return Copying(folder=folder)


async def run(code: str, rooms: Copying, **limits) -> Ran:
    box = Sandbox({**os.environ, **SECRET}, Limits(**{"seconds": 8.0, **limits}))
    async with private_room({"a.py": "x = 1\n"}, rooms) as room:
        ran = await box.run([sys.executable, "-c", code], room)
    assert rooms.folder is not None
    assert list(rooms.folder.iterdir()) == []
    return ran


def children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


async def test_a_tool_sees_its_files_and_answers(rooms: Copying) -> None:
    ran = await run("import sys; print(open('a.py').read(), end=''); sys.exit(3)", rooms)
    assert (ran.code, ran.out.replace("\r", ""), ran.stopped) == (3, "x = 1\n", "")


async def test_no_key_and_no_working_proxy_reaches_a_tool(rooms: Copying) -> None:
    ran = await run("import os; print(dict(os.environ))", rooms)
    assert "sk-secret" not in ran.out
    assert "proxy.test" not in ran.out


async def test_input_is_given(rooms: Copying) -> None:
    box = Sandbox(os.environ)
    async with private_room({}, rooms) as room:
        ran = await box.run([sys.executable, "-c", "print(len(input()))"], room, stdin=b"x" * 100_000 + b"\n")
    assert ran.out.strip() == "100000"


async def test_what_runs_too_long_is_stopped_with_its_children(rooms: Copying) -> None:
    code = (
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "time.sleep(60)"
    )
    start = time.monotonic()
    ran = await run(code, rooms, seconds=0.5)
    assert "not done after 0.5 s" in ran.stopped
    assert time.monotonic() - start < 5
    assert children() == []


async def test_a_gigabyte_of_output_is_cut_off(rooms: Copying) -> None:
    ran = await run("import sys\nfor _ in range(1000): sys.stdout.write('x' * 1_000_000)", rooms, output_bytes=100_000)
    assert "100,000 bytes" in ran.stopped
    assert len(ran.out) == 100_000


@posix
async def test_a_gigabyte_on_disk_is_cut_off(rooms: Copying) -> None:
    code = "f = open('big', 'wb')\nfor _ in range(1000): f.write(b'x' * 1_000_000)"
    assert (await run(code, rooms, file_bytes=1_000_000)).code != 0


@posix
async def test_memory_is_bounded(rooms: Copying) -> None:
    if sys.platform != "linux":
        pytest.skip("the kernel here does not bound it")
    assert "MemoryError" in (await run("x = bytearray(2_000_000_000)", rooms, memory_bytes=200_000_000)).err


async def walls(rooms: Copying) -> None:
    async with private_room({}, rooms) as room:
        if not await Sandbox(os.environ).walls(room):
            pytest.skip("this machine lets nobody make namespaces")


async def test_an_interrupted_look_for_walls_takes_none_down(rooms: Copying) -> None:
    await walls(rooms)
    box = Sandbox(os.environ)
    async with private_room({}, rooms) as room:
        first = asyncio.create_task(box.walls(room))
        others = [asyncio.create_task(box.walls(room)) for _ in range(3)]
        await asyncio.sleep(0.01)
        first.cancel()
        assert await asyncio.gather(*others) == [True] * 3
        assert await box.walls(room)


async def test_who_cannot_tell_in_time_wants_walls(rooms: Copying) -> None:
    await walls(rooms)
    async with private_room({}, rooms) as room:
        assert await Sandbox(os.environ, Limits(seconds=0.0)).walls(room)


async def test_a_fork_bomb_goes_out(rooms: Copying) -> None:
    await walls(rooms)
    start = time.monotonic()
    ran = await run(
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", rooms, processes=60, seconds=4
    )
    assert ran.stopped
    assert time.monotonic() - start < 8
    assert children() == []


async def test_what_flees_into_its_own_group_ends_too(rooms: Copying) -> None:
    await walls(rooms)
    marker = f"flee{os.getpid()}"
    code = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        f"        time.sleep(60 if '{marker}' else 0)\n"
        "    os._exit(0)\n"
        "print('gone')"
    )
    start = time.monotonic()
    assert (await run(code, rooms)).code == 0
    assert time.monotonic() - start < 5
    assert not any(marker in " ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"]))


async def test_nothing_outside_the_room_can_be_written(rooms: Copying, tmp_path: Path) -> None:
    await walls(rooms)
    victim = tmp_path / "victim"
    victim.write_text("mine")
    ran = await run(f"open({str(victim)!r}, 'w').write('theirs')", rooms)
    assert "Read-only" in ran.err
    assert victim.read_text() == "mine"


async def test_the_walls_cannot_be_taken_down(rooms: Copying, tmp_path: Path) -> None:
    await walls(rooms)
    code = (
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None)\n"
        "print(libc.mount(None, b'/', None, 4096 | 32, None), libc.umount2(b'/proc', 2))\n"
        "libc.unshare(0x10020000)\n"
        "print(libc.mount(None, b'/', None, 4096 | 32, None))\n"
        f"open({str(tmp_path / 'x')!r}, 'w')"
    )
    ran = await run(code, rooms)
    assert ran.out.split() == ["-1", "-1", "-1"]
    assert "Read-only" in ran.err
    assert not (tmp_path / "x").exists()


async def test_there_is_no_network(rooms: Copying) -> None:
    await walls(rooms)
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        ran = await run(f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)", rooms)
    assert ran.code == 1
    assert "Error" in ran.err


@posix
@pytest.mark.parametrize(
    ("code", "stopped"),
    [
        ("print(open('a.py').read())", ""),
        ("while True: print('x' * 10_000)", "bytes of output"),
        ("import os, time; os.fork(); time.sleep(60)", "not done after"),
    ],
)
async def test_without_walls_limits_still_hold(rooms: Copying, code: str, stopped: str) -> None:
    box = Sandbox(os.environ, Limits(seconds=1.0, output_bytes=50_000))
    box._walls = False
    async with private_room({"a.py": "x = 1\n"}, rooms) as room:
        ran = await box.run([sys.executable, "-c", code], room)
    assert stopped in ran.stopped
    assert stopped or (ran.code, ran.out.strip(), ran.stopped) == (0, "x = 1", "")
    assert children() == []


@posix
async def test_without_walls_a_child_left_behind_ends_with_its_parent(rooms: Copying) -> None:
    box = Sandbox(os.environ, Limits(seconds=0.5))
    box._walls = False
    async with private_room({}, rooms) as room:
        ran = await box.run([sys.executable, "-c", "import os, time\nif os.fork() == 0: time.sleep(60)"], room)
    assert (ran.code, ran.stopped) == (0, "")
    assert children() == []


async def test_a_missing_tool_is_told(rooms: Copying) -> None:
    async with private_room({}, rooms) as room:
        ran = await Sandbox(os.environ).run(["no-such-tool-here"], room)
    assert ran.stopped


@pytest.mark.parametrize("after", [0.0, 0.02, 0.1, 0.3])
async def test_cancelling_ends_everything(rooms: Copying, tmp_path: Path, after: float) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for n in range(300):
        (project / f"f{n}.py").write_text("x" * 1_000)
    box = Sandbox(os.environ)

    async def work() -> None:
        async with private_room({}, Copying(project, rooms.folder)) as room:
            await box.run([sys.executable, "-c", "import time; time.sleep(60)"], room)

    task = asyncio.create_task(work())
    await asyncio.sleep(after)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert rooms.folder is not None
    assert list(rooms.folder.iterdir()) == []
    assert children() == []


async def test_links_are_neither_copied_nor_written_through(rooms: Copying, tmp_path: Path) -> None:
    outside, project = tmp_path / "outside", tmp_path / "project"
    outside.mkdir()
    (outside / "victim.py").write_text("mine")
    (project / "node_modules" / "left").mkdir(parents=True)
    (project / "sub").symlink_to(outside, target_is_directory=True)
    (project / "link.py").symlink_to(outside / "victim.py")
    (project / "real.py").write_text("x")
    async with private_room({"link.py": "draft", "sub/victim.py": "draft"}, Copying(project, rooms.folder)) as room:
        assert sorted(p.name for p in room.work.iterdir()) == ["link.py", "node_modules", "real.py", "sub"]
        assert (room.work / "link.py").read_text() == "draft"
        with pytest.raises(ValueError, match="leads out"):
            room.write("node_modules/left/pad.js", "draft")
        for path in ("../x.py", "/etc/x.py", "a/../../x.py", ""):
            with pytest.raises(ValueError, match="not inside"):
                room.write(path, "draft")
    assert (outside / "victim.py").read_text() == "mine"
    assert (project / "node_modules" / "left").is_dir()


async def test_a_workspace_that_is_too_large_is_not_copied(rooms: Copying, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for n in range(5):
        (project / f"f{n}").write_text("x")
    with pytest.raises(TooLargeError):
        async with private_room({}, Copying(project, rooms.folder, files=4)):
            pass
    assert rooms.folder is not None
    assert list(rooms.folder.iterdir()) == []


@posix
async def test_a_room_that_was_made_unreadable_goes_too(rooms: Copying) -> None:
    ran = await run("import os; os.makedirs('a/b'); open('a/b/c', 'w'); os.chmod('a/b', 0); os.chmod('a', 0)", rooms)
    assert ran.code == 0


def test_the_launcher_needs_nothing_of_ours() -> None:
    from lsp_router.validation import launch

    source = Path(launch.__file__).read_text("utf-8")
    assert "lsp_router" not in source
    assert shutil.which(sys.executable)
