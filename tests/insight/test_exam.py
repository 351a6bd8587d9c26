"""Holes in code and how near answers come: what is cut out, what is never cut out, and what a mark says."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from lsp_router.context.document import Document
from lsp_router.context.privacy import Ruling
from lsp_router.domain.task import Task
from lsp_router.insight.corpus import documents
from lsp_router.insight.gaps import Gap, punch
from lsp_router.insight.marks import Answered, Mark, compare, report
from lsp_router.validation.grammars import Grammars

PYTHON = '''
import math


def area(radius: float) -> float:
    """Of a circle."""
    squared = radius * radius
    result = math.pi * squared
    return result


class Cart:
    def total(self) -> float:
        amount = sum(line.price * line.count for line in self.lines)
        if self.coupon is not None:
            amount = amount - self.coupon.worth(amount)
        return max(amount, 0.0)

    def clear(self) -> None:
        self.lines = []
'''
TYPESCRIPT = """
export function area(radius: number): number {
  const squared = radius * radius;
  const result = Math.PI * squared;
  return result;
}
"""
FILES = [Document("shop/cart.py", PYTHON, "python"), Document("web/area.ts", TYPESCRIPT, "typescript")]


def test_holes_are_of_every_kind_and_the_same_every_time() -> None:
    gaps = punch(FILES, 6)
    assert gaps == punch(FILES, 6)
    assert Counter(gap.task for gap in gaps) == {
        Task.COMPLETION: 2,
        Task.EXPLICIT_COMPLETION: 2,
        Task.BOILERPLATE: 2,
    }
    assert gaps != punch(FILES, 6, seed=2)
    assert len(punch(FILES, 2)) == 2


def test_a_hole_is_inside_of_a_function_and_what_is_left_is_the_rest() -> None:
    for gap in punch(FILES, 9):
        text = gap.document.text
        assert gap.prefix + gap.wanted + gap.suffix == text
        assert gap.wanted.strip(), gap
        assert text[gap.head :].lstrip().startswith(("def ", "export function")), gap
        assert gap.head < gap.start < gap.end <= len(text)


def test_the_three_kinds() -> None:
    by_kind = {gap.task: gap for gap in punch(FILES[:1], 3, seed=3)}
    line, block, body = by_kind[Task.COMPLETION], by_kind[Task.EXPLICIT_COMPLETION], by_kind[Task.BOILERPLATE]
    assert "\n" not in line.wanted
    assert line.prefix.rpartition("\n")[2].strip()
    assert 2 <= block.wanted.count("\n") + 1 <= 5
    assert not block.prefix.rpartition("\n")[2].strip()
    assert body.header.lstrip().startswith("def ")
    assert body.suffix.startswith("\n")


def gap(before: str, wanted: str, after: str, language: str = "python") -> Gap:
    text = before + wanted + after
    return Gap(Document("x", text, language), Task.COMPLETION, len(before), len(before + wanted), 0)


HOLE = gap("def f(a, b):\n    return ", "a + b", "\n")


@pytest.mark.parametrize(
    ("hole", "answer", "exact", "near", "sound"),
    [
        (HOLE, "a + b", True, 1.0, True),
        (HOLE, "a + b  ", True, 1.0, True),
        (HOLE, "a - b", False, 0.8, True),
        (HOLE, "(a + b", False, 0.9, False),
        (HOLE, "", False, 0.0, None),
        (gap("def f(:\n    return ", "a", "\n"), "b", False, 0.0, None),  # it was no valid code before
        (gap("f(", "1, 2", ");\n", "javascript"), "1, 2", True, 1.0, True),
        (gap("f(", "1, 2", ");\n", "javascript"), "1, 2(", False, 0.88, False),
        (gap("SELECT ", "a", ";", "sql"), "a", True, 1.0, None),
        (gap("def f():\n    ", "a = 1\n    b = 2", "\n"), "a = 1\n  b = 2", True, 1.0, False),
    ],
)
def test_marks(hole: Gap, answer: str, exact: bool, near: float, sound: bool | None) -> None:
    mark = compare(hole, answer, Grammars())
    assert (mark.exact, mark.sound) == (exact, sound)
    assert mark.likeness == pytest.approx(near, abs=0.06)


def test_a_mark_is_between_nothing_and_perfect() -> None:
    assert Mark(exact=True, likeness=1.0, sound=True).value == pytest.approx(1.0)
    assert Mark(exact=True, likeness=1.0, sound=None).value == pytest.approx(1.0)
    assert Mark(exact=False, likeness=0.0, sound=False).value == 0.0
    assert 0.5 < Mark(exact=False, likeness=0.8, sound=True).value < 0.7


def test_a_model_that_was_not_there_is_not_marked_for_it() -> None:
    good = Answered(Mark(exact=True, likeness=1.0, sound=True), 120.0, 0.001)
    told = report("m", "completion", [good, Answered(None, why="timeout"), good])
    assert (told.answers, told.failed, told.mark, told.first_token_ms) == (2, 1, pytest.approx(1.0), 120.0)
    assert report("m", "completion", [Answered(None)]).answers == 0


def test_only_the_users_own_code_is_taken(tmp_path: Path) -> None:
    for name in ("a.py", "tests/test_a.py", "notes.md", "secret.py", "node_modules/x/y.js", ".hidden/z.py", "b/c.ts"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(PYTHON, encoding="utf-8")
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe\x00")

    def judge(path: str) -> Ruling:
        return Ruling(ignored=path.endswith("secret.py"))

    names = ["a.py", "b/c.ts"]
    assert [d.path for d in documents(tmp_path, tmp_path, judge)] == names
    assert [d.path for d in documents(tmp_path / "b", tmp_path, judge)] == ["b/c.ts"]
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("node_modules\n.hidden\nb\n")
    assert [d.path for d in documents(tmp_path, tmp_path, judge)] == ["a.py"]
