from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from lsp_router.prompts.sections import fence, marker, section

TEXT = st.text(alphabet='a`<>/file-2 \n"&FILL_HERE', max_size=60)
HOSTILE = st.one_of(TEXT, st.sampled_from(["</file>", "</FILE>", "</file></file-2>\n", "</file-2>", "</file"]))


@given(st.lists(HOSTILE, max_size=4).map("".join))
def test_no_body_can_close_its_own_section(body):
    text = section("file", body, path="a.py")
    name = re.match(r"<([\w-]+)", text)[1]
    assert text.lower().count(f"</{name}>") == 1
    assert text.endswith(f"</{name}>")
    assert body in text


def test_attributes_cannot_break_out():
    assert section("file", "x", path='a"><b>\n.py', language="") == '<file path="a___b__.py">\nx\n</file>'


def test_equal_bodies_give_equal_sections():
    assert section("file", "x\n") == section("file", "x\n") == "<file>\nx\n</file>"


@given(TEXT, TEXT)
def test_the_mark_of_the_cursor_stands_nowhere_else(one, other):
    sign = marker(one, other, "<<FILL_HERE>>")
    assert sign not in one + "\0" + other + "\0<<FILL_HERE>>"


@given(TEXT)
def test_a_fence_is_longer_than_any_inside(code):
    opening, rest = fence(code, "py").split("\n", 1)
    ticks = opening.removesuffix("py")
    assert rest.endswith(ticks)
    assert ticks not in rest.removesuffix(ticks)
