"""What was found in a passage before: as long as its text and the words of the prompt stay, nobody is asked again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from lsp_router.assist.kitchen import Kitchen
from lsp_router.assist.passages import Passage
from lsp_router.assist.review.errand import Errand
from lsp_router.assist.review.finding import MARK, Claim, Severity
from lsp_router.store.cache import key
from lsp_router.store.memory import Memory

TEMPLATE = "review"
DAY = 86_400.0


class Notes:
    """Keeps claims on disk where the user has a cache there, and for the session where they have none."""

    def __init__(self, kitchen: Kitchen) -> None:
        self._kitchen = kitchen
        self._memory = Memory(2_000, 2_000_000)

    def recall(self, errand: Errand, passage: Passage) -> list[Claim] | None:
        name = self._key(errand, passage)
        if not self._kitchen.settings.cache.enabled:
            text = self._memory.get(name)
            return _claims(json.loads(text)) if text is not None else None
        hit = self._kitchen.cache().get(name)
        return _claims(hit.value) if hit is not None else None

    def keep(self, errand: Errand, passage: Passage, claims: Iterable[Claim]) -> None:
        name, value = self._key(errand, passage), {"claims": [asdict(claim) for claim in claims]}
        settings = self._kitchen.settings.cache
        if settings.enabled:
            self._kitchen.cache().put(name, value, float(settings.ttl_days) * DAY)
        else:
            self._memory.put(name, json.dumps(value))

    def _key(self, errand: Errand, passage: Passage) -> str:
        """A remark that dismisses a finding changes nothing for the reviewer, so it costs no new review."""
        document, template = errand.document, self._kitchen.library.template(TEMPLATE).id
        text = MARK.sub("", passage.text(document.text))
        lines = "\n".join(line.rstrip() for line in text.split("\n") if line.strip())
        return key("review", template, document.path, document.language, lines, errand.model or "")


def _claims(value: Any) -> list[Claim] | None:
    """None when somebody else wrote something else there."""
    listed = value.get("claims") if isinstance(value, Mapping) else None
    if not isinstance(listed, list):
        return None
    found = [_claim(item) for item in listed]
    return [claim for claim in found if claim is not None] if all(found) else None


def _claim(item: Any) -> Claim | None:
    names = {field.name for field in fields(Claim)}
    if not isinstance(item, Mapping) or set(item) != names or item["severity"] not in set(Severity):
        return None
    return Claim(**{**item, "severity": Severity(item["severity"])})
