"""The three values of trimming: where the text shall stand, what is left of it so far, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor and what may be wished of text that is put there."""

    prefix: str
    suffix: str
    language: str = ""
    mode: str = "auto"
    """single, multi, or auto: one line when something else follows on the line."""
    stop: tuple[str, ...] = ()
    """Stop sequences of the request, for servers that hand them on."""
    max_lines: int = 0
    """More lines than these are not shown; 0 is no limit."""
    indent_unit: str = ""
    """What one step of indentation looks like, when the editor said so."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """Text to insert at the cursor and how many characters after the cursor it replaces."""

    insert: str
    replace: int = 0
    complete: bool = True
    """False when the model was cut off, so that a longer answer may still be worth having."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The model's text on its way through the filters."""

    text: str
    ended: bool = False
    """Whatever the model says from here on cannot matter: the wire may be closed."""
    fenced: bool = False
    """The text came out of a fence: chat models lose the indentation there."""
    replace: int = 0
    growing: bool = False
    """More may come: what the next line could still turn round is left undecided."""

    def keep(self, text: str) -> Draft:
        return self if text == self.text else replace(self, text=text)

    def end(self, text: str) -> Draft:
        """The text ends here for good; blank lines at the end were only the way to what was cut."""
        return replace(self, text=text.rstrip(), ended=True)

    def end_exactly(self, text: str) -> Draft:
        """The text ends here, in the middle of a line whose blanks matter."""
        return replace(self, text=text, ended=True)

    @property
    def open_ended(self) -> bool:
        return self.growing and not self.ended

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")
