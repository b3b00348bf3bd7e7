"""Corrections that once left a residue: each case is posted step by step, valued and checked after every step."""

from typing import Any

import pytest
from django.db import connection

from entrepot.audit import check
from entrepot.books import intake
from entrepot.books.models import Balance, SaleFigure, StockFigure
from entrepot.workflows.revalue import revalue
from tests.audit.ledger_words import at, births, day, document, ref

pytestmark = pytest.mark.django_db


def master() -> list[Any]:
    """Two companies, two places, three items, a bundle of two of them."""
    unit = [{"level": "unit", "units": 1, "weight_g": 100}]
    return [
        document("company", "C", 0, name="C", currency="USD"),
        document("company", "D", 0, name="D", currency="EUR"),
        document("location", "A", 0),
        document("location", "B", 0),
        document("shop", "s", 0, company="C", currency="USD", location="A"),
        *(document("item", sku, 0, packaging=unit) for sku in ("P", "Q", "R")),
        document("bundle", "PQ", 0, parts=[{"sku": "P", "quantity": 1}, {"sku": "Q", "quantity": 2}]),
        document("fx_rate", "e", 0, base="EUR", quote="USD", numerator=11, denominator=10, date="2026-01-01"),
    ]


def receipt(name: str, sku: str, units: int, price: int = 100) -> Any:
    lines = [{"sku": sku, "quantity": units, "price": {"amount": price}}]
    return document("receipt", name, 1, company="C", supplier="F", location="A", currency="USD", lines=lines)


def order(lines: list[dict[str, Any]], shipped: float = 3) -> Any:
    return document("sales_order", "o", 3, shop="s", currency="USD", shipped_at=at(shipped), lines=lines)


def bill(name: str, component: str, amount: int, basis: str, *receipts: str) -> Any:
    targets = [births("receipt", receipt) for receipt in receipts]
    line = {"component": component, "amount": amount, "basis": basis, "targets": targets}
    return document("cost_bill", name, 4, company="C", currency="USD", supplier="X", lines=[line])


def live(*steps: list[Any]) -> None:
    """Post each step a day later, value, check."""
    for number, documents in enumerate([master(), *steps]):
        intake.post(documents, name="step", recorded_at=day(5 + number))
        revalue()
        assert [str(residue) for residue in check(connection).residues] == [], f"step {number}"


def test_a_bundle_shares_its_price_over_items_that_are_valued_apart() -> None:
    """A late bill on one part, then another price of the bundle, refund and fee: both parts follow, to the cent."""

    def sold(amount: int) -> Any:
        return order([{"sku": "PQ", "quantity": 2, "amount": amount}])

    live(
        [receipt("r1", "P", 10), receipt("r2", "Q", 20), sold(1001)],
        [bill("b", "freight", 1000, "quantity", "r1")],
        [sold(2003)],
        [
            document(
                "refund",
                "rf",
                4,
                shop="s",
                currency="USD",
                order=ref("sales_order", "o"),
                lines=[{"order_line": 1, "amount": 101}],
            ),
            document(
                "fee_charge", "f", 4, shop="s", currency="USD", lines=[{"amount": 77, "order": ref("sales_order", "o")}]
            ),
        ],
    )
    assert sorted(SaleFigure.objects.values_list("net", "refunded", "selling")) == [(668, 34, 26), (1335, 67, 51)]


def test_a_shipment_told_later_moves_units_and_keeps_the_line() -> None:
    """Another instant changes the movement but not the line; another quantity changes both."""

    def sold(shipped: float, units: int) -> Any:
        lines = [{"sku": "P", "quantity": units, "amount": 1001}, {"sku": "PQ", "quantity": 1, "amount": 1001}]
        return order(lines, shipped)

    live([receipt("r1", "P", 10), sold(3, 2)], [sold(4, 2)], [sold(4, 3)])


