"""Nothing a prompt can carry may carry a secret to another machine."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_router.context.clearing import CURSOR_MARK, clear, scrub
from lsp_router.context.privacy import Withheld
from lsp_router.domain.task import Privacy
from lsp_router.domain.wire import Hole, Message, Prompt
from lsp_router.prompts.sections import marker

CANARY = "Zx9Qw3Er7Ty1Ui5Op2As8Df4Gh6Jk0Lb"
TOKEN = "ghp" + "_" + CANARY
PLANTED = f'token = "{TOKEN}"\n'
CLOUDS = [Privacy.NO_TRAIN, Privacy.CLOUD, Privacy.TRAINS]


def everywhere(prompt: Prompt) -> str:
    hole = prompt.hole
    holes = [] if hole is None else [hole.prefix, hole.suffix, hole.path, hole.raw or "", *sum(hole.extra, ())]
    return "\0".join([*(message.text for message in prompt.messages), *prompt.stop, *holes])


PROMPTS = {
    "system": Prompt(messages=(Message("system", PLANTED), Message("user", "hello"))),
    "user": Prompt(messages=(Message("system", "s"), Message("user", "a\n" + PLANTED + "b"))),
    "assistant": Prompt(messages=(Message("user", "u"), Message("assistant", PLANTED))),
    "prefix": Prompt(hole=Hole(PLANTED + "x = ", "\n")),
    "suffix": Prompt(hole=Hole("x = ", "\n" + PLANTED)),
    "path": Prompt(hole=Hole("x = ", "\n", path=f"{TOKEN}/a.py")),
    "other file": Prompt(hole=Hole("x = ", "\n", extra=(("a.py", "y = 1\n"), ("b.py", PLANTED)))),
    "other path": Prompt(hole=Hole("x = ", "\n", extra=((f"{TOKEN}.py", "y"),))),
    "raw": Prompt(hole=Hole(PLANTED, "\n", raw=f"<|fim_prefix|>{PLANTED}<|fim_suffix|>\n<|fim_middle|>")),
    "raw alone": Prompt(hole=Hole("x", "\n", raw=f"<|fim_prefix|>{PLANTED}<|fim_suffix|>\n<|fim_middle|>")),
    "stop": Prompt(hole=Hole("x = ", "\n"), stop=(TOKEN, "\n\n")),
}


@pytest.mark.parametrize("place", PROMPTS)
@pytest.mark.parametrize("level", CLOUDS)
def test_a_canary_reaches_no_cloud_in_any_field(place, level):
    cleared = clear(PROMPTS[place], level)
    assert CANARY not in everywhere(cleared.prompt)
    assert {one.rule for one in cleared.withheld} == {"github-token"}


@pytest.mark.parametrize("place", PROMPTS)
def test_a_local_model_sees_everything(place):
    cleared = clear(PROMPTS[place], Privacy.LOCAL)
    assert cleared.prompt is PROMPTS[place]
    assert cleared.withheld == ()


def test_a_prompt_without_secrets_is_the_same_object():
    prompt = Prompt(messages=(Message("user", "def f(): pass", cache=True),), stop=("\n",), template="x@1")
    assert clear(prompt, Privacy.TRAINS).prompt is prompt


def test_everything_else_of_a_prompt_stays():
    prompt = Prompt(messages=(Message("user", PLANTED, cache=True),), stop=("a",), max_tokens=7, template="x@1")
    cleared = clear(prompt, Privacy.CLOUD).prompt
    assert (cleared.messages[0].cache, cleared.stop, cleared.max_tokens, cleared.template) == (True, ("a",), 7, "x@1")


def test_a_value_known_as_secret_is_hidden_where_nothing_gives_it_away():
    prompt = Prompt(messages=(Message("user", 'password = "hunter2-canary"'), Message("user", "login(hunter2-canary)")))
    assert "hunter2-canary" not in everywhere(clear(prompt, Privacy.CLOUD).prompt)


@pytest.mark.parametrize(
    ("prefix", "suffix", "touches"),
    [
        (f'token = "{TOKEN}"\nx = ', "\n", False),
        (f'token = "{TOKEN[:20]}', f'{TOKEN[20:]}"\n', True),  # in the middle of it
        (f'token = "{TOKEN}', '"\n', True),  # at its end
        ('token = "', f'{TOKEN}"\n', True),  # at its beginning
        ('password = "hunt', 'er2canary"\n', True),
        ("x = ", f"\n{PLANTED}", False),
    ],
)
def test_who_asks_learns_that_a_secret_touches_the_cursor(prefix, suffix, touches):
    raw = f"<PRE> {prefix} <SUF>{suffix} <MID>"
    cleared = clear(Prompt(hole=Hole(prefix, suffix, raw=raw)), Privacy.CLOUD)
    assert cleared.at_cursor is touches
    for piece in (TOKEN[:20], TOKEN[20:], "er2canary"):
        assert piece not in everywhere(cleared.prompt)


@pytest.mark.parametrize("cut", range(2, len(TOKEN), 5))
@pytest.mark.parametrize("mark", ["<<FILL_HERE>>", "<<FILL_HERE_2>>"])
def test_a_secret_around_the_mark_of_a_chat_prompt_is_seen(cut, mark):
    text = f'<file path="a.py">\ntoken = "{TOKEN[:cut]}{mark}{TOKEN[cut:]}"\n</file>'
    cleared = clear(Prompt(messages=(Message("user", text),)), Privacy.CLOUD)
    assert mark in cleared.prompt.messages[0].text
    assert all(piece not in everywhere(cleared.prompt) for piece in (TOKEN[:cut][4:] or TOKEN, TOKEN[cut:]))
    assert cleared.withheld == (Withheld("github-token", "user message"),)


def test_the_mark_is_the_one_that_prompts_use():
    assert CURSOR_MARK.fullmatch(marker(""))
    assert CURSOR_MARK.fullmatch(marker("<<FILL_HERE>>"))


def test_a_raw_prompt_that_cannot_be_traced_is_dropped():
    prefix, suffix = f'token = "{TOKEN[:20]}', f'{TOKEN[20:]}"\n'
    raw = f"<PRE> rendered otherwise {TOKEN[:20]} <SUF>{TOKEN[20:]} <MID>"
    hole = clear(Prompt(hole=Hole(prefix, suffix, raw=raw)), Privacy.CLOUD).prompt.hole
    assert hole is not None
    assert hole.raw is None


def test_what_was_withheld_says_where_and_how_often_and_never_what():
    prompt = Prompt(hole=Hole(PLANTED * 2, "\n", path="src/a.py", extra=(("b.py", 'password = "hunter2"'),)))
    withheld = clear(prompt, Privacy.CLOUD).withheld
    assert set(withheld) == {Withheld("github-token", "src/a.py", 2), Withheld("password", "b.py", 1)}
    assert CANARY not in repr(withheld)


def test_one_text_can_be_scrubbed_alone():
    assert scrub(PLANTED, "log") == (
        'token = "<redacted:github-token>"\n',
        (Withheld("github-token", "log", 1),),
    )


LINES = st.lists(st.text(alphabet="abc xyz_=(){}:\n\t\"'é😀", max_size=40), max_size=12)


@settings(max_examples=150, deadline=None)
@given(before=LINES, after=LINES, cut=st.integers(0, len(PLANTED)))
def test_wherever_the_cursor_stands_the_canary_stays(before, after, cut):
    whole = "\n".join([*before, "", PLANTED, *after])
    at = whole.index(PLANTED) + cut
    cleared = clear(Prompt(hole=Hole(whole[:at], whole[at:])), Privacy.CLOUD).prompt
    for size in (10, len(CANARY)):
        assert CANARY[-size:] not in everywhere(cleared)
    assert CANARY[:12] not in everywhere(cleared)
    if cleared.hole:
        assert (cleared.hole.prefix + cleared.hole.suffix).count("\n") == whole.count("\n")
