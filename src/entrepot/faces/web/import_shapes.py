"""Shapes of the import page: a file on its way from upload to posted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from entrepot.books.selectors.health_shapes import ImportRow, Job, QuarantineRow
from entrepot.books.selectors.shapes import Choice, Money


@dataclass(frozen=True, slots=True)
class Reading:
    """How one column of a file was understood."""

    header: str
    meaning: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Totals of a dry run: what confirming would do."""

    layout: str
    encoding: str
    lines: int
    would_post: int
    known: int
    quarantined: int
    documents: dict[str, int]
    amounts: list[Money]
    new_items: int
    first_at: datetime | None
    last_at: datetime | None
    columns: list[Reading]
    problems: list[QuarantineRow]


@dataclass(frozen=True, slots=True)
class ImportPage:
    """One import on its way: its job, the dry run's totals, and the outcome."""

    id: str
    file: str
    phase: str
    """checking | checked | posting | done | failed | cancelled | undone."""
    job: Job | None
    preview: Preview | None
    outcome: ImportRow | None


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the upload form offers."""

    channels: list[Choice]
    currencies: list[Choice]
    zones: list[str]
    templates: list[Choice]
    recent: list[ImportRow]
    suffixes: tuple[str, ...] = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
