"""Explanations as an editor gets them: the real server over stdio and a scripted model."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from lsp_router.prompts.estimate import estimate_tokens
from tests.support.backend import Reply
from tests.support.lsp import Editor
from tests.support.reviewer import said, saying
from tests.support.workshop import Workshop, model, until

WINDOW = {"showDocument": {"support": True}, "workDoneProgress": True}
ANSWER = (
    "`price` adds the tax with `rate_of()`.\n\n```python\nx = `price`\n```\n"
    "![p](https://evil.example/?q=1) <img src=x>\n"
)
SHOP = """'A shop.'
import math


def rate_of(land):
    return 0.19


def price(net):
    return net * rate_of("de")
"""
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
EYES = model("eyes").replace('["fim", "chat"]', '["chat", "vision"]').replace('fim = "suffix"', "")
BLIND = model("blind").replace('["fim", "chat"]', '["chat"]').replace('fim = "suffix"', "")


def huge() -> str:
    """3,000 lines: somewhere in it one function that calls another one far away."""
    filler = "def filler_{n}(value):\n" + "    value = value * {n} + len(str(value))\n" * 6 + "    return value\n\n\n"
    parts = [filler.format(n=n) for n in range(300)]
    parts.insert(20, "def far_away(value):\n    return value ** 7\n\n\n")
    asked = "    def asked_about(self, value):\n        return far_away(value) + self.base\n"
    parts.insert(220, "class Holder:\n    base = 3\n\n" + asked + "\n\n")
    return "import os\nfrom pathlib import Path\n\n\n" + "".join(parts)


def editor(workshop: Workshop, **more: Any) -> Editor:
    shown = {"window": WINDOW, "general": {"positionEncodings": ["utf-16"]}}
    return workshop.editor(capabilities=shown | more, answer=lambda method, _: SHOWN.get(method, {}))


SHOWN = {"window/showDocument": {"success": True}}


async def explain(made: Editor, uri: str, **more: Any) -> dict[str, Any]:
    return await made.command("lspRouter.explain", {"uri": uri, **more})


def cursor(text: str, at: str) -> dict[str, Any]:
    head = text[: text.index(at)]
    spot = {"line": head.count("\n"), "character": len(head) - head.rfind("\n") - 1}
    return {"start": spot, "end": spot}


def opened(made: Editor) -> list[Path]:
    return [Path(unquote(urlsplit(p["uri"]).path)) for p in made.said("window/showDocument")]


async def test_it_is_shown_as_a_document_that_goes_away(workshop: Workshop) -> None:
    workshop.backend.script = saying(ANSWER)
    async with editor(workshop) as made:
        page = made.open("shop.py", SHOP)
        told = await explain(made, page.uri)
        (path,) = opened(made)
        text = path.read_text("utf-8")
    assert told["text"] == ANSWER
    assert told["decision"]["task"] == "explain"
    assert f"[`price`]({page.uri}#L9)" in text
    assert f"[`rate_of()`]({page.uri}#L5)" in text
    assert "x = `price`" in text, "code is left as it is"
    assert "![" not in text, "nothing is loaded from anywhere"
    assert "<img" not in text
    assert not path.exists(), "it is cleaned up with the session"


async def test_without_documents_it_is_a_message(workshop: Workshop) -> None:
    workshop.backend.script = saying("It adds.\n" + "long " * 1_000)
    async with editor(workshop, window={}) as made:
        told = await explain(made, made.open("shop.py", SHOP).uri)
        (message,) = made.said("window/showMessage")
    assert message["message"].startswith("It adds.")
    assert len(message["message"]) < 2_100
    assert len(told["text"]) > 4_000


async def test_the_first_text_comes_before_the_end(workshop: Workshop) -> None:
    workshop.backend.script = saying("First words. " + "more " * 60, token_delay=0.02)
    async with editor(workshop) as made:
        page = made.open("shop.py", SHOP)
        argument = {"uri": page.uri, "partialResultToken": "t"}
        asked = made.start("workspace/executeCommand", {"command": "lspRouter.explain", "arguments": [argument]})

        def streamed() -> str:
            values = [p["value"] for p in made.said("$/progress") if p["token"] == "t"]
            return "".join(value.get("text", "") for value in values)

        await until(lambda: streamed().startswith("First"))
        assert not made.answered(asked)
        told = await made.result(asked)
        assert streamed().strip() == told["text"].strip()


async def test_cancelling_stops_the_answer_and_its_spend(workshop: Workshop) -> None:
    workshop.backend.script = saying("word " * 4_000, token_delay=0.02)
    async with editor(workshop) as made:
        page = made.open("shop.py", SHOP)
        asked = made.start(
            "workspace/executeCommand", {"command": "lspRouter.explain", "arguments": [{"uri": page.uri}]}
        )
        await until(lambda: workshop.backend.log and workshop.backend.log[0].sent_tokens > 0)
        made.cancel(asked)
        with pytest.raises(AssertionError, match="cancelled"):
            await made.result(asked)
        await until(lambda: workshop.backend.log[0].aborted)
        assert not opened(made)


@pytest.mark.parametrize("window", [32_768, 8_192, 4_096])
async def test_of_a_long_file_goes_along_what_matters(workshop: Workshop, window: int) -> None:
    text = huge()
    assert text.count("\n") > 2_900
    workshop.configure(model() + f"context_window = {window}\n")
    workshop.backend.script = saying("It is far away.")
    async with editor(workshop) as made:
        page = made.open("huge.py", text)
        told = await explain(made, page.uri, range=cursor(text, "far_away(value) +"))
    assert told["text"].strip() == "It is far away."
    prompt = said(workshop.backend.log[0])
    assert estimate_tokens(prompt) + 1_200 <= window
    for needed in ("from pathlib import Path", "class Holder:", "return far_away(value)", "return value ** 7"):
        assert needed in prompt, needed
    assert "lines left out)" in prompt


async def test_of_a_long_file_alone_everything_is_named(workshop: Workshop) -> None:
    workshop.backend.script = saying("Much of the same.")
    async with editor(workshop) as made:
        await explain(made, made.open("huge.py", huge()).uri)
    prompt = said(workshop.backend.log[0])
    assert estimate_tokens(prompt) < 14_000
    assert {n for n in range(300) if f"def filler_{n}(" in prompt} == set(range(300))


async def test_a_question_goes_on_with_what_was_said(workshop: Workshop) -> None:
    answers = iter(["It adds the tax.", "Because of the law.", "Nineteen per cent."])
    workshop.backend.script = lambda _: Reply(next(answers))
    async with editor(workshop) as made:
        page = made.open("shop.py", SHOP)
        await explain(made, page.uri)
        await explain(made, page.uri, question="Why?")
        other = made.open("other.py", "x = 1\n")
        await explain(made, other.uri, question="How much?")
    turns = [[(m["role"], m["content"]) for m in seen.body["messages"]] for seen in workshop.backend.log]
    assert [role for role, _ in turns[1]][-2:] == ["assistant", "user"]
    assert turns[1][-2][1].strip() == "It adds the tax."
    assert "Why?" in turns[1][-1][1]
    assert "adds the tax" not in said(workshop.backend.log[2]), "what was said stays with its document"


async def test_a_reasoning_model_is_asked_unless_another_is_named(workshop: Workshop) -> None:
    thinker = BLIND.replace("blind", "thinker").replace('["chat"]', '["chat", "reasoning"]')
    workshop.configure(BLIND + thinker)
    async with editor(workshop) as made:
        page = made.open("shop.py", SHOP)
        assert (await explain(made, page.uri))["decision"]["model"] == "thinker"
        assert (await explain(made, page.uri, model="blind"))["decision"]["model"] == "blind"


async def test_nobody_answers_in_words(workshop: Workshop) -> None:
    workshop.backend.script = lambda _: Reply(status=400)
    async with editor(workshop) as made:
        with pytest.raises(AssertionError, match=r"No model could serve.*costly"):
            await explain(made, made.open("shop.py", SHOP).uri)


# --- pictures ---

LOOKS = [
    ("a.png", PNG, "image/png"),
    ("a.png", b"\xff\xd8\xff\xe0" + b"\0" * 64, "image/jpeg"),
    ("a.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
    ("a.gif", b"GIF89a" + b"\0" * 64, "image/gif"),
]


@pytest.mark.parametrize(("name", "data", "kind"), LOOKS)
async def test_a_picture_goes_to_who_can_see(workshop: Workshop, name: str, data: bytes, kind: str) -> None:
    workshop.configure(BLIND + EYES)
    (workshop.folder / name).write_bytes(data)
    async with editor(workshop) as made:
        told = await explain(made, (workshop.folder / name).as_uri(), question="What is it?")
    assert (told["decision"]["model"], told["decision"]["task"]) == ("eyes", "multimodal")
    (picture,) = [p for m in workshop.backend.log[0].body["messages"] if isinstance(m["content"], list)
                  for p in m["content"] if p["type"] == "image_url"]  # fmt: skip
    assert picture["image_url"]["url"].startswith(f"data:{kind};base64,")
    assert "What is it?" in said(workshop.backend.log[0])


@pytest.mark.parametrize("models", [BLIND + EYES, BLIND])
async def test_a_drawing_is_read_as_the_text_it_is(workshop: Workshop, models: str) -> None:
    workshop.configure(models)
    path = workshop.write("plan.svg", '<?xml version="1.0"?>\n<svg><text>Router</text></svg>')
    async with editor(workshop) as made:
        told = await explain(made, path.as_uri())
    assert told["decision"]["model"] == ("eyes" if "eyes" in models else "blind")
    assert "<text>Router</text>" in said(workshop.backend.log[0])


MARKDOWN = '# Plan\n\nSee ![the plan](pictures/a.png "title") here.\n\nAnd [text](notes.txt).\n'


async def test_the_picture_behind_a_link_is_looked_at(workshop: Workshop) -> None:
    workshop.configure(BLIND + EYES)
    (workshop.folder / "pictures").mkdir()
    (workshop.folder / "pictures" / "a.png").write_bytes(PNG)
    async with editor(workshop) as made:
        page = made.open("plan.md", MARKDOWN, "markdown")
        seen = await explain(made, page.uri, range=cursor(MARKDOWN, "the plan"))
        read = await explain(made, page.uri, range=cursor(MARKDOWN, "text]"))
    assert (seen["decision"]["task"], seen["decision"]["model"]) == ("multimodal", "eyes")
    assert read["decision"]["task"] == "explain"


REFUSED = [
    ("a.png", b"MZ\x90\0" + b"\0" * 64, "no picture"),
    ("a.png", b"%PDF-1.7", "a PDF file"),
    ("a.png", PNG + b"\0" * 5_000_000, "too large"),
    ("a.svg", b"<html><script>alert(1)</script></html>", "no picture"),
    ("a.png", None, "cannot be read"),
]


@pytest.mark.parametrize(("name", "data", "why"), REFUSED)
async def test_what_is_no_picture_or_too_large_is_refused(workshop: Workshop, name: str, data, why: str) -> None:
    workshop.configure(EYES)
    if data is not None:
        (workshop.folder / name).write_bytes(data)
    async with editor(workshop) as made:
        with pytest.raises(AssertionError, match=why):
            await explain(made, (workshop.folder / name).as_uri())
    assert workshop.backend.calls() == 0


async def test_a_link_out_of_the_workspace_is_not_followed(workshop: Workshop, tmp_path: Path) -> None:
    workshop.configure(EYES)
    (tmp_path / "outside.png").write_bytes(PNG)
    (workshop.folder / "inside.png").symlink_to(tmp_path / "outside.png")
    async with editor(workshop) as made:
        for target in ("../outside.png", "inside.png"):
            text = f"![x]({target})\n"
            page = made.open(f"{Path(target).stem}.md", text, "markdown")
            with pytest.raises(AssertionError, match="outside of the workspace"):
                await explain(made, page.uri, range=cursor(text, "x]"))
    assert workshop.backend.calls() == 0


async def test_without_eyes_it_says_who_could_see(workshop: Workshop) -> None:
    (workshop.folder / "a.png").write_bytes(PNG)
    uri = (workshop.folder / "a.png").as_uri()
    keyless = '[providers.far]\nkind = "openai"\nbase_url = "http://127.0.0.1:9/v1"\napi_key_env = "FAR_API_KEY"\n'
    for models, words in (
        (BLIND, "none of your models"),
        (BLIND + EYES.replace("gate", "far") + keyless, r"eyes: .*FAR_API_KEY"),
    ):
        workshop.configure(models)
        async with editor(workshop) as made:
            with pytest.raises(AssertionError, match=words):
                await explain(made, uri)


async def test_a_private_picture_stays_here(workshop: Workshop) -> None:
    workshop.configure(EYES + '[privacy]\nlocal_only = ["secret/**"]\n')
    (workshop.folder / "secret").mkdir()
    (workshop.folder / "secret" / "a.png").write_bytes(PNG)
    async with editor(workshop) as made:
        with pytest.raises(AssertionError, match="local_only"):
            await explain(made, (workshop.folder / "secret" / "a.png").as_uri())
    assert workshop.backend.calls() == 0
