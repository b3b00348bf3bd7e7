"""Money that can be had back, for programs: disputed bills, storage ahead, rebates, duty refunds, ways out."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from entrepot.faces.api.security import viewer_of
from entrepot.faces.api.shapes import answer
from entrepot.workflows import recovery
from entrepot.workflows.bill_letter import written
from entrepot.workflows.levies_billed import LevyBill, enter_levy_bill, levies_of
from entrepot.workflows.losses import losses
from entrepot.workflows.recoverable import recoverable_tax
from entrepot.workflows.tax_whatif import if_registered

recovering = Router()
Row = dict[str, Any]
Code = Annotated[str, Field(max_length=120)]


class BillAuditOut(Schema):
    """Freight bills beside their rate cards; amounts in minor units of each bill's currency."""

    disputed: dict[str, int]
    bills: list[Row]


class LetterOut(Schema):
    """The dispute of a bill; ``letter`` is empty where nothing is disputed."""

    bill: Row
    letter: str


class StorageOut(Schema):
    """Platform lots with the fees expected until a day; ``amount`` null = not known, then ``needs`` says why."""

    on: date
    lots: list[Row]
    ageless: dict[str, int]


class RebatesOut(Schema):
    """The rebate sub-ledger; amounts in minor units of each row's currency."""

    on: date
    outstanding: dict[str, int]
    waiting: dict[str, int]
    kept: dict[str, int]
    claims: list[Row]
    lines: list[Row]
    invoices: list[Row]
    declarations: list[Row]
    proposals: list[Row]
    suppliers: list[Row]


class RecoverableTaxOut(Schema):
    """Import tax that comes back; amounts in minor units of each row's currency, ``home`` in the company's. ``undecided`` is
    taken as cost until a person says what is missing."""

    on: date
    outstanding: int
    at_stake: int
    balances: list[Row]
    open: list[Row]
    undecided: list[Row]
    lines: list[Row]
    registrations: list[Row]


class RegisteredOut(Schema):
    """What would come back ``then`` and comes back ``now``, minor units of the company's currency; ``others``: only if it
    imported itself what others imported."""

    country: str
    since: date
    ourselves: bool
    lines: int
    tax: int
    now: int
    then: int
    others: int
    skus: list[Row]


class RefundsOut(Schema):
    """Refunds of import duty."""

    refunds: list[Row]


class RefundOut(Schema):
    """A refund and the SKUs that it fell on, in the company's currency."""

    refund: Row
    skus: list[Row]


class LossesOut(Schema):
    """Losses newest first, and reimbursements that name none; amounts in minor units of ``currency``, null where they are not
    known, absent for who may not see cost. ``due``: keys of the claims that lapse soon."""

    on: date
    currency: str
    due: list[str]
    losses: list[Row]
    reimbursements: list[Row]


class SalvageOut(Schema):
    """Unsalable lots with every way out, best first; ``net`` below 0 comes in."""

    lots: list[Row]


@recovering.get("/bill-audit", response=BillAuditOut, summary="Forwarders' bills beside rate cards and packed weight")
def read_bill_audit(
    request: HttpRequest, since: date | None = None, until: date | None = None, supplier: Code = "", tolerance: int = 0
) -> HttpResponse:
    """Bills of a period (the last half year unless said), those with most in dispute first."""
    viewer = viewer_of(request)
    end = until or recovery.today(viewer)
    found = recovery.audited_bills(
        viewer, settings.HOME, since or end - timedelta(days=182), end, supplier=supplier, tolerance=tolerance
    )
    return answer(viewer, {"disputed": found.disputed, "bills": list(found.bills)})


@recovering.get("/bill-audit/{key}", response=LetterOut, summary="One bill's audit and the letter to the forwarder")
def read_audited_bill(request: HttpRequest, key: str, language: str = "en") -> HttpResponse:
    """Differences of one bill (its document key); the letter in English or Chinese."""
    viewer = viewer_of(request)
    bill = recovery.audited_bill(viewer, settings.HOME, key)
    return answer(viewer, {"bill": bill, "letter": written(bill, viewer.company.name, language)})


@recovering.get("/storage", response=StorageOut, summary="What platform stock will cost in storage and age surcharge")
def read_storage(request: HttpRequest, sku: Code = "", days: Annotated[int, Field(ge=1, le=730)] = 180) -> HttpResponse:
    """Every lot at the pace of the newest forecast, at the fee table of each month; dearest first."""
    viewer = viewer_of(request)
    found = recovery.storage(viewer, settings.HOME, recovery.today(viewer), days, sku=sku)
    lots = [
        {"sku": lot.sku, "marketplace": lot.marketplace, "lot": lot.lot, "received": lot.received, "units": lot.units,
         "currency": lot.currency, "amount": lot.amount, "surcharge": lot.surcharge, "left": round(lot.left),
         "until": lot.until, "needs": lot.needs, "lines": lot.lines}
        for lot in found.lots
    ]  # fmt: skip
    return answer(viewer, {"on": found.on, "lots": lots, "ageless": found.ageless})


