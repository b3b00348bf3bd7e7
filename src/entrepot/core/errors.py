"""Problems that a person can act on.

Bad input never becomes a traceback: it becomes a :class:`Problem` that names the document, the line, the field, what
was found and what would be right. A problem either stops one command (raised inside :class:`ProblemError`) or travels
as a value beside the good documents of the same file and waits in quarantine with its amount.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with one place of one document.

    ``code`` is stable and language-free (faces translate it with ``found`` and ``parameters``); ``message`` and
    ``remedy`` are the English text. ``amount`` is the money at stake in minor units of ``currency``, ``None`` where no
    amount is known (never 0 for unknown). ``quantity`` counts the units at stake in base units.

    >>> Problem("unknown_sku", "SKU A-1 is not in the catalogue", "create the item or fix the SKU", line=3,
    ...         field="sku", found="A-1").where
    'line 3, field sku'
    """

    code: str
    message: str
    remedy: str
    document: str = ""
    line: int | None = None
    field: str = ""
    found: str = ""
    amount: int | None = None
    currency: str = ""
    quantity: int | None = None
    parameters: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])

    @property
    def where(self) -> str:
        """Document, line and field in reading order."""
        parts = [self.document] if self.document else []
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.field:
            parts.append(f"field {self.field}")
        return ", ".join(parts)

    def __str__(self) -> str:
        head = f"{self.where}: " if self.where else ""
        found = f" (found: {self.found})" if self.found else ""
        return f"{head}{self.message}{found}. {self.remedy}"


class ProblemError(Exception):
    """A command cannot go on; carries the problems that say why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(str(p) for p in problems))
        self.problems = problems


class Cancelled(Exception):
    """The user asked a running job to stop; whatever was not committed is rolled back."""
