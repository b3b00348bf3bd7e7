"""What a person asks about money that can be had back, as far as he may see it: disputed bills, storage ahead, rebates,
refunded duty, unsalable goods. One door for the pages, the REST API and the command line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.books.selectors.shapes import NotThere
from entrepot.core.calendar import local_date
from entrepot.engines.rebate import Terms
from entrepot.rules import rule_book
from entrepot.workflows.bill_audit import AuditedBill, BillAudits, bill_audit
from entrepot.workflows.clock import now
from entrepot.workflows.duty_refunds import CreditRow, RefundRow, duty_refunds, refunded
from entrepot.workflows.rebate_claim import claim_file
from entrepot.workflows.rebates import RebateLedger, rebate_ledger
from entrepot.workflows.rule_files import kept_rules
from entrepot.workflows.salvage import SalvageRow, salvage
from entrepot.workflows.storage_figures import DAYS, fees, kept, state_of
from entrepot.workflows.storage_forecast import StorageForecast, storage_forecast
from entrepot.workflows.ways_out import ways_out

Kept = tuple[object, ...]
_FORECASTS: dict[Kept, StorageForecast] = {}


def _company(viewer: Viewer) -> models.Company:
    viewer.need("see_cost")
    return models.Company.objects.get(pk=viewer.company.id)


def today(viewer: Viewer) -> date:
    """The company's day."""
    return local_date(now(), viewer.company.zone)


def audited_bills(
    viewer: Viewer, home: Path, since: date, until: date, *, supplier: str = "", tolerance: int = 0
) -> BillAudits:
    """Forwarders' bills of a period beside the seller's cards."""
    return bill_audit(_company(viewer), kept_rules(home).cards, since, until, supplier=supplier, tolerance=tolerance)


def audited_bill(viewer: Viewer, home: Path, key: str) -> AuditedBill:
    """One bill. Raises :class:`~entrepot.books.selectors.shapes.NotThere`."""
    company = _company(viewer)
    number = int(key) if key.isascii() and key.isdigit() and len(key) < 19 else 0
    row = models.Document.objects.filter(pk=number, company=company, type="cost_bill").defer("body").first()
    if row is None:
        raise NotThere(key)
    on = local_date(row.effective_at, company.zone)
    bills = bill_audit(company, kept_rules(home).cards, on, on).bills
    found = [bill for bill in bills if bill.key == key]
    if not found:
        raise NotThere(key)
    first = found[0]
    if len(found) == 1:
        return first
    return replace(
        first, shipments=tuple(name for bill in found for name in bill.shipments),
        billed=sum(bill.billed for bill in found), cartons=sum(bill.cartons for bill in found),
        lines=tuple(line for bill in found for line in bill.lines),
        evidence=tuple(line for bill in found for line in bill.evidence), kilograms="", cubic_metres="",
    )  # fmt: skip


def storage(viewer: Viewer, home: Path, on: date, days: int, *, sku: str = "") -> StorageForecast:
    """What the platform's stock will cost in storage: as the day's run kept it, else reckoned now."""
    company = _company(viewer)
    book = fees(home)
    state = state_of(book)
    if not sku and days == DAYS and viewer.locations is None and (found := kept(company, on, state)) is not None:
        return found
    asked: Kept = (company.pk, on, days, sku, viewer.locations, state)
    if asked not in _FORECASTS:
        if len(_FORECASTS) > 50:
            _FORECASTS.clear()
        _FORECASTS[asked] = storage_forecast(company, on, days, sku=sku, places=viewer.locations, book=book)
    return _FORECASTS[asked]


def terms(discount_bp: int = 0, income_tax_bp: int | None = None) -> Terms:
    """What buying without an invoice is compared at."""
    plain = Terms(discount_bp=discount_bp)
    return (
        plain if income_tax_bp is None else replace(plain, income_tax_bp=income_tax_bp, verified_tax_bp=income_tax_bp)
    )


def rebates(viewer: Viewer, on: date, *, terms: Terms | None = None, capital_bp: int = 0) -> RebateLedger:
    """The rebate sub-ledger; an item that was never claimed is shown at its heading's rate in the rule book, if it has one."""
    return rebate_ledger(_company(viewer), on, terms=terms, capital_bp=capital_bp, book=rule_book())


def claim(viewer: Viewer, on: date, language: str) -> bytes:
    """What can be claimed now as a claim to import; empty where there is nothing."""
    company = _company(viewer)
    return claim_file(rebates(viewer, on), company.code, f"RC-{on:%Y-%m-%d}", "zh" if language == "zh" else "en")


def refunds(viewer: Viewer) -> tuple[RefundRow, ...]:
    """Refunds of import duty."""
    return duty_refunds(_company(viewer))


def refund(viewer: Viewer, key: str) -> tuple[RefundRow, tuple[CreditRow, ...]]:
    """A refund and the SKUs that it fell on. Raises :class:`~entrepot.books.selectors.shapes.NotThere`."""
    company = _company(viewer)
    rows = [row for row in duty_refunds(company) if row.document == key]
    if not rows:
        raise NotThere(key)
    try:
        return rows[0], refunded(company, int(key))
    except LookupError:
        raise NotThere(key) from None


def unsalable(viewer: Viewer, home: Path, on: date) -> tuple[SalvageRow, ...]:
    """Unsalable stock with its ways out, at the places that he may see."""
    company = _company(viewer)
    rows = salvage(company, on, ways_out(home, company.currency), book=fees(home))
    if viewer.locations is None:
        return rows
    codes = set(models.Location.objects.filter(pk__in=viewer.locations).values_list("code", flat=True))
    return tuple(row for row in rows if row.place in codes)
