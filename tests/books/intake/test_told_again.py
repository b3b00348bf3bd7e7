"""Documents undone and imported once more: what was aimed at them counts once, whatever had taken its place meanwhile."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from entrepot.books import intake, models
from entrepot.core.calendar import midnight
from entrepot.workflows.revalue import revalue
from entrepot.workflows.value_at import value_at
from tests.books.intake.test_corrections import deposit_books, goods, ordered, paid, received
from tests.workflows.ledger import DAY, assert_proven, bill, doc, held, masters, post, receipt, sale, stock_value

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def undo(batch: int | None, day: int) -> intake.IntakeReport:
    assert batch is not None
    report = intake.reverse_batch(batch, recorded_at=day * DAY)
    revalue()
    assert_proven()
    return report


def withdrawn(number: str, kind: str, name: str) -> Any:
    return doc("reversal", number, "2026-02-01", documents=[{"type": kind, "id": name}])


def dearer() -> Any:
    """The order with A at twice its price."""
    order = ordered()
    lines = [line.model_copy(update={"price": line.price.model_copy(update={"amount": 600})}) if line.sku == "A" else line
             for line in order.lines]  # fmt: skip
    return order.model_copy(update={"lines": lines})


def accrued(bill_for_it: bool) -> Any:
    """An accrual of freight, or the bill that takes its place."""
    if not bill_for_it:
        return bill("AC", "2026-01-03", "freight", 100, ("receipt", "R1"))
    target = {"kind": "births", "document": {"type": "receipt", "id": "R1"}}
    line = {"component": "freight", "amount": 130, "targets": [target], "replaces": {"type": "cost_bill", "id": "AC"}}
    return doc("cost_bill", "F1", "2026-01-09", currency="USD", lines=[line])


def test_a_billed_receipt_that_comes_again_is_costed_once() -> None:
    """The supplier's bill reaches it and stands for the order's price."""
    post(*masters(), ordered())
    first = post(received(), at=2 * DAY)
    post(goods(3100), at=3 * DAY)
    undo(first.batch, 4)
    post(received(), at=5 * DAY)
    assert_proven()
    assert held("LA")["purchase"] == 3100


def test_a_receipt_with_a_deposit_that_comes_again_is_costed_once() -> None:
    """Its own line counts the deposit and takes the place of the payment's."""
    post(*deposit_books()[:-1])
    first = post(received(), at=2 * DAY)
    post(paid(4000, 4000), at=3 * DAY)
    assert held("LA")["purchase"] == 429
    undo(first.batch, 4)
    post(received(), at=5 * DAY)
    assert_proven()
    assert held("LA")["purchase"] == 429


def test_a_receipt_at_a_corrected_price_that_comes_again_is_costed_once() -> None:
    """At the corrected price."""
    post(*masters(), ordered())
    first = post(received(), at=2 * DAY)
    post(dearer(), at=3 * DAY)
    undo(first.batch, 4)
    post(received(), at=5 * DAY)
    assert_proven()
    assert held("LA")["purchase"] == 6000


def test_the_price_that_came_back_with_a_withdrawn_bill_is_corrected_with_the_receipt() -> None:
    """The corrected receipt's own line takes the place of the copy."""
    post(*masters(), ordered(), received())
    post(goods(3100), at=2 * DAY)
    post(withdrawn("V", "cost_bill", "G1"), at=3 * DAY)
    assert held("LA")["purchase"] == 3000
    post(received(of_b=12), at=4 * DAY)
    assert_proven()
    assert held("LA")["purchase"] == 3000


def test_nor_does_it_count_twice_when_the_receipt_comes_again() -> None:
    """Withdrawn bill, receipt undone, receipt told again: the order's price, once."""
    post(*masters(), ordered())
    first = post(received(), at=2 * DAY)
    post(goods(3100), at=3 * DAY)
    post(withdrawn("V", "cost_bill", "G1"), at=4 * DAY)
    undo(first.batch, 5)
    post(received(), at=6 * DAY)
    assert_proven()
    assert held("LA")["purchase"] == 3000


