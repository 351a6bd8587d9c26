"""The text around the cursor that goes along, cut at line starts and in slices, so that a huge file costs nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """How many tokens a request's context may have, and who gets which share of them."""

    tokens: int = 4_096
    prefix: float = 0.40
    suffix: float = 0.15
    stable: float = 0.25
    volatile: float = 0.20
    chars_per_token: float = 3.4
    """A cautious figure for code; a model's own learnt ratio is better."""

    def chars(self, share: float) -> int:
        return int(self.tokens * share * self.chars_per_token)

    def alone(self) -> Budget:
        """The budget of a request without other files: all of it goes to the window."""
        whole = self.prefix + self.suffix
        return Budget(self.tokens, self.prefix / whole, self.suffix / whole, 0.0, 0.0, self.chars_per_token)


@dataclass(frozen=True, slots=True)
class Window:
    """What stands before and after the cursor, and where it was cut out of the document."""

    prefix: str
    suffix: str
    start: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.start


def window(text: str, offset: int, budget: Budget | None = None) -> Window:
    """Prefix and suffix within their shares; what one side does not need the other may have.

    The start moves in steps, not with each keystroke: a provider's or a local server's prompt cache keeps matching.
    """
    budget = budget or Budget()
    before, after = budget.chars(budget.prefix), budget.chars(budget.suffix)
    spare_before, spare_after = max(0, before - offset), max(0, after - (len(text) - offset))
    start = _cut_before(text, offset, before + spare_after)
    end = _cut_after(text, offset, after + spare_before)
    return Window(text[start:offset], text[offset:end], start, end)


def _cut_before(text: str, offset: int, room: int) -> int:
    if offset <= room:
        return 0
    step = max(1, room // 4)
    lowest = -(-(offset - room) // step) * step
    line = text.find("\n", lowest - 1, offset - step)
    return lowest if line < 0 else line + 1


def _cut_after(text: str, offset: int, room: int) -> int:
    highest = offset + room
    if highest >= len(text):
        return len(text)
    line = text.rfind("\n", offset, highest)
    return highest if line < 0 else line + 1
