from __future__ import annotations

import pytest

from lsp_router.prompts.fim import fill, names
from lsp_router.prompts.probe import HOLE, Finding, judge


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        ("zebra, quokka", Finding.WORKS),
        ("quokka, zebra", Finding.WORKS),
        (" zebra,quokka\n", Finding.WORKS),
        ("zebra: float, quokka: float", Finding.WORKS),
        ("zebra=1, quokka=2", Finding.WORKS),
        ("zebra, quokka):\n    return zebra + 3 * quokka", Finding.RUNS_ON),
        ("", Finding.SILENT),
        ("  \n", Finding.SILENT),
        ("a, b", Finding.BLIND),
        ("x):\n    return x", Finding.BLIND),
        ("zebra", Finding.BLIND),
        ("zebra, quokka<|endoftext|>", Finding.LEAKS),
        ("<fim_middle>zebra, quokka", Finding.LEAKS),
        ("zebra, quokka <EOT>", Finding.LEAKS),
        ("[SUFFIX]zebra", Finding.LEAKS),
        ("Sure! Here is the missing code: zebra, quokka", Finding.CHATS),
        ("```python\nzebra, quokka\n```", Finding.CHATS),
        ("The missing parameters are zebra and quokka", Finding.CHATS),
    ],
)
def test_an_answer_to_the_probe_names_the_mistake(answer, finding):
    assert judge(answer) is finding


@pytest.mark.parametrize("name", names())
def test_the_probe_can_be_asked_in_every_format(name):
    prompt = fill(HOLE, name)
    assert prompt.hole is not None
    assert "quokka" in (prompt.hole.raw or prompt.hole.suffix)
