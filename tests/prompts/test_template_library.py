from __future__ import annotations

from pathlib import Path

import pytest

from lsp_router.prompts.library import BadTemplate, Library


def library(folder: Path, **files: str) -> Library:
    for name, text in files.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return Library(folder)


def test_gaps_are_filled_and_paragraphs_without_content_left_out(tmp_path):
    text = "id: a\nversion: 7\n=== system, cached\nRules.\n\n=== user\nOne {{x}}.\n\nTwo {{y}}.\n\nThree.\n"
    template = library(tmp_path, a=text).template("a")
    assert template.id == "a@7"
    first, second = template.messages({"x": "{{y}} {0}\n\nas it is", "y": ""})
    assert (first.role, first.text, first.cache) == ("system", "Rules.", True)
    assert (second.role, second.text, second.cache) == ("user", "One {{y}} {0}\n\nas it is.\n\nThree.", False)


def test_a_turn_without_content_is_left_out(tmp_path):
    template = library(tmp_path, a="id: a\nversion: 1\n=== user\n{{x}}\n=== user\nb\n").template("a")
    assert [message.text for message in template.messages({})] == ["b"]


def test_parts_are_included_and_are_no_templates(tmp_path):
    made = library(tmp_path, a="id: a\nversion: 1\n=== user\n{{> _p}}\n\nb\n", _p="shared\n")
    assert made.template("a").turns[0].text == "shared\n\nb"
    assert made.names() == ("a",)
    assert made.part("_p") == "shared"


@pytest.mark.parametrize(
    "text", ["", "id: b\nversion: 1\n=== user\nx\n", "version: 1\n=== user\nx\n", "id: a\nversion: one\n=== user\nx\n"]
)
def test_a_file_that_does_not_say_what_it_is_is_refused(tmp_path, text):
    with pytest.raises(BadTemplate, match=r"a\.md must begin with"):
        library(tmp_path, a=text).template("a")


def test_a_missing_template_is_told_with_those_there_are(tmp_path):
    with pytest.raises(BadTemplate, match=r"no template 'zzz'; there are .*refactor"):
        Library().template("zzz")


def test_a_template_is_read_once(tmp_path):
    made = library(tmp_path, a="id: a\nversion: 1\n=== user\nx\n")
    first = made.template("a")
    (tmp_path / "a.md").unlink()
    assert made.template("a") is first
