"""Planted secrets reach no cloud model in any field of any request, and `why` tells that something was kept back."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from tests.support.lsp import INVOKED, Editor
from tests.support.workshop import Workshop, model

CANARY = "qX7vB2nM9kL4"
"""Part of every planted secret."""
TEXT = "import settings\n\n\ndef connect(settings):\n    "
NEIGHBOUR = "def connect(settings):\n    # settings of the connection\n    return {line}\n"
PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + f"MIIEpAIBAAKCAQEA{CANARY}wJ8yT6rE5zQpLmNbVcXs0aDfGhJkOiUyTrEwQ1Zx2C\n" * 2
    + "-----END RSA PRIVATE KEY-----\n"
)
SECRETS = {
    "aws": f'aws_secret_access_key = "wJalr{CANARY}K7MDENGbPxRfiCYzEXAMPKEYab3"',
    "openai": f'key = "sk-proj-{CANARY}aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3z"',
    "github": f'token = "ghp_{CANARY}AbCdEfGhIjKlMnOpQrStUvWx"',
    "password": f'db_password = "{CANARY}-Tr0ub4dor"',
    "url": f'dsn = "postgresql://admin:{CANARY}@db.internal:5432/app"',
    "bearer": f'headers = {{"Authorization": "Bearer {CANARY}.aB3dE5fG7hJ9kL1mN3pQ5"}}',
    "pem": 'pem = "' + PEM.replace("\n", "\\n") + '"',
}


@dataclass(frozen=True)
class Leak:
    """One file and why nobody outside may see its text."""

    name: str
    text: str
    rule: str
    """What `why` says when it is completed itself, or stood by as a tab."""


BY_NAME = f"API_TOKEN={CANARY}\nconnect(settings)\n"
SOURCE = f"def connect(settings):\n    return '{CANARY}'\n"
FILES = [
    Leak(".env", BY_NAME, "secret file"),
    Leak("deploy/.env.production", BY_NAME, "secret file"),
    Leak("certs/server.pem", PEM, "secret file"),
    Leak(".aws/credentials", BY_NAME, "secret file"),
    Leak("ignored.py", SOURCE, "ignored by .lsprouterignore"),
    Leak("sub/folder/private.py", SOURCE, "ignored by .lsprouterignore: private.py"),
    Leak("sub/nested.py", SOURCE, "ignored by .lsprouterignore: /nested.py"),
    Leak("app/secrets/keys.py", SOURCE, "privacy.local_only: **/secrets/**"),
    Leak("vault/deep/keys.py", SOURCE, "privacy.local_only: vault/"),
]
PRIVATE = '[privacy]\nlocal_only = ["**/secrets/**", "*.pem", "vault/"]\n'


@pytest.fixture
def workshop(workshop: Workshop) -> Workshop:
    workshop.write(".lsprouterignore", "ignored.py\nsub/**/private.py\nprivate.py\n")
    workshop.write("sub/.lsprouterignore", "/nested.py\n")
    workshop.configure(PRIVATE + model())
    return workshop


def leaked(workshop: Workshop) -> bool:
    return any(CANARY in json.dumps([seen.body, seen.headers, seen.path]) for seen in workshop.backend.log)


@pytest.mark.parametrize("leak", FILES, ids=lambda leak: leak.name)
async def test_the_text_of_a_private_file_stays_here(workshop: Workshop, leak: Leak) -> None:
    """Neither as the file that is completed nor as an open tab beside it."""
    workshop.write(leak.name, leak.text)
    async with workshop.editor() as editor:
        page = editor.open(leak.name, leak.text)
        assert await page.suggest(INVOKED) == []
        assert leak.rule in (await editor.why(page.uri))["reason"]
        assert workshop.backend.calls() == 0
        beside = editor.open("main.py", TEXT)
        assert await beside.suggest()
        await _told(editor, beside.uri, leak.name, leak.rule)
    assert workshop.backend.calls() == 1
    assert not leaked(workshop)


@pytest.mark.parametrize("rule", SECRETS)
async def test_a_secret_in_an_open_tab_stays_here(workshop: Workshop, rule: str) -> None:
    async with workshop.editor() as editor:
        editor.open("settings.py", NEIGHBOUR.format(line=SECRETS[rule]) + SECRETS[rule] + "\n")
        page = editor.open("main.py", TEXT)
        assert await page.suggest()
        told = (await editor.why(page.uri))["withheld"]
        assert any("settings.py" in line for line in told), told
        assert CANARY not in str(told)
    assert "settings" in str(workshop.backend.log[0].body)
    assert not leaked(workshop)


@pytest.mark.parametrize("rule", SECRETS)
async def test_a_secret_around_the_cursor_stays_here(workshop: Workshop, rule: str) -> None:
    secret = SECRETS[rule] + "\n"
    places = {
        "before": (secret + TEXT, len(secret + TEXT)),
        "after": (TEXT + "\n" + secret, len(TEXT)),
        "at the cursor": (TEXT + secret, len(TEXT) + secret.index(CANARY) + 5),
    }
    async with workshop.editor() as editor:
        for where, (text, cursor) in places.items():
            page = editor.open("main.py", text)
            page.cursor = cursor
            await page.suggest(INVOKED)
            found = await editor.why(page.uri)
            assert found["withheld"], where
            assert CANARY not in str(found)
            page.close()
    assert CANARY not in editor.errors
    assert not leaked(workshop)


async def test_a_local_model_may_see_what_is_kept_from_the_cloud(workshop: Workshop) -> None:
    workshop.configure(PRIVATE + model(tier="local"), privacy="local")
    async with workshop.editor() as editor:
        page = editor.open("app/secrets/keys.py", SOURCE + "\n\ndef other(settings):\n    ")
        assert await page.suggest()
        assert leaked(workshop)
        ignored = editor.open("ignored.py", SOURCE + "\n\ndef other(settings):\n    ")
        assert await ignored.suggest(INVOKED) == []
        assert workshop.backend.calls() == 1


async def test_rules_hold_in_every_folder_of_a_workspace(workshop: Workshop) -> None:
    """Paths are told from the first folder; a file of another must not slip through on the way."""
    second = workshop.folder.parent / "second"
    for name, text in ((".lsprouterignore", "hidden.py\n"), ("lib/hidden.py", SOURCE), ("lib/secrets/keys.py", SOURCE)):
        path = second / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    async with workshop.editor(folders=(workshop.folder, second)) as editor:
        for name, rule in (("lib/hidden.py", "ignored by"), ("lib/secrets/keys.py", "local_only")):
            page = editor.open(f"../second/{name}", SOURCE)
            assert await page.suggest(INVOKED) == []
            assert rule in (await editor.why(page.uri))["reason"]
        page = editor.open("../second/lib/open.py", TEXT)
        assert await page.suggest()
    assert workshop.backend.calls() == 1
    assert not leaked(workshop)
    assert str(workshop.folder.parent) not in json.dumps(workshop.backend.log[0].body)


async def _told(editor: Editor, uri: str, name: str, rule: str) -> None:
    told = (await editor.why(uri))["withheld"]
    assert any(name in line and rule in line for line in told), told
    assert CANARY not in str(told)
