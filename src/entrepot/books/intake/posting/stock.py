"""Documents that move units without buying or selling them."""

from __future__ import annotations

from typing import Any

from entrepot.books import models
from entrepot.books.availability import fold
from entrepot.books.intake import rows as r
from entrepot.books.intake.posting import references
from entrepot.books.intake.posting.builder import Builder, line_amount
from entrepot.books.intake.posting.buying import supplier_shipment
from entrepot.books.intake.posting.import_tax import shipment_terms, terms
from entrepot.books.intake.trouble import refused
from entrepot.core import documents as d
from entrepot.core.calendar import to_instant
from entrepot.core.kinds import Kind


def opening_balance(b: Builder, doc: d.OpeningBalance) -> None:
    location = b.directory.location(doc.location)
    for number, line in enumerate(doc.lines, 1):
        at = to_instant(line.received_on) if line.received_on else b.header.effective_at
        cell = b.directory.cell_at(b.header.company, location, line.condition, line.label, line.batch, line.expiry)
        row = b.movement(number, Kind.OPENING, b.directory.item(line.sku, number), line.quantity, None, cell, at=at)
        for ordinal, cost in enumerate(line.costs):
            # The rate of the day the books begin: an older one may not be known, and the cost is "as stated".
            b.cost(
                number, cost.component, cost.money.amount, cost.money.currency, [(row.id, 1)], ordinal=ordinal,
                converted=b.base(cost.money.amount, cost.money.currency, b.header.effective_at),
            )  # fmt: skip
    terms(b, doc)


def shipment(b: Builder, doc: d.Shipment) -> None:
    destination = b.directory.location(doc.destination)
    transit = b.directory.cell_at(b.header.company, destination, transit=doc.id)
    if doc.order is not None:
        supplier_shipment(b, doc, transit)
    else:
        origin = b.directory.cell(b.header.company, doc.origin)
        for number, line in enumerate(doc.lines, 1):
            b.movement(number, Kind.DEPARTURE, b.directory.item(line.sku, number), line.quantity, origin, transit)
    b.postings.objects.append(
        models.Shipment(
            document_id=b.header.id, company_id=b.header.company.pk, number=doc.id, cell_id=transit,
            origin=b.directory.location(doc.origin.location), destination=destination, mode=doc.mode,
            carrier=doc.carrier, container=doc.container, departed_at=b.header.effective_at,
            eta=to_instant(doc.eta) if doc.eta else None,
        )
    )  # fmt: skip
    shipment_terms(b, doc)


def _within(b: Builder, doc: Any, kind: Kind) -> None:
    source = b.directory.cell(b.header.company, doc.origin)
    target = b.directory.cell(b.header.company, doc.destination)
    if source == target:
        raise refused(
            "same_cell", "origin and destination are the same", "name two different cells", field="destination"
        )
    for number, line in enumerate(doc.lines, 1):
        item = b.directory.item(line.sku, number)
        b.movement(number, kind, item, line.quantity, source, target, lot_id=references.lot(b, line.lot, item))


def transfer(b: Builder, doc: d.Transfer) -> None:
    _within(b, doc, Kind.TRANSFER)


def regrade(b: Builder, doc: d.Regrade) -> None:
    _within(b, doc, Kind.REGRADE)


def conversion(b: Builder, doc: d.Conversion) -> None:
    source = b.directory.cell(b.header.company, doc.cell)
    target = b.directory.cell(b.header.company, doc.into) if doc.into else source
    for number, line in enumerate(doc.consumed, 1):
        item = b.directory.item(line.sku, number)
        b.movement(
            number, Kind.CONVERSION_IN, item, line.quantity, source, None, event=b.header.id,
            lot_id=references.lot(b, line.lot, item),
        )  # fmt: skip
    for number, made in enumerate(doc.produced, len(doc.consumed) + 1):
        b.movement(
            number, Kind.CONVERSION_OUT, b.directory.item(made.sku, number), made.quantity, None, target,
            event=b.header.id, share=made.share,
        )  # fmt: skip


