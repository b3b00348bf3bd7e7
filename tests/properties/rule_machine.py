"""Rules that a seller's days are made of, fired in any order; after each example the books equal the exact model."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from entrepot.audit import check
from entrepot.books import intake
from entrepot.books import models as m
from entrepot.workflows.revalue import revalue
from tests.audit.ledger_words import at, births, day, document, ref
from tests.properties.exact_model import FAMILIES
from tests.properties.seller import WEIGHTS, Paper, Seller

FIRED: Counter[str] = Counter()
ITEMS = st.sampled_from(["X", "X", "Y"])
PLACES = st.sampled_from(["A", "B"])
UNITS = st.integers(1, 9)
WHEN = st.integers(0, 29 * 4).map(lambda quarter: quarter / 4)
CURRENCIES = st.sampled_from(["USD", "USD", "EUR", "GBP", "JPY"])
SHOPS = {"us": "A", "de": "B"}
PICK = st.integers(0, 10**6)


def world() -> list[Any]:
    """Master data of the machine's seller, and the first rates."""
    return [
        document("company", "C", 0, name="C", currency="USD"),
        *(document("location", place, 0, name=place) for place in "AB"),
        *(
            document("shop", code, 0, company="C", currency="USD", location=place, country="US")
            for code, place in SHOPS.items()
        ),
        *(
            document("item", sku, 0, packaging=[{"level": "unit", "units": 1, "weight_g": grams}])
            for sku, grams in WEIGHTS.items()
        ),
    ]


