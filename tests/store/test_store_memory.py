from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lsp_router.store.memory import Memory


def test_the_least_recently_used_goes_first() -> None:
    memory = Memory(entries=2, chars=100)
    memory.put("a", "1")
    memory.put("b", "2")
    assert memory.get("a") == "1"
    memory.put("c", "3")
    assert [memory.get(key) for key in "abc"] == ["1", None, "3"]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 60), st.booleans()), max_size=60))
def test_it_never_holds_more_than_it_may(steps) -> None:
    memory = Memory(entries=4, chars=100)
    newest: dict[str, str] = {}
    for key, length, drop in steps:
        if drop:
            memory.drop(key)
            newest.pop(key, None)
        else:
            newest[key] = key * length
            memory.put(key, newest[key])
            assert memory.get(key) == newest[key]
        held = {name: memory.get(name) for name in "abcdef"}
        assert all(text in (None, newest.get(name)) for name, text in held.items())
        assert len(memory) <= 4
        assert sum(len(text) for text in held.values() if text) == memory._held <= 100


def test_what_is_too_long_is_not_kept_and_does_not_push_others_out() -> None:
    memory = Memory(entries=2, chars=10)
    memory.put("a", "short")
    memory.put("a", "x" * 11)
    memory.put("b", "y")
    assert (memory.get("a"), memory.get("b")) == (None, "y")
    memory.clear()
    assert (len(memory), memory._held) == (0, 0)
