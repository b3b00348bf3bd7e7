"""Why a document cannot be posted now."""

from __future__ import annotations

from typing import Any

from entrepot.core.errors import Problem, ProblemError


class Waits(ProblemError):
    """The document is fine but needs something that is not in the books yet (``waits_for``: "item:A-1" …)."""

    def __init__(self, waits_for: str, problem: Problem) -> None:
        super().__init__(problem)
        self.waits_for = waits_for


def unknown(kind: str, code: str, remedy: str, *, line: int | None = None, field: str = "") -> Waits:
    """The usual case: a code that the books do not know."""
    return Waits(
        f"{kind}:{code}",
        Problem(
            f"unknown_{kind}",
            f"{kind.replace('_', ' ')} is not in the books",
            remedy,
            line=line,
            field=field,
            found=code,
        ),
    )


def refused(code: str, message: str, remedy: str, **place: Any) -> ProblemError:
    """The document contradicts the books or itself; a person has to decide."""
    return ProblemError(Problem(code, message, remedy, **place))
