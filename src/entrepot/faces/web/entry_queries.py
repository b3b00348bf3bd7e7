"""What the pages of typed documents ask of the floors below; see :mod:`entrepot.faces.web.queries`."""

from __future__ import annotations

from typing import Any

from entrepot.books.access import NEEDS, STOCK_DOCUMENTS, Viewer
from entrepot.books.selectors import entered as typed_before
from entrepot.books.selectors import jobs
from entrepot.books.selectors.suggest import suggest as look_up
from entrepot.core.errors import Problem, ProblemError
from entrepot.faces import worker
from entrepot.workflows import drafts, entered
from entrepot.workflows.drafts import DraftView
from entrepot.workflows.entered import Posted, Tried
from entrepot.workflows.typed_codes import scanned
from entrepot.workflows.typed_rows import Typed

STOCK = ("receipt", "shipment", "transfer", "stock_use", "regrade", "conversion", "stock_report", "supplier_return")
MONEY = ("purchase_order", "cost_bill", "supplier_credit", "payment")


def kinds(viewer: Viewer) -> tuple[str, ...]:
    """Kinds of document that this viewer may type, stock first."""
    if viewer.can("post"):
        return tuple(kind for kind in (*STOCK, *MONEY) if viewer.can(NEEDS.get(kind, "post")))
    return tuple(kind for kind in STOCK if kind in STOCK_DOCUMENTS) if viewer.can("post_stock") else ()


def begin(viewer: Viewer, kind: str, header: dict[str, str], rows: tuple[dict[str, str], ...] = ()) -> DraftView:
    """A new draft. Raises ``ProblemError``."""
    return drafts.begin(viewer, Typed(kind, header, rows))


def reopen(viewer: Viewer, document: int) -> DraftView:
    """A draft that corrects a document. Raises ``ProblemError``."""
    return drafts.reopen(viewer, document)


def load(viewer: Viewer, key: str) -> DraftView:
    """A draft. Raises ``ProblemError``."""
    return drafts.load(viewer, key)


def save(viewer: Viewer, key: str, told: dict[str, Any]) -> DraftView:
    """Keep what is typed. Raises ``ProblemError``."""
    before = drafts.load(viewer, key)
    return drafts.save(viewer, key, int(told.get("version", 0)), _typed(before.typed.kind, told))


def tried(viewer: Viewer, key: str, told: dict[str, Any]) -> Tried:
    """What posting would do. Raises ``ProblemError``."""
    before = drafts.load(viewer, key)
    typed = _typed(before.typed.kind, told)
    return entered.tried(viewer, typed, late=bool(told.get("late")), corrects=before.corrects)


def post(viewer: Viewer, key: str, told: dict[str, Any], origin: str) -> Posted:
    """Post a draft; its figures follow in the worker. Raises ``TypedFaults``, ``ProblemError``."""
    done = drafts.post(viewer, key, int(told.get("version", 0)), late=bool(told.get("late")), origin=origin)
    revalue(viewer, f"{done.kind} {done.number}")
    return done


def discard(viewer: Viewer, key: str, version: int) -> None:
    """Throw a draft away. Raises ``ProblemError``."""
    drafts.discard(viewer, key, version)


def undo(viewer: Viewer, batch: int, origin: str) -> None:
    """Take a typed document back. Raises ``ProblemError``."""
    entered.undo(viewer, batch, origin=origin)
    revalue(viewer, f"undo {batch}")


def revalue(viewer: Viewer, name: str) -> None:
    """Value what changed, in the worker; one job at a time waits for that."""
    if not any(job.kind == "revalue" and job.state == "waiting" for job in jobs.jobs(viewer)):
        worker.start("revalue", {"name": name}, viewer.name)


def open_drafts(viewer: Viewer) -> list[DraftView]:
    """Drafts that wait to be posted."""
    return drafts.open_drafts(viewer)


def lately(viewer: Viewer) -> list[typed_before.TypedDocument]:
    """Documents that were typed lately."""
    return typed_before.lately(viewer)


def suggest(viewer: Viewer, what: str, text: str) -> list[tuple[str, str]]:
    """Codes that fit what is typed."""
    return look_up(viewer, what, text)


def scan(viewer: Viewer, text: str) -> dict[str, Any] | None:
    """The item that a scan means."""
    found = scanned(viewer, text)
    return None if found is None else {"sku": found[0], "name": found[1], "label": found[2]}


def _typed(kind: str, told: dict[str, Any]) -> Typed:
    header, rows = told.get("header", {}), told.get("rows", [])
    if not isinstance(header, dict) or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ProblemError(Problem("invalid", "this is no sheet", "load the page again"))
    texts = [{_plain(name): _plain(text) for name, text in part.items()} for part in (header, *rows)]
    return Typed(kind, texts[0], tuple(texts[1:]))


def _plain(value: Any) -> str:
    """Text that every database takes; what is no text counts as its text, nothing as empty."""
    return "" if value is None else str(value).replace("\0", "")
