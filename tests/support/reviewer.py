"""A model that reviews as scripted: it reports what it sees in the code that it is shown, in the public form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.support.backend import Reply, Seen

Finding = Mapping[str, Any]


def finding(quote: str, severity: str = "warning", **more: Any) -> dict[str, Any]:
    told = {"category": "correctness", "title": f"About {quote[:20]}", "message": f"It fails because of {quote[:20]}."}
    return {"quote": quote, "severity": severity, **told, **more}


def reviewing(*findings: Finding, **reply: Any) -> Callable[[Seen], Reply]:
    """Reports those findings whose quote stands in the code under review."""

    def script(seen: Seen) -> Reply:
        code = under_review(seen)
        found = [one for one in findings if str(one["quote"]) in code]
        return Reply("```json\n" + json.dumps({"findings": found}) + "\n```", **reply)

    return script


def saying(text: str, **reply: Any) -> Callable[[Seen], Reply]:
    return lambda _: Reply(text, **reply)


def said(seen: Seen) -> str:
    """Everything that was said to the model, in one text."""
    return "\n".join(_text(message["content"]) for message in seen.body["messages"])


def under_review(seen: Seen) -> str:
    """The selection where there is one, else the file."""
    text = "\n".join(_text(m["content"]) for m in seen.body["messages"] if m["role"] == "user")
    selection = re.search(r"<(selection(?:-\d+)?)[^>]*>\n(.*?)</\1>", text, re.DOTALL)
    file = re.search(r"<(file(?:-\d+)?)[^>]*>\n(.*?)</\1>", text, re.DOTALL)
    return selection[2] if selection else file[2] if file else ""


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "\n".join(str(part.get("text", "")) for part in content)