def test_the_price_that_came_back_follows_the_corrected_order() -> None:
    """An estimate at the order's price stays one."""
    post(*masters(), ordered(), received())
    post(goods(3100), at=2 * DAY)
    post(withdrawn("V", "cost_bill", "G1"), at=3 * DAY)
    post(dearer(), at=4 * DAY)
    assert_proven()
    assert held("LA")["purchase"] == 6000


def test_a_bill_that_comes_again_replaces_its_accrual_again() -> None:
    """Also after the accrual came back with its withdrawal, and it comes back once more."""
    post(*masters(), receipt("R1", "2026-01-02", 10, 300), accrued(False))
    first = post(accrued(True), at=2 * DAY)
    assert held("LA")["first_leg"] == 130
    undo(first.batch, 3)
    assert held("LA")["first_leg"] == 100
    second = post(accrued(True), at=4 * DAY)
    assert held("LA")["first_leg"] == 130
    undo(second.batch, 5)
    assert held("LA")["first_leg"] == 100


def test_a_bundles_refund_reaches_the_order_that_came_again() -> None:
    """The refund of the bundle is shared by its parts as before."""
    refund = doc("refund", "M1", "2026-01-06", shop="WEB", currency="USD", lines=[{"sku": "SET", "amount": 100}],
                 order={"type": "sales_order", "id": "S1"})  # fmt: skip
    bundle = doc("bundle", "SET", "2026-01-01", parts=[{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 2}])
    post(*masters(), bundle, receipt("R1", "2026-01-02", 10, 300), receipt("R2", "2026-01-02", 20, 300, sku="B"))
    order = sale("S1", "2026-01-04", 2, sku="SET", amount=900)
    first = post(order, at=2 * DAY)
    post(refund, at=3 * DAY)
    before = sorted(models.SaleFigure.objects.values_list("movement__item__sku", "refunded"))
    undo(first.batch, 4)
    post(order, at=5 * DAY)
    assert_proven()
    assert sorted(models.SaleFigure.objects.values_list("movement__item__sku", "refunded")) == before
    assert sum(row[1] for row in before) == 100


def test_a_new_split_by_chargeable_weight_keeps_the_bills_divisor() -> None:
    """3 kg of volume by the bill's 3000 against 3 kg of weight: thrice the units, half the freight."""
    items = [
        doc(
            "item",
            sku,
            "2026-01-01",
            packaging=[
                {"level": "unit", "units": 1, "weight_g": g, "length_mm": 300, "width_mm": 100, "height_mm": 100}
            ],
        )
        for sku, g in (("A", 100), ("B", 3000))
    ]

    def told(of_a: int) -> Any:
        lines = [{"sku": sku, "quantity": n, "price": {"amount": 100}} for sku, n in (("A", of_a), ("B", 10))]
        return doc("receipt", "R1", "2026-01-02", location="LA", currency="USD", lines=lines)

    target = {"kind": "births", "document": {"type": "receipt", "id": "R1"}}
    line = {"component": "freight", "amount": 900, "basis": "chargeable_weight", "divisor": 3000, "targets": [target]}
    freight = doc("cost_bill", "F1", "2026-01-03", currency="USD", lines=[line])
    post(*masters(), *items, told(10), freight)
    assert (held("LA", "A")["first_leg"], held("LA", "B")["first_leg"]) == (225, 675)
    post(told(30), at=2 * DAY)
    assert_proven()
    assert (held("LA", "A")["first_leg"], held("LA", "B")["first_leg"]) == (450, 450)


def test_a_receipt_told_three_times_after_its_deposit() -> None:
    """The second correction finds the first one's line, not the payment's."""
    post(*deposit_books(), paid(4000, 4000))
    post(received(of_b=12), at=2 * DAY)
    post(received(of_b=13), at=3 * DAY)
    assert_proven()
    assert held("LA")["purchase"] == 429


def test_an_accrual_that_comes_again_does_not_count_beside_its_bill() -> None:
    """The bill still stands for it."""
    post(*masters(), receipt("R1", "2026-01-02", 10, 300))
    first = post(accrued(False), at=2 * DAY)
    post(accrued(True), at=3 * DAY)
    undo(first.batch, 4)
    post(accrued(False), at=5 * DAY)
    assert_proven()
    assert held("LA")["first_leg"] == 130


