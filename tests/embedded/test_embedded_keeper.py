from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from lsp_router.embedded.index.library import Library, folder_of
from lsp_router.embedded.keeper import Keeper, run_worker

CODE = "def load(path):\n    return path\n"


async def test_keeps_the_index_of_a_workspace(write, tmp_path: Path) -> None:
    root, cache = write({"a.py": CODE}), tmp_path / "cache"
    keeper = Keeper(root, cache)
    keeper.refresh("a.py", settle=0)
    await keeper.settled()
    assert keeper.report is not None
    assert keeper.report["families"][0]["done"] == "all"
    assert Library(folder_of(cache, root), root, lambda: 0.0).files == 1
    await keeper.close()


async def test_wishes_meanwhile_are_one_more_run(write, tmp_path: Path) -> None:
    root, cache = write({"a.py": CODE}), tmp_path / "cache"
    asked: list[int] = []
    begun = asyncio.Event()

    def ignored() -> tuple[str, ...]:
        asked.append(1)
        begun.set()
        return ()

    keeper = Keeper(root, cache, ignored)
    for _ in range(5):
        keeper.refresh(settle=0)
    await begun.wait()
    for _ in range(5):
        keeper.refresh(settle=0)
    await keeper.settled()
    assert len(asked) == 2
    await keeper.close()


async def test_ignore_patterns_reach_the_worker(write, tmp_path: Path) -> None:
    root, cache = write({"a.py": CODE, "b.py": CODE}), tmp_path / "cache"
    keeper = Keeper(root, cache, lambda: ("b.py",))
    keeper.refresh(settle=0)
    await keeper.settled()
    assert keeper.report is not None
    assert keeper.report["families"][0]["files"] == 1
    await keeper.close()


async def test_closing_ends_the_worker() -> None:
    task = asyncio.create_task(run_worker([sys.executable, "-c", "import time; time.sleep(60)"]))
    await asyncio.sleep(0.2)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=5)
    assert done == {task}
    assert task.cancelled()


async def test_a_worker_that_fails_is_no_report() -> None:
    assert await run_worker([sys.executable, "-c", "raise SystemExit(3)"]) is None
    assert await run_worker([sys.executable, "-c", "print('no json')"]) is None
    assert await run_worker(["/nonexistent/program"]) is None
