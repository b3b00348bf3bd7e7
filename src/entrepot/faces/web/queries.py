"""Every question that the pages ask of the floors below, and nothing else.

Each function takes the :class:`Viewer` first; the floors below cut by his company, shops and places and leave out what
his role may not see (amounts come back as ``None`` without ``see_cost``). No function here computes a business figure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Protocol

from entrepot.faces.web.filters import CostFilter, StockFilter
from entrepot.faces.web.health_shapes import (
    Health,
    Hit,
    ImportOptions,
    ImportPage,
    ImportRow,
    Job,
    MissingCost,
    QuarantineRow,
    WaitingRow,
)
from entrepot.faces.web.shapes import (
    BillShare,
    Decision,
    DocumentPage,
    Inventory,
    LayerRow,
    Page,
    SalePage,
    SaleRow,
    SkuPage,
    Slice,
    State,
    Today,
    TrueCost,
)


class Viewer(Protocol):
    """Who looks: his name, role, and what he may do and see (``entrepot.books.access.Viewer``)."""

    @property
    def role(self) -> str:
        """owner | finance | operations | warehouse | viewer."""
        ...

    def can(self, permission: str) -> bool:
        """Whether he holds ``permission`` (see_cost, approve, import, undo …)."""
        ...


class NotThere(LookupError):
    """What was asked for is not in the books, or not in what this viewer may see."""


def viewer(user: Any, company: str = "") -> Viewer:
    """The viewer behind a signed-in user, looking at ``company`` (his first one when empty)."""
    raise NotImplementedError


def companies(viewer: Viewer) -> list[tuple[str, str]]:
    """Code and name of each company that he may look at."""
    raise NotImplementedError


def state(viewer: Viewer, known: date | None = None) -> State:
    """The state of the data, for the status line of every page (at most 4 queries)."""
    raise NotImplementedError


def today(viewer: Viewer, kind: str, part: Slice) -> Today:
    """Open decisions by money at stake and deadline; ``kind`` filters."""
    raise NotImplementedError


def decision(viewer: Viewer, key: str) -> Decision:
    """One decision. Raises :class:`NotThere`."""
    raise NotImplementedError


def approve(viewer: Viewer, key: str) -> Decision:
    """Approve a decision; its documents go out. Undone by :func:`undo_decision`."""
    raise NotImplementedError


def snooze(viewer: Viewer, key: str, days: int) -> Decision:
    """Hide a decision for ``days``."""
    raise NotImplementedError


def undo_decision(viewer: Viewer, key: str) -> Decision:
    """Take an approval or a snooze back."""
    raise NotImplementedError


def inventory(viewer: Viewer, wanted: StockFilter, part: Slice) -> Inventory:
    """Stock with cover and age, by SKU, location or channel. ``part.limit`` ``None``: all rows (exports)."""
    raise NotImplementedError


def true_cost(viewer: Viewer, wanted: CostFilter, part: Slice) -> TrueCost:
    """Unit economics of the period by SKU, channel or destination, and the waterfall of the whole selection."""
    raise NotImplementedError


def family(viewer: Viewer, wanted: CostFilter, family: str, part: Slice) -> Page[BillShare]:
    """The cost lines behind one bar of the waterfall, largest share first."""
    raise NotImplementedError


def sku(viewer: Viewer, code: str, wanted: CostFilter) -> SkuPage:
    """Everything about one SKU. Raises :class:`NotThere`."""
    raise NotImplementedError


def layers(viewer: Viewer, code: str, part: Slice) -> Page[LayerRow]:
    """The cost layers of one SKU."""
    raise NotImplementedError


def sales(viewer: Viewer, wanted: CostFilter, part: Slice) -> Page[SaleRow]:
    """Sale lines of the selection, newest first unless asked otherwise."""
    raise NotImplementedError


def sale(viewer: Viewer, key: str) -> SalePage:
    """One sale line explained. Raises :class:`NotThere`."""
    raise NotImplementedError


def document(viewer: Viewer, key: str, part: Slice) -> DocumentPage:
    """One source document and what it did. Raises :class:`NotThere`."""
    raise NotImplementedError


def document_bytes(viewer: Viewer, key: str) -> tuple[str, bytes]:
    """File name and bytes as received. Raises :class:`NotThere`."""
    raise NotImplementedError


def health(viewer: Viewer, reason: str, part: Slice) -> Health:
    """Imports, quarantine (``reason`` and ``part`` apply to it), missing costs, waiting facts, checks."""
    raise NotImplementedError


def quarantine(viewer: Viewer, reason: str, part: Slice) -> Page[QuarantineRow]:
    """Rows in quarantine."""
    raise NotImplementedError


def missing_costs(viewer: Viewer, part: Slice) -> Page[MissingCost]:
    """Units without a purchase cost."""
    raise NotImplementedError


def waiting(viewer: Viewer, part: Slice) -> Page[WaitingRow]:
    """Movements and cost lines that wait for what they need."""
    raise NotImplementedError


def imports(viewer: Viewer, part: Slice) -> Page[ImportRow]:
    """Imported files, newest first."""
    raise NotImplementedError


def import_options(viewer: Viewer) -> ImportOptions:
    """What the upload form offers."""
    raise NotImplementedError


def start_import(viewer: Viewer, name: str, chunks: Iterator[bytes], options: dict[str, str]) -> str:
    """Keep an upload and start its dry run in the worker; the import's id. Raises ``ProblemError``."""
    raise NotImplementedError


def import_page(viewer: Viewer, key: str) -> ImportPage:
    """One import on its way. Raises :class:`NotThere`."""
    raise NotImplementedError


def confirm_import(viewer: Viewer, key: str) -> None:
    """Post a checked import, in the worker."""
    raise NotImplementedError


def undo_import(viewer: Viewer, key: str) -> None:
    """Undo a whole import as one reversing batch."""
    raise NotImplementedError


def cancel_job(viewer: Viewer, key: str) -> None:
    """Ask a running job to stop; what it had not committed is rolled back."""
    raise NotImplementedError


def job(viewer: Viewer, key: str) -> Job:
    """One job. Raises :class:`NotThere`."""
    raise NotImplementedError


def jobs(viewer: Viewer) -> list[Job]:
    """Jobs that run or wait."""
    raise NotImplementedError


def template(viewer: Viewer, kind: str, language: str) -> tuple[str, bytes]:
    """File name and bytes of the Excel template of a document. Raises :class:`NotThere`."""
    raise NotImplementedError


def search(viewer: Viewer, text: str, limit: int = 20) -> list[Hit]:
    """SKUs, orders, containers and bills that begin with or contain ``text``, exact ones first."""
    raise NotImplementedError
