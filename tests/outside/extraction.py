"""Code out of chat replies, as outside measurements call it."""

from __future__ import annotations

from lsp_router.validation.reply import extract as extract_reply


def extract(reply: str, language: str, prefix: str = "") -> str | None:
    """The code a reply holds; None where there is none or where it is abbreviated."""
    found = extract_reply(reply, language or "", prefix or "")
    if any(problem.gate == "placeholder" for problem in found.problems):
        return None
    if found.code is not None or not found.blocks:
        return found.code
    return found.blocks[0].code