def test_a_sale_between_companies_is_corrected_pair_by_pair() -> None:
    """Price alone, quantity, then more than there is: the pair that did not change keeps its link."""

    def sale(units: int, price: int, when: float) -> Any:
        return document(
            "intercompany_sale",
            "ic",
            when,
            company="C",
            buyer="D",
            currency="USD",
            origin={"location": "A"},
            destination={"location": "B"},
            lines=[
                {"sku": "P", "quantity": units, "price": {"amount": price}},
                {"sku": "Q", "quantity": 1, "price": {"amount": 50}},
            ],
        )

    live(
        [receipt("r1", "P", 10), receipt("r2", "Q", 3), sale(4, 150, 3)],
        [sale(4, 160, 3)],
        [sale(5, 160, 3)],
        [sale(50, 160, 4)],
    )


def test_a_count_told_twice_counts_once() -> None:
    """The same count again, as the counter wrote it, does not take itself for granted."""
    count = document("count", "c", 4, company="C", location="A", lines=[{"sku": "P", "counted": 8}])
    live([receipt("r1", "P", 10), count], [count])
    assert list(Balance.objects.values_list("on_hand", flat=True)) == [8]


def test_a_bill_that_names_another_receipt_moves_its_cost() -> None:
    """Same amount, other target: a correction all the same."""
    live(
        [receipt("r1", "P", 10), receipt("r2", "Q", 20), bill("b", "freight", 1000, "quantity", "r1")],
        [bill("b", "freight", 1000, "quantity", "r2")],
    )
    assert sorted(StockFigure.objects.values_list("item__sku", "first_leg")) == [("P", 0), ("Q", 1000)]


def test_weights_by_value_follow_the_prices() -> None:
    """A corrected price, a late goods bill and its reversal split the freight anew each time."""
    live(
        [receipt("r1", "P", 10), receipt("r2", "Q", 20)],
        [bill("b", "freight", 1000, "value", "r1", "r2")],
        [receipt("r1", "P", 10, 900)],
        [bill("g", "goods", 700, "quantity", "r2")],
        [document("reversal", "rv", 9, documents=[ref("cost_bill", "g")])],
        [receipt("r1", "P", 12, 900)],
    )


def test_a_bill_that_waits_for_two_receipts_goes_when_both_are_there() -> None:
    """The first that comes does not end the waiting, nor is the second missed."""
    live([bill("b", "freight", 900, "quantity", "r1", "r2")], [receipt("r1", "P", 10)], [receipt("r2", "Q", 20)])
    assert sorted(StockFigure.objects.values_list("item__sku", "first_leg")) == [("P", 300), ("Q", 600)]


def test_storage_of_what_was_converted_rests_on_what_was_made() -> None:
    """Storage of a month in which units were consumed is wholly carried: by sales, by stock, by what was made of it."""
    storage = {
        "component": "storage",
        "amount": 1000,
        "targets": [{"kind": "place", "location": "A", "period_from": at(0)[:10], "period_to": at(9)[:10]}],
    }
    live(
        [
            receipt("r1", "P", 10),
            document(
                "conversion", "cv", 3, company="C", cell={"location": "A"}, consumed=[{"sku": "P", "quantity": 6}],
                produced=[{"sku": "Q", "quantity": 3, "share": 2}, {"sku": "R", "quantity": 1}],
            ),
            document("cost_bill", "st", 10, company="C", currency="USD", supplier="W", lines=[storage]),
        ]
    )  # fmt: skip
    assert sum(StockFigure.objects.values_list("storage", flat=True)) == 1000


def test_returns_of_a_sale_count_through_its_corrections() -> None:
    """Two units came back before the sale was corrected: of the six told then, four more can come back, not five."""

    def back(name: str, units: int) -> Any:
        lines = [{"sku": "P", "quantity": units}]
        return document("return", name, 5, shop="s", order=ref("sales_order", "o"), lines=lines)

    def sold(units: int) -> Any:
        return order([{"sku": "P", "quantity": units, "amount": 600}])

    live([receipt("r1", "P", 10), sold(3), back("b1", 2)], [sold(6)], [back("b2", 5)])
    assert list(SaleFigure.objects.values_list("quantity", "returned")) == [(6, 6)]