def test_freight_follows_a_line_corrected_to_another_item() -> None:
    """Also when only the other item is valued later."""
    post(*masters(), receipt("R1", "2026-01-02", 10, 300), bill("F1", "2026-01-03", "freight", 100, ("receipt", "R1")))
    post(receipt("R1", "2026-01-02", 10, 300, sku="B"), at=2 * DAY)
    assert_proven()
    assert held("LA", "B")["first_leg"] == 100
    post(sale("S1", "2026-01-04", 4, sku="B"), at=3 * DAY)
    assert_proven()
    assert held("LA", "B")["first_leg"] == 60


def test_an_order_withdrawn_and_told_again_dearer_corrects_its_estimates() -> None:
    """As a correction would."""
    post(*masters(), ordered(), received())
    post(withdrawn("V", "purchase_order", "P1"), at=2 * DAY)
    post(dearer(), at=3 * DAY)
    assert_proven()
    assert held("LA")["purchase"] == 6000


def test_a_withdrawal_told_anew_keeps_what_it_brought_back() -> None:
    """And takes back what it names besides."""
    post(*masters(), ordered(), received(), receipt("R2", "2026-01-02", 5, 100))
    post(goods(3100), at=2 * DAY)
    post(withdrawn("V", "cost_bill", "G1"), at=3 * DAY)
    both = [{"type": "cost_bill", "id": "G1"}, {"type": "receipt", "id": "R2"}]
    post(doc("reversal", "V", "2026-02-01", documents=both), at=4 * DAY)
    assert_proven()
    assert held("LA") == {"units": 10, "purchase": 3000}


def test_a_split_by_value_follows_goods_that_are_split_anew() -> None:
    """A goods bill over both lines by quantity, freight by value posted before it: the corrected quantity moves both."""
    target = {"kind": "births", "document": {"type": "receipt", "id": "R1"}}
    for_all = doc("cost_bill", "G1", "2026-01-20", currency="USD",
                  lines=[{"component": "goods", "amount": 6000, "basis": "quantity", "targets": [target]}])  # fmt: skip
    freight = doc("cost_bill", "F1", "2026-01-06", currency="USD",
                  lines=[{"component": "freight", "amount": 900, "basis": "value", "targets": [target]}])  # fmt: skip
    post(*masters(), ordered(), received(), freight)
    post(for_all, at=2 * DAY)
    assert (held("LA", "B")["purchase"], held("LA", "B")["first_leg"]) == (3000, 450)
    post(received(of_b=20), at=3 * DAY)
    assert (held("LA", "B")["purchase"], held("LA", "B")["first_leg"]) == (4000, 600)
    assert_proven()


def test_what_was_known_before_it_came_again_stays_answered() -> None:
    """As known before the undoing the freight is on the receipt, in between nowhere, afterwards on what came again."""
    post(*masters())
    first = post(receipt("R1", "2026-01-02", 10, 300), at=2 * DAY)
    post(bill("F1", "2026-01-03", "freight", 101, ("receipt", "R1")), at=3 * DAY)
    undo(first.batch, 5)
    post(receipt("R1", "2026-01-02", 20, 300), at=7 * DAY)
    end = midnight(date(2026, 2, 1), "UTC")
    known = [stock_value(value_at(end, known=day * DAY)) for day in (2, 4, 6, 8)]
    both = {"freight": 101}
    assert known == [{"goods": 3000}, {"goods": 3000} | both, {}, {"goods": 6000} | both]


def test_a_bill_corrected_in_another_line_keeps_the_split_that_it_has() -> None:
    """Freight by value was split anew when the goods were billed; telling the bill again with other duty leaves it."""
    target = {"kind": "births", "document": {"type": "receipt", "id": "R1"}}

    def told(duty: int) -> Any:
        lines = [
            {"component": name, "amount": n, "targets": [target]} for name, n in (("freight", 410), ("duty", duty))
        ]
        return doc("cost_bill", "F1", "2026-01-06", currency="USD", lines=lines)

    post(*masters(), ordered(), received(), told(41))
    post(goods(3100), at=2 * DAY)
    post(told(82), at=3 * DAY)
    assert_proven()
    assert (held("LA", "B")["first_leg"], held("LA", "B")["duty_tax"]) == (100, 20)
