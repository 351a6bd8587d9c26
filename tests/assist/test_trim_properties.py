"""What holds of every text at every place, however odd."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_router.assist.trim.languages import language
from lsp_router.assist.trim.pipeline import trim
from lsp_router.assist.trim.place import Place, Trimmed
from lsp_router.assist.trim.rank import rank
from lsp_router.assist.trim.stream import StreamTrim

PIECES = st.sampled_from(
    [
        "x",
        "return",
        "if",
        "else",
        "def f():",
        "class A:",
        "function f() {",
        "foo(",
        "bar)",
        "}",
        "{",
        "]",
        "[",
        ");",
        ",",
        ":",
        ";",
        "\n",
        "\n",
        "\n    ",
        "\n\t",
        "\r\n",
        "  ",
        "'",
        '"',
        "`",
        '"""',
        "//",
        "#",
        "/*",
        "*/",
        "```",
        "```py\n",
        "\n```\n",
        "~~~",
        "<think>",
        "</think>",
        "<|endoftext|>",
        "<MID>",
        "Here is the code:",
        "Sure!",
        "</div>",
        "<div>",
        "=> ",
        "\\",
        "é",
        "😀",
        "\u2028",
        "\x00",
        "end",
        "# Path: a.py",
        "\ufeff",
    ]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=80)
LANGUAGES = st.sampled_from(
    ["python", "javascript", "go", "rust", "html", "markdown", "ruby", "yaml", "c", "clojure", "", "klingon"]
)
PLACES = st.builds(Place, TEXTS, TEXTS, LANGUAGES, st.sampled_from(["single", "multi", "auto"]))
FINISHES = st.sampled_from(["stop", "length", "unknown"])


@given(TEXTS, PLACES, FINISHES)
@settings(max_examples=400, deadline=None)
def test_anything_gives_nothing_or_something_that_fits(raw: str, at: Place, finish: str) -> None:
    done = trim(raw, at, finish)
    if done is None:
        return
    assert done.insert.strip()
    rest = at.suffix.partition("\n")[0]
    assert 0 <= done.replace <= len(rest)
    if "\r" not in at.prefix + at.suffix:
        assert "\r" not in done.insert
    if at.mode == "single":
        assert "\n" not in done.insert.lstrip("\r\n")


@given(TEXTS, PLACES, st.integers(1, 9))
@settings(max_examples=300, deadline=None)
def test_a_stream_never_fails_and_never_forgets(raw: str, at: Place, size: int) -> None:
    stream = StreamTrim(at)
    for start in range(0, len(raw), size):
        shown = stream.shown
        assert shown is None or shown.insert.strip()
        if stream.feed(raw[start : start + size]):
            break
    else:
        assert stream.raw == raw
        assert stream.result() == trim(raw, at)
    assert raw.startswith(stream.raw)


@given(st.lists(st.builds(Trimmed, TEXTS, st.just(0), st.booleans()), max_size=4), PLACES)
@settings(max_examples=100, deadline=None)
def test_ranking_loses_no_text(candidates: list[Trimmed], at: Place) -> None:
    ranked = rank(candidates, at)
    assert {one.insert.rstrip() for one in ranked} == {one.insert.rstrip() for one in candidates}
    assert len({one.insert.rstrip() for one in ranked}) == len(ranked)


@given(LANGUAGES)
def test_every_language_id_has_a_syntax(name: str) -> None:
    assert language(name).blocks is language(name.upper()).blocks


def test_the_size_of_the_document_does_not_matter() -> None:
    """Only windows of the document are looked at; a generous bound, because machines differ."""
    line = "    value = compute(first, second)[0] + {'key': 'value'}['key']\n"
    small, large = (Place("def f():\n" + line * n + "    ", "\n" + line * n, "python") for n in (20, 40_000))
    trim("return value", large)
    spent = []
    for at in (small, large):
        start = time.perf_counter()
        for _ in range(20):
            trim("return value\n\n\ndef g():\n    pass", at)
        spent.append(time.perf_counter() - start)
    assert spent[1] < 40 * spent[0] + 0.2
