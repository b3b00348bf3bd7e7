"""Buying: purchase orders by supplier every four weeks, deposits, deliveries that are partial, short or over, credits.

A supplier's goods arrive at the warehouse in China, owned by the company that ordered. Prices are a pair (amount, per):
what costs 52.75 for ten is stored as that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import numpy as np

from entrepot.core.documents import (
    CellRef,
    CostBill,
    CostLine,
    LotLine,
    Payment,
    PaymentShare,
    PurchaseLine,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    Ref,
    SupplierCredit,
    SupplierReturn,
    Target,
    UnitPrice,
)
from entrepot.core.money import convert, round_half_away
from entrepot.sample.bills import OFFERS_FROM
from entrepot.sample.catalogue import Ints, Reals
from entrepot.sample.families import SUPPLIERS, SupplierProfile
from entrepot.sample.journal import CHINA_HK, CHINA_SZ, Cell, Journal
from entrepot.sample.places import BASE_CURRENCY, CHINA, TRUCKER_CN

REVIEW_DAYS = 28
_OCEAN_DAYS = 42
PER = 10
"""Units that a purchase price is quoted for."""


class Purchasing:
    """The buying desk of both companies."""

    def __init__(self, rng: np.random.Generator, journal: Journal) -> None:
        self.rng = rng
        self.journal = journal
        count = len(journal.catalogue)
        self.on_order: Ints = np.zeros(count, dtype=np.int64)
        supplier = np.array(journal.catalogue.supplier)
        self.skus_of = {s.code: np.flatnonzero((supplier == s.code) & (journal.catalogue.base < 0)) for s in SUPPLIERS}
        self.drift = np.exp(rng.normal(0.03, 0.04, count))
        """What the factory price becomes by the end, as a factor of the first."""
        self._returns_left, self._cuts_left, self._invoiced = 2, 4, 0

    def review(self, day: int, rate: Reals, position: Ints) -> None:
        """Order from every supplier whose turn it is; ``rate`` in units a day, ``position`` all stock and pipeline."""
        for turn, supplier in enumerate(SUPPLIERS):
            if (day + 2 * turn) % REVIEW_DAYS == 0:
                self._order(day, supplier, rate, position)

    def _order(self, day: int, supplier: SupplierProfile, rate: Reals, position: Ints) -> None:
        c = self.journal.catalogue
        skus = self.skus_of[supplier.code]
        on_sale = (day >= c.launch[skus] - 100) & (day < c.ends[skus] - 60)
        pipeline = c.lead_days[skus] + _OCEAN_DAYS
        low = position[skus] < rate[skus] * (pipeline + 60)
        chosen = skus[on_sale & low & (rate[skus] > 0)]
        if not len(chosen):
            return
        want = rate[chosen] * (c.lead_days[chosen] + _OCEAN_DAYS + 120) - position[chosen]
        quantity = np.maximum(c.moq[chosen], np.ceil(want / c.carton_units[chosen]) * c.carton_units[chosen])
        self._place(day, supplier, chosen, quantity.astype(np.int64))

    def price(self, day: int, sku: int, currency: str) -> int:
        """Minor units of ``currency`` for :data:`PER` units on ``day``."""
        share = day / max(1, self.journal.days)
        cents = float(self.journal.catalogue.cost_cny[sku]) * (1 + (self.drift[sku] - 1) * share) * PER
        return round(cents if currency == "CNY" else cents / 7.1)

    def _place(self, day: int, supplier: SupplierProfile, skus: Ints, quantity: Ints) -> None:
        journal, rng = self.journal, self.rng
        number = journal.number(f"PO-{supplier.buyer}", day)
        ready = day + supplier.lead_days + int(rng.integers(-2, 5)) + int(rng.exponential(3.0))
        ready += 14 if _spring_festival(journal.day(ready)) else 0
        lines = [
            PurchaseLine(
                sku=journal.catalogue.sku[i], quantity=int(q),
                price=UnitPrice(amount=self.price(day, int(i), supplier.currency), per=PER),
                due=journal.day(day + supplier.lead_days),
            )
            for i, q in zip(skus, quantity, strict=True)
        ]  # fmt: skip
        order = PurchaseOrder(
            id=number, company=supplier.buyer, effective_at=journal.at(day, 1), supplier=supplier.code,
            incoterm=supplier.incoterm, currency=supplier.currency, deposit_bp=supplier.deposit_bp, destination=CHINA,
            expected=journal.day(day + supplier.lead_days + 2), lines=lines,
        )  # fmt: skip
        journal.write(order, "purchase_orders")
        self.on_order[skus] += quantity
        total = sum(_worth(line.price, line.quantity) for line in lines)
        deposit = total * supplier.deposit_bp // 10_000
        journal.later(day + 2, 1, lambda d: self._pay(d, order, deposit, "deposit"))
        self._deliver(order, skus, quantity, ready + 2, total - deposit)

    def _pay(self, day: int, order: PurchaseOrder, amount: int, what: str) -> None:
        base = BASE_CURRENCY[order.company]
        paid = None
        if order.currency != base:
            spread = self.rng.integers(9_930, 10_010)  # the bank's own rate is not the rate of the books
            paid = convert(amount, order.currency, base, self.journal.rates.rate(order.currency, base, day))
            paid = paid * 10_000 // int(spread)
        self.journal.write(
            Payment(
                id=self.journal.number("PAY", day), company=order.company, effective_at=self.journal.at(day, 1, 30),
                supplier=order.supplier, currency=order.currency, amount=amount, base_amount=paid, note=what,
                shares=[PaymentShare(document=Ref(type="purchase_order", id=order.id), amount=amount)],
            ),
            "payments",
        )  # fmt: skip

    def _deliver(self, order: PurchaseOrder, skus: Ints, quantity: Ints, day: int, rest: int) -> None:
        """Plan the deliveries of an order: mostly whole, some in two parts, some short or over."""
        kind = self.rng.random()
        delivered = quantity.copy()
        if kind < 0.05:
            delivered[0] -= max(1, int(quantity[0] * 0.04))
            self.journal.plant("short_receipt", order=order.id, sku=order.lines[0].sku,
                               units=int(quantity[0] - delivered[0]), day=str(self.journal.day(day)))  # fmt: skip
        elif kind < 0.10:
            delivered[-1] += max(1, int(quantity[-1] * 0.02))
            self.journal.plant("over_receipt", order=order.id, sku=order.lines[-1].sku,
                               units=int(delivered[-1] - quantity[-1]), day=str(self.journal.day(day)))  # fmt: skip
        if 0.10 <= kind < 0.24:
            first = quantity * 6 // 10
            second = quantity - first
            self.journal.later(day, 2, lambda d: self._receive(d, order, skus, first, first))
            self.journal.later(day + 9, 2, lambda d: self._receive(d, order, skus, second, second))
        else:
            self.journal.later(day, 2, lambda d: self._receive(d, order, skus, delivered, quantity))
        self.journal.later(day + 4, 1, lambda d: self._pay(d, order, rest, "balance"))

    def _receive(self, day: int, order: PurchaseOrder, skus: Ints, units: Ints, booked: Ints) -> None:
        journal = self.journal
        self.on_order[skus] -= booked
        keep = units > 0
        if not keep.any():
            return
        cell = CHINA_SZ if order.company == "SZ" else CHINA_HK
        journal.stock.enter(cell, skus[keep], units[keep])
        receipt = Receipt(
            id=journal.number("GR", day), company=order.company, effective_at=journal.at(day, 2), location=CHINA,
            order=Ref(type="purchase_order", id=order.id), supplier=order.supplier,
            lines=[
                ReceiptLine(sku=journal.catalogue.sku[i], quantity=int(n), order_line=line)
                for line, (i, n) in enumerate(zip(skus, units, strict=True), start=1)
                if n > 0
            ],
        )  # fmt: skip
        journal.write(receipt, "receipts_china")
        if order.company == "SZ":
            self._local_costs(day, receipt, skus[keep], units[keep])
            self._perhaps_return(day, order, receipt, cell)
        self._perhaps_cut(day, order, receipt)
        self._invoice(day, order, receipt)

    def _invoice(self, day: int, order: PurchaseOrder, receipt: Receipt) -> None:
        """Every third delivery of the last months has its invoice: as ordered, dearer, or a little cheaper."""
        self._invoiced += 1
        on = day + 3
        if day < OFFERS_FROM or self._invoiced % 3 or on >= self.journal.days:
            return
        thousandths = (1000, 1025, 990)[self._invoiced // 3 % 3]
        lines: list[CostLine] = []
        for number, line in enumerate(receipt.lines, start=1):
            price = order.lines[(line.order_line or 1) - 1].price
            aim = Target(kind="births", document=Ref(type="receipt", id=receipt.id, line=number))
            amount = price.amount * line.quantity * thousandths // (1000 * price.per)
            lines.append(CostLine(component="goods", amount=amount, targets=[aim], basis="line"))
        bill = CostBill(id=self.journal.number("INV", on), company=receipt.company, supplier=order.supplier,
                        effective_at=self.journal.at(on, 3), currency=order.currency, lines=lines)  # fmt: skip
        self.journal.write(bill, "invoices", on)
        self.journal.plant("invoice", bill=bill.id, receipt=receipt.id, thousandths=thousandths)

    def _local_costs(self, day: int, receipt: Receipt, skus: Ints, units: Ints) -> None:
        """The trucker's bill: haulage by weight, inspection by count; now and then weeks late."""
        grams = int((self.journal.catalogue.weight_g[skus] * units).sum())
        target = Target(kind="births", document=Ref(type="receipt", id=receipt.id))
        lines = [CostLine(component="domestic_freight", amount=12_000 + grams * 45 // 1000, targets=[target],
                          basis="weight", note="国内运费")]  # fmt: skip
        if self.rng.random() < 0.4:
            lines.append(CostLine(component="inspection", amount=28_000, targets=[target], basis="quantity",
                                  note="验货费"))  # fmt: skip
        late = int(self.rng.integers(30, 75)) if self.rng.random() < 0.08 else 0
        on = day + 6 + late
        if on >= self.journal.days:
            self.journal.plant("missing_bill", target=receipt.id, component="domestic_freight", supplier=TRUCKER_CN)
            return
        bill = CostBill(id=self.journal.number("TRK", on), company=receipt.company, supplier=TRUCKER_CN,
                        effective_at=self.journal.at(on, 3), currency="CNY", lines=lines)  # fmt: skip
        self.journal.write(bill, "bills_trucking", on)
        if late:
            _plant_late(self.journal, bill, receipt.id, day, on)

    def _perhaps_return(self, day: int, order: PurchaseOrder, receipt: Receipt, cell: Cell) -> None:
        """Twice, part of a delivery is faulty and goes back; the credit comes three weeks later."""
        if not self._returns_left or day < 60 + 150 * (2 - self._returns_left):
            return
        self._returns_left -= 1
        line = receipt.lines[0]
        index = self.journal.catalogue.sku.index(line.sku)
        units = max(1, line.quantity * 8 // 100)
        price = order.lines[(line.order_line or 1) - 1].price

        def send_back(d: int) -> None:
            there = int(self.journal.stock.at(*cell)[index])
            gone = min(units, there)
            if gone <= 0:
                return
            self.journal.stock.leave(cell, index, gone)
            back = SupplierReturn(
                id=self.journal.number("SR", d), company=order.company, effective_at=self.journal.at(d, 3),
                cell=CellRef(location=CHINA), supplier=order.supplier, note="faulty batch",
                lines=[LotLine(sku=line.sku, quantity=gone)],
            )  # fmt: skip
            self.journal.write(back, "supplier_returns")
            amount = _worth(price, gone)
            self.journal.plant("supplier_return", document=back.id, sku=line.sku, units=gone, credit=amount)
            issue = Target(kind="issue", document=Ref(type="supplier_return", id=back.id))
            self.journal.later(d + 21, 3, self._credit(order, issue, amount, "goods given back"))

        self.journal.later(day + 1, 3, send_back)

    def _perhaps_cut(self, day: int, order: PurchaseOrder, receipt: Receipt) -> None:
        """Four times, a supplier cuts the price of what was delivered, a month afterwards."""
        if not self._cuts_left or day < 40 + 110 * (4 - self._cuts_left):
            return
        self._cuts_left -= 1
        line = receipt.lines[-1]
        amount = _worth(order.lines[(line.order_line or 1) - 1].price, line.quantity) * 5 // 100
        target = Target(kind="births", document=Ref(type="receipt", id=receipt.id, line=len(receipt.lines)))
        self.journal.plant("price_cut", receipt=receipt.id, line=len(receipt.lines), sku=line.sku, amount=amount,
                           currency=order.currency)  # fmt: skip
        self.journal.later(day + 30, 3, self._credit(order, target, amount, "price cut"))

    def _credit(self, order: PurchaseOrder, target: Target, amount: int, what: str) -> Callable[[int], None]:
        def write(day: int) -> None:
            self.journal.write(
                SupplierCredit(
                    id=self.journal.number("CN", day), company=order.company, effective_at=self.journal.at(day, 3),
                    supplier=order.supplier, currency=order.currency, note=what,
                    lines=[CostLine(component="goods", amount=amount, targets=[target], basis="quantity")],
                ),
                "supplier_credits",
            )  # fmt: skip

        return write


def _worth(price: UnitPrice, quantity: int) -> int:
    return round_half_away(Fraction(price.amount * quantity, price.per))


def _plant_late(journal: Journal, bill: CostBill, target: str, happened: int, known: int) -> None:
    journal.plant(
        "late_bill", bill=bill.id, company=bill.company, target=target, arrived=str(journal.day(happened)),
        due=str(journal.day(happened + 6)), billed=str(journal.day(known)), currency=bill.currency,
        amount=sum(line.amount for line in bill.lines), components=[line.component for line in bill.lines],
    )  # fmt: skip


def _spring_festival(on: date) -> bool:
    return (on.month == 1 and on.day >= 24) or (on.month == 2 and on.day <= 16)
