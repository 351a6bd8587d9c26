from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_router.embedded.index.compile import Stream, compile_segment
from lsp_router.embedded.index.hashing import LENGTHS
from lsp_router.embedded.index.segment import Damaged, Segment, write_segment
from lsp_router.embedded.index.shelf import DEPTH, MAX_SAMPLES, MAX_WORDS, UNKNOWN, Shelf
from lsp_router.embedded.text.languages import find_language
from lsp_router.embedded.text.lexer import DEEPER, SAME, SHALLOWER, is_name

PYTHON = find_language("python")
assert PYTHON is not None
SOURCE = """
import os

def load(self, path, mode="r"):
    handle = open(path, mode)
    return self.parse(handle.read(), path)

def store(self, target, mode="w"):
    stream = open(target, mode)
    return self.parse(stream.read(), target)
"""


@pytest.fixture
def segment_file(tmp_path: Path) -> Path:
    return index(tmp_path, {"a.py": SOURCE, "b.py": "load(one, two)\nstore(three)\n"})


def index(folder: Path, files: dict[str, str]) -> Path:
    stream = Stream(PYTHON)
    for name, text in files.items():
        stream.read(name, text, len(text), 17)
    path = folder / "some.segment"
    write_segment(path, *compile_segment(stream))
    return path


def tokens_of(shelf: Shelf, segment: Segment) -> list[str]:
    return [shelf.token_at(at)[0] for at in range(segment.facts.tokens)]


def renamed(shelf: Shelf, tokens: list[str]) -> dict[int, list[tuple[int, int]]]:
    names = [is_name(token) and token not in PYTHON.words.fixed for token in reversed(tokens)]
    return dict(shelf.renamed(tokens[::-1], names, ()))


def test_what_is_written_is_read(segment_file: Path) -> None:
    segment = Segment(segment_file)
    shelf = Shelf(segment)
    assert segment.verify()
    assert [row.path for row in segment.facts.files] == ["a.py", "b.py"]
    assert "".join(tokens_of(shelf, segment)).count("open(path,mode)") == 1
    assert shelf.text(shelf.find("handle")) == "handle"
    assert shelf.find("never") == UNKNOWN
    assert dict(shelf.words("st")) == {"store": 2, "stream": 2}
    assert not list(segment_file.parent.glob("*.part"))


def test_of_many_words_that_begin_alike_the_frequent_ones_are_named(tmp_path: Path) -> None:
    rare = "\n".join(f"aim{number} = sort" for number in range(3 * MAX_WORDS))
    shelf = Shelf(Segment(index(tmp_path, {"a.py": f"{rare}\naimed = 1\naimed = 2\n"})))
    words = shelf.words("aim")
    assert len(words) == MAX_WORDS
    assert words[0] == ("aimed", 2)
    assert shelf.words("aim") is words


def test_finds_every_place_that_follows_the_same_tokens(segment_file: Path) -> None:
    segment = Segment(segment_file)
    shelf = Shelf(segment)
    tokens = tokens_of(shelf, segment)
    for at in range(1, len(tokens)):
        context = [shelf.find(token) for token in reversed(tokens[max(0, at - 16) : at])]
        levels = shelf.exact(context, ())
        assert [length for length, _ in levels] == list(range(1, min(at, 16) + 1))
        for length, places in levels:
            same = [n for n in range(length, len(tokens)) if tokens[n - length : n] == tokens[at - length : at]]
            assert set(places) <= set(same)
            assert len(places) == min(len(same), 16)


def test_finds_places_that_are_alike_up_to_renaming(segment_file: Path) -> None:
    segment = Segment(segment_file)
    shelf = Shelf(segment)
    tokens = tokens_of(shelf, segment)
    read = [at for at, token in enumerate(tokens) if token == "read"]
    ours = tokens[: read[1]]
    levels = renamed(shelf, ours)
    assert (read[0], 0) in levels[max(LENGTHS)]


def test_knows_how_far_back_a_name_stood_before(tmp_path: Path) -> None:
    segment = Segment(index(tmp_path, {"a.py": "def set(self, size):\n    self.size = size\n"}))
    shelf = Shelf(segment)
    ours = ["def", "set", "(", "self", ",", "colour", ")", ":", DEEPER, "self", ".", "colour", "="]
    found = renamed(shelf, ours)
    assert [(shelf.token_at(at)[0], back) for at, back in found[5]] == [("size", 2)]


