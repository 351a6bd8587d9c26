"""Bytes → events, wherever they are cut."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.providers.decoder import LONGEST_EVENT, Decoder, Event, Mark

A, B = {"a": 1}, {"b": "\u2028é🚀\x85"}
JSON_A, JSON_B = b'{"a": 1}', '{"b": "\u2028é🚀\x85"}'.encode()


def decode(*pieces: bytes) -> list[Event]:
    decoder = Decoder()
    events = [event for piece in pieces for event in decoder.feed(piece)]
    return events + decoder.end()


@pytest.mark.parametrize(
    ("data", "events"),
    [
        pytest.param(b"data: {A}\n\ndata: {B}\n\n", [A, B], id="as the book says"),
        pytest.param(b"data:{A}\n\ndata:   {B}\n\n", [A, B], id="any blanks after the colon"),
        pytest.param(b"data: {A}\r\n\r\ndata: {B}\r\n\r\n", [A, B], id="CRLF"),
        pytest.param(b"data: {A}\r\rdata: {B}\r\r", [A, B], id="CR"),
        pytest.param(b"data: {A}\ndata: {B}\n", [A, B], id="no blank line between"),
        pytest.param(b"data: {A}\n\ndata: {B}", [A, B], id="no newline at the end"),
        pytest.param(b"\xef\xbb\xbfdata: {A}\n\n", [A], id="byte order mark"),
        pytest.param(b"\n\n: hi\n:hi\n\ndata: {A}\n\n", [A], id="comments"),
        pytest.param(b"id: 1\nevent: message\nretry: 3\ndata: {A}\n\n", [A], id="other fields"),
        pytest.param(b'data: {"a":\ndata:  1}\n\n', [A], id="one event over two lines"),
        pytest.param(b"data: {\ndata: \ndata: {B_INNER}\ndata: }\n\n", [B], id="pretty event"),
        pytest.param(b"data: {A}{B}\n\n", [A, B], id="two objects in one event"),
        pytest.param(b"data: {A} {B} [DONE]\n\n", [A, B, Mark.DONE], id="the end in the same event"),
        pytest.param(b"data: [{A}, 5]\n\n", [A], id="a list of objects"),
        pytest.param(b"data: data: {A}\n\n", [A], id="wrapped twice"),
        pytest.param(b"  data: {A}\n\n", [A], id="indented"),
        pytest.param(b'data: [DONE]\n\ndata:[DONE]\n\ndata: "[DONE]"', [Mark.DONE] * 3, id="the end, thrice"),
        pytest.param(b"data: \n\ndata:\n\ndata: ping\n\ndata: null\n\n", [], id="heartbeats as data"),
        pytest.param(b'data: {"a": \n\ndata: {B}\n\n', [Mark.BROKEN, B], id="half an event"),
        pytest.param(b'data: {"a": ', [Mark.BROKEN], id="half an event at the end"),
        pytest.param(b"event: error\ndata: {A}\n\n", [{"error": A}], id="an error by its event's name"),
        pytest.param(b'event: error\ndata: {"error": {A}}\n\n', [{"error": A}], id="an error by both"),
        pytest.param(b"event: error\ndata: {A}\n\ndata: {B}\n\n", [{"error": A}, B], id="the name holds for one event"),
        pytest.param(b"error: {A}\n\n", [{"error": A}], id="an error as a field"),
        pytest.param(b"error: oops\n\n", [{"error": {"message": "oops"}}], id="an error as words in a field"),
        pytest.param(b"{A}\n{B}\n", [A, B], id="NDJSON"),
        pytest.param(b"{A}\r\n\r\n{B}", [A, B], id="NDJSON with CRLF, blank lines and no end"),
        pytest.param(b"{A}{B}\n", [A, B], id="NDJSON without the N"),
        pytest.param(b'{\n "a": 1\n}', [A], id="a pretty body"),
        pytest.param(b'[{\n "a": 1\n}\n,\n{B}\n]', [A, B], id="a pretty list"),
        pytest.param(b'{"a": ', [Mark.BROKEN], id="half a body"),
        pytest.param(b"<html>\n<body>", [Mark.PAGE, Mark.PAGE], id="a web page"),
        pytest.param(b'data: {"a": "\xff"}\n\n', [{"a": "\ufffd"}], id="not UTF-8"),
        pytest.param(b'data: {"a": "x\ty"}\n\n', [{"a": "x\ty"}], id="a raw tab in a string"),
        pytest.param(b'data: {"a": ' + b"[" * 5000 + b"\n\n", [Mark.BROKEN], id="nested to death"),
        pytest.param(b"", [], id="nothing"),
    ],
)
def test_what_bytes_mean(data: bytes, events: list[Event]) -> None:
    for name, value in ((b"{B_INNER}", JSON_B[1:-1]), (b"{A}", JSON_A), (b"{B}", JSON_B)):
        data = data.replace(name, value)
    assert decode(data) == events
    assert decode(*(bytes([byte]) for byte in data)) == events


VALUES = st.dictionaries(st.text(max_size=5), st.text(max_size=20) | st.integers() | st.none(), min_size=1, max_size=3)
NEWLINES = st.sampled_from([b"\n", b"\r\n", b"\r"])


@st.composite
def streams(draw) -> tuple[bytes, list[Event]]:
    """A stream of any mixed manners, and what it holds."""
    newline, ndjson = draw(NEWLINES), draw(st.booleans())
    values = draw(st.lists(VALUES, max_size=5))
    data = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    for value in values:
        text = json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
        noise = draw(st.sampled_from([b"", b": ping" + newline, newline]))
        prefix = b"" if ndjson else draw(st.sampled_from([b"data:", b"data: ", b"id: 7" + newline + b"data: "]))
        data += noise + prefix + text + newline + (b"" if ndjson else newline)
    return data, [json.loads(json.dumps(v).encode().decode()) for v in values]


@given(streams(), st.lists(st.integers(0, 400), max_size=12))
def test_cuts_make_no_difference(stream: tuple[bytes, list[Event]], cuts: list[int]) -> None:
    data, values = stream
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[start:end] for start, end in pairwise(edges)]
    assert decode(*pieces) == decode(data)
    assert len(decode(data)) == len(values)


@given(
    st.lists(
        st.binary(max_size=30)
        | st.sampled_from([b"data: {", b"[DONE]", b"}\n\n", b"{", b"\r", b"<", b"event: error\n"])
    )
)
def test_nothing_makes_it_raise(pieces: list[bytes]) -> None:
    assert decode(*pieces) == decode(b"".join(pieces))


def test_an_event_is_there_with_its_last_byte() -> None:
    decoder = Decoder()
    assert decoder.feed(b"data: " + JSON_A) == []
    assert decoder.pending
    assert decoder.feed(b"\r") == [A]
    assert decoder.feed(b"\n\r\n: comm") == []
    assert not decoder.pending


def test_events_that_come_in_parts_stay_pending_until_one_comes_whole() -> None:
    decoder = Decoder()
    for piece in (b"data: ", JSON_A, b"\n", b"\n"):
        decoder.feed(piece)
        assert decoder.pending
    decoder.feed(b": ping\n\n")
    assert not decoder.pending


def test_a_line_without_an_end_is_not_kept_for_ever() -> None:
    decoder = Decoder()
    events = [e for _ in range(LONGEST_EVENT // 2**20 + 1) for e in decoder.feed(b"x" * 2**20)]
    assert events == [Mark.BROKEN]


@pytest.mark.parametrize("opening", [b'data: {"a":\n', b"{\n"])
def test_an_event_without_an_end_is_not_kept_for_ever(opening: bytes) -> None:
    decoder = Decoder()
    events = decoder.feed(opening)
    line = b"data: " + b"x" * 2**16 + b"\n"
    for _ in range(LONGEST_EVENT // 2**16 + 1):
        events += decoder.feed(line)
    assert events == [Mark.BROKEN]


def test_many_small_pieces_of_a_long_line_take_linear_time() -> None:
    decoder = Decoder()
    text = json.dumps({"a": "x" * 400_000}).encode()
    for start in range(0, len(text), 16):
        decoder.feed(text[start : start + 16])
    assert len(decoder.end()) == 1
