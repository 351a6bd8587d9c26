"""In every language: a sound edit goes through, a broken one changes nothing, an old fault elsewhere is no obstacle."""

from __future__ import annotations

import pytest

from lsp_router.assist.edit.ask import Kind
from lsp_router.validation.grammars import LANGUAGES
from tests.support.languages import FILES, with_old_fault
from tests.support.studio import after, block, in_turn

ENDINGS = {"python": "py", "javascriptreact": "jsx", "typescriptreact": "tsx", "shellscript": "sh"}
OLD = [name for name, row in FILES.items() if row[4]]


def path(language: str) -> str:
    return f"a.{ENDINGS.get(language, language)}"


def changed(text: str, piece: str, new: str, language: str) -> str:
    """The answer that changes the lines with the piece in them."""
    at = text.index(piece)
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at + len(piece)) + 1
    lines = text[start : end or len(text)]
    return block(path(language), lines.rstrip("\n") + "\n", lines.replace(piece, new).rstrip("\n") + "\n")


async def edit(studio, text: str, answer: str, language: str):
    made = studio(in_turn(answer), config="[validation]\nmax_attempts = 1\n[cache]\nenabled = false\n")
    return await made.edit(text, Kind.REFACTOR, path(language), language=language)


def test_every_language_has_a_row() -> None:
    assert set(FILES) == LANGUAGES


@pytest.mark.parametrize("language", FILES)
async def test_a_sound_edit_goes_through(studio, language) -> None:
    text, piece, sound, _, _ = FILES[language]
    edited = await edit(studio, text, changed(text, piece, sound, language), language)
    assert after(edited, path(language)) == text.replace(piece, sound), edited.problems


@pytest.mark.parametrize("language", FILES)
async def test_a_broken_edit_changes_nothing(studio, language) -> None:
    text, piece, _, broken, _ = FILES[language]
    edited = await edit(studio, text, changed(text, piece, broken, language), language)
    assert edited.changes == ()
    assert edited.problems[0].gate == "syntax"


@pytest.mark.parametrize("language", OLD)
async def test_an_old_fault_elsewhere_is_no_obstacle(studio, language) -> None:
    _, piece, sound, broken, _ = FILES[language]
    text = with_old_fault(language)
    edited = await edit(studio, text, changed(text, piece, sound, language), language)
    assert after(edited, path(language)) == text.replace(piece, sound), edited.problems
    again = await edit(studio, text, changed(text, piece, broken, language), language)
    assert again.changes == ()
