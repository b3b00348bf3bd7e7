"""The export rebate's sub-ledger: what was claimed, settled and paid, what waits to be matched and by when, and what buying
with an invoice comes to, supplier by supplier. All of it is read from the facts at the moment of asking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Sum

from entrepot.books import models
from entrepot.books.versions import IDENTITY, current
from entrepot.core.calendar import local_date
from entrepot.core.components import COMPONENTS
from entrepot.core.money import round_half_away
from entrepot.engines.rebate import (
    Match,
    Open,
    Outcome,
    Purchase,
    Terms,
    break_even,
    claim_deadline,
    compare,
    match,
    settlement_deadline,
)
from entrepot.rules import RuleBook
from entrepot.workflows.rebate_rates import RebateRates, claimed_rates

Spot = tuple[str, str, str, str, int]
"""A line whatever its document's version: type, number, source, account, line."""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A line of a claim, in minor units of ``currency``. ``state``: filed, provisional, settled or forgone.

    ``amount`` is the refund as it stands; ``kept`` what of the tax stays in the cost. ``deadline`` is the last day to settle
    a provisional refund.
    """

    claim: str
    document: str
    line: int
    on: date
    supplier: str
    sku: str
    invoice: str
    declaration: str
    mode: str
    units: int
    base: int
    tax: int
    rate_bp: int
    claimed: int
    amount: int
    kept: int
    currency: str
    state: str
    deadline: date | None


@dataclass(frozen=True, slots=True)
class ClaimSum:
    """A whole claim: what it comes to, what came in, what is outstanding (negative: to be paid back)."""

    claim: str
    document: str
    on: date
    amount: int
    received: int
    currency: str
    days: int | None
    """Days from the claim to the last payment; None while nothing came in."""

    @property
    def outstanding(self) -> int:
        """Still to come."""
        return self.amount - self.received


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """Units of an invoice line that no claim has taken. ``rebate`` is the refund at ``rate_bp``, None where no rate of the
    item is known. ``declaration`` is what it would be matched with, ``deadline`` the last day to claim; None: not exported."""

    invoice: str
    document: str
    line: int
    on: date
    supplier: str
    sku: str
    units: int
    tax: int
    rate_bp: int | None
    rebate: int | None
    currency: str
    declaration: str
    deadline: date | None
    days: int | None


@dataclass(frozen=True, slots=True)
class OpenDeclaration:
    """Exported units for which no invoice has been claimed; ``invoiced`` of them could be matched now."""

    declaration: str
    document: str
    line: int
    on: date
    mode: str
    sku: str
    units: int
    invoiced: int
    deadline: date
    days: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """A claim line to file: units of an invoice line under a declaration line, with the refund expected."""

    invoice: str
    declaration: str
    sku: str
    units: int
    rate_bp: int | None
    rebate: int | None
    currency: str
    deadline: date


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """A supplier's invoices and what buying with them comes to; ``gross``, ``refund`` and so on in minor units.

    ``break_even_bp`` is the discount without invoice that would cost the same; ``ways`` the comparison at the terms asked.
    """

    supplier: str
    currency: str
    gross: int
    tax: int
    refund: int
    waiting: int
    days: int
    break_even_bp: int | None
    ways: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class RebateLedger:
    """All of it on a day."""

    on: date
    lines: tuple[ClaimRow, ...]
    claims: tuple[ClaimSum, ...]
    invoices: tuple[OpenInvoice, ...]
    declarations: tuple[OpenDeclaration, ...]
    proposals: tuple[Proposal, ...]
    suppliers: tuple[SupplierRow, ...]

    @property
    def outstanding(self) -> dict[str, int]:
        """Money still to come, by currency."""
        return _by_currency((row.currency, row.outstanding) for row in self.claims)

    @property
    def waiting(self) -> dict[str, int]:
        """Refunds of what is invoiced and not claimed yet, exported or not, by currency."""
        return _by_currency((row.currency, row.rebate or 0) for row in self.invoices)

    @property
    def claimable(self) -> dict[str, int]:
        """Refunds of what is both invoiced and exported and not claimed yet, by currency."""
        return _by_currency((row.currency, row.rebate or 0) for row in self.proposals)

    @property
    def kept(self) -> dict[str, int]:
        """Tax of claims that stays in the cost, by currency."""
        return _by_currency((row.currency, row.kept) for row in self.lines)


def rebate_ledger(
    company: models.Company,
    on: date,
    *,
    terms: Terms | None = None,
    capital_bp: int = 0,
    standard_bp: int | None = None,
    book: RuleBook | None = None,
) -> RebateLedger:
    """The sub-ledger as it stands. ``book`` has rates by heading; ``standard_bp`` is assumed for an item without any."""
    invoices = list(_lines(models.VatInvoiceLine, company))
    declarations = list(_lines(models.DeclarationLine, company))
    claims = list(_claim_lines(company))
    settled = _settled(company)
    zone = company.zone
    cash = _cash(company, zone)
    lines = tuple(_claim(row, settled, cash, zone) for row in claims)
    taken: dict[Spot, int] = defaultdict(int)
    for row in claims:
        taken[_spot(row.invoice_line)] += row.quantity
        if row.declaration_line is not None:
            taken[_spot(row.declaration_line)] += row.quantity
    bought = {row.pk: row for row in invoices}
    sent = {row.pk: row for row in declarations}
    pairs = match(
        (Open(r.pk, r.item_id, r.quantity - taken[_spot(r)], local_date(r.effective_at, zone)) for r in invoices),
        (Open(r.pk, r.item_id, r.quantity - taken[_spot(r)], local_date(r.effective_at, zone)) for r in declarations),
    )
    rates = RebateRates(claimed_rates(claims, zone), book, standard_bp)
    proposals = tuple(_proposal(pair, bought, sent, rates, zone) for pair in pairs)
    open_invoices = tuple(
        _open_invoice(row, row.quantity - taken[_spot(row)], pairs, sent, rates, on, zone)
        for row in invoices if row.quantity > taken[_spot(row)]
    )  # fmt: skip
    open_declarations = tuple(
        _open_declaration(row, row.quantity - taken[_spot(row)], pairs, on, zone)
        for row in declarations if row.quantity > taken[_spot(row)]
    )  # fmt: skip
    return RebateLedger(
        on, lines, _claims(lines, cash),
        tuple(sorted(open_invoices, key=lambda r: (r.deadline is None, r.deadline or r.on, r.invoice, r.line))),
        tuple(sorted(open_declarations, key=lambda r: (r.deadline, r.declaration, r.line))),
        proposals, _suppliers(invoices, lines, open_invoices, cash, terms or Terms(), capital_bp),
    )  # fmt: skip


def claim_sums(company: models.Company) -> tuple[ClaimSum, ...]:
    """Every claim with what it comes to and what came in. One query, three where something was claimed."""
    claims = list(_claim_lines(company))
    if not claims:
        return ()
    settled, cash = _settled(company), _cash(company, company.zone)
    return _claims((_claim(row, settled, cash, company.zone) for row in claims), cash)


def _claim_lines(company: models.Company) -> Any:
    rows = current(models.RebateClaimLine.objects.filter(company=company)).select_related(
        "document", "invoice_line__document", "invoice_line__item", "declaration_line__document"
    )
    rows = rows.defer("document__body", "invoice_line__document__body", "declaration_line__document__body")
    return rows.order_by("effective_at", "pk")


def _lines(model: Any, company: models.Company) -> Any:
    rows = current(model.objects.filter(company=company)).select_related("document", "item").defer("document__body")
    return rows.order_by("effective_at", "pk")


def _spot(row: Any) -> Spot:
    kind, number, source, account = (getattr(row.document, name) for name in IDENTITY)
    return (kind, number, source, account, row.line)


def _settled(company: models.Company) -> dict[Spot, int]:
    """What claim lines came to in the end; a later settlement of the same line outdoes an earlier one."""
    rows = current(models.RebateSettlementLine.objects.filter(company=company)).select_related("claim_line__document")
    rows = rows.defer("claim_line__document__body").order_by("recorded_at", "pk")
    return {_spot(row.claim_line): row.amount for row in rows}


def _cash(company: models.Company, zone: str) -> dict[tuple[str, str, str, str], tuple[int, date, int]]:
    """Claim → (received, last day, number of payments)."""
    rows = current(models.RebateCash.objects.filter(company=company)).select_related("claim").defer("claim__body")
    found: dict[tuple[str, str, str, str], tuple[int, date, int]] = {}
    for row in rows.order_by("effective_at", "pk"):
        key = (row.claim.type, row.claim.external_id, row.claim.source, row.claim.account)
        before = found.get(key, (0, date.min, 0))
        found[key] = (before[0] + row.amount, local_date(row.effective_at, zone), before[2] + 1)
    return found


def _claim(row: models.RebateClaimLine, settled: dict[Spot, int], cash: dict[Any, Any], zone: str) -> ClaimRow:
    spot, invoice, declared = _spot(row), row.invoice_line, row.declaration_line
    amount = settled[spot] if spot in settled else int(row.amount)
    state = "settled" if spot in settled else "forgone" if row.treatment == "forgone" else ""
    state = state or ("provisional" if row.provisional else "filed")
    on = local_date(row.effective_at, zone)
    paid = cash.get(spot[:4])
    return ClaimRow(
        row.document.external_id, str(row.document_id), row.line, on, invoice.supplier, invoice.item.sku,
        f"{invoice.document.external_id}#{invoice.line}",
        f"{declared.document.external_id}#{declared.line}" if declared else "", declared.mode if declared else "",
        row.quantity, row.base, row.tax, row.rate_bp, row.amount, amount, row.tax - amount, row.currency, state,
        settlement_deadline(paid[1] if paid else on) if state == "provisional" else None,
    )  # fmt: skip


def _claims(lines: Iterable[ClaimRow], cash: dict[Any, tuple[int, date, int]]) -> tuple[ClaimSum, ...]:
    sums: dict[str, list[ClaimRow]] = defaultdict(list)
    for line in lines:
        sums[line.document].append(line)
    by_number = {key[1]: paid for key, paid in cash.items()}
    found: list[ClaimSum] = []
    for document, rows in sums.items():
        first = rows[0]
        received, last, _ = by_number.get(first.claim, (0, None, 0))
        days = None if last is None else (last - first.on).days
        amount = sum(row.amount for row in rows)
        found.append(ClaimSum(first.claim, document, first.on, amount, received, first.currency, days))
    return tuple(sorted(found, key=lambda row: (row.on, row.claim)))


def _rebate(row: models.VatInvoiceLine, units: int, rate: int | None) -> int | None:
    if rate is None:
        return None
    return min(
        round_half_away(Fraction(row.amount * units * rate, row.quantity * 10_000)),
        round_half_away(Fraction(row.tax * units, row.quantity)),
    )


def _proposal(
    pair: Match, bought: dict[int, Any], sent: dict[int, Any], rates: RebateRates, zone: str
) -> Proposal:  # fmt: skip
    invoice, declared = bought[pair.invoice], sent[pair.declaration]
    rate = rates.of(invoice.item, local_date(declared.effective_at, zone))
    return Proposal(
        f"{invoice.document.external_id}#{invoice.line}", f"{declared.document.external_id}#{declared.line}",
        invoice.item.sku, pair.units, rate, _rebate(invoice, pair.units, rate), invoice.currency,
        claim_deadline(local_date(declared.effective_at, zone)),
    )  # fmt: skip


def _open_invoice(
    row: models.VatInvoiceLine, units: int, pairs: list[Match], sent: dict[int, Any], rates: RebateRates,
    on: date, zone: str,
) -> OpenInvoice:  # fmt: skip
    declared = [sent[pair.declaration] for pair in pairs if pair.invoice == row.pk]
    days = [local_date(d.effective_at, zone) for d in declared]
    deadline = min((claim_deadline(day) for day in days), default=None)
    rate = rates.of(row.item, min(days, default=on))
    return OpenInvoice(
        row.document.external_id, str(row.document_id), row.line, local_date(row.effective_at, zone), row.supplier,
        row.item.sku, units, round_half_away(Fraction(row.tax * units, row.quantity)), rate,
        _rebate(row, units, rate), row.currency, ", ".join(f"{d.document.external_id}#{d.line}" for d in declared),
        deadline, None if deadline is None else (deadline - on).days,
    )  # fmt: skip


def _open_declaration(
    row: models.DeclarationLine, units: int, pairs: list[Match], on: date, zone: str
) -> OpenDeclaration:
    exported = local_date(row.effective_at, zone)
    deadline = claim_deadline(exported)
    return OpenDeclaration(
        row.document.external_id, str(row.document_id), row.line, exported, row.mode, row.item.sku, units,
        sum(pair.units for pair in pairs if pair.declaration == row.pk), deadline, (deadline - on).days,
    )  # fmt: skip


def _suppliers(
    invoices: list[Any], lines: Iterable[ClaimRow], waiting: Iterable[OpenInvoice], cash: dict[Any, Any], terms: Terms,
    capital_bp: int,
) -> tuple[SupplierRow, ...]:  # fmt: skip
    """With an invoice: the refunds as they stand and those that can still be asked for."""
    paid = {key[1]: value[1] for key, value in cash.items()}
    gross: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in invoices:
        sums = gross[row.supplier, row.currency]
        sums[0] += row.amount + row.tax
        sums[1] += row.tax
    waits: dict[tuple[str, str], list[int]] = defaultdict(list)
    for claim in lines:
        gross[claim.supplier, claim.currency][2] += claim.amount
        if claim.claim in paid:
            waits[claim.supplier, claim.currency].append((paid[claim.claim] - claim.on).days)
    for row in waiting:
        gross[row.supplier, row.currency][3] += row.rebate or 0
    found: list[SupplierRow] = []
    for (supplier, currency), (price, tax, refund, later) in gross.items():
        days = waits[supplier, currency]
        mean = round(sum(days) / len(days)) if days else 0
        bought = Purchase(price, refund + later, mean, capital_bp)
        ways = tuple(compare(bought, terms))
        found.append(SupplierRow(supplier, currency, price, tax, refund, later, mean, break_even(bought), ways))
    return tuple(sorted(found, key=lambda row: (-row.gross, row.supplier)))


def _by_currency(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for currency, amount in pairs:
        sums[currency] += amount
    return {currency: amount for currency, amount in sums.items() if amount}


def in_cost(company: models.Company) -> int:
    """Live rebate lines of the books in the company's currency: what of tax and refund is in the cost of lots now."""
    rows = models.CostLine.objects.filter(company=company, component=COMPONENTS["rebate"], replacement__isnull=True)
    return rows.aggregate(total=Sum("base_amount"))["total"] or 0
