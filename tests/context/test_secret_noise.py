"""Ordinary code must pass untouched and fast: what is hidden without need makes answers worse."""

from __future__ import annotations

import sysconfig
import time
from pathlib import Path

import pytest

from lsp_router.context.secrets import find

LINES_PER_FINDING = 2_000


def ordinary_code() -> list[str]:
    """Every twelfth installed module and the standard library's own, a few hundred thousand lines."""
    folders = [Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("stdlib"))]
    files = [path for folder in folders for path in sorted(folder.glob("**/*.py"))[::12]]
    texts = []
    for path in files:
        try:
            texts.append(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError):
            continue
    return texts


@pytest.fixture(scope="module")
def code() -> list[str]:
    return ordinary_code()


def test_ordinary_code_has_almost_no_findings(code):
    lines = sum(text.count("\n") for text in code)
    findings = [(one.rule, text[one.start : one.end][:40]) for text in code for one in find(text)]
    assert lines > 50_000
    assert len(findings) * LINES_PER_FINDING < lines, findings


def test_fifty_kilobytes_take_a_few_milliseconds(code):
    text = "".join(code)
    pieces = [text[at : at + 50_000] for at in range(0, 2_000_000, 50_000)]
    started = time.process_time()
    for piece in pieces:
        find(piece)
    per_piece = (time.process_time() - started) / len(pieces)
    assert per_piece < 0.008, f"{per_piece * 1e3:.2f} ms for 50 KB"


@pytest.mark.parametrize(
    "text",
    [
        "a" * 2_000_000,
        "password" * 50_000,
        'password = "' + "changeme" * 30 + "!X" * 10 + '"\n',
        "key=" * 50_000,
        "-----BEGIN RSA PRIVATE KEY-----\n" * 2_000,
        "eyJ" + "a" * 200_000 + "." * 1_000,
        "://" + "a:" * 50_000,
        "cookie: " * 50_000,
        "\n" * 500_000,
        "A1" * 500_000,
        "'" * 300_000,
    ],
    ids=lambda text: text[:12],
)
def test_no_text_makes_the_search_explode(text):
    started = time.process_time()
    find(text)
    assert time.process_time() - started < 4
