"""Costs that no shipment carries: leases and software by the month, returns handling, disposal here and abroad, insurance.

Nothing here draws a random number: amounts follow from what the month brought, so that the rest of the world stays the
same with or without these bills.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from entrepot.core.documents import CostBill, CostLine, FeeCharge, FeeLine, Ref, Reimbursement, StockUse, Target
from entrepot.sample.journal import Journal
from entrepot.sample.places import (
    AMAZON_SHOP,
    CHINA,
    GERMANY,
    HK,
    LANDLORD_CN,
    OWN_SHOP,
    RECYCLER_DE,
    SHOP_CURRENCY,
    SYSTEMS_CN,
    SZ,
)

FLOOD = "Wasserschaden"
"""Reason of the one flood in the German warehouse."""
_RETURN_FEES = ((AMAZON_SHOP, 212), (OWN_SHOP, 180))
"""Shop, minor units for each unit that comes back (inspection, re-shelving)."""
_INSURED_PERCENT = 60


class Overheads:
    """The bills of the month's end that are for nobody's shipment."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._seen = 0

    def month_end(self, day: int, returned: dict[str, int]) -> None:
        """Write the month's bills on its last day; ``returned`` units by shop."""
        self._leases(day)
        for shop, each in _RETURN_FEES:
            if returned.get(shop):
                self._returns(day, shop, returned[shop] * each)
        papers = [paper.document for paper in self.journal.papers[self._seen :]]
        self._seen = len(self.journal.papers)
        uses = [paper for paper in papers if isinstance(paper, StockUse)]
        self._disposal(day, [use for use in uses if use.purpose == "destroyed"])
        for use in uses:
            if use.reason == FLOOD:
                self._insurance(day, use)

    def _leases(self, day: int) -> None:
        """The lease of the warehouse in China, and the ERP: a subscription and a custom interface paid off in parts."""
        last = self.journal.day(day)
        first = last.replace(day=1)
        place = Target(kind="place", location=CHINA, period_from=first, period_to=last)
        company = Target(kind="company", period_from=first, period_to=last)
        self._bill(day, SZ, LANDLORD_CN, "CNY", [
            CostLine(component="storage", amount=1_450_000, targets=[place], basis="volume", note="龙华仓月租")])  # fmt: skip
        self._bill(day, SZ, SYSTEMS_CN, "CNY", [
            CostLine(component="software", amount=99_800, targets=[company], basis="quantity", note="ERP/WMS月费"),
            CostLine(component="software", amount=125_000, targets=[company], basis="quantity",
                     note="接口定制费，24期分摊"),
        ])  # fmt: skip

    def _returns(self, day: int, shop: str, amount: int) -> None:
        last = self.journal.day(day)
        first = last.replace(day=1)
        line = FeeLine(component="returns", amount=amount, description=f"returns handling {first:%Y-%m}")
        self.journal.write(
            FeeCharge(id=self.journal.number(f"RTF-{shop}", day), company=HK, account=shop, shop=shop,
                      effective_at=self.journal.at(day, 23, 58), currency=SHOP_CURRENCY[shop], period_from=first,
                      period_to=last, lines=[line]),
            "fees",
        )  # fmt: skip

    def _disposal(self, day: int, uses: Sequence[StockUse]) -> None:
        """Destroying units: by the piece at the marketplace; sorting, transport, destruction and paper in Germany."""
        for use in uses:
            units = sum(line.quantity for line in use.lines)
            aim = [Target(kind="issue", document=Ref(type="stock_use", id=use.id))]
            if use.cell.location != GERMANY:
                self._bill(day, HK, "", "USD", [
                    CostLine(component="disposal", amount=104 * units, targets=aim, basis="quantity",
                             note="removal order: disposal fee")])  # fmt: skip
                continue
            c = self.journal.catalogue
            place = {code: i for i, code in enumerate(c.sku)}
            grams = sum(int(c.weight_g[place[line.sku]]) * line.quantity for line in use.lines)
            self._bill(day, HK, RECYCLER_DE, "EUR", [
                CostLine(component="disposal", amount=35 * units, targets=aim, basis="quantity", note="Sortierung"),
                CostLine(component="disposal", amount=9_500, targets=aim, basis="quantity", note="Abholung"),
                CostLine(component="disposal", amount=4_500 + grams * 68 // 1000, targets=aim, basis="quantity",
                         note="Vernichtung mit Nachweis"),
            ])  # fmt: skip

    def _insurance(self, day: int, use: StockUse) -> None:
        """The insurer pays a part of the goods' price; freight and duty of what got wet stay lost."""
        paid = day + 45
        if paid >= self.journal.days:
            return
        c = self.journal.catalogue
        place = {code: i for i, code in enumerate(c.sku)}
        worth = sum(int(c.cost_cny[place[line.sku]]) * line.quantity for line in use.lines)
        amount = worth * _INSURED_PERCENT // 100 * 10 // 77
        self.journal.write(
            Reimbursement(id=self.journal.number("INS", paid), company=HK, currency="EUR", amount=amount,
                          effective_at=self.journal.at(paid, 9), loss=Ref(type="stock_use", id=use.id),
                          reason="insurance, water damage"),
            "insurance",
        )  # fmt: skip
        self.journal.plant("insured_loss", use=use.id, amount=amount, currency="EUR", day=str(self.journal.day(paid)))

    def _bill(self, day: int, company: str, supplier: str, currency: str, lines: list[CostLine]) -> None:
        """A bill that comes five days after the month's end; one that would come after the world's end is missing."""
        on = day + 5
        if on >= self.journal.days:
            self.journal.plant("missing_bill", target=str(self.journal.day(day)), component=lines[0].component,
                               supplier=supplier)  # fmt: skip
            return
        self.journal.write(
            CostBill(id=self.journal.number("OVH", day), company=company, effective_at=self.journal.at(day, 15, 30),
                     supplier=supplier, currency=currency, due=self.journal.day(day) + timedelta(30), lines=lines),
            "overheads", on,
        )  # fmt: skip
