"""Any text, any cursor, any index: no exception, and an answer in bounded time."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lsp_router.embedded.guess.answer import Suggestion
from lsp_router.embedded.index.builder import refresh
from lsp_router.embedded.index.library import Library
from lsp_router.embedded.recall import Recall

LANGUAGES = ("python", "typescript", "go", "rust", "java", "c", "ruby", "lua", "shellscript", "markdown")
PIECES = (
    "\n",
    "    ",
    "\t",
    "\r\n",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    '"""',
    "#",
    "//",
    "/*",
    "*/",
    "`",
    "\\",
    "$",
)
CODE = st.lists(
    st.one_of(
        st.sampled_from((*PIECES, "def ", "class ", "import ", "x", "foo", " = ", ", ", ".", ":", ";", "self", "1.5")),
        st.text(max_size=4),
    ),
    max_size=80,
).map("".join)
LIMIT = 5.0
"""Seconds of processor time that nothing comes near to, unless it goes round in circles."""


def shows(found: Suggestion | None) -> None:
    if found is not None:
        assert found.text.strip()
        assert 0 <= found.confidence <= 1
        assert found.replaced >= 0


@settings(max_examples=150, deadline=None)
@given(CODE, st.integers(-5, 400), st.sampled_from(LANGUAGES))
def test_any_text(text: str, offset: int, language: str) -> None:
    started = time.process_time()
    shows(Recall().suggest(text, offset, language, "a/b"))
    assert time.process_time() - started < LIMIT


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CODE, st.integers(0, 400)), min_size=2, max_size=6), st.sampled_from(LANGUAGES))
def test_any_edits(texts: list[tuple[str, int]], language: str) -> None:
    recall = Recall()
    for text, offset in texts:
        shows(recall.suggest(text, offset, language, "same"))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000,
        "x" * 200_000,
        "a b " * 50_000,
        "\n" * 100_000,
        "x = foo(a)\n" * 60_000,
        '"""' + "\n" * 50_000,
        "[\n" * 20_000,
        "a, " * 300 + "\n" + "a, " * 300,
        "\ud800\n" * 100,
        "\0\x01\x02\x03" * 100,
    ],
    ids=lambda text: repr(text[:6]) + str(len(text)),
)
def test_extreme_texts(text: str) -> None:
    recall = Recall()
    started = time.process_time()
    for offset in (0, len(text) // 2, len(text)):
        shows(recall.suggest(text, offset, "python", "a.py"))
    assert time.process_time() - started < 3 * LIMIT


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root, folder = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("index")
    for number in range(8):
        body = f"def load_{number}(self, path):\n    return self.parse(path, {number})\n\n"
        (root / f"m{number}.py").write_text(body * 5)
    refresh(root, folder)
    return root, folder


def ask_around(root: Path, folder: Path) -> None:
    library = Library(folder, root, lambda: 0.0)
    recall = Recall(library)
    text = "def load_9(self, path):\n    return self.parse(path, 9)\n\ndef load_8(self, path):\n    return self.par"
    for offset in range(0, len(text) + 1, 7):
        started = time.process_time()
        shows(recall.suggest(text[:offset], offset, "python", str(root / "new.py")))
        assert time.process_time() - started < LIMIT


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_any_damage_to_the_arrays(project: tuple[Path, Path], tmp_path_factory, seed: int) -> None:
    """The header stays whole, so that the segment opens and the garbage is met while answering."""
    root, folder = project
    dice = random.Random(seed)
    (segment,) = folder.glob("*.segment")
    spoilt = tmp_path_factory.mktemp("spoilt")
    raw = bytearray(segment.read_bytes())
    body = raw.index(b'"size":') + 64
    for _ in range(dice.randrange(1, 8)):
        at, length = dice.randrange(body, len(raw)), dice.choice((1, 4, 64, 4_096))
        end = min(len(raw), at + length)
        raw[at:end] = dice.randbytes(end - at) if dice.random() < 0.7 else b"\xff" * (end - at)
    (spoilt / segment.name).write_bytes(raw)
    (spoilt / "manifest.json").write_bytes((folder / "manifest.json").read_bytes())
    ask_around(root, spoilt)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_any_damage_to_a_file(project: tuple[Path, Path], tmp_path_factory, seed: int) -> None:
    root, folder = project
    dice = random.Random(seed)
    (segment,) = folder.glob("*.segment")
    spoilt = tmp_path_factory.mktemp("spoilt")
    for path in (segment, folder / "manifest.json"):
        raw = bytearray(path.read_bytes())
        if dice.random() < 0.5:
            del raw[dice.randrange(len(raw)) :]
        for _ in range(dice.randrange(6)):
            if raw:
                raw[dice.randrange(min(len(raw), 600))] = dice.randrange(256)
        (spoilt / path.name).write_bytes(raw)
    ask_around(root, spoilt)
