"""What moving, clearing, storing and selling cost: freight, duty, handling, storage, software, advertising, payments.

Amounts follow from the goods (volume, chargeable weight, customs value, units); some bills come one to three months
late, two freight bills never come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from entrepot.core.documents import (
    CostBill,
    CostLine,
    FeeCharge,
    FeeLine,
    Receipt,
    Ref,
    Shipment,
    Target,
)
from entrepot.core.documents.stock import Component
from entrepot.core.money import convert
from entrepot.sample.catalogue import Ints
from entrepot.sample.import_vat import ImportVat
from entrepot.sample.journal import CHINA_SZ, FBA_CELL, GERMAN_CELL, Journal
from entrepot.sample.places import (
    AMAZON_SHOP,
    BROKER_EU,
    BROKER_US,
    CHINA,
    FBA,
    FORWARDER,
    GERMANY,
    HK,
    MARKET_SHOP,
    OWN_SHOP,
    SHOP_CURRENCY,
    SOFTWARE,
    SZ,
    TRUCKER_CN,
    WAREHOUSE_DE,
)

_SEA_PER_CBM = {FBA: 14_500, GERMANY: 13_000}
_RAIL_PER_CBM, _AIR_PER_KG, _AIR_DIVISOR = 24_000, 620, 6000
_LATE_SHARE = 0.14
MISSING_FREIGHT = (150, 330)
"""From these days on, the next sea shipment's freight bill never comes."""

OFFERS_FROM = 300
"""From this day on, forwarders' offers and suppliers' invoices are entered too."""


_SHOP_FEES: tuple[tuple[str, Component, int, int], ...] = (
    (AMAZON_SHOP, "advertising", 780, 0),
    (OWN_SHOP, "advertising", 950, 0),
    (OWN_SHOP, "payment_fee", 290, 0),
    (OWN_SHOP, "last_mile", 0, 385),
    (MARKET_SHOP, "platform_fee", 1150, 0),
    (MARKET_SHOP, "last_mile", 0, 330),
)
"""Shop, component, basis points of the month's sales, minor units for each unit sold (picking and postage)."""