@recovering.get("/rebates", response=RebatesOut, summary="Export rebates: claims, cash, what waits, suppliers compared")
def read_rebates(
    request: HttpRequest,
    discount_bp: Annotated[int, Field(ge=0, le=10_000, description="discount without invoice, basis points")] = 0,
    capital_bp: Annotated[int, Field(ge=0, le=10_000, description="cost of capital a year, basis points")] = 0,
) -> HttpResponse:
    """The sub-ledger as it stands today."""
    viewer = viewer_of(request)
    found = recovery.rebates(
        viewer, recovery.today(viewer), terms=recovery.terms(discount_bp=discount_bp), capital_bp=capital_bp
    )
    names = ("claims", "lines", "invoices", "declarations", "proposals", "suppliers")
    sums = {"outstanding": found.outstanding, "waiting": found.waiting, "kept": found.kept}
    return answer(viewer, {"on": found.on, **sums, **{name: list(getattr(found, name)) for name in names}})


@recovering.get("/recoverable-tax", response=RecoverableTaxOut, summary="Import tax that comes back, and why")
def read_recoverable_tax(request: HttpRequest) -> HttpResponse:
    """Balances by country, what is outstanding bill by bill, every decision with its registration."""
    viewer = viewer_of(request)
    found = recoverable_tax(viewer, recovery.today(viewer))

    def told(rows: Any) -> list[Row]:
        return [{**asdict(row), "share": str(row.share)} for row in rows]

    return answer(
        viewer,
        {"on": found.on, "outstanding": found.outstanding, "at_stake": found.at_stake, "balances": list(found.balances),
         "open": list(found.open), "undecided": told(found.undecided), "lines": told(found.lines),
         "registrations": told(found.registrations)},
    )  # fmt: skip


@recovering.get(
    "/recoverable-tax/if-registered", response=RegisteredOut, summary="What a registration would have brought"
)
def read_if_registered(request: HttpRequest, country: Code, since: date, ourselves: bool = False) -> HttpResponse:
    """Import tax of a country from a day on: what would come back with a registration, and which SKUs would cost less."""
    viewer = viewer_of(request)
    return answer(viewer, asdict(if_registered(viewer, country.strip().upper(), since, ourselves=ourselves)))


@recovering.get("/duty-refunds", response=RefundsOut, summary="Refunds of import duty")
def read_refunds(request: HttpRequest) -> HttpResponse:
    """Every refund that stands, newest first."""
    viewer = viewer_of(request)
    return answer(viewer, {"refunds": list(recovery.refunds(viewer))})


@recovering.get("/duty-refunds/{key}", response=RefundOut, summary="A refund followed to the SKUs that bore the duty")
def read_refund(request: HttpRequest, key: str) -> HttpResponse:
    """What fell on units that left and on units on hand."""
    viewer = viewer_of(request)
    row, fell = recovery.refund(viewer, key)
    return answer(viewer, {"refund": row, "skus": list(fell)})


@recovering.get("/salvage", response=SalvageOut, summary="Unsalable stock with its ways out")
def read_salvage(request: HttpRequest) -> HttpResponse:
    """Those that save most first; a way with a price missing says what it needs."""
    viewer = viewer_of(request)
    rows = recovery.unsalable(viewer, settings.HOME, recovery.today(viewer))
    return answer(viewer, {"lots": list(rows)})


@recovering.get("/losses", response=LossesOut, summary="Losses, what was repaid for them, and what can be claimed")
def read_losses(request: HttpRequest, sku: Code = "") -> HttpResponse:
    """Units and deadlines for everybody who may see stock; amounts only for who may see cost."""
    viewer = viewer_of(request)
    found = losses(viewer, settings.HOME, recovery.today(viewer))
    rows = [row for row in found.rows if sku in ("", row.sku)]
    keys = {row.key for row in rows}
    return answer(viewer, {
        "on": found.on, "currency": found.currency, "due": [key for key in found.due if key in keys], "losses": rows,
        "reimbursements": [row for row in found.left if sku in ("", row.sku)],
    })  # fmt: skip


class LevyBillIn(Schema):
    """A producer scheme's bill; ``amount`` in minor units, ``stated`` the weight in kg or the count that it names."""

    scheme: Code
    number: Code
    on: date
    amount: int
    currency: Annotated[str, Field(min_length=3, max_length=3)]
    since: date
    until: date
    country: Annotated[str, Field(max_length=2)] = ""
    stated: Annotated[str, Field(max_length=40)] = ""
    due: date | None = None


@recovering.get("/levies", response=list[Row], summary="Levies that are accrued and wait for the scheme's bill")
def read_levies(request: HttpRequest, scheme: Code = "") -> HttpResponse:
    """Estimates in their own currency and (``base``) the company's: the twin of ``entrepot levies``."""
    viewer = viewer_of(request)
    return answer(viewer, [asdict(row) for row in levies_of(viewer, scheme)])


@recovering.post("/levies/bills", response={201: list[Row]}, summary="Enter a scheme's bill")
def enter_bill_of_levies(request: HttpRequest, told: LevyBillIn) -> HttpResponse:
    """It takes the place of what was accrued for its period, on the very units; the answer is what still waits."""
    viewer = viewer_of(request)
    bill = LevyBill(
        told.scheme, told.number, told.on, told.amount, told.currency.upper(), told.since, told.until,
        told.country.upper(), told.stated, told.due,
    )  # fmt: skip
    enter_levy_bill(viewer, bill, settings.HOME)
    return answer(viewer, [asdict(row) for row in levies_of(viewer, told.scheme)], 201)
