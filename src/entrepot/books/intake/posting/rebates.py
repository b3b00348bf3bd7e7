"""Tax that comes back: the export rebate's sub-ledger and refunds of import duty."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from entrepot.books import models
from entrepot.books.intake.directory import Rate
from entrepot.books.intake.posting import references
from entrepot.books.intake.posting.builder import Builder
from entrepot.books.intake.posting.import_tax import origin
from entrepot.books.intake.posting.standing import standing
from entrepot.books.intake.posting.weights import of_movements
from entrepot.books.intake.trouble import refused, unknown
from entrepot.books.versions import IDENTITY, current
from entrepot.core import documents as d
from entrepot.core.components import COMPONENTS, NAMES
from entrepot.core.errors import ProblemError
from entrepot.core.money import exponent, round_half_away, split_largest_remainder

SETTLED_LATER = "9810"
"""Mode whose refund is paid at departure and settled after the sale."""


def vat_invoice(b: Builder, doc: d.VatInvoice) -> None:
    exponent(doc.currency)  # refuses what is no currency
    for number, line in enumerate(doc.lines, 1):
        b.postings.objects.append(
            models.VatInvoiceLine(
                document_id=b.header.id, line=number, company_id=b.header.company.pk,
                item_id=b.directory.item(line.sku, number), supplier=doc.supplier, quantity=line.quantity,
                amount=line.amount, tax=line.tax, currency=doc.currency, tax_in_cost=doc.tax_in_cost, **_times(b),
            )
        )  # fmt: skip


def export_declaration(b: Builder, doc: d.ExportDeclaration) -> None:
    exponent(doc.currency)
    for number, line in enumerate(doc.lines, 1):
        b.postings.objects.append(
            models.DeclarationLine(
                document_id=b.header.id, line=number, company_id=b.header.company.pk,
                item_id=b.directory.item(line.sku, number), quantity=line.quantity, mode=doc.mode,
                hs_code=line.hs_code, amount=line.amount, currency=doc.currency, **_times(b),
            )
        )  # fmt: skip


def rebate_claim(b: Builder, doc: d.RebateClaim) -> None:
    taken: dict[str, dict[int, int]] = {"invoice": {}, "declared": {}}
    for number, line in enumerate(doc.lines, 1):
        invoice: models.VatInvoiceLine = _line(b, models.VatInvoiceLine, line.invoice, number, "invoice")
        declared = _declared(b, line, invoice, number)
        if invoice.currency != doc.currency:
            raise refused("wrong_currency", "the claim is in another currency than the invoice", "use the invoice's",
                          line=number, field="currency", found=doc.currency)  # fmt: skip
        _refuse_twice(b, "invoice_line", invoice, taken["invoice"], line.quantity, number)
        if declared is not None:
            _refuse_twice(b, "declaration_line", declared, taken["declared"], line.quantity, number)
        base = round_half_away(Fraction(invoice.amount * line.quantity, invoice.quantity))
        tax = round_half_away(Fraction(invoice.tax * line.quantity, invoice.quantity))
        refund = _refund(line, base, tax, number)
        provisional = line.treatment == "refund" and (
            doc.provisional or (declared is not None and declared.mode == SETTLED_LATER)
        )
        claim = models.RebateClaimLine(
            document_id=b.header.id, line=number, company_id=b.header.company.pk, invoice_line=invoice,
            declaration_line=declared, quantity=line.quantity, base=base, tax=tax, rate_bp=line.rate_bp,
            amount=refund, currency=doc.currency, treatment=line.treatment, provisional=provisional, **_times(b),
        )  # fmt: skip
        b.postings.objects.append(claim)
        _effect(b, number, claim, refund, estimate=provisional)


def _refund(line: d.RebateClaimLine, base: int, tax: int, number: int) -> int:
    if line.treatment == "forgone":
        return 0
    if line.amount is None:
        if line.rate_bp * base > 10_000 * (tax + 1):  # more than rounding
            raise _too_much(line.rate_bp, number)
        return min(round_half_away(Fraction(base * line.rate_bp, 10_000)), tax)
    if line.amount > tax:
        raise _too_much(line.amount, number)
    return line.amount


def _too_much(found: int, number: int) -> ProblemError:
    return refused("more_than_paid", "the refund is more than the tax on the invoice", "check rate and amount",
                   line=number, field="amount", found=str(found))  # fmt: skip


def rebate_settlement(b: Builder, doc: d.RebateSettlement) -> None:
    for number, line in enumerate(doc.lines, 1):
        claim: models.RebateClaimLine = _line(b, models.RebateClaimLine, line.claim, number, "claim")
        if claim.currency != doc.currency or claim.treatment != "refund" or line.amount > claim.tax:
            raise refused("wrong_settlement", "this cannot be what the claim comes to",
                          "check claim line, currency and amount", line=number, field="amount",
                          found=str(line.amount))  # fmt: skip
        b.postings.objects.append(
            models.RebateSettlementLine(
                document_id=b.header.id, line=number, company_id=b.header.company.pk, claim_line=claim,
                amount=line.amount, currency=doc.currency, **_times(b),
            )
        )  # fmt: skip
        new = _effect(b, number, claim, line.amount, estimate=False, settles=True)
        for old in _standing_of(b, line.claim, claim.line, "rebate"):
            b.replace(cost_line_id=old.pk, new_cost_line_id=new)


def rebate_payment(b: Builder, doc: d.RebatePayment) -> None:
    exponent(doc.currency)
    claim = references.documents(b, doc.claim)[-1]
    _check_company(b, models.Document.objects.get(pk=claim).company_id, 1)
    b.postings.objects.append(
        models.RebateCash(
            document_id=b.header.id, company_id=b.header.company.pk, claim_id=claim, amount=doc.amount,
            currency=doc.currency, **_times(b),
        )
    )  # fmt: skip


def duty_refund(b: Builder, doc: d.DutyRefund) -> None:
    """A credit on every line that charged the duty, split among them by amount, on the lots that bore it and at the
    rate of exchange at which it was charged, so that a whole refund leaves nothing."""
    exponent(doc.currency)
    for number, line in enumerate(doc.lines, 1):
        charged = _charged(b, line, number)
        same = all(row.currency == doc.currency for row in charged)
        weights = [row.amount if same else row.base_amount for row in charged]
        if same and line.amount > sum(weights):
            raise refused("more_than_paid", "more comes back than was charged", "check the amount and the bill",
                          line=number, field="amount", found=str(line.amount))  # fmt: skip
        parts = split_largest_remainder(line.amount, weights)
        for ordinal, (row, part) in enumerate(zip(charged, parts, strict=True)):
            if part:
                _credit(b, number, ordinal, row, part, doc.currency, same=same)
        b.postings.objects.append(
            models.DutyRefundLine(
                document_id=b.header.id, line=number, company_id=b.header.company.pk,
                component=COMPONENTS[line.component], bill=line.bill.id if line.bill else "", entry=line.entry,
                amount=line.amount, interest=line.interest, currency=doc.currency, **_times(b),
            )
        )  # fmt: skip


def _charged(b: Builder, line: d.DutyRefundLine, number: int) -> list[models.CostLine]:
    """The lines that charged the duty and still count, in their order."""
    if line.bill is not None:
        found = _standing_of(b, line.bill, line.bill.line, line.component)
    else:
        b.session.flush()
        bills = models.CustomsEntry.objects.filter(entry=line.entry, company=b.header.company)
        documents = list(bills.order_by("pk").values_list("document_id", flat=True))
        if not documents:
            raise unknown("customs_entry", line.entry, "import the broker's bill with this entry number", line=number,
                          field="entry")  # fmt: skip
        found = _standing(documents, None, line.component)
    found = [row for row in found if row.amount > 0]
    if not found:
        raise refused("nothing_to_refund", f"no {line.component.replace('_', ' ')} was charged there",
                      "check the bill or entry number", line=number, field="bill")  # fmt: skip
    for row in found:
        _check_company(b, row.company_id, number)
    return found


def _credit(
    b: Builder, number: int, ordinal: int, row: models.CostLine, part: int, currency: str, *, same: bool
) -> None:
    basis = models.Basis.objects.filter(cost_line=row).order_by("-version").first()
    shares = list(models.BasisShare.objects.filter(basis=basis).order_by("ordinal")) if basis else []
    targets = [(share.movement_id or share.sales_line_id or 0, share.weight) for share in shares]
    converted = None
    if same:
        rate = Rate(Fraction(row.rate_numerator, row.rate_denominator), row.rate_date, row.rate_source)
        converted = (-round_half_away(Fraction(row.base_amount * part, row.amount)), rate)
    credit = b.cost(
        number, NAMES[row.component], -part, currency, targets, kind=row.target_kind,
        basis=basis.kind if basis else "line", ordinal=ordinal, converted=converted, location_id=row.location_id,
        shop_id=row.shop_id, item_id=row.item_id, period_from=row.period_from, period_to=row.period_to,
    )  # fmt: skip
    origin(b, credit.id, row)
    moved = {share.movement_id for share in shares} - {None}
    b.postings.items |= set(models.Movement.objects.filter(pk__in=moved).values_list("item_id", flat=True))
    b.postings.everything = b.postings.everything or not targets


def _times(b: Builder) -> dict[str, int]:
    return {"effective_at": b.header.effective_at, "recorded_at": b.session.recorded_at}


def _line(b: Builder, model: Any, ref: d.Ref, number: int, field: str) -> Any:
    """The one line of the latest version that ``ref`` names."""
    latest = references.documents(b, ref)[-1]
    rows: QuerySet[Any] = model.objects.filter(document=latest, document__reversed__isnull=True)
    found = list(rows.filter(line=ref.line) if ref.line is not None else rows)
    if len(found) != 1:
        raise refused("which_line", f"the {field} has no such line, or several", "name one: number#line", line=number,
                      field=field, found=ref.id)  # fmt: skip
    _check_company(b, found[0].company_id, number)
    return found[0]


def _check_company(b: Builder, company: int | None, number: int) -> None:
    if company != b.header.company.pk:
        raise refused("wrong_company", "this belongs to another company", "fix the company or the number", line=number,
                      field="company")  # fmt: skip


def _declared(
    b: Builder, line: d.RebateClaimLine, invoice: models.VatInvoiceLine, number: int
) -> models.DeclarationLine | None:
    if line.declaration is None:
        return None
    declared: models.DeclarationLine = _line(b, models.DeclarationLine, line.declaration, number, "declaration")
    if declared.item_id != invoice.item_id:
        raise refused("not_matching", "invoice and declaration are of different items", "match lines of one item",
                      line=number, field="declaration")  # fmt: skip
    return declared


def _refuse_twice(b: Builder, name: str, row: Any, here: dict[int, int], quantity: int, number: int) -> None:
    """No unit of an invoice or declaration line is claimed twice, by this document or by others."""
    b.session.flush()
    lines = models.RebateClaimLine.objects.filter(
        **{f"{name}__line": row.line},
        **{f"{name}__document__{part}": getattr(row.document, part) for part in IDENTITY},
    ).exclude(document_id__in=b.header.before)
    before = sum(current(lines).values_list("quantity", flat=True)) + here.get(row.pk, 0)
    if before + quantity > row.quantity:
        raise refused("claimed_already", f"of {row.quantity} units {before} are claimed already",
                      "claim no more than is left", line=number, field="quantity", found=str(quantity))  # fmt: skip
    here[row.pk] = here.get(row.pk, 0) + quantity


def _effect(
    b: Builder, number: int, claim: models.RebateClaimLine, refund: int, *, estimate: bool, settles: bool = False
) -> int | None:
    """What the claim does to the cost of its lots: the refund off a price with tax, or what of the tax is not refunded
    onto a price without it. The id of the cost line, ``None`` where nothing changes (what settles always has one, so that
    taking it back brings back what it took the place of)."""
    amount = -refund if claim.invoice_line.tax_in_cost else claim.tax - refund
    if amount == 0 and not settles:
        return None
    rows = [row for row in _lots(b, claim, number) if row.item_id == claim.invoice_line.item_id]
    if not rows:
        raise refused("no_lot", "the goods of this line are not in the named document", "name the receipt of the item",
                      line=number, field="order")  # fmt: skip
    for row in rows:
        _check_company(b, row.company_id, number)
    weights = of_movements("quantity", rows)
    b.postings.items |= {row.item_id for row in rows}
    return b.cost(
        number, "rebate", amount, claim.currency, list(zip([row.pk for row in rows], weights, strict=True)),
        basis="quantity" if len(rows) > 1 else "line", estimate=estimate,
    ).id  # fmt: skip


def _lots(b: Builder, claim: models.RebateClaimLine, number: int) -> list[models.Movement]:
    """The units that were exported where the declaration names their shipment, else those of the invoice."""
    for row, field in ((claim.declaration_line, "shipment"), (claim.invoice_line, "order")):
        if row is None:
            continue
        told = json.loads(bytes(row.document.body))["lines"][row.line - 1].get(field)
        if told:
            return references.movements(b, d.Ref(**told), "births")
    raise refused("no_target", "neither the declaration nor the invoice says which goods these were",
                  "name the shipment on the declaration, or the receipt or order on the invoice", line=number,
                  field="order")  # fmt: skip


def _standing_of(b: Builder, ref: d.Ref, line: int | None, component: str) -> list[models.CostLine]:
    return _standing(references.documents(b, ref), line, component)


def _standing(documents: list[int], line: int | None, component: str) -> list[models.CostLine]:
    """Lines of a component that ``documents`` charged and that count, or came back with a withdrawal."""
    named = models.CostLine.objects.filter(document_id__in=documents, component=COMPONENTS[component])
    if line is not None:
        named = named.filter(line=line)
    now = [standing(row) for row in named.order_by("pk").select_related("document")]
    found = {row.pk: row for row in now if row and (row.document_id in documents or row.document.type == "reversal")}
    return [found[pk] for pk in sorted(found)]
