"""What is hidden comes back to the letter, and what is lost or spread is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_router.context.secrets import find
from lsp_router.context.vault import Vault

KEY = "sk-ant-api03-Zk9vQ2pYb1XcR7tWmN4uLs8JdHf5GaEe"
TOKEN = "ghp_a8Fk2LmQ9xZr4TvB7nYc1WdE6uHs3JpXo0Gi"
PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    + "MIIEpAIBAAKCAQEA7zX9w2Vq4Jk1TtYbB0cRrN5sQpLmUuHh\n" * 3
    + "-----END RSA PRIVATE KEY-----"
)
TEXTS = [
    f'K = "{KEY}"\n',
    f'a("{KEY}", "{TOKEN}", "{KEY}")\n',
    f"'''\n{PEM}\n'''\nx = 1\n",
    f"{KEY}\n{PEM}\n{TOKEN}\n",
    "x = 1\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_there_and_back(text) -> None:
    vault = Vault()
    hidden = vault.hide(text)
    assert find(hidden) == []
    assert not any(secret in hidden for secret in (KEY, TOKEN, "MIIEpAIB"))
    assert hidden.count("\n") == text.count("\n")
    assert vault.restore(hidden) == text


@given(st.lists(st.sampled_from([KEY, TOKEN, PEM, "x = 1\n", '"', "\n", " ", "é🙂"]), max_size=12))
def test_any_text_comes_back(pieces) -> None:
    text, vault = "".join(pieces), Vault()
    assert vault.restore(vault.hide(text)) == text


def test_each_value_has_a_mark_of_its_own() -> None:
    hidden = Vault().hide(f'a = "{KEY}"\nb = "{TOKEN}"\nc = "{KEY}"\n')
    first, second, third = (line.split('"')[1] for line in hidden.splitlines())
    assert first == third != second


def test_blank_lines_that_stood_for_a_long_value_may_be_missing() -> None:
    vault = Vault()
    hidden = vault.hide(f"'''\n{PEM}\n'''\n")
    assert (
        vault.restore("".join(line for line in hidden.splitlines(keepends=True) if line.strip()))
        == f"'''\n{PEM}\n'''\n"
    )


@pytest.mark.parametrize(
    ("after", "lost", "spread"),
    [
        ([f'"{KEY}"'], 0, 0),
        (['""'], 1, 0),
        ([f'"{KEY}" "{KEY}"'], 0, 1),
        ([f'"{KEY}"', ""], 0, 0),
        (["", f"{KEY}"], 0, 0),
    ],
)
def test_what_is_lost_or_spread(after, lost, spread) -> None:
    vault, before = Vault(), [f'"{KEY}"']
    vault.hide(before[0])
    assert (len(vault.lost(before, after)), len(vault.spread(before, after))) == (lost, spread)


def test_what_another_says_is_covered_but_not_learnt() -> None:
    vault = Vault()
    vault.hide(f'"{KEY}"')
    assert KEY not in vault.cover(f'"{KEY}" "{TOKEN}"')
    assert vault.spread([""], [TOKEN]) == ()
