"""What an index costs: time to build, memory of a server that has it mapped, time to the first suggestion.

python -m tests.bench.embedded.footprint FOLDER
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from lsp_router.embedded.index.library import Library, folder_of
from lsp_router.embedded.keeper import Keeper
from lsp_router.embedded.recall import Recall

QUESTIONS = 400
TICK_SECONDS = 0.002


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--suffix", default=".py")
    parser.add_argument("--language", default="python")
    options = parser.parse_args(argv)
    files = sorted(options.folder.resolve().rglob(f"*{options.suffix}"))
    some = random.Random(1).sample(files, min(40, len(files)))
    texts = {path: path.read_text("utf-8", "replace") for path in some}
    print(f"{len(files)} files")
    with tempfile.TemporaryDirectory() as cache:
        asyncio.run(_measure(options.folder.resolve(), Path(cache), texts, options.language))


async def _measure(root: Path, cache: Path, texts: dict[Path, str], language: str) -> None:
    await _build(root, cache, "first build")
    await _build(root, cache, "nothing to do")
    path = next(iter(texts))
    os.utime(path)
    await _build(root, cache, "one file changed")
    gc.collect()
    gc.freeze()  # as the server does
    before = psutil.Process().memory_info().rss
    started = time.perf_counter()
    recall = Recall(Library(folder_of(cache, root), root, time.monotonic))
    text = texts[path]
    recall.suggest(text[: len(text) // 2], len(text) // 2, language, str(path))
    print(f"from nothing to the first answer, index mapped: {1e3 * (time.perf_counter() - started):.1f} ms")
    most = await _ask(recall, texts, language)
    print(f"memory grown by at most {(most - before) / 2**20:.1f} MB in {QUESTIONS} questions in {len(texts)} files")


async def _build(root: Path, cache: Path, title: str) -> None:
    keeper = Keeper(root, cache)
    started = time.perf_counter()
    keeper.refresh(settle=0)
    longest = await _longest_block(keeper.settled())
    print(
        f"{title}: {time.perf_counter() - started:.2f} s, {keeper.report}; event loop blocked at most {longest:.1f} ms"
    )


async def _longest_block(work) -> float:
    """How late a clock that ticks in the same loop was at most, in milliseconds."""
    task, longest = asyncio.ensure_future(work), 0.0
    while not task.done():
        started = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        longest = max(longest, time.perf_counter() - started - TICK_SECONDS)
    return 1e3 * longest


async def _ask(recall: Recall, texts: dict[Path, str], language: str) -> int:
    """Type a few characters at random places of every file, as an editor would ask; the most memory that took."""
    dice, slices, spent, most = random.Random(2), [0.0], [], 0
    for path, text in texts.items():
        started = time.process_time()
        for _ in recall.warm(text, language, str(path)):
            slices.append(time.process_time() - started)
            started = time.process_time()
        at = dice.randrange(len(text)) if text else 0
        for length in range(QUESTIONS // len(texts)):
            typed = text[:at] + text[at : at + length] + text[text.find("\n", at + length) :]
            started = time.process_time()
            recall.suggest(typed, at + length, language, str(path))
            spent.append(time.process_time() - started)
            most = max(most, psutil.Process().memory_info().rss)
    spent.sort()
    p50, p95 = (1e3 * spent[int(len(spent) * share)] for share in (0.5, 0.95))
    figures = f"p50 {p50:.2f} ms, p95 {p95:.2f} ms, most {1e3 * spent[-1]:.2f} ms of processor time"
    print(f"question after a keystroke, edit followed: {figures}")
    print(f"longest slice of reading a file that was opened: {1e3 * max(slices):.1f} ms of processor time")
    return most


if __name__ == "__main__":
    main()
