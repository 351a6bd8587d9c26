"""A secret in the text goes to nobody, and no edit loses it, copies it, or leaves a mark in its place."""

from __future__ import annotations

import re

import pytest

from lsp_router.assist.edit.ask import Kind
from lsp_router.context.document import Document
from tests.support.scripted import Script
from tests.support.studio import after, block, fenced
from tests.support.world import saying

KEY = "sk-ant-api03-Zk9vQ2pYb1XcR7tWmN4uLs8JdHf5GaEe"
OTHER = "ghp_a8Fk2LmQ9xZr4TvB7nYc1WdE6uHs3JpXo0Gi"
TEXT = (
    f'API_KEY = "{KEY}"\n\n\ndef call(url):\n    return get(url, headers={{"x": "{KEY}"}})\n\n\n'
    "def get(url, headers):\n    return url\n"
)
PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "MIIEpAIBAAKCAQEA7zX9w2Vq4Jk1TtYbB0cRrN5sQpLmUuHh\n" * 3
    + "-----END RSA PRIVATE KEY-----"
)
HELD = f'CERT = """{PEM}"""\n\n\ndef load():\n    return CERT\n'


def echoing(change: tuple[str, str], pick: str = "def call") -> Script:
    """A model that gives back the function it was shown, as it was shown, with one change."""

    def script(call):
        said = "\n".join(message.text for message in call.prompt.messages)
        shown = re.search(r"<selection[^>]*>\n(.*?)</selection>", said, re.DOTALL)
        assert shown, said
        return saying(fenced(shown[1].replace(*change)))(call)

    return script


def leaked(made) -> bool:
    return any(secret in prompt for prompt in made.prompts() for secret in (KEY, OTHER, "MIIEpAIBAAKCAQEA"))


async def test_what_was_taken_out_comes_back_in_its_place(studio) -> None:
    made = studio(echoing(("get(url,", "get(url.strip(),")))
    edited = await made.edit(TEXT, Kind.REFACTOR, at="def call(url):\n    return")
    assert after(edited) == TEXT.replace("return get(url,", "return get(url.strip(),")
    assert not leaked(made)


async def test_a_key_of_several_lines_comes_back_whole(studio) -> None:
    made = studio(echoing(("return CERT", "return CERT.strip()")))
    edited = await made.edit(HELD, Kind.REFACTOR)
    assert after(edited) == HELD.replace("return CERT", "return CERT.strip()")
    assert not leaked(made)


async def test_a_repair_hides_it_as_well(studio) -> None:
    broken = f"def call(url):\n    return get(url, headers={{'x': '{KEY}'}}\n"
    made = studio(fenced(broken), fenced(broken))
    await made.edit(TEXT, Kind.REFACTOR, at="def call(url):\n    return")
    assert len(made.transport.calls) == 3
    assert not leaked(made)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ('def call(url):\n    return get(url, headers={"x": "<your key here>"})\n', "is gone"),
        ('def call(url):\n    return get(url, headers={"x": API_KEY})\n', "is gone"),
        ('def call(url):\n    return get(url, headers={"x": "<redacted:some-token-9>"})\n', "not known here"),
        ('def call(url):\n    return get(url, headers={"x": "{mark}", "y": "{mark}"})\n', "copied"),
    ],
)
async def test_an_edit_that_would_lose_or_spread_it_is_refused(studio, answer, says) -> None:
    def script(call):
        said = "\n".join(message.text for message in call.prompt.messages)
        mark = re.search(r"<redacted:[\w-]+-1>", said)
        assert mark
        return saying(fenced(answer.replace("{mark}", mark[0])))(call)

    made = studio(script)
    edited = await made.edit(TEXT, Kind.REFACTOR, at="def call(url):\n    return")
    assert edited.changes == ()
    assert any(says in problem.message for problem in edited.problems), edited.problems
    assert not any(KEY in problem.message for problem in edited.problems)


async def test_taking_it_out_of_the_code_can_be_asked_for(studio) -> None:
    answer = 'def call(url):\n    return get(url, headers={"x": API_KEY})\n'
    wish = "do not hardcode the secret twice"
    edited = await studio(fenced(answer)).edit(TEXT, at="def call(url):\n    return", instruction=wish)
    assert after(edited) == TEXT.replace(f'"x": "{KEY}"', '"x": API_KEY')


async def test_a_secret_of_another_file_is_not_carried_over(studio) -> None:
    tab = Document("b.py", f'TOKEN = "{OTHER}"\n', "python")

    def script(call):
        said = "\n".join(message.text for message in call.prompt.messages)
        mark = re.search(r'TOKEN = "(<redacted:[^>]+>)"', said)
        assert mark, said
        return saying(block("a.py", "    return url\n", f'    return url + "{mark[1]}"\n'))(call)

    made = studio(script)
    edited = await made.edit(TEXT, instruction="use the token of b.py", tabs=(tab,))
    assert edited.changes == ()
    assert not leaked(made)


async def test_search_blocks_find_lines_that_hold_one(studio) -> None:
    def script(call):
        said = "\n".join(message.text for message in call.prompt.messages)
        line = re.search(r"^API_KEY = .*$", said, re.MULTILINE)
        assert line
        return saying(block("a.py", line[0] + "\n", "MODE = 1\n" + line[0] + "\n"))(call)

    edited = await studio(script).edit(TEXT, instruction="add a mode, as in all files")
    assert after(edited) == "MODE = 1\n" + TEXT


async def test_a_model_on_this_machine_sees_the_text_as_it_is(studio) -> None:
    changed = TEXT.replace("return url", "return url + 'a'")
    made = studio(fenced(changed), wishes={"privacy": "local"})
    assert after(await made.edit(TEXT)) == changed.replace("'", '"')
    assert leaked(made)
