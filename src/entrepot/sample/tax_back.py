"""What comes back to the sample seller: VAT invoices, export declarations, rebate claims and their cash, refunded duty, and a
trucker's bills with two planted overcharges. Made from the papers that the world has left; the truth is kept.

The exporter in Shenzhen claims, month by month, what is both invoiced and exported (oldest first). Goods for the German
warehouse leave under mode 9810: their refund is provisional until the goods are sold. Rates and grounds are made up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

from entrepot.core.documents import (
    CostBill,
    CostLine,
    DeclarationLine,
    Document,
    DutyRefund,
    DutyRefundLine,
    ExportDeclaration,
    PurchaseOrder,
    RebateClaim,
    RebateClaimLine,
    RebatePayment,
    RebateSettlement,
    RebateSettlementLine,
    Receipt,
    Ref,
    Shipment,
    Supplier,
    Target,
    VatInvoice,
    VatInvoiceLine,
)
from entrepot.core.money import round_half_away
from entrepot.sample.catalogue import Catalogue
from entrepot.sample.places import FBA, GERMANY, HK, SZ

TRUCKER = "DLV-US"
VAT_BP, REBATE_BP = 1_300, {True: 900, False: 1_300}
"""Of a price without tax; kitchen and outdoor goods come at the lower rebate rate."""
_LOWER = ("kitchen", "outdoor")
SINCE_DAYS, CLAIM_DAYS, CASH_DAYS = 250, 25, 55
_RATE, _FUEL, _MINIMUM, _APPOINTMENT, _DIVISOR = 18, 22, 3_500, 4_500, 5000
"""Trucking: cents a chargeable kg, fuel in per cent of it, cents at least, cents for the appointment, cm³ per kg."""
CARD = f"""# What the trucker from the port to the marketplace's warehouse has offered; his bills are audited against it.
id = "DLV-US-2026"
name = "Port Los Angeles to the marketplace's warehouse"
mode = "sea"
currency = "USD"
destination = "US"
valid_from = 2026-01-01
source = "DLV-US, offer of January"
minimum = {_MINIMUM / 100}
leg = "onward"
weight = {{ unit = "kg", divisor = {_DIVISOR}, step = 1 }}
band = [{{ over = 0, rate = {_RATE / 100} }}]
[[charge]]
code = "fuel"
name = "Fuel"
component = "other"
per = "percent"
amount = {_FUEL}
of = ["freight"]
[[charge]]
code = "appointment"
name = "Delivery appointment"
component = "handling"
amount = {_APPOINTMENT / 100}
"""
WAYS_OUT = """# Ways out for goods that cannot be sold as they are, with the prices that were offered.
[[way]]
id = "refurbish"
name = "Refurbish and sell as used"
countries = ["US", "DE"]
currency = "USD"
days = 30
price = [
  { name = "Refurbishing", per = "unit", amount = 2.2 },
  { name = "Sale as used", per = "percent_of_value", amount = -38 },
]
[[way]]
id = "liquidate"
name = "Sell to a liquidator"
currency = "USD"
price = [{ name = "Paid by the liquidator", per = "percent_of_value", amount = -9 }]
[[way]]
id = "destroy"
name = "Destroy abroad"
countries = ["DE"]
currency = "EUR"
price = [
  { name = "Sorting", per = "unit", amount = 0.25 },
  { name = "Transport", per = "kg", amount = 0.3, component = "freight" },
  { name = "Destruction", per = "kg", amount = 0.45, minimum = 35 },
]
"""
LEVIES = """# What the producer schemes bill by material.
[[levy]]
id = "DE-packaging-paper"
name = "Packaging, paper"
country = "DE"
material = "paper"
per = "kg"
rate = 0.19
currency = "EUR"
"""
RULES = {"cards/dlv_us.toml": CARD, "ways_out.toml": WAYS_OUT, "levies.toml": LEVIES}
"""The seller's own rule files of the sample: path under ``rules`` of the home to content."""

FILES = {
    "vat_invoices": "xlsx", "export_declarations": "csv", "rebate_claims": "xlsx", "rebate_settlements": "xlsx",
    "rebate_payments": "csv", "suppliers_delivery": "xlsx", "bills_delivery": "csv", "duty_refunds": "xlsx",
}  # fmt: skip
"""In the order in which they are imported, with their form."""
CHINESE = frozenset({"vat_invoices", "rebate_claims", "rebate_settlements"})