class Bills:
    """The post: every bill that the seller gets."""

    def __init__(self, rng: np.random.Generator, journal: Journal) -> None:
        self.rng = rng
        self.journal = journal
        self._missing = [d for d in MISSING_FREIGHT if d < journal.days - 60]
        self._german: list[CostLine] = []
        self.vat = ImportVat(journal)

    def shipped(self, day: int, arrival: int, shipment: Shipment, skus: Ints, units: Ints) -> None:
        """The forwarder's bill for a shipment (freight, insurance), days or months after departure."""
        c = self.journal.catalogue
        target = Target(kind="births", document=Ref(type="shipment", id=shipment.id))
        volume = int((c.volume_mm3[skus] * units).sum() * 112 // 100)
        grams = int((c.weight_g[skus] * units).sum() * 105 // 100)
        market = self.journal.days
        level = 1.0 + 0.25 * float(np.sin(day / max(1, market) * 7.0))
        if shipment.mode == "air":
            chargeable = max(grams, volume // _AIR_DIVISOR)
            amount, basis = round(9_000 + chargeable * _AIR_PER_KG / 1000 * level), "chargeable_weight"
        else:
            per = _RAIL_PER_CBM if shipment.mode == "rail" else _SEA_PER_CBM[shipment.destination]
            amount, basis = round(18_000 + volume / 1e9 * per * level), "volume"
        lines = [CostLine(component="freight", amount=amount, targets=[target], basis=basis, divisor=_AIR_DIVISOR)]
        value = int((c.cost_cny[skus] * units).sum() / 7.1)
        if shipment.mode != "air":
            lines.append(CostLine(component="insurance", amount=max(2_500, value * 35 // 10_000), targets=[target],
                                  basis="volume" if (c.base[skus] >= 0).any() else "value"))  # fmt: skip
        self._offer(day, shipment, lines, level)
        if shipment.mode == "sea" and self._missing and day >= self._missing[0]:
            self._missing.pop(0)
            self.journal.plant("missing_bill", target=shipment.id, component="freight", supplier=FORWARDER)
            return
        due = arrival - 4 if shipment.mode == "sea" else day + 6
        self._bill("FWD", HK, FORWARDER, "USD", "bills_freight", lines, happened=arrival, due=due, target=shipment.id)

    def _offer(self, day: int, shipment: Shipment, lines: list[CostLine], level: float) -> None:
        """The forwarder's offer, at the year's usual price: an estimate until his bill comes."""
        if day < OFFERS_FROM:
            return
        usual = [
            line.model_copy(
                update={"amount": round(line.amount / level) if line.component == "freight" else line.amount,
                        "estimate": True, "note": "offer"}
            )
            for line in lines
        ]  # fmt: skip
        self.journal.write(
            CostBill(id=self.journal.number("OFR", day), company=HK, effective_at=self.journal.at(day, 9),
                     supplier=FORWARDER, currency="USD", lines=usual),
            "offers",
        )  # fmt: skip

    def received(self, day: int, receipt: Receipt, skus: Ints, units: Ints, *, whole: bool) -> None:
        """Customs and, in Germany, the warehouse's handling of one receipt.

        Duty goes to the lines by hand, as the entry says, where each line is one arrival (``whole``); where units came
        over, which have no cost of their own yet, by weight.
        """
        c = self.journal.catalogue
        keep = units > 0
        skus, units = skus[keep], units[keep]
        american = receipt.location == FBA
        currency = "USD" if american else "EUR"
        rate = self.journal.rates.rate("CNY", "USD", day)
        shares = np.array([c.family[i].duty_us if american else c.family[i].duty_eu for i in skus])
        usd = [convert(int(v), "CNY", "USD", rate) for v in c.cost_cny[skus] * units * 112 // 100]
        duty = sum(v * int(s) // 10_000 for v, s in zip(usd, shares, strict=True))
        if not american:
            duty = convert(duty, "USD", "EUR", self.journal.rates.rate("USD", "EUR", day))
        target = Target(kind="births", document=Ref(type="receipt", id=receipt.id))
        weights = [v * int(s) // 10_000 for v, s in zip(usd, shares, strict=True)]
        lines = [CostLine(component="handling", amount=9_500 if american else 8_500, targets=[target], basis="equal",
                          note="customs entry")]  # fmt: skip
        if duty > 0:
            by_hand = whole and len(weights) > 1
            basis, given = ("manual", weights) if by_hand else ("weight", [])
            lines.insert(0, CostLine(component="duty", amount=duty, targets=[target], basis=basis, weights=given))
        entry: dict[str, Any] = {}
        if not american:
            values = [convert(v, "USD", "EUR", self.journal.rates.rate("USD", "EUR", day)) for v in usd]
            line, entry = self.vat.entered(day, receipt.id, target, values, duty, by_hand=whole)
            lines.append(line)
        self._bill("CUS", HK, BROKER_US if american else BROKER_EU, currency, "bills_customs", lines, happened=day,
                   due=day + 3, target=receipt.id, entry=entry)  # fmt: skip
        if not american:
            cartons = int(np.ceil(units / c.carton_units[skus]).sum())
            handling = [
                CostLine(component="handling", amount=2_500 + cartons * 185, targets=[target], basis="volume",
                         note="Wareneingang und Einlagerung, Gebühr je Karton"),
            ]  # fmt: skip
            self._bill("LGR", HK, WAREHOUSE_DE, "EUR", "bills_germany", handling, happened=day, due=day + 12,
                       target=receipt.id)  # fmt: skip

    def _bill(
        self, series: str, company: str, supplier: str, currency: str, file: str, lines: Sequence[CostLine], *,
        happened: int, due: int, target: str, entry: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Write a bill, now and then 30 to 95 days late; one that would come after the end is noted as missing."""
        late = int(self.rng.integers(30, 95)) if self.rng.random() < _LATE_SHARE else 0
        on = max(due, 1) + late
        if on >= self.journal.days:
            if happened < self.journal.days:
                self.journal.plant("missing_bill", target=target, component=lines[0].component, supplier=supplier)
            return

        def write(day: int) -> None:
            bill = CostBill(id=self.journal.number(series, day), company=company,
                            effective_at=self.journal.at(day, 3, 30), supplier=supplier, currency=currency,
                            due=self.journal.day(day + 30), lines=list(lines), **(entry or {}))  # fmt: skip
            self.journal.write(bill, file)
            if late:
                self.journal.plant(
                    "late_bill", bill=bill.id, company=company, target=target, arrived=str(self.journal.day(happened)),
                    due=str(self.journal.day(max(due, 1))), billed=str(self.journal.day(day)), currency=currency,
                    amount=sum(x.amount for x in lines), components=[x.component for x in lines],
                )  # fmt: skip

        self.journal.later(on, 3, write)

    def month_end(self, day: int, sales: dict[str, int], units: dict[str, int]) -> None:
        """On a month's last day: rent, storage, software, advertising, payment fees and postage; ``sales`` by shop in
        minor units of the shop's currency, ``units`` by shop."""
        journal, c = self.journal, self.journal.catalogue
        last = journal.day(day)
        first = last.replace(day=1)
        self.vat.month_end(day)
        stored = int((c.volume_mm3 * journal.stock.at(*GERMAN_CELL)).sum())
        place = Target(kind="place", location=GERMANY, period_from=first, period_to=last)
        self._period_bill(day, HK, WAREHOUSE_DE, "EUR", "bills_germany", [
            CostLine(component="storage", amount=4_900 + round(stored / 1e9 * 3_900), targets=[place], basis="volume",
                     note="Lagergebühr für den Monat")])  # fmt: skip
        rented = int((c.volume_mm3 * journal.stock.at(*CHINA_SZ)).sum())
        place = Target(kind="place", location=CHINA, period_from=first, period_to=last)
        self._period_bill(day, SZ, TRUCKER_CN, "CNY", "bills_trucking", [
            CostLine(component="storage", amount=60_000 + round(rented / 1e9 * 6_500), targets=[place], basis="volume",
                     note="仓储费")])  # fmt: skip
        company = Target(kind="company", period_from=first, period_to=last)
        software = CostLine(component="software", amount=12_900, targets=[company], basis="quantity")
        self._period_bill(day, HK, SOFTWARE, "USD", "bills_freight", [software])
        for shop, component, share, each in _SHOP_FEES:
            amount = sales[shop] * share // 10_000 + units[shop] * each
            if amount:
                line = FeeLine(component=component, amount=amount, description=f"{component} {first:%Y-%m}")
                charge = FeeCharge(
                    id=journal.number(f"FEE-{shop}", day), company=HK, effective_at=journal.at(day, 23, 59),
                    account=shop, shop=shop, currency=SHOP_CURRENCY[shop], period_from=first, period_to=last,
                    lines=[line],
                )  # fmt: skip
                journal.write(charge, "fees")

    def fba_storage(self, day: int) -> int:
        """The marketplace's storage fee of the month that ends, US cents by cubic feet, dearer from October on."""
        stored = int((self.journal.catalogue.volume_mm3 * self.journal.stock.at(*FBA_CELL)).sum())
        per_cubic_foot = 240 if self.journal.day(day).month >= 10 else 78
        return round(stored / 28_316_847 * per_cubic_foot)

    def _period_bill(
        self, day: int, company: str, supplier: str, currency: str, file: str, lines: list[CostLine]
    ) -> None:
        on = day + 5
        if on >= self.journal.days:
            self.journal.plant("missing_bill", target=str(self.journal.day(day)), component=lines[0].component,
                               supplier=supplier)  # fmt: skip
            return
        self.journal.write(
            CostBill(id=self.journal.number("BILL", day), company=company, effective_at=self.journal.at(day, 15),
                     supplier=supplier, currency=currency, due=self.journal.day(day) + timedelta(30), lines=lines),
            file, on,
        )  # fmt: skip