def test_finds_arguments_of_the_same_call_and_parameters_of_its_definition(segment_file: Path) -> None:
    shelf = Shelf(Segment(segment_file))
    first = {shelf.token_at(at)[0] for at in shelf.in_call(shelf.find("load"), 0, ())}
    second = {shelf.token_at(at)[0] for at in shelf.in_call(shelf.find("load"), 1, ())}
    assert first == {"self", "path", "one"}
    assert second == {"mode", "two"}


def test_finds_what_follows_under_the_same_line_heads(tmp_path: Path) -> None:
    shelf = Shelf(
        Segment(index(tmp_path, {"a.py": "if a:\n    x = b\n\n    y = c\nif d:\n    x = e\n", "b.py": "z = 1\n"}))
    )

    def following(last: str, *heads: str) -> list[str]:
        return sorted(shelf.token_at(at)[0] for at in shelf.under_heads(last, heads, ()))

    assert following("=", "x", "if") == ["b", "e"]
    assert following("=", "y", "x") == ["c"]
    assert following(DEEPER, "", "if") == ["x", "x"]
    assert following("c", "y", "x") == [SHALLOWER]
    assert following(SAME, "", "") == ["if", "z"], "the first line of a file is below none"
    assert following("=", "never", "if") == following("never", "x", "if") == []


def test_hidden_files_are_no_witnesses(segment_file: Path) -> None:
    shelf = Shelf(Segment(segment_file))
    number = shelf.files["a.py"]
    context = [shelf.find(token) for token in ("open", "=")]
    assert shelf.exact(context, ())
    assert not shelf.exact(context, {number})
    assert not shelf.in_call(shelf.find("parse"), 0, {number})


def test_an_index_of_nothing_is_an_index(tmp_path: Path) -> None:
    segment = Segment(index(tmp_path, {}))
    shelf = Shelf(segment)
    assert segment.verify()
    assert shelf.exact([shelf.find("x")], ()) == []
    assert shelf.words("x") == []
    assert shelf.renamed(["x"] * 12, [True] * 12, ()) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: raw[:10],
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:-1],
        lambda raw: raw + b"more",
        lambda raw: b"SQLite format 3\0" + raw[16:],
        lambda raw: raw[:8] + b"\xff\0\0\0" + raw[12:],
        lambda raw: raw[:12] + b"\xff\xff\xff\xff" + raw[16:],
        lambda raw: raw.replace(b'"tokens":', b'"tokans":'),
        lambda raw: raw[:40] + bytes([raw[40] ^ 1]) + raw[41:],
    ],
)
def test_what_is_not_a_whole_segment_does_not_open(segment_file: Path, damage) -> None:
    segment_file.write_bytes(damage(segment_file.read_bytes()))
    with pytest.raises(Damaged):
        Segment(segment_file)


def test_a_missing_file_does_not_open(tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        Segment(tmp_path / "none.segment")


def test_verifying_notices_a_flipped_bit(segment_file: Path) -> None:
    raw = bytearray(segment_file.read_bytes())
    raw[raw.rindex(b"handle")] ^= 4
    segment_file.write_bytes(raw)
    assert not Segment(segment_file).verify()


def test_closing_lets_go_of_the_file(segment_file: Path) -> None:
    segment = Segment(segment_file)
    segment.close()
    with pytest.raises(ValueError, match="released"):
        bytes(segment.arrays["tokens"])
    segment_file.unlink()


WORDS = st.lists(st.sampled_from(["a", "b", "x1", "(", ")", ",", "if", ".", "\n", "\n    "]), max_size=60)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_any_text_is_found_again(tmp_path_factory, texts: list[list[str]], dice: random.Random) -> None:
    folder = tmp_path_factory.mktemp("index")
    segment = Segment(index(folder, {f"{n}.py": " ".join(words) for n, words in enumerate(texts)}))
    shelf = Shelf(segment)
    tokens = tokens_of(shelf, segment)
    at = dice.randrange(1, len(tokens)) if len(tokens) > 1 else 0
    if at:
        context = [shelf.find(token) for token in reversed(tokens[:at])]
        assert all(tokens[place - 1] == tokens[at - 1] for place in shelf.exact(context, ())[0][1])
        levels = shelf.exact(context, ())
        for length, places in levels:
            assert all(tokens[place - length : place] == tokens[at - length : at] for place in places)
            assert at in places or len(places) == MAX_SAMPLES
        assert [length for length, _ in levels] == list(range(1, min(at, DEPTH) + 1))
    segment.close()
