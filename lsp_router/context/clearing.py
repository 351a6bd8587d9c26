"""The last look at a prompt: every text in it is searched for secrets before it goes to another machine."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from lsp_router.context.privacy import Withheld
from lsp_router.context.secrets import Found, apart, find, redact
from lsp_router.domain.task import Privacy
from lsp_router.domain.wire import Hole, Prompt

_TELLING = 8
"""A value this long is not an ordinary word: where else it stands in the prompt it is a secret as well."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """A prompt that may be sent, and what was taken out of it."""

    prompt: Prompt
    withheld: tuple[Withheld, ...] = ()
    at_cursor: bool = False
    """A secret touches the cursor: an answer would complete it or not fit the text, so better do not ask."""


def clear(prompt: Prompt, level: Privacy) -> Cleared:
    """The prompt as a provider of this class may see it; local ones see everything."""
    if level is Privacy.LOCAL:
        return Cleared(prompt)
    search = _Search()
    at_cursor = search.look_at(prompt)
    if not search.found:
        return Cleared(prompt)
    return Cleared(search.without(prompt), search.withheld(), at_cursor)


def scrub(text: str, where: str) -> tuple[str, tuple[Withheld, ...]]:
    """One text without its secrets, for what leaves in no prompt."""
    found = find(text)
    counts = Counter(secret.rule for secret in found)
    return redact(text, found), tuple(Withheld(rule, where, count) for rule, count in counts.items())


CURSOR_MARK = re.compile(r"<<FILL_HERE(?:_\d+)?>>")
"""How chat prompts mark the cursor; a secret it cuts in two would pass unseen."""


class _Search:
    """Looks at all texts of a prompt first and takes out afterwards: a secret seen in one place is one in all."""

    def __init__(self) -> None:
        self.found: dict[str, list[Found]] = {}
        self._where: Counter[tuple[str, str]] = Counter()
        self._values: dict[str, str] = {}
        self._crossed = False

    def look_at(self, prompt: Prompt) -> bool:
        for message in prompt.messages:
            self._look(message.text, f"{message.role} message")
        for text in prompt.stop:
            self._look(text, "stop")
        return self._look_at_hole(prompt.hole) if prompt.hole else False

    def without(self, prompt: Prompt) -> Prompt:
        messages = tuple(replace(message, text=self._clean(message.text)) for message in prompt.messages)
        stop = tuple(text for text in prompt.stop if self._clean(text) == text)
        return replace(prompt, messages=messages, hole=self._clean_hole(prompt.hole), stop=stop)

    def withheld(self) -> tuple[Withheld, ...]:
        return tuple(Withheld(rule, where, count) for (rule, where), count in self._where.items())

    def _look_at_hole(self, hole: Hole) -> bool:
        for path, text in hole.extra:
            self._look(path, "path")
            self._look(text, path)
        self._look(hole.path, "path")
        here = hole.path or "this file"
        before, after = self._look(hole.prefix, here), self._look(hole.suffix, here)
        self._crossed = self._look_across(hole, here)
        if hole.raw is not None:
            self._look(hole.raw, "" if self.found else here)
        touching = bool(before and before[-1].end == len(hole.prefix)) or bool(after and after[0].start == 0)
        return self._crossed or touching

    def _look(self, text: str, where: str) -> list[Found]:
        """The secrets of one text; without a place they are not counted, for they stand in another text as well."""
        bare = CURSOR_MARK.sub("", text)
        secrets = find(bare)
        for secret in secrets:
            if where:
                self._where[secret.rule, where] += 1
            self._remember(bare[secret.start : secret.end], secret.rule)
        found = secrets if bare == text else list(_around_marks(text, secrets))
        if found:
            self.found[text] = found
        return found

    def _look_across(self, hole: Hole, where: str) -> bool:
        """A secret that the cursor stands in the middle of is whole in neither part."""
        crossing = list(_across(hole.prefix, hole.suffix))
        for rule, start, end in crossing:
            self._add(hole.prefix, Found(rule, start, len(hole.prefix)))
            self._add(hole.suffix, Found(rule, 0, end))
            self._where[rule, where] += 1
        return bool(crossing)

    def _add(self, text: str, secret: Found) -> None:
        self.found[text] = apart([*self.found.get(text, []), secret])

    def _remember(self, value: str, rule: str) -> None:
        for line in value.split("\n"):
            if len(line.strip()) >= _TELLING:
                self._values[line.strip()] = rule

    def _clean(self, text: str) -> str:
        cleaned = redact(text, self.found.get(text, ()))
        for value, rule in self._values.items():
            if value in cleaned:
                cleaned = cleaned.replace(value, f"<redacted:{rule}>")
        return cleaned

    def _clean_hole(self, hole: Hole | None) -> Hole | None:
        if hole is None:
            return None
        prefix, suffix = self._clean(hole.prefix), self._clean(hole.suffix)
        return Hole(
            prefix=prefix,
            suffix=suffix,
            path=self._clean(hole.path),
            extra=tuple((self._clean(path), self._clean(text)) for path, text in hole.extra),
            raw=hole.raw and self._clean_raw(hole, hole.raw, prefix, suffix),
        )

    def _clean_raw(self, hole: Hole, raw: str, prefix: str, suffix: str) -> str | None:
        """A rendered prompt holds prefix and suffix as they were: both are exchanged before it is searched itself.

        When a secret around the cursor cannot be traced into it, it is dropped: the endpoint gets prefix and suffix.
        """
        for old, new in ((hole.prefix, prefix), (hole.suffix, suffix)):
            if old == new:
                continue
            if self._crossed and old not in raw:
                return None
            raw = raw.replace(old, new)
        return self._clean(redact(raw, find(raw)))


def _across(before: str, after: str) -> Iterator[tuple[str, int, int]]:
    """Secrets that reach over a cut: the rule, the start in the text before it, the end in the text after it."""
    start = max(before.rfind("\n") + 1, len(before) - _CUT_LINE)
    tail, head = before[start:], after[:_CUT_LINE].split("\n", 1)[0]
    for secret in find(tail + head):
        if secret.start < len(tail) < secret.end:
            yield secret.rule, start + secret.start, secret.end - len(tail)


_CUT_LINE = 2_000


def _around_marks(text: str, secrets: list[Found]) -> Iterator[Found]:
    """Where secrets of a text without its cursor marks are in the text with them: a cut one is two."""
    marks, shift = list[tuple[int, int]](), 0
    for mark in CURSOR_MARK.finditer(text):
        marks.append((mark.start() - shift, len(mark[0])))
        shift += len(mark[0])
    for secret in secrets:
        cuts = [at for at, _ in marks if secret.start < at < secret.end]
        for low, high in pairwise((secret.start, *cuts, secret.end)):
            before = sum(size for at, size in marks if at <= low)
            yield Found(secret.rule, low + before, high + before)
