"""References to other documents as people write them in one cell: ``type:number#line``.

The type may be left out where the column says it; ``#line`` names one line, counted from 1. A ``#`` at the very start
belongs to the number (shops number orders ``#1001``).
"""

from __future__ import annotations

from typing import Any

from entrepot.core.documents import Ref
from entrepot.core.errors import Problem, ProblemError


def read_reference(text: str, default: str, types: frozenset[str]) -> dict[str, Any] | None:
    """The fields of a :class:`~entrepot.core.documents.Ref`; ``None`` where no type is said or implied.

    >>> read_reference("receipt:GR-1#2", "", frozenset({"receipt"}))
    {'type': 'receipt', 'id': 'GR-1', 'line': 2}
    >>> read_reference("#1001", "sales_order", frozenset())
    {'type': 'sales_order', 'id': '#1001'}
    """
    head, colon, rest = text.partition(":")
    kind, number = (head.strip(), rest.strip()) if colon and head.strip() in types else (default, text.strip())
    if not kind or not number:
        return None
    at = number.rfind("#")
    if at > 0 and number[at + 1 :].isdecimal() and int(number[at + 1 :]) >= 1:
        return {"type": kind, "id": number[:at], "line": int(number[at + 1 :])}
    return {"type": kind, "id": number}


def write_reference(ref: Ref, default: str) -> str:
    """The cell that :func:`read_reference` reads as ``ref``.

    Raises ``ProblemError`` for a reference narrowed by account or source, which one cell does not hold.

    >>> write_reference(Ref(type="receipt", id="GR-1", line=2), "receipt")
    'GR-1#2'
    """
    if ref.account or ref.source:
        raise ProblemError(
            Problem(
                "reference_too_narrow",
                "a reference by account or source does not fit into one cell",
                "use the API for this document",
                found=ref.id,
            )
        )
    number = f"{ref.id}#{ref.line}" if ref.line is not None else ref.id
    return number if ref.type == default else f"{ref.type}:{number}"
