"""What came of an ask, in the words of the public contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsp_router.assist.edit.ask import Edited
from lsp_router.domain.decision import Problem
from lsp_router.domain.telling import tell


def tell_edited(edited: Edited, *, applied: bool, problems: Sequence[Problem] | None = None) -> dict[str, Any]:
    """`problems` when something went wrong after the edit was made."""
    return {
        "applied": applied,
        "problems": [tell_problem(p) for p in (edited.problems if problems is None else problems)],
        "decision": tell(edited.served) if edited.served else None,
        **({"note": edited.note} if edited.note else {}),
    }


def tell_problem(problem: Problem) -> dict[str, Any]:
    return {"gate": problem.gate, "message": problem.message, "line": problem.line}