@dataclass(slots=True)
class TaxBack:
    """Documents by the file that they stand in, and what was planted."""

    files: dict[str, list[Document]] = field(default_factory=lambda: defaultdict(list))
    truth: dict[str, list[dict[str, object]]] = field(default_factory=lambda: defaultdict(list))


@dataclass(slots=True)
class _Line:
    """Units of an invoice or declaration line that are not claimed yet."""

    document: str
    line: int
    left: int
    on: date
    mode: str = ""
    amount: int = 0
    tax: int = 0
    units: int = 0


def documents(papers: Sequence[Document], catalogue: Catalogue, until: date, closed: date | None) -> TaxBack:
    """What comes back, from the world's papers; nothing that happens on or before ``closed``."""
    made = TaxBack()
    since = max(until - timedelta(SINCE_DAYS), (closed or date.min) + timedelta(1))
    kinds = {sku: catalogue.family[i].category for i, sku in enumerate(catalogue.sku)}
    invoiced = _invoices(papers, since, until, made)
    declared = _declarations(papers, set(invoiced), since, until, made)
    _claims(invoiced, declared, kinds, since, until, made)
    _duty(papers, since, until, made)
    _trucking(papers, catalogue, since, until, made)
    return made


def _at(on: date, hour: int = 9) -> datetime:
    return datetime.combine(on, time(hour), UTC)


def _invoices(papers: Sequence[Document], since: date, until: date, made: TaxBack) -> dict[str, list[_Line]]:
    """One invoice a receipt of the exporter, six days after it; every ninth is missing."""
    orders = {d.id: d for d in papers if isinstance(d, PurchaseOrder)}
    open_lines: dict[str, list[_Line]] = defaultdict(list)
    receipts = [d for d in papers if isinstance(d, Receipt) and d.company == SZ and d.order is not None]
    for count, receipt in enumerate(sorted(receipts, key=lambda d: (d.effective_at, d.id))):
        on = receipt.effective_at.date() + timedelta(6)
        order = orders.get(receipt.order.id) if receipt.order else None
        if not since <= on <= until or order is None or order.currency != "CNY":
            continue
        if count % 9 == 4:
            made.truth["vat_invoice_missing"].append({"receipt": receipt.id, "supplier": receipt.supplier})
            continue
        number = f"2544{receipt.effective_at:%y%m}{count:010d}"
        lines: list[VatInvoiceLine] = []
        for place, got in enumerate(receipt.lines, 1):
            price = order.lines[(got.order_line or 1) - 1].price
            gross = round_half_away(Fraction(price.amount * got.quantity, price.per))
            net = round_half_away(Fraction(gross * 10_000, 10_000 + VAT_BP))
            ref = Ref(type="receipt", id=receipt.id, line=place)
            lines.append(VatInvoiceLine(sku=got.sku, quantity=got.quantity, amount=net, tax=gross - net, order=ref))
            open_lines[got.sku].append(
                _Line(number, place, got.quantity, on, amount=net, tax=gross - net, units=got.quantity)
            )
        made.files["vat_invoices"].append(
            VatInvoice(
                id=number, company=SZ, effective_at=_at(on), supplier=receipt.supplier, currency="CNY", lines=lines
            )
        )
    return open_lines


def _declarations(
    papers: Sequence[Document], skus: set[str], since: date, until: date, made: TaxBack
) -> dict[str, list[_Line]]:
    """One declaration a shipment, on the day of departure."""
    open_lines: dict[str, list[_Line]] = defaultdict(list)
    sent = [d for d in papers if isinstance(d, Shipment)]
    for count, shipment in enumerate(sorted(sent, key=lambda d: (d.effective_at, d.id))):
        on = shipment.effective_at.date()
        lines = [line for line in shipment.lines if line.sku in skus]
        if not since <= on <= until or not lines:
            continue
        mode = "9810" if shipment.destination == GERMANY else "0110"
        number = f"5304{on:%Y}{count:010d}"
        told = [DeclarationLine(sku=line.sku, quantity=line.quantity) for line in lines]
        for place, line in enumerate(lines, 1):
            open_lines[line.sku].append(_Line(number, place, line.quantity, on, mode))
        made.files["export_declarations"].append(
            ExportDeclaration(id=number, company=SZ, effective_at=_at(on, 4), mode=mode, currency="CNY", lines=told)
        )
    return open_lines


