"""The filters in their order, and the one function that runs them."""

from __future__ import annotations

from collections.abc import Callable

from lsp_router.assist.trim import echo, fences, layout, leaks, overrun, repetition, scope, seam
from lsp_router.assist.trim.place import Draft, Place, Trimmed
from lsp_router.assist.trim.scene import Scene

Filter = Callable[[Draft, Scene], Draft]

EARLY: tuple[Filter, ...] = (
    layout.unix_lines,
    leaks.without_control_tokens,
    leaks.without_thoughts,
    fences.without_fences,
    fences.without_chatter,
    fences.without_quotes,
    leaks.without_prompt,
    echo.without_lines_above,
    echo.without_line_so_far,
    echo.without_quote_again,
    layout.restore_lost_indentation,
    layout.settle_first_line,
    fences.refuse_prose,
    repetition.without_loops,
    overrun.stop_at_lines_below,
    scope.stop_at_closed_block,
    scope.stop_at_dedent,
    overrun.stop_at_lines_below,  # again: what strayed from the lines below may be gone with the block
    seam.one_line,
    layout.limit_lines,
)
"""These also make sense while the text is still growing: when one ends the text, the rest need not be waited for."""

LATE: tuple[Filter, ...] = (
    seam.join_rest_of_line,
    echo.refuse_parrot,
    layout.use_indent_unit,
    layout.use_tabs_or_spaces,
    layout.trim_blanks,
    layout.refuse_trifles,
    layout.document_line_ends,
)
"""These need to see the end."""


def trim(raw: str, at: Place, finish: str = "stop") -> Trimmed | None:
    """What of a model's text may stand at a place, or None when nothing of it should."""
    scene = Scene(at)
    return finished(grown(raw, scene), scene, finish)


def grown(raw: str, scene: Scene, *, growing: bool = False) -> Draft:
    """The text so far, past the filters that need no end."""
    return _through(EARLY, Draft(raw, growing=growing), scene)


def finished(draft: Draft, scene: Scene, finish: str) -> Trimmed | None:
    cut_off = finish != "stop" and not draft.ended
    if cut_off:
        draft = _whole_lines(draft, scene)
    draft = _through(LATE, draft, scene)
    if not draft.text:
        return None
    return Trimmed(draft.text, draft.replace, complete=not cut_off)


def _whole_lines(draft: Draft, scene: Scene) -> Draft:
    """A text that was cut off loses the line it was cut in, unless that is all there is."""
    head, line_break, _ = draft.text.rpartition("\n")
    return draft.keep(head) if line_break and head.strip() and not scene.single else draft


def _through(filters: tuple[Filter, ...], draft: Draft, scene: Scene) -> Draft:
    for apply in filters:
        draft = apply(draft, scene)
    return draft
