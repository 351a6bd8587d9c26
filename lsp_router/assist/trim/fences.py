"""Chat models wrap text in fences and talk around it: what stands inside is the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lsp_router.assist.trim.languages import Blocks
from lsp_router.assist.trim.place import Draft
from lsp_router.assist.trim.prose import is_chatter, is_only_prose, is_prose
from lsp_router.assist.trim.scene import Scene

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*([^`\n]*)$")
_ONE_LINE = re.compile(r"\s*(`{3,})(?:\w+[ \t])?[ \t]*([^`\n]+?)[ \t]*\1\s*")
_QUOTED = re.compile(r"\s*`([^`\n]+)`\s*")
_TAIL = re.compile(r"`{3,}\s*\Z")
_MARKDOWN = frozenset({"md", "markdown", "mdx"})


@dataclass(frozen=True, slots=True)
class _Fence:
    at: int
    mark: str
    info: str

    def may_close(self, opening: _Fence) -> bool:
        return self.mark[0] == opening.mark[0] and len(self.mark) >= len(opening.mark)


def without_fences(draft: Draft, scene: Scene) -> Draft:
    """Take what stands in the first fence, or what stands before a fence that the prompt had opened."""
    if "``" not in draft.text and "~~~" not in draft.text:
        return draft
    if scene.syntax.blocks is Blocks.PROSE:
        return _without_outer_fence(draft, scene)
    if whole := _ONE_LINE.fullmatch(draft.text):
        return replace(draft, text=whole[2], fenced=True)
    fences = _fences(draft.lines)
    if not fences or _is_meant(draft.lines[: fences[0].at], scene):
        return draft
    if _only_talk(draft.lines[: fences[0].at], scene):
        return _inside(draft, fences)
    return draft.end("\n".join(draft.lines[: fences[0].at]))


def without_chatter(draft: Draft, scene: Scene) -> Draft:
    """Sentences to a person before or after code are not text for the file; where prose is at home they stay."""
    lines = draft.lines
    if draft.fenced or not scene.syntax.is_code or scene.literal:
        return draft.keep("") if draft.open_ended and is_chatter(lines[0]) else draft
    start = 0
    while start < len(lines) and (is_chatter(lines[start]) or (start and not lines[start].strip())):
        start += 1
    for number in range(start + 1, len(lines)):
        if not lines[number - 1].strip() and is_chatter(lines[number]) and is_prose(lines[number]):
            return draft.end("\n".join(lines[start:number]))
    return draft.keep("\n".join(lines[start:]))


def without_quotes(draft: Draft, scene: Scene) -> Draft:
    """A single line in backticks is how chat models name code; where backticks are syntax it may mean itself."""
    quoted = _QUOTED.fullmatch(draft.text)
    if quoted is None or "`" in scene.syntax.long_quotes or not scene.syntax.is_code or scene.literal:
        return draft
    return draft if scene.syntax.blocks is Blocks.WORDS else draft.keep(quoted[1])


def refuse_prose(draft: Draft, scene: Scene) -> Draft:
    """An apology or an explanation where code belongs is no completion."""
    text = draft.text
    marks = ('"', "'", *scene.syntax.line_comments, *(scene.syntax.block_comment or ())[:1])
    at_home = not scene.syntax.is_code or scene.literal or not scene.blank or text.lstrip().startswith(marks)
    if at_home or not is_only_prose(text):
        return draft
    sentence = len(text.split()) >= 4 and text.rstrip()[-1:] in {".", "!", "?", ":"}
    return draft.keep("") if sentence or is_chatter(text) else draft


def _fences(lines: Sequence[str]) -> list[_Fence]:
    found = ((number, _FENCE.match(line)) for number, line in enumerate(lines))
    return [_Fence(number, fence[1], fence[2].strip()) for number, fence in found if fence]


def _is_meant(before: Sequence[str], scene: Scene) -> bool:
    """In a comment or a string, fences are text where the file has more of them, or where other text leads to them."""
    if not scene.literal or any(map(is_chatter, before)):
        return False
    return bool(_fences(scene.above) or _fences(scene.below)) or not _only_talk(before, scene)


def _only_talk(lines: Sequence[str], scene: Scene) -> bool:
    """Whether what stands before a fence is said to a person; in a string or a comment any prose may be meant."""
    said = [line for line in lines if line.strip()]
    return all(is_chatter(line) or (is_prose(line) and not scene.literal) for line in said)


def _inside(draft: Draft, fences: Sequence[_Fence]) -> Draft:
    """The lines of the block that opens first, up to its own end; inner blocks belong to it."""
    opening, lines = fences[0], draft.lines
    depth = 0
    for fence in fences[1:]:
        if not fence.may_close(opening):
            continue
        if not fence.info and not depth:
            return replace(draft, text=_joined(lines[opening.at + 1 : fence.at]), ended=True, fenced=True)
        depth += 1 if fence.info else -1
    return replace(draft, text=_TAIL.sub("", _joined(lines[opening.at + 1 :])), fenced=True)


def _joined(lines: Sequence[str]) -> str:
    """Blank lines next to a fence belong to the fence."""
    start = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    return "\n".join(lines[start:])


def _without_outer_fence(draft: Draft, scene: Scene) -> Draft:
    """In Markdown fences are text; one that wraps the whole answer as Markdown goes, or one the cursor is in."""
    lines = draft.lines
    fences = _fences(lines)
    if not fences or not _only_talk(lines[: fences[0].at], scene):
        return draft
    if len(_fences(scene.above)) % 2 and fences[0].info:
        return _inside(draft, fences)
    if fences[0].info.lower() not in _MARKDOWN:
        return draft
    end = fences[-1].at if len(fences) > 1 and not fences[-1].info else len(lines)
    return replace(draft, text="\n".join(lines[fences[0].at + 1 : end]), fenced=True)