def _claims(
    invoiced: dict[str, list[_Line]], declared: dict[str, list[_Line]], kinds: dict[str, str], since: date, until: date,
    made: TaxBack,
) -> None:  # fmt: skip
    """Each month's matches, filed on the 10th; cash 55 days later; the first provisional lines settled, some for less."""
    month, claims = date(since.year, since.month, 1), 0
    while True:
        month = (month + timedelta(32)).replace(day=1)
        filed = month + timedelta(9)
        if filed > until - timedelta(CLAIM_DAYS):
            return
        lines: list[RebateClaimLine] = []
        refunds: list[tuple[int, bool]] = []
        for sku in sorted(set(invoiced) & set(declared)):
            for bought, sent, units in _pairs(invoiced[sku], declared[sku], month):
                bp = REBATE_BP[any(word in kinds[sku] for word in _LOWER)]
                base = round_half_away(Fraction(bought.amount * units, bought.units))
                tax = round_half_away(Fraction(bought.tax * units, bought.units))
                refunds.append((min(round_half_away(Fraction(base * bp, 10_000)), tax), sent.mode == "9810"))
                lines.append(RebateClaimLine(
                    invoice=Ref(type="vat_invoice", id=bought.document, line=bought.line),
                    declaration=Ref(type="export_declaration", id=sent.document, line=sent.line), quantity=units,
                    rate_bp=bp,
                ))  # fmt: skip
        if not lines:
            continue
        claims += 1
        number = f"RC-{filed:%Y-%m}"
        made.files["rebate_claims"].append(
            RebateClaim(id=number, company=SZ, effective_at=_at(filed), currency="CNY", lines=lines)
        )
        total = sum(amount for amount, _ in refunds)
        paid = filed + timedelta(CASH_DAYS)
        if paid <= until:
            made.files["rebate_payments"].append(
                RebatePayment(id=f"RP-{filed:%Y-%m}", company=SZ, effective_at=_at(paid), currency="CNY", amount=total,
                              claim=Ref(type="rebate_claim", id=number))
            )  # fmt: skip
        if claims <= 2:
            _settle(number, refunds, min(until, filed + timedelta(90)), made)


def _pairs(bought: list[_Line], sent: list[_Line], before: date) -> list[tuple[_Line, _Line, int]]:
    found: list[tuple[_Line, _Line, int]] = []
    for export in sent:
        for invoice in bought:
            units = min(export.left, invoice.left)
            if units > 0 and export.on < before and invoice.on < before:
                export.left -= units
                invoice.left -= units
                found.append((invoice, export, units))
    return found


def _settle(claim: str, refunds: list[tuple[int, bool]], on: date, made: TaxBack) -> None:
    lines: list[RebateSettlementLine] = []
    for place, (amount, later) in enumerate(refunds, 1):
        if later:
            final = amount if place % 3 else amount * 95 // 100
            lines.append(RebateSettlementLine(claim=Ref(type="rebate_claim", id=claim, line=place), amount=final))
    if lines:
        made.files["rebate_settlements"].append(
            RebateSettlement(id=f"RS-{claim[3:]}", company=SZ, effective_at=_at(on), currency="CNY", lines=lines)
        )


