from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.store.notation import LONGEST_REMARK, display_name, dollars, fingerprint, local_day, nano, remark


@given(st.lists(st.integers(0, 10**12), max_size=50))
def test_money_adds_up_without_dust(amounts: list[int]) -> None:
    assert sum(nano(dollars(amount)) for amount in amounts) == sum(amounts)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("rate limited", "rate limited"),
        ("no provider is called 'qwen/qwen3-coder-30b-a3b-instruct'", None),
        ("two\n lines\tand more", "two lines and more"),
        ("Incorrect API key provided: sk-proj-abcdefgh1234", "Incorrect API key provided: ***"),
        ("key gsk_abcDEF1234567890 is bad", "key *** is bad"),
        ("AIzaSyA1234567890abcdefghij", "***"),
        ("header Authorization: Bearer abc.def", "header Authorization: ***"),
        ("token 0123456789abcdef0123456789abcdef", "token ***"),
        ("xYz9aBcD1eFgH2iJkL3mNo", "***"),
        ("invalid content 'def secret(): return open(path).read() + other' here", "invalid content … here"),
        ("it said \"unfinished quote of somebody's source text that goes on and on", "it said …"),
        ("half a pair \ud800", "half a pair ?"),
    ],
)
def test_a_remark_keeps_our_words_and_drops_foreign_ones(said: str, kept: str | None) -> None:
    assert remark(said) == (said if kept is None else kept)


def test_a_remark_is_short() -> None:
    assert len(remark("many words " * 100)) == LONGEST_REMARK


@pytest.mark.parametrize(
    ("place", "name"),
    [("/home/me/shop", "shop"), ("/home/me/shop/", "shop"), ("C:\\work\\shop", "shop"), ("file:///a/b", "b"), ("", "")],
)
def test_a_project_is_shown_by_its_last_folder(place: str, name: str) -> None:
    assert display_name(place) == name


def test_a_fingerprint_tells_apart_but_does_not_tell() -> None:
    assert fingerprint("/home/me/shop") != fingerprint("/home/me/shop2")
    assert "shop" not in fingerprint("/home/me/shop")
    assert fingerprint("") == ""


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system sets its time zone elsewhere")
def test_a_day_ends_at_the_users_midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    noon_in_greenwich = 1_763_726_400.0
    days = {}
    for zone in ("UTC0", "AAA-14", "BBB13"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        days[zone] = local_day(noon_in_greenwich)
    monkeypatch.undo()
    time.tzset()
    assert days == {"UTC0": "2025-11-21", "AAA-14": "2025-11-22", "BBB13": "2025-11-20"}
