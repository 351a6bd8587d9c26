from __future__ import annotations

import pytest

from lsp_router.domain.wire import Hole
from lsp_router.prompts.fim import SUFFIX, UnknownTemplate, comment_sign, fill, find, names

BARE = Hole("P", "S", path="src/cur.py")
AMONG = Hole("P", "S", path="src/cur.py", extra=(("a.py", "A\n"), ("b.py", "B")))
BAR = "\uff5c"
BEGIN, MIDDLE, END = f"<{BAR}fim▁begin{BAR}>", f"<{BAR}fim▁hole{BAR}>", f"<{BAR}fim▁end{BAR}>"


@pytest.mark.parametrize(
    ("name", "alone", "among"),
    [
        (
            "qwen2.5-coder",
            "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
            (
                "<|repo_name|>R\n<|file_sep|>a.py\nA\n<|file_sep|>b.py\nB\n"
                "<|file_sep|>src/cur.py\n<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"
            ),
        ),
        (
            "starcoder2",
            "<fim_prefix>P<fim_suffix>S<fim_middle>",
            (
                "<repo_name>R<file_sep>a.py\nA\n<file_sep>b.py\nB\n"
                "<file_sep><fim_prefix>src/cur.py\nP<fim_suffix>S<fim_middle>"
            ),
        ),
        (
            "starcoder",
            "<fim_prefix>P<fim_suffix>S<fim_middle>",
            (
                "<reponame>R<filename>a.py\nA\n<filename>b.py\nB\n"
                "<filename>src/cur.py\n<fim_prefix>P<fim_suffix>S<fim_middle>"
            ),
        ),
        (
            "mellum",
            "<fim_suffix>S<fim_prefix>P<fim_middle>",
            (
                "<reponame>R<filename>a.py\nA\n<filename>b.py\nB\n"
                "<filename>src/cur.py\n<fim_suffix>S<fim_prefix>P<fim_middle>"
            ),
        ),
        ("codellama", "<PRE> P <SUF>S <MID>", "<PRE> # a.py\nA\n\n# b.py\nB\n\nP <SUF>S <MID>"),
        (
            "deepseek-coder",
            BEGIN + "P" + MIDDLE + "S" + END,
            BEGIN + "# a.py\nA\n\n# b.py\nB\n\nP" + MIDDLE + "S" + END,
        ),
        (
            "codestral",
            "[SUFFIX]S[PREFIX]P",
            "[SUFFIX]S[PREFIX]+++++ a.py\nA\n\n+++++ b.py\nB\n\n+++++ src/cur.py\nP",
        ),
        (
            "codegemma",
            "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
            (
                "a.py\nA\n<|file_separator|>b.py\nB\n<|file_separator|>"
                "src/cur.py\n<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>"
            ),
        ),
        (
            "granite",
            "<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
            "# a.py\nA\n\n# b.py\nB\n\n<|fim_prefix|>P<|fim_suffix|>S<|fim_middle|>",
        ),
        (
            "seed-coder",
            "<[fim-suffix]>S<[fim-prefix]>P<[fim-middle]>",
            "<[fim-suffix]>S<[fim-prefix]># a.py\nA\n\n# b.py\nB\n\nP<[fim-middle]>",
        ),
    ],
)
def test_every_family_is_asked_in_its_own_format(name, alone, among):
    assert find(name).render(BARE, "R") == alone
    assert find(name).render(AMONG, "R") == among


def test_the_table_above_is_complete():
    assert len(names()) == 11


@pytest.mark.parametrize("name", [name for name in names() if name != SUFFIX])
def test_a_filled_prompt_is_ready_for_the_wire(name):
    prompt = fill(AMONG, name, repo="R", max_tokens=77, temperature=0.1)
    assert prompt.hole is not None
    assert prompt.hole.raw == find(name).render(AMONG, "R")
    assert (prompt.hole.prefix, prompt.hole.suffix) == ("P", "S")
    assert (prompt.max_tokens, prompt.temperature, prompt.template) == (77, 0.1, f"fim-{name}@1")
    assert set(prompt.stop) >= {token for token in find(name).tokens if "fim" in token}


@pytest.mark.parametrize("name", [name for name in names() if name != SUFFIX])
def test_control_tokens_in_the_users_text_are_made_harmless(name):
    fim = find(name)
    hostile = "".join(fim.tokens)
    rendered = fim.render(Hole(hostile, hostile, path=hostile, extra=((hostile, hostile),)), hostile)
    clean = fim.render(Hole("P", "S", path="x", extra=(("y", "z"),)), "R")
    for token in fim.tokens:
        assert rendered.count(token) == clean.count(token), token


def test_braces_in_the_users_text_are_only_braces():
    assert "{prefix} {0} {{}}" in find("qwen2.5-coder").render(Hole("{prefix} {0} {{}}", "{suffix}"))


def test_an_endpoint_that_knows_its_tokens_gets_prefix_and_suffix():
    prompt = fill(BARE, SUFFIX)
    assert prompt.hole == BARE
    assert prompt.stop == ()
    assert fill(AMONG, SUFFIX, own_extra=True).hole == AMONG


def test_without_a_field_for_other_files_they_go_before_the_prefix():
    hole = fill(AMONG, SUFFIX).hole
    assert hole == Hole("# a.py\nA\n\n# b.py\nB\n\n# src/cur.py\nP", "S", path="src/cur.py")


def test_a_wrong_name_is_told_with_the_right_ones():
    with pytest.raises(UnknownTemplate, match=r"qwen3'; use one of qwen2\.5-coder, .*suffix"):
        find("qwen3")


@pytest.mark.parametrize(
    ("path", "sign"), [("a.py", "#"), ("a.lua", "--"), ("x\\b.RS", "//"), ("Makefile", "//"), ("a.el", ";"), ("", "//")]
)
def test_a_path_tells_the_comment_sign(path, sign):
    assert comment_sign(path) == sign