def _duty(papers: Sequence[Document], since: date, until: date, made: TaxBack) -> None:
    """Two customs bills of the American broker: one comes back in part, one whole."""
    bills = [
        d for d in papers
        if isinstance(d, CostBill) and d.currency == "USD" and since <= d.effective_at.date() <= until - timedelta(60)
        and any(line.component == "duty" for line in d.lines)
    ]  # fmt: skip
    for number, (bill, share) in enumerate(zip(bills[2:4], (45, 100), strict=False), 1):
        place, charged = next((n, x) for n, x in enumerate(bill.lines, 1) if x.component == "duty")
        amount = charged.amount * share // 100
        ref = Ref(type="cost_bill", id=bill.id, line=place)
        made.files["duty_refunds"].append(
            DutyRefund(
                id=f"DR-{until:%Y}-{number}", company=HK, effective_at=_at(until - timedelta(20)), currency="USD",
                supplier=bill.supplier, reason="Exclusion granted afterwards" if share < 100 else "Measure struck down",
                lines=[DutyRefundLine(bill=ref, amount=amount, interest=amount * 2 // 100)],
            )
        )  # fmt: skip
        made.truth["duty_refund"].append({"bill": bill.id, "amount": amount, "charged": charged.amount})


def _trucking(papers: Sequence[Document], catalogue: Catalogue, since: date, until: date, made: TaxBack) -> None:
    """The trucker's bills for sea shipments to the marketplace: right, but for more weight once and a charge too many."""
    sent = [
        d for d in papers
        if isinstance(d, Shipment) and d.mode == "sea" and d.destination == FBA
        and since <= d.effective_at.date() <= until - timedelta(50)
    ]  # fmt: skip
    if not sent:
        return
    made.files["suppliers_delivery"].append(
        Supplier(id=TRUCKER, effective_at=_at(since), name="Harbor Delivery", name_zh="港湾配送", kind="carrier", country="US",
                 currency="USD")
    )  # fmt: skip
    sent.sort(key=lambda d: (d.effective_at, d.id))
    weights = [_chargeable(shipment, catalogue) for shipment in sent]
    heaviest = max(range(len(sent)), key=weights.__getitem__)
    for count, (shipment, weight) in enumerate(zip(sent, weights, strict=True)):
        target = [Target(kind="births", document=Ref(type="shipment", id=shipment.id))]
        number = f"DLV-{shipment.id.removeprefix('SEA-US-')}"
        billed = weight * 118 // 100 if count == heaviest else weight
        freight, right = (max(_MINIMUM, units * _RATE) for units in (billed, weight))
        fuel, right_fuel = (round_half_away(Fraction(amount * _FUEL, 100)) for amount in (freight, right))
        lines = [
            CostLine(component="freight", amount=freight, targets=target, basis="volume", charge="freight",
                     billed_units=str(billed), note="Trucking"),
            CostLine(component="other", amount=fuel, targets=target, basis="volume", charge="fuel", note="Fuel"),
            CostLine(component="handling", amount=_APPOINTMENT, targets=target, basis="volume", charge="appointment",
                     note="Delivery appointment"),
        ]  # fmt: skip
        extra = 0
        if count == (heaviest + 2) % len(sent) != heaviest:
            extra = 12_500
            lines.append(CostLine(component="other", amount=extra, targets=target, basis="volume", charge="chassis",
                                  note="Chassis split"))  # fmt: skip
        made.files["bills_delivery"].append(
            CostBill(id=number, company=HK, effective_at=_at(shipment.effective_at.date() + timedelta(44)),
                     supplier=TRUCKER, currency="USD", due=shipment.effective_at.date() + timedelta(74), lines=lines)
        )  # fmt: skip
        if billed != weight:
            made.truth["overcharge"].append(
                {"bill": number, "cause": "weight", "amount": freight - right + fuel - right_fuel}
            )
        if extra:
            made.truth["overcharge"].append({"bill": number, "cause": "not_on_card", "amount": extra})


def _chargeable(shipment: Shipment, catalogue: Catalogue) -> int:
    """Whole kg, the larger of weight and volume / 5,000, of the cartons as the catalogue packs them."""
    from entrepot.sample.catalogue import items

    packed = {item.id: item.packaging[1] for item in items(catalogue, date(2026, 1, 1))}
    grams = volume = 0
    for line in shipment.lines:
        pack = packed[line.sku]
        whole, rest = divmod(line.quantity, pack.units)
        boxes = whole + (1 if rest else 0)
        grams += whole * (pack.weight_g or 0) + -(-(pack.weight_g or 0) * rest // pack.units)
        volume += boxes * (pack.length_mm or 0) * (pack.width_mm or 0) * (pack.height_mm or 0)
    return max(-(-grams // 1000), -(-volume // (_DIVISOR * 1000)))
