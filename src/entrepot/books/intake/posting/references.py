"""Finds the documents and rows that a document names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Sum

from entrepot.books import models, retelling
from entrepot.books.intake.trouble import refused, unknown
from entrepot.core.documents import Ref
from entrepot.core.kinds import Kind

if TYPE_CHECKING:
    from entrepot.books.intake.posting.builder import Builder

_BORN_BY = {
    "receipt": (Kind.RECEIPT, Kind.ARRIVAL, Kind.COUNT_SURPLUS),
    "opening_balance": (Kind.OPENING,),
    "shipment": (Kind.DEPARTURE, Kind.RECEIPT),
    "transfer": (Kind.TRANSFER,),
    "regrade": (Kind.REGRADE,),
    "conversion": (Kind.CONVERSION_OUT,),
    "count": (Kind.COUNT_SURPLUS,),
    "return": (Kind.RETURN,),
    "intercompany_sale": (Kind.INTERCOMPANY_RECEIPT,),
}
_ISSUED_BY = {
    "sales_order": (Kind.SALE,),
    "supplier_return": (Kind.SUPPLIER_RETURN,),
    "stock_use": (Kind.WRITE_OFF, Kind.USE),
    "count": (Kind.COUNT_SHORTAGE,),
    "intercompany_sale": (Kind.INTERCOMPANY_SALE,),
}


def documents(b: Builder, ref: Ref) -> list[int]:
    """Ids of all versions of the one document that ``ref`` names; waits while it is not in the books."""
    return documents_of(b, [ref])


def documents_of(b: Builder, refs: Sequence[Ref]) -> list[int]:
    """The same for many documents, in a few queries; in the order of ``refs``."""
    b.session.flush()
    company = b.header.company.pk if b.header.company else None
    numbers: dict[str, set[str]] = {}
    for ref in refs:
        numbers.setdefault(ref.type, set()).add(ref.id)
    found: dict[tuple[str, str], list[_Stored]] = {}
    for kind, names in numbers.items():
        every = sorted(names)
        for start in range(0, len(every), 500):
            rows = models.Document.objects.filter(type=kind, external_id__in=every[start : start + 500]).order_by("pk")
            for name, *row in rows.values_list("external_id", "pk", "source", "account", "company_id"):
                found.setdefault((kind, name), []).append(_Stored._make(row))
    return [pk for ref in refs for pk in _versions(ref, found.get((ref.type, ref.id), []), company)]


class _Stored(NamedTuple):
    """A version of a document that a reference may mean."""

    pk: int
    source: str
    account: str
    company: int | None


def _versions(ref: Ref, stored: list[_Stored], company: int | None) -> list[int]:
    rows = [row for row in stored if ref.source in ("", None, row.source) and ref.account in ("", None, row.account)]
    if len({(row.source, row.account) for row in rows}) > 1:  # each company numbers its documents as it likes
        rows = [row for row in rows if row.company == company] or rows
    if not rows:
        raise unknown(ref.type, ref.id, "import that document; this one is then posted by itself", field="document")
    if len({(row.source, row.account) for row in rows}) > 1:
        raise refused(
            "ambiguous_reference",
            f"more than one {ref.type.replace('_', ' ')} has this number",
            "name its account or source too",
            field="document",
            found=ref.id,
        )
    return [row.pk for row in rows]


def movements(b: Builder, ref: Ref, side: str) -> list[models.Movement]:
    """Live movements that gave birth to layers (``births``) or took units out (``issue``), in line order."""
    kinds = (_BORN_BY if side == "births" else _ISSUED_BY).get(ref.type)
    if ref.type == "purchase_order" and side == "births":
        return _received(b, ref)
    if kinds is None:
        raise refused(
            "wrong_target", f"a {ref.type.replace('_', ' ')} has no units for this", "aim at a receipt, transfer or issue",
            field="target", found=ref.type,
        )  # fmt: skip
    rows = models.Movement.objects.filter(document_id__in=documents(b, ref), kind__in=kinds, replacement__isnull=True)
    if ref.line is not None:
        rows = rows.filter(line=ref.line)
    found = list(rows.order_by("line", "ordinal", "pk"))
    if not found:
        raise unknown(ref.type, ref.id, "check the line number; the document has no such units", field="target")
    return found


def _received(b: Builder, ref: Ref) -> list[models.Movement]:
    lines = models.PurchaseLine.objects.filter(document_id__in=documents(b, ref))
    if ref.line is not None:
        lines = lines.filter(line=ref.line)
    found = list(
        models.Movement.objects.filter(
            purchase_line__in=lines, replacement__isnull=True, kind=int(Kind.RECEIPT)
        ).order_by("pk")
    )
    if not found:
        raise unknown("receipt_of", ref.id, "nothing of this order was received yet; the bill waits", field="target")
    return found


def told_before(movements: Collection[int]) -> dict[int, int]:
    """``movements`` and those whose place they took, each with the one that stands for it now: what was aimed at the
    earlier ones is aimed at these."""
    known = {row: row for row in movements}
    last = list(known)
    while last:
        earlier = retelling.before(last)
        for start in range(0, len(last), 500):
            rows = models.Replacement.objects.filter(new_movement__in=last[start : start + 500])
            earlier |= dict(rows.exclude(movement=None).values_list("movement_id", "new_movement_id"))
        known |= {old: known[new] for old, new in earlier.items()}
        last = list(earlier)
    return known


def lot(b: Builder, ref: Ref | None, item: int) -> int | None:
    """The movement that gave birth to a named lot of ``item``."""
    if ref is None:
        return None
    for row in movements(b, ref, "births"):
        if row.item_id == item:
            return row.pk
    raise refused("wrong_lot", "the named lot does not hold this item", "name the receipt of this item", field="lot")


def sales_lines(b: Builder, ref: Ref) -> list[models.SalesLine]:
    """Live lines of a sales order."""
    rows = models.SalesLine.objects.filter(document_id__in=documents(b, ref), replacement__isnull=True)
    if ref.line is not None:
        rows = rows.filter(line=ref.line)
    found = list(rows.order_by("line"))
    if not found:
        raise unknown("sales_order", ref.id, "check the order and line number", field="order")
    return found


def sales_lines_of(b: Builder, refs: list[Ref]) -> dict[str, list[models.SalesLine]]:
    """Live lines of many sales orders of one account, by order number, in three queries instead of two for each.

    Orders that are not found, or found more than once, are left out: :func:`sales_lines` says what is wrong with them.
    """
    b.session.flush()
    first = refs[0] if refs else None
    if first is None or any((r.type, r.account, r.source) != (first.type, first.account, first.source) for r in refs):
        return {}
    found = models.Document.objects.filter(type=first.type, external_id__in={r.id for r in refs if r.line is None})
    for name, value in (("account", first.account), ("source", first.source)):
        found = found.filter(**{name: value}) if value else found
    number_of: dict[int, str] = {}
    senders: dict[str, set[tuple[str, str]]] = {}
    for pk, number, source, account in found.values_list("pk", "external_id", "source", "account"):
        number_of[pk] = number
        senders.setdefault(number, set()).add((source, account))
    lines: dict[str, list[models.SalesLine]] = {}
    rows = models.SalesLine.objects.filter(document_id__in=number_of, replacement__isnull=True).order_by("line")
    for row in rows:
        number = number_of[row.document_id]
        if len(senders[number]) == 1:
            lines.setdefault(number, []).append(row)
    return lines


def returnable(sale: models.Movement, correcting: tuple[int, ...]) -> int:
    """Units of a sale that have not come back, leaving out the return documents that are being corrected."""
    told = told_before([sale.pk])  # a return of the sale as it was told before its correction is one of it all the same
    returns = models.Movement.objects.filter(of_id__in=told, kind=int(Kind.RETURN), replacement__isnull=True)
    back = returns.exclude(document_id__in=correcting).aggregate(units=Sum("quantity"))["units"]
    return sale.quantity - (back or 0)
