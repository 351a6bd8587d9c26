"""Material inside a prompt, delimited so that it cannot end its own delimiter and speak as the user."""

from __future__ import annotations

import re


def section(tag: str, body: str, **attributes: str) -> str:
    """`<tag …>` around a body; the tag gets a number when the body holds its closing form.

    Equal input gives equal output, so that a provider's prompt cache still matches.
    """
    name = _free(tag, body)
    described = "".join(f' {key}="{_tame(value)}"' for key, value in attributes.items() if value)
    return f"<{name}{described}>\n{_ended(body)}</{name}>"


def marker(*texts: str) -> str:
    """A sign for the cursor that occurs in none of the texts."""
    number = 1
    while True:
        sign = "<<FILL_HERE>>" if number == 1 else f"<<FILL_HERE_{number}>>"
        if not any(sign in text for text in texts):
            return sign
        number += 1


def fence(code: str, language: str = "") -> str:
    """A Markdown block around code, with a fence longer than any inside it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}{language}\n{_ended(code)}{ticks}"


def _free(tag: str, body: str) -> str:
    lowered, name, number = body.lower(), tag, 1
    while f"</{name}" in lowered:
        number += 1
        name = f"{tag}-{number}"
    return name


def _tame(value: str) -> str:
    return re.sub(r'[\x00-\x1f"<>]', "_", value)


def _ended(body: str) -> str:
    return body if not body or body.endswith("\n") else body + "\n"
