"""One source document: what it says, what it did, which file and version it is of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from entrepot.books.access import Viewer
from entrepot.books.models import Document, Movement, RefundLine, SalesLine
from entrepot.books.selectors.effects import effects
from entrepot.books.selectors.paging import cut, moment
from entrepot.books.selectors.shapes import DocumentLine, DocumentPage, Money, NotThere, Slice

MOST_LINES = 500
"""Lines and effects shown of one document; the download has all of it."""
_QUANTITY = ("quantity", "counted")
_HEAD = (
    "supplier", "shop", "location", "destination", "incoterm", "currency", "status", "country", "mode", "carrier",
    "container", "eta", "expected", "due", "shipped_at", "reason", "purpose", "name", "note",
)  # fmt: skip
_PRIVATE = {"buyer"}


def document(viewer: Viewer, key: str | int, part: Any = None) -> DocumentPage:
    """The page of a document by its id. Raises :class:`NotThere`. At most nine queries."""
    row = find(viewer, key)
    body: dict[str, Any] = json.loads(bytes(row.body))
    versions = list(
        Document.objects.filter(type=row.type, external_id=row.external_id, source=row.source, account=row.account)
        .order_by("version")
        .values_list("version", "pk")
    )
    done = effects(viewer, row)
    newer = [pk for version, pk in versions if version > row.version]
    older = [pk for version, pk in versions if version < row.version]
    taken_back = bool(done) and all(effect.replaced for effect in done) and not newer
    return DocumentPage(
        id=str(row.pk),
        title=f"{row.type.replace('_', ' ')} {row.external_id}",
        kind=row.type,
        source=row.source,
        external_id=row.external_id,
        version=row.version,
        digest=row.sha256,
        effective_at=moment(row.effective_at),
        recorded_at=moment(row.recorded_at),
        lines=_lines(viewer, body),
        effects=cut(done, part or Slice(), sums=("units", *(("amount",) if viewer.can("see_cost") else ()))),
        replaced_by=str(newer[0]) if newer else "",
        replaces=str(older[-1]) if older else "",
        import_id=f"batch-{row.batch_id}",
        state="undone" if taken_back else "posted",
        properties=_properties(row, body),
        versions=[(version, str(pk)) for version, pk in versions],
        file_lines=(row.first_line, row.last_line or row.first_line) if row.first_line else None,
    )


def document_bytes(viewer: Viewer, key: str | int) -> tuple[str, bytes]:
    """File name and canonical body (JSON without personal fields). Raises :class:`NotThere`."""
    viewer.need("see_cost")
    row = find(viewer, key)
    return f"{row.type}-{row.external_id}-v{row.version}.json", bytes(row.body)


def find(viewer: Viewer, key: str | int) -> Document:
    """A document of the viewer's company, or of none (items, rates …), within his shops and places."""
    try:
        number = int(key)
    except ValueError:
        raise NotThere(f"document {key}") from None
    mine = Q(company_id=viewer.company.id) | Q(company=None)
    row = Document.objects.select_related("batch").filter(mine, pk=number).first() if 0 < number < 2**63 else None
    if row is None or row.pk not in in_scope(viewer, [row.pk]):
        raise NotThere(f"document {key}")
    return row


def by_number(viewer: Viewer, kind: str, number: str) -> Document:
    """The newest version of a document by type and number. Raises :class:`NotThere`."""
    mine = Q(company_id=viewer.company.id) | Q(company=None)
    row = Document.objects.filter(mine, type=kind, external_id=number).order_by("-version", "-pk").first()
    if row is None or row.pk not in in_scope(viewer, [row.pk]):
        raise NotThere(f"{kind} {number}")
    return row


def in_scope(viewer: Viewer, documents: Iterable[int]) -> set[int]:
    """Those of ``documents`` that concern the viewer's shops and places; one of none belongs to everybody."""
    keys = set(documents)
    if viewer.shops is not None:
        lines = SalesLine.objects.filter(document_id__in=keys).order_by().values_list("document_id", "shop_id")
        refunds = RefundLine.objects.filter(document_id__in=keys).order_by().values_list("document_id", "shop_id")
        keys &= _allowed(keys, lines.union(refunds), viewer.shops)
    if viewer.locations is not None:
        rows = Movement.objects.filter(document_id__in=keys).order_by()
        ends = rows.values_list("document_id", "from_cell__location_id").union(
            rows.values_list("document_id", "to_cell__location_id")
        )
        keys &= _allowed(keys, ends, viewer.locations)
    return keys


def _allowed(keys: set[int], pairs: Iterable[tuple[int, int | None]], scope: frozenset[int]) -> set[int]:
    concerned = [(key, place) for key, place in pairs if place is not None]
    return (keys - {key for key, _ in concerned}) | {key for key, place in concerned if place in scope}


def _lines(viewer: Viewer, body: dict[str, Any]) -> list[DocumentLine]:
    """The document's own lines, whatever its type."""
    groups = [(name, value) for name, value in body.items() if name not in _PRIVATE and _is_lines(value)]
    rows: list[DocumentLine] = []
    for name, values in groups:
        for line in values:
            rows.append(_line(viewer, body, len(rows) + 1, name, line))
            if len(rows) == MOST_LINES:
                return rows
    return rows


def _is_lines(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, dict) for entry in value)


def _line(viewer: Viewer, body: dict[str, Any], number: int, group: str, line: dict[str, Any]) -> DocumentLine:
    quantity = next((line[name] for name in _QUANTITY if isinstance(line.get(name), int)), None)
    amount: Money | None = None
    note = str(line.get("note") or line.get("description") or "")
    if viewer.can("see_cost"):
        currency = str(line.get("currency") or body.get("currency") or viewer.company.currency)
        price = line.get("price")
        if isinstance(line.get("amount"), int):
            amount = Money(line["amount"], currency)
        elif isinstance(price, dict):
            per = price.get("per", 1)
            whole, rest = divmod(price["amount"] * (quantity or 0), per)
            amount = Money(whole + (2 * rest >= per), currency, estimate=bool(rest))
        elif isinstance(line.get("money"), dict):
            amount = Money(line["money"]["amount"], line["money"]["currency"])
    what = str(line.get("component") or group)
    return DocumentLine(number, what, str(line.get("sku", "")), quantity, amount, note)


def _properties(row: Document, body: dict[str, Any]) -> list[tuple[str, str]]:
    shown = [(name, str(body[name])) for name in _HEAD if body.get(name) and not isinstance(body[name], list | dict)]
    refs = [
        (name, f"{value.get('type', '')} {value['id']}".strip())
        for name, value in body.items()
        if isinstance(value, dict) and "id" in value and name not in _PRIVATE
    ]
    file = [("file", row.batch.name)] if row.batch.name else []
    actor = [("recorded_by", row.batch.actor)] if row.batch.actor else []
    return [*shown, *refs, *file, *actor]
