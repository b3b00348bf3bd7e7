"""A document on its way in."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.core.documents import Document


@dataclass(frozen=True)
class Incoming:
    """A document and the lines of the file it was read from."""

    document: Document
    first_line: int | None = None
    last_line: int | None = None
    restores: bool = False
    """An earlier telling is to count again: not a repeat, although the books hold it."""
