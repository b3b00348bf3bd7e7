"""What the read functions about the data itself answer: health, imports, jobs, search."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from entrepot.books.selectors.shapes import Choice, Money, Page, needs, no_rows


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
    amount: Money | None = needs("see_cost")
    units: int | None = None
    since: datetime | None = None
    waits_for: str = ""
    lines: int = 1
    parameters: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class HeldPage:
    """One quarantined row or document by itself. ``state``: open | released | dismissed.

    ``cells`` are the file's own cells of the row by heading (they may name a buyer), ``content`` a whole document.
    ``place`` of ``count`` says where among the open rows of its reason it stands, ``previous`` and ``following`` are
    its neighbours' numbers.
    """

    row: QuarantineRow
    state: str
    file: str
    cells: list[tuple[str, str]] | None = needs("see_personal")
    content: str | None = needs("see_cost")
    settled_at: datetime | None = None
    settled_by: str = ""
    why: str = ""
    previous: str = ""
    following: str = ""
    place: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token of the viewer's own. ``state``: open | revoked | expired."""

    id: int
    name: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class QuarantineGroup:
    """Open rows of one reason: how many lines and units, and the money per currency."""

    code: str
    rows: int
    lines: int
    units: int
    amounts: list[Money] = needs("see_cost", factory=list)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import. ``state``: done | undone | running | failed | cancelled | checked (a dry run)."""

    id: str
    file: str
    layout: str
    at: datetime
    by: str
    lines: int
    posted: int
    known: int
    """Documents that were there already: importing twice changes nothing."""
    quarantined: int
    state: str
    undoable: bool = False
    batch: int | None = None


@dataclass(frozen=True, slots=True)
class MissingCost:
    """Units of an SKU whose purchase cost is not known; the document is the oldest one that brought such units.

    ``why``: no_bill | unknown_return | count_surplus | opening | uncosted.
    """

    sku: str
    name: str
    document_id: str
    document: str
    place: str
    born_at: datetime | None
    units: int
    on_hand: int
    sold: int
    why: str


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A movement, document or cost line that cannot take effect yet."""

    document_id: str
    document: str
    what: str
    sku: str
    place: str
    units: int | None
    amount: Money | None = needs("see_cost", None)
    since: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class StockDifference:
    """What a place reported last against what the books say for the same instant's SKU and condition."""

    sku: str
    name: str
    place: str
    condition: str
    reported: int
    in_books: int
    at: datetime
    document_id: str
    place_code: str = ""
    parts: tuple[tuple[str, int], ...] = ()
    """What the report says in parts: stage (``core.documents.stock.Stage``) and units."""

    @property
    def off(self) -> int:
        """Reported less books."""
        return self.reported - self.in_books


@dataclass(frozen=True, slots=True)
class OpenDifference:
    """A difference that the last comparison found and nobody has resolved yet."""

    sku: str
    name: str
    place: str
    condition: str
    off: int
    """Reported less books, units."""
    since: datetime
    owner: str


@dataclass(frozen=True, slots=True)
class Check:
    """One of the invariants that ``entrepot check`` proves: the law's letter, and what is left over (0 is right)."""

    law: str
    residue: int | None
    examined: int | None
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the data in detail."""

    imports: Page[ImportRow]
    quarantine: Page[QuarantineRow]
    reasons: dict[str, int]
    groups: list[QuarantineGroup]
    missing: Page[MissingCost] = needs("see_cost")
    waiting: Page[WaitingRow] = field(default_factory=no_rows)
    unallocated: Page[WaitingRow] = needs("see_cost", factory=no_rows)
    checks: list[Check] = field(default_factory=list[Check])
    stale_items: int = 0
    missing_rates: list[str] = field(default_factory=list[str])
    differences: Page[OpenDifference] = field(default_factory=no_rows)
    """As the last comparison left them; the page of differences compares anew."""
    undecided_tax: tuple[int, int] = (0, 0)
    """Bills of import tax of which nobody said who imported, where or when, and their tax taken as cost meanwhile, minor units of
    the company's currency."""


@dataclass(frozen=True, slots=True)
class Job:
    """Long work with visible progress. ``state``: waiting | running | done | failed | cancelled."""

    id: str
    kind: str
    label: str
    state: str
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
class Hit:
    """One search result. ``kind``: sku | sale | document | shipment; ``key`` opens its page."""

    kind: str
    key: str
    title: str
    detail: str
    exact: bool = False


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
    amounts: list[Money] = needs("see_cost", factory=list)
    new_items: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    columns: list[Reading] = field(default_factory=list[Reading])
    problems: list[QuarantineRow] = field(default_factory=list[QuarantineRow])
    units: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a file leaves open and a person must say before it can be read.

    ``name`` names the answer: an option of the import (``currency``, ``date_order`` …) or ``column:sku``.
    """

    name: str
    text: str
    choices: list[str]
    found: str = ""


@dataclass(frozen=True, slots=True)
class ImportPage:
    """One import on its way: its job, the dry run's totals or questions, and the outcome.

    ``phase``: checking | asked | checked | posting | done | failed | cancelled | undone.
    """

    id: str
    file: str
    phase: str
    job: Job | None
    preview: Preview | None
    outcome: ImportRow | None
    questions: list[Question] = field(default_factory=list[Question])


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What an upload form offers: the viewer's channels, currencies by code, zones, templates by document type."""

    channels: list[Choice]
    currencies: list[str]
    zones: list[str]
    templates: list[Choice]
    recent: list[ImportRow]
    suffixes: tuple[str, ...] = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
    locations: list[Choice] = field(default_factory=list[Choice])