def complete_count(b: Builder, doc: d.Count) -> d.Count:
    """The count with ``expected`` filled in from the books as of its instant, where the counter did not say."""
    if all(line.expected is not None for line in doc.lines):
        return doc
    location = b.directory.location(doc.location)
    at = b.header.effective_at
    own = models.Movement.objects.filter(document_id__in=b.header.older)
    told = set(own.values_list("pk", flat=True))  # what an earlier version of this count moved is told anew

    def complete(number: int, line: d.CountLine) -> d.CountLine:
        if line.expected is not None:
            return line
        item = b.directory.item(line.sku, number)
        cell = b.directory.cell_at(b.header.company, location, line.condition, line.label, line.batch, line.expiry)
        stand = fold((s for s in b.session.steps({item}) if s.movement not in told), stop=lambda step: step.at > at)
        return line.model_copy(update={"expected": max(0, stand.units.get((item, cell), 0))})

    return doc.model_copy(update={"lines": [complete(number, line) for number, line in enumerate(doc.lines, 1)]})


def count(b: Builder, doc: d.Count) -> None:
    location = b.directory.location(doc.location)
    for number, line in enumerate(doc.lines, 1):
        item = b.directory.item(line.sku, number)
        cell = b.directory.cell_at(b.header.company, location, line.condition, line.label, line.batch, line.expiry)
        difference = line.counted - (line.expected or 0)
        if difference > 0:
            b.movement(number, Kind.COUNT_SURPLUS, item, difference, None, cell)
        elif difference < 0:
            b.movement(number, Kind.COUNT_SHORTAGE, item, -difference, cell, None)


def stock_use(b: Builder, doc: d.StockUse) -> None:
    cell = b.directory.cell(b.header.company, doc.cell)
    kind = Kind.WRITE_OFF if doc.purpose in ("write_off", "lost", "destroyed") else Kind.USE
    for number, line in enumerate(doc.lines, 1):
        item = b.directory.item(line.sku, number)
        b.movement(number, kind, item, line.quantity, cell, None, lot_id=references.lot(b, line.lot, item))


def supplier_return(b: Builder, doc: d.SupplierReturn) -> None:
    cell = b.directory.cell(b.header.company, doc.cell)
    for number, line in enumerate(doc.lines, 1):
        item = b.directory.item(line.sku, number)
        b.movement(
            number, Kind.SUPPLIER_RETURN, item, line.quantity, cell, None,
            lot_id=references.lot(b, line.lot, item),
        )  # fmt: skip


def intercompany_sale(b: Builder, doc: d.IntercompanySale) -> None:
    buyer = b.directory.company(doc.buyer)
    if buyer.pk == b.header.company.pk:
        raise refused("same_company", "buyer and seller are the same company", "name the other company", field="buyer")
    source = b.directory.cell(b.header.company, doc.origin)
    target = b.directory.cell(buyer, doc.destination)
    for number, line in enumerate(doc.lines, 1):
        item = b.directory.item(line.sku, number)
        sold = b.movement(
            number, Kind.INTERCOMPANY_SALE, item, line.quantity, source, None,
            lot_id=references.lot(b, line.lot, item),
        )  # fmt: skip
        bought = b.movement(
            number, Kind.INTERCOMPANY_RECEIPT, item, line.quantity, None, target, ordinal=1, company=buyer.pk,
            of_id=sold.id,
        )  # fmt: skip
        amount = line_amount(line.price.amount, line.price.per, line.quantity)
        b.cost(number, "goods", amount, doc.currency, [(bought.id, 1)], company=buyer, internal=True)


def stock_report(b: Builder, doc: d.StockReport) -> None:
    location = b.directory.location(doc.location)
    for number, line in enumerate(doc.lines, 1):
        b.postings.reported.append(
            r.ReportedStockRow(
                b.session.new_id(r.ReportedStockRow), b.header.id, number, location.pk,
                b.directory.item(line.sku, number), line.condition, line.quantity, b.header.effective_at,
                line.stage,
            )
        )  # fmt: skip
