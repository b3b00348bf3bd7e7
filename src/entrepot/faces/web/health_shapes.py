"""Shapes of the pages about the data itself: health, imports, jobs, search."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from entrepot.faces.web.shapes import Choice, Money, Page


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """A row that could not be posted, with what would make it right (the fields of ``core.errors.Problem``)."""

    id: str
    import_id: str
    document: str
    line: int | None
    field: str
    found: str
    code: str
    message: str
    remedy: str
    amount: Money | None
    units: int | None
    since: datetime
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One imported file."""

    id: str
    file: str
    layout: str
    at: datetime
    by: str
    lines: int
    posted: int
    known: int
    """Lines that were there already: importing twice changes nothing."""
    quarantined: int
    state: str
    """done | running | failed | cancelled | undone | checked (a dry run)."""
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class MissingCost:
    """Units whose purchase cost is not known."""

    sku: str
    name: str
    document_id: str
    document: str
    place: str
    born_at: datetime
    units: int
    on_hand: int
    sold: int
    why: str
    """no_bill | unknown_return | count_surplus | opening | uncosted."""


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A movement or cost line that cannot take effect yet."""

    document_id: str
    document: str
    what: str
    sku: str
    place: str
    units: int | None
    amount: Money | None
    since: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Check:
    """One of the invariants that ``entrepot check`` proves: the law's letter, and what is left over (0 is right)."""

    law: str
    residue: int | None
    examined: int | None
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """The data-health page."""

    imports: Page[ImportRow]
    quarantine: Page[QuarantineRow]
    reasons: dict[str, int]
    """Quarantine code to count, before filters."""
    missing: Page[MissingCost]
    waiting: Page[WaitingRow]
    unallocated: Page[WaitingRow]
    checks: list[Check]


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
class Job:
    """Long work with visible progress."""

    id: str
    kind: str
    label: str
    state: str
    """waiting | running | done | failed | cancelled."""
    stage: str
    done: int
    total: int | None
    started_at: datetime | None
    ended_at: datetime | None
    error: str = ""
    remedy: str = ""
    cancellable: bool = True

    @property
    def percent(self) -> int | None:
        """Share of the stage that is done, ``None`` where the total is not known."""
        if self.state == "done":
            return 100
        return min(100, self.done * 100 // self.total) if self.total else None


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


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result."""

    kind: str
    """sku | sale | document | shipment."""
    key: str
    title: str
    detail: str
    exact: bool = False
