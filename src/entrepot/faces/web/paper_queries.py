"""What the pages of papers (attachments, labels, putting away) ask of the floors below."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.books.access import STOCK_DOCUMENTS, Viewer
from entrepot.books.models import Document
from entrepot.books.selectors import documents
from entrepot.books.selectors.entered import TypedDocument, of_document
from entrepot.books.selectors.shapes import NotThere
from entrepot.faces.web.entry_queries import kinds
from entrepot.workflows import attaching, drafts, entered, labelling
from entrepot.workflows.attaching import Attached
from entrepot.workflows.drafts import DraftView
from entrepot.workflows.typed_rows import Typed

MOST_BYTES = attaching.MOST_BYTES


@dataclass(frozen=True)
class Papers:
    """What one can do with a document on its page, and the files beside it."""

    files: list[Attached]
    may_attach: bool
    correctable: bool
    receipt: bool
    labels: bool
    typed: TypedDocument | None


def papers(viewer: Viewer, key: str, *, newest: bool) -> Papers:
    """For the page of a document. Three queries. Raises ``NotThere``."""
    row = documents.find(viewer, key)
    may = row.company_id is not None and row.type in kinds(viewer)
    return Papers(
        files=attaching.attached(viewer, row),
        may_attach=row.company_id is not None
        and (viewer.can("post") or (viewer.can("post_stock") and row.type in STOCK_DOCUMENTS)),
        correctable=may and newest,
        receipt=row.type == "receipt" and "transfer" in kinds(viewer),
        labels=row.type in ("receipt", "shipment", "purchase_order", "transfer"),
        typed=of_document(viewer, row.pk),
    )


def of_order(viewer: Viewer, number: str) -> list[tuple[int, Attached]]:
    """Files beside an order and beside the proposal that it was, each with the key of its document. Two queries at most."""
    files = attaching.attached_to(viewer, ("purchase_order", "purchase_proposal"), number)
    if not files:
        return []
    rows = viewer.of_company(Document.objects.filter(type__in={kind for kind, _ in files}, external_id=number))
    newest = {row.type: row.pk for row in rows.order_by("version").defer("body")}
    return [(newest[kind], file) for kind, file in files]


def attach(viewer: Viewer, key: str, name: str, content: bytes, origin: str) -> Attached:
    """Keep a file. Raises ``NotThere``, ``ProblemError``."""
    return attaching.attach(viewer, documents.find(viewer, key), name, content, origin=origin)


def attached(viewer: Viewer, document: Document) -> list[Attached]:
    """Files beside a document."""
    return attaching.attached(viewer, document)


def attached_bytes(viewer: Viewer, key: str, file: int) -> tuple[str, str, bytes]:
    """Name, type and bytes. Raises ``NotThere``, ``ProblemError``."""
    return attaching.content(viewer, documents.find(viewer, key), file)


def detach(viewer: Viewer, key: str, file: int, origin: str) -> None:
    """Take a file away. Raises ``NotThere``, ``ProblemError``."""
    attaching.remove(viewer, documents.find(viewer, key), file, origin=origin)


def layouts() -> list[tuple[str, int, tuple[float, float]]]:
    """Layouts for units."""
    return labelling.layouts()


def unit_labels(viewer: Viewer, text: str, layout: str, skip: int, condition: str, *, own: bool) -> bytes:
    """The PDF. Raises ``ProblemError``."""
    items = labelling.wanted(text)
    return labelling.unit_labels(viewer, items, layout, skip=skip, condition=condition, own=own)


def carton_labels(viewer: Viewer, number: str) -> bytes:
    """The PDF. Raises ``NotThere``, ``ProblemError``."""
    return labelling.carton_labels(viewer, number)


def lines_of(viewer: Viewer, key: str) -> str:
    """SKU and units of a document's lines, one a line; empty where there is none."""
    if not key.isdecimal():
        return ""
    told = entered.told_of(documents.find(viewer, key))
    lines = [(getattr(line, "sku", ""), getattr(line, "quantity", 0)) for line in getattr(told, "lines", ())]
    return "\n".join(f"{sku} {units}" for sku, units in lines if sku and units)


def put_away(viewer: Viewer, key: str) -> DraftView:
    """A transfer of what a receipt brought. Raises ``NotThere``, ``ProblemError``."""
    told = entered.told_of(documents.find(viewer, key))
    if told.type != "receipt":
        raise NotThere(f"receipt {key}")
    rows = tuple({"sku": line.sku, "quantity": str(line.quantity)} for line in told.lines)
    return drafts.begin(viewer, Typed("transfer", {"origin": told.location}, rows))