class SellersDays(RuleBasedStateMachine):
    """See the module; one example is one seller in a transaction of his own that is taken back at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.outside = transaction.atomic()
        self.outside.__enter__()
        self.seller = Seller()
        self.outbox: list[Paper] = []
        self.sent: list[Paper] = []
        self.clock = day(30)
        self.numbers = 0
        self.closed: dict[int, bool] = {}

    @initialize(euro=st.integers(9000, 12000))
    def opens(self, euro: int) -> None:
        intake.post(world(), name="world", recorded_at=self.clock)
        self._write("fx_rate", "EUR-0", 0, _rate_fields("EUR", euro, 0))
        self._deliver(self.outbox)

    def teardown(self) -> None:
        """All that is still on its way arrives; then the books are compared with the model and taken back."""
        try:
            if self.seller.papers or self.outbox:
                self._deliver(self.outbox)
                self.agree()
        finally:
            transaction.set_rollback(True)
            self.outside.__exit__(None, None, None)

    # -- what happens --------------------------------------------------------------------------------------------

    @rule(item=ITEMS, place=PLACES, units=UNITS, when=WHEN, currency=CURRENCIES, price=st.integers(1, 999), pick=PICK)
    def receive(self, item: str, place: str, units: int, when: float, currency: str, price: int, pick: int) -> None:
        lines: list[dict[str, Any]] = [
            {"sku": item, "quantity": units, **({"price": {"amount": price, "per": 1 + pick % 3}} if pick % 5 else {})}
        ]
        if pick % 4 == 0:
            lines.append({"sku": "Y", "quantity": 1 + pick % 7, "price": {"amount": price, "per": 2}})
        fields = {"location": place, "supplier": "S", "currency": currency, "lines": lines}
        self._write("receipt", "", when, {**fields, "company": "C"})

    @rule(
        when=WHEN,
        currency=CURRENCIES,
        amount=st.integers(-50, 3000),
        pick=PICK,
        component=st.sampled_from(["freight", "duty", "goods"]),
    )
    def bill(self, when: float, currency: str, amount: int, pick: int, component: str) -> None:
        """Early (its receipt not there yet, or not even written) or late."""
        names = [paper.name for paper in self.sent if paper.kind == "receipt"] + [f"receipt-{self.numbers + 2}"]
        chosen = sorted({names[pick % len(names)], names[pick // 7 % len(names)]})
        basis = ("quantity", "equal", "weight")[pick % 3]
        line = {
            "component": component, "amount": amount, "basis": basis,
            "targets": [births("receipt", name) for name in chosen],
        }  # fmt: skip
        self._write("cost_bill", "", when, {"company": "C", "supplier": "F", "currency": currency, "lines": [line]})

    @rule(when=WHEN, amount=st.integers(1, 500), pick=PICK)
    @precondition(lambda self: self._names("receipt"))
    def credit(self, when: float, amount: int, pick: int) -> None:
        line = {
            "component": "goods", "amount": amount, "basis": "quantity",
            "targets": [births("receipt", self._choose("receipt", pick))],
        }  # fmt: skip
        self._write("supplier_credit", "", when, {"company": "C", "supplier": "S", "currency": "USD", "lines": [line]})

    @rule(item=ITEMS, shop=st.sampled_from(["us", "us", "de"]), units=UNITS, when=WHEN, amount=st.integers(0, 9999))
    def sell(self, item: str, shop: str, units: int, when: float, amount: int) -> None:
        """Ahead of stock as often as not."""
        line = {"sku": item, "quantity": units, "amount": amount}
        lines = [line, {"sku": "Y", "quantity": 1, "amount": 5}] if amount % 6 == 0 else [line]
        self._write("sales_order", "", when, {"shop": shop, "currency": "USD", "lines": lines})

    @rule(units=st.integers(1, 5), place=PLACES, later=st.integers(-1, 20), pick=PICK)
    @precondition(lambda self: self._names("sales_order"))
    def take_back(self, units: int, place: str, later: int, pick: int) -> None:
        """A customer's return, the first or a further one, also before the sale was told."""
        order = next(paper for paper in self.sent if paper.name == self._choose("sales_order", pick))
        line = order.fields["lines"][pick % len(order.fields["lines"])]
        fields = {
            "shop": order.fields["shop"], "location": place, "order": ref("sales_order", order.name),
            "lines": [{"sku": line["sku"], "quantity": units}],
        }  # fmt: skip
        self._write("return", "", min(29.75, max(0, order.when + later / 4)), fields)

    @rule(item=ITEMS, units=UNITS, when=WHEN, back=st.booleans())
    def transfer(self, item: str, units: int, when: float, back: bool) -> None:
        ends = ("B", "A") if back else ("A", "B")
        fields = {
            "company": "C", "origin": {"location": ends[0]}, "destination": {"location": ends[1]},
            "lines": [{"sku": item, "quantity": units}],
        }  # fmt: skip
        self._write("transfer", "", when, fields)

    @rule(place=PLACES, used=st.integers(1, 5), made=st.integers(1, 6), when=WHEN, pick=PICK)
    def convert(self, place: str, used: int, made: int, when: float, pick: int) -> None:
        consumed = [{"sku": "X", "quantity": used}, *([{"sku": "Y", "quantity": 1}] if pick % 3 == 0 else [])]
        produced = [
            {"sku": "Y", "quantity": made, "share": 1 + pick % 3},
            *([{"sku": "X", "quantity": 1, "share": 2}] if pick % 4 == 0 else []),
        ]
        fields = {"company": "C", "cell": {"location": place}, "consumed": consumed, "produced": produced}
        self._write("conversion", "", when, fields)

    @rule(item=ITEMS, place=PLACES, units=st.integers(1, 4), when=WHEN)
    def write_off(self, item: str, place: str, units: int, when: float) -> None:
        fields = {
            "company": "C", "purpose": "lost", "cell": {"location": place},
            "lines": [{"sku": item, "quantity": units}],
        }  # fmt: skip
        self._write("stock_use", "", when, fields)

    @rule(item=ITEMS, place=PLACES, more=st.sampled_from([-2, -1, 1, 3]), when=WHEN)
    def count(self, item: str, place: str, more: int, when: float) -> None:
        lines = [{"sku": item, "counted": 10 + more, "expected": 10}]
        self._write("count", "", when, {"company": "C", "location": place, "lines": lines})

    @rule(currency=st.sampled_from(["EUR", "GBP", "JPY"]), value=st.integers(80, 19999), number=st.integers(0, 28))
    def publish_rate(self, currency: str, value: int, number: int) -> None:
        """A rate comes; what waited for one goes."""
        if not any(paper.kind == "fx_rate" and paper.name == f"{currency}-{number}" for paper in self.sent):
            self._write("fx_rate", f"{currency}-{number}", number, _rate_fields(currency, value, number))

    # -- how it arrives ------------------------------------------------------------------------------------------

    @rule(seed=PICK)
    @precondition(lambda self: self.outbox)
    def deliver(self, seed: int) -> None:
        """What was written arrives, in any order."""
        random.Random(seed).shuffle(self.outbox)
        FIRED["reorder"] += len(self.outbox) > 1
        self._deliver(self.outbox)

    @rule(pick=PICK)
    @precondition(lambda self: self.sent)
    def duplicate(self, pick: int) -> None:
        """An old delivery comes again: as it was, though it may have been corrected since."""
        FIRED["duplicate"] += 1
        self.outbox.append(self.sent[pick % len(self.sent)])

    @rule(pick=PICK, units=UNITS)
    @precondition(lambda self: any(paper.kind in CORRECTED for paper in self.sent))
    def correct(self, pick: int, units: int) -> None:
        """A later version of a document: another quantity, price or instant."""
        papers = [paper for paper in self.sent if paper.kind in CORRECTED]
        old = papers[pick % len(papers)]
        fields = dict(old.fields)
        if old.kind == "cost_bill":
            fields["lines"] = [{**fields["lines"][0], "amount": fields["lines"][0]["amount"] + units}]
        else:
            part = "consumed" if old.kind == "conversion" else "lines"
            fields[part] = [{**fields[part][0], "quantity": units}, *fields[part][1:]]
        when = old.when if pick % 3 else min(29.75, old.when + 0.25)
        self._write(old.kind, old.name, when, fields, fired="correct")

    @rule(pick=PICK)
    @precondition(lambda self: self.seller.papers)
    def reverse(self, pick: int) -> None:
        """A posted document is taken back altogether."""
        keys = sorted(key for key in self.seller.papers if key[0] in REVERSED and key not in self.seller.gone)
        if keys:
            kind, name = keys[pick % len(keys)]
            self.numbers += 1
            FIRED["reverse"] += 1
            fields = {"documents": [ref(kind, name)]}
            self._deliver([Paper("reversal", f"reversal-{self.numbers}", 30, fields)])

    @rule(part=st.integers(0, 2))
    def close_or_reopen(self, part: int) -> None:
        """Ten days are closed, or reopened."""
        closed = self.closed.get(part, False)
        self.closed[part] = not closed
        self.numbers += 1
        kind = "period_reopen" if closed else "period_close"
        FIRED["reopen" if closed else "close"] += 1
        fields = {"company": "C", "period_from": at(10 * part)[:10], "period_to": at(10 * part + 9)[:10]}
        if closed:
            fields["reason"] = "a fact was missing"
        self._deliver([Paper(kind, f"{kind}-{self.numbers}", 30, fields)])

    # -- what must hold ------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_lost_at_the_door(self) -> None:
        """What was sent is posted or waits; asked of the books' own quarantine."""
        if self.outbox or not self.seller.papers:
            return
        waiting = m.Quarantine.objects.filter(state="open").values_list("document_type", "document_id")
        expected = sorted(paper.key for paper in self.seller.waiting)
        assert sorted(waiting) == expected, (sorted(waiting), expected)

    def agree(self) -> None:
        """Units, debts and the cost of everything on hand and sold, to the cent; and the checker finds nothing."""
        revalue()
        ledger = self.seller.ledger()
        balances = {
            (sku, place): units
            for sku, place, units in m.Balance.objects.values_list("item__sku", "cell__location__code", "on_hand")
        }
        stock = {
            (row.item.sku, row.cell.location.code): row
            for row in m.StockFigure.objects.select_related("item", "cell__location")
        }
        for item in "XY":
            for place in "AB":
                units = ledger.stock[item, place]
                owed = sum(slot.unit is None and slot.back != "annulled" for slot in ledger.debts[item, place])
                assert balances.get((item, place), 0) == len(units) - owed, (item, place)
                row = stock.get((item, place))
                found = {name: getattr(row, name, 0) for name in (*FAMILIES, "units", "missing", "uncosted")}
                missing = sum(unit.layer.missing for unit in units)
                expected = {**ledger.worth(units), "units": len(units), "missing": missing, "uncosted": owed}
                assert found == expected, (item, place, found, expected)
        for row in m.SaleFigure.objects.select_related("movement__document"):
            move = row.movement
            name = (f"sales_order/{move.document.external_id}", move.line, move.ordinal)
            found = {name: getattr(row, name) for name in (*FAMILIES, "uncosted")}
            assert found == ledger.sold(name), (name, found, ledger.sold(name))
        waiting = {(f"{t}/{i}", line) for t, i, line in _waiting_rows()}
        expected = {(move.name[0], move.name[1]) for step in ledger.waiting for move in step}
        assert waiting == expected, waiting ^ expected
        residues = [str(residue) for residue in check(connection).residues]
        assert residues == [], residues

    # -- helpers of the rules ------------------------------------------------------------------------------------

    def _write(self, kind: str, name: str, when: float, fields: dict[str, Any], fired: str = "") -> None:
        self.numbers += 1
        FIRED[fired or kind] += 1
        paper = Paper(kind, name or f"{kind}-{self.numbers}", when, fields)
        self.outbox.append(paper)
        self.sent.append(paper)

    def _deliver(self, papers: list[Paper]) -> None:
        batch, self.outbox = list(papers), [paper for paper in self.outbox if paper not in papers]
        self.clock += 3_600_000_000
        intake.post([paper.typed() for paper in batch], name="days", recorded_at=self.clock)
        self.seller.deliver(batch, self.clock)
        FIRED["delivery"] += 1

    def _names(self, kind: str) -> list[str]:
        return [paper.name for paper in self.sent if paper.kind == kind]

    def _choose(self, kind: str, pick: int) -> str:
        names = self._names(kind)
        return names[pick % len(names)]


CORRECTED = ("receipt", "sales_order", "cost_bill", "transfer", "stock_use", "conversion")
REVERSED = ("receipt", "sales_order", "cost_bill", "transfer", "stock_use", "conversion", "return", "count")


def _rate_fields(currency: str, value: int, number: int) -> dict[str, Any]:
    return {"base": currency, "quote": "USD", "numerator": value, "denominator": 10_000, "date": at(number)[:10]}


def _waiting_rows() -> list[tuple[str, str, int]]:
    return list(
        m.Waiting.objects.values_list("movement__document__type", "movement__document__external_id", "movement__line")
    )
