"""What is told again, taken back or told wrong: no cost counts twice or is lost, and odd documents never break a batch."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from entrepot.books import intake, models
from entrepot.books.intake import personal
from entrepot.core.errors import Problem
from entrepot.workflows.erase import erase
from tests.workflows.ledger import (
    DAY,
    assert_proven,
    bill,
    doc,
    held,
    masters,
    post,
    receipt,
    sale,
    sold,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LARGE = 10**30


def ordered(currency: str = "USD") -> Any:
    lines = [
        {"sku": "A", "quantity": 10, "price": {"amount": 300}},
        {"sku": "B", "quantity": 10, "price": {"amount": 100}},
    ]
    return doc("purchase_order", "P1", "2026-01-01", supplier="F", currency=currency, lines=lines)


def received(of_b: int = 10, place: str = "LA") -> Any:
    lines = [{"sku": "A", "quantity": 10}, {"sku": "B", "quantity": of_b}]
    return doc("receipt", "R1", "2026-01-05", location=place, order={"type": "purchase_order", "id": "P1"}, lines=lines)


def goods(amount: int) -> Any:
    """The supplier's bill for the receipt's first line."""
    target = {"kind": "births", "document": {"type": "receipt", "id": "R1", "line": 1}}
    lines = [{"component": "goods", "amount": amount, "targets": [target]}]
    return doc("cost_bill", "G1", "2026-01-20", currency="USD", lines=lines)


def paid(amount: int, on_order: int) -> Any:
    shares = [{"document": {"type": "purchase_order", "id": "P1"}, "amount": on_order}] if on_order else []
    return doc("payment", "Y1", "2026-01-02", supplier="F", currency="CNY", amount=amount, shares=shares)


def rate(base: str, quote: str, numerator: int, on: str) -> Any:
    return doc("fx_rate", f"{base}{quote}{on}", on, base=base, quote=quote, numerator=numerator, date=on)


def deposit_books() -> list[Any]:
    """Goods of an order in CNY: 7 to the dollar when the deposit is paid, 8 when they come."""
    rates = rate("USD", "CNY", 7, "2026-01-01"), rate("USD", "CNY", 8, "2026-01-04")
    return [*masters(), *rates, ordered("CNY"), received()]


def test_a_billed_receipt_told_again_is_not_costed_twice() -> None:
    """The supplier's bill stands for the order's price, also after another line of the receipt is corrected."""
    post(*masters(), ordered(), received(), goods(3100))
    post(received(of_b=12), at=2 * DAY)
    assert held("LA")["purchase"] == 3100
    assert held("LA", "B") == {"units": 12, "purchase": 1200}
    assert_proven()


def test_a_receipt_moved_to_another_place_takes_its_bill_along() -> None:
    """The bill replaces the estimate and splits by value although the receipt's movements were told anew."""
    post(*masters(), ordered(), received())
    post(received(place="DE"), at=2 * DAY)
    post(goods(3100), at=3 * DAY)
    assert held("DE")["purchase"] == 3100
    post(received(of_b=11, place="LA"), at=4 * DAY)
    post(bill("F1", "2026-01-20", "freight", 420, ("receipt", "R1")), at=5 * DAY)
    assert held("LA") == {"units": 10, "purchase": 3100, "first_leg": 310}
    assert_proven()


def test_a_receipt_told_again_after_its_deposit() -> None:
    """The deposit's rate counts once: the new line takes the place of the one that the payment had converted."""
    post(*deposit_books())
    assert held("LA")["purchase"] == 375
    post(paid(4000, 4000), at=2 * DAY)
    assert held("LA")["purchase"] == 429
    post(received(of_b=12), at=3 * DAY)
    assert held("LA")["purchase"] == 429
    assert_proven()


@pytest.mark.parametrize(("amount", "on_order", "cost"), [(4000, 4000, 429), (2000, 2000, 402), (4000, 0, 375)])
def test_a_corrected_deposit(amount: int, on_order: int, cost: int) -> None:
    """Half the deposit, half its rate; a payment that was for something else leaves the day's rate."""
    post(*deposit_books(), paid(4000, 4000))
    post(paid(amount, on_order), at=2 * DAY)
    assert held("LA")["purchase"] == cost
    assert_proven()


def test_a_corrected_bill_taken_back_gives_the_estimate_back() -> None:
    """Estimate, bill, corrected bill, undone: the order's price counts again, once."""
    post(*masters(), ordered(), received())
    post(goods(3100), at=2 * DAY)
    post(goods(3200), at=3 * DAY)
    post(doc("reversal", "V", "2026-02-01", documents=[{"type": "cost_bill", "id": "G1"}]), at=4 * DAY)
    assert held("LA")["purchase"] == 3000
    assert_proven()


def test_a_count_told_again_forgets_what_it_moved_before() -> None:
    """Ten in the books, eight counted, then nine after all: nine stand there."""
    post(*masters(), receipt("R1", "2026-01-02", 10, 300))
    for at, counted in ((2, 8), (3, 9)):
        lines = [{"sku": "A", "counted": counted}]
        post(doc("count", "C1", "2026-01-05", location="LA", lines=lines), at=at * DAY)
        assert held("LA")["units"] == counted
    assert_proven()


def test_what_waits_does_not_undo_a_later_telling() -> None:
    """The first telling of an order waits for its item; the second is in the books when that comes."""
    first = [*masters(), receipt("R1", "2026-01-02", 10, 300), sale("S1", "2026-01-05", 2, sku="NEW")]
    intake.post(first, name="first", recorded_at=DAY)
    post(sale("S1", "2026-01-05", 3), at=2 * DAY)
    post(doc("item", "NEW", "2026-01-01"), at=3 * DAY)
    assert held("LA")["units"] == 7
    assert models.Quarantine.objects.get().state == models.Quarantine.DISMISSED


def test_of_two_waiting_tellings_the_later_one_counts() -> None:
    """Whichever is released first."""
    intake.post([*masters(), sale("S1", "2026-01-05", 2, sku="N1")], name="first", recorded_at=DAY)
    intake.post([sale("S1", "2026-01-05", 3, sku="N2")], name="second", recorded_at=2 * DAY)
    post(doc("item", "N2", "2026-01-01"), at=3 * DAY)
    post(doc("item", "N1", "2026-01-01"), at=4 * DAY)
    assert models.SalesLine.objects.get(replacement__isnull=True).sku == "N2"


def test_rates_over_a_third_currency_release_a_bill() -> None:
    """A bill in yuan waits for a rate; two rates of the euro are one."""
    foreign = bill("F1", "2026-01-03", "freight", 700, ("receipt", "R1"), currency="CNY")
    intake.post([*masters(), receipt("R1", "2026-01-02", 10, 300), foreign], name="x", recorded_at=DAY)
    assert post(rate("EUR", "CNY", 7, "2026-01-01"), rate("EUR", "USD", 1, "2026-01-01"), at=2 * DAY).released == 1
    assert held("LA")["first_leg"] == 100


def test_a_shops_listing_comes_before_the_item_of_that_name() -> None:
    """Also when the item was looked up just before for something else."""
    post(
        *masters(), doc("listing", "A", "2026-01-01", shop="WEB", sku="B"), receipt("R1", "2026-01-02", 10, 300),
        receipt("R2", "2026-01-02", 10, 100, sku="B"), sale("S1", "2026-01-05", 2),
    )  # fmt: skip
    assert (held("LA", "A")["units"], held("LA", "B")["units"]) == (10, 8)
    assert_proven()


def test_a_companys_method_changes_its_figures_at_once_and_its_currency_never() -> None:
    """The method is a setting; amounts in the books are in the currency in which they were converted."""

    def company(currency: str) -> Any:
        return doc("company", "US", "2026-01-01", currency=currency, method="moving_average", name="US")

    post(
        *masters(),
        receipt("R1", "2026-01-02", 10, 300),
        receipt("R2", "2026-01-03", 10, 100),
        sale("S1", "2026-01-05", 10),
    )
    assert sold("S1") == {"purchase": 3000}
    post(company("USD"), at=2 * DAY)
    assert sold("S1") == {"purchase": 2000}
    refused = intake.post([company("EUR")], name="x", recorded_at=3 * DAY)
    assert refused.counts_by_code == {"currency_change": 1}


def test_a_reversal_that_waits_has_taken_nothing_back() -> None:
    """One of its documents is not there: the promise of the other stays."""
    lines = [{"sku": "A", "quantity": 2, "amount": 10}]
    order = doc("sales_order", "S1", "2026-01-03", shop="WEB", currency="USD", status="open", lines=lines)
    post(*masters(), receipt("R1", "2026-01-02", 10, 300), order)
    both = [{"type": "sales_order", "id": "S1"}, {"type": "receipt", "id": "NO"}]
    report = intake.post([doc("reversal", "V", "2026-02-01", documents=both)], name="x", recorded_at=2 * DAY)
    assert report.quarantined == 1
    assert models.Balance.objects.get().reserved == 2


def test_a_bill_on_another_companys_goods_is_refused() -> None:
    """Its amount would be in the wrong currency."""
    german = doc("company", "DE", "2026-01-01", currency="EUR", name="DE")
    post(*masters(), german, receipt("R1", "2026-01-02", 10, 300, company="US"))
    wrong = bill("F1", "2026-01-03", "freight", 700, ("receipt", "R1"), currency="EUR", company="DE")
    assert intake.post([wrong], name="x", recorded_at=2 * DAY).counts_by_code == {"wrong_company": 1}


def _freight(**line: Any) -> Any:
    target = {"kind": "births", "document": {"type": "receipt", "id": "R1"}}
    return doc("cost_bill", "X", "2026-01-02", currency="USD",
               lines=[{"component": "freight", "amount": 5, "targets": [target], **line}])  # fmt: skip


ODD = {
    "empty_payment": lambda: doc("payment", "X", "2026-01-02", supplier="F", currency="USD", amount=0, base_amount=0),
    "out_of_range": lambda: doc("period_close", "X", "2026-01-02", period_from="2026-01-01", period_to="9999-12-31"),
    "weight_too_large": lambda: _freight(basis="manual", weights=[LARGE, LARGE]),
    "amount_too_large": lambda: receipt("X", "2026-01-02", 10**9, 2**62),
    "too_many_units": lambda: sale("X", "2026-01-02", 10**9, sku="SET"),
    "unknown_currency": lambda: sale("X", "2026-01-02", 1, currency="USX"),
}


@pytest.mark.parametrize("code", ODD)
def test_odd_documents_wait_with_their_reason(code: str) -> None:
    """Beyond what can be stored or valued: quarantine, and the sale beside it is posted."""
    both = doc("receipt", "R1", "2026-01-02", location="LA", lines=[{"sku": sku, "quantity": 5} for sku in ("A", "B")])
    post(*masters(), doc("bundle", "SET", "2026-01-01", parts=[{"sku": "A", "quantity": 4}]), both)
    report = intake.post([ODD[code](), sale("S1", "2026-01-03", 1)], name="x", recorded_at=2 * DAY)
    assert report.counts_by_code == {code: 1}
    assert report.posted == 1


def test_a_rejected_row_may_hold_anything() -> None:
    """No number, infinity and NUL are kept as text on every database."""
    problem = Problem("bad", "a cell cannot be read", "fix it", found="x\0")
    row = SimpleNamespace(problem=problem, row={"a": float("nan"), "b": "x\0y", "c": float("inf")})
    report = intake.post([], name="x", recorded_at=DAY, rejected=[row])
    assert report.lines == 1
    assert models.Quarantine.objects.get().row == {"a": "nan", "b": "x␀y", "c": "inf"}


def test_money_back_from_a_supplier_is_a_payment_too() -> None:
    """Negative, with or without a share; shares beyond it are refused."""
    post(*masters(), ordered(), doc("payment", "Y1", "2026-01-02", supplier="F", currency="USD", amount=-500))
    shares = [{"document": {"type": "purchase_order", "id": "P1"}, "amount": -600}]
    more = doc("payment", "Y2", "2026-01-02", supplier="F", currency="USD", amount=-500, shares=shares)
    assert intake.post([more], name="x", recorded_at=2 * DAY).counts_by_code == {"overallocated": 1}
    assert_proven()


@pytest.mark.parametrize("basis", ["quantity", "weight", "value"])
def test_a_corrected_quantity_splits_its_freight_anew(basis: str) -> None:
    """Twice the units of A, told later and once more: A bears its share of the freight by what came in truth."""

    def told(of_a: int) -> Any:
        lines = [{"sku": sku, "quantity": n, "price": {"amount": 100}} for sku, n in (("A", of_a), ("B", 10))]
        return doc("receipt", "R1", "2026-01-02", location="LA", currency="USD", lines=lines)

    items = [doc("item", sku, "2026-01-01", packaging=[{"level": "unit", "units": 1, "weight_g": 100}]) for sku in "AB"]
    target = {"kind": "births", "document": {"type": "receipt", "id": "R1"}}
    freight = doc("cost_bill", "F1", "2026-01-03", currency="USD",
                  lines=[{"component": "freight", "amount": 900, "basis": basis, "targets": [target]}])  # fmt: skip
    post(*masters(), *items, told(10), freight)
    assert (held("LA", "A")["first_leg"], held("LA", "B")["first_leg"]) == (450, 450)
    post(told(20), at=2 * DAY)
    assert (held("LA", "A")["first_leg"], held("LA", "B")["first_leg"]) == (600, 300)
    post(told(5), at=3 * DAY)
    assert (held("LA", "A")["first_leg"], held("LA", "B")["first_leg"]) == (300, 600)
    assert_proven()


def test_a_waiting_order_keeps_its_buyer() -> None:
    """The buyer of an order that waited in quarantine is there, encrypted, when the order is released; erasing forgets
    him while it waits."""
    buyer = {"name": "Somebody", "city": "Somewhere"}
    orders = [
        doc("sales_order", number, "2026-01-03", shop="WEB", currency="USD", buyer=buyer,
            lines=[{"sku": "NEW", "quantity": 1, "amount": 1}])
        for number in ("S1", "S2")
    ]  # fmt: skip
    post(*masters())
    assert intake.post(orders, name="test", recorded_at=2 * DAY).quarantined == 2
    waiting = models.Quarantine.objects.order_by("pk")
    assert all(b"Somebody" not in bytes(row.document_body or b"") + bytes(row.buyer or b"") for row in waiting)
    assert erase("S2", actor="test", at=3 * DAY).keys == 1
    report = intake.post([doc("item", "NEW", "2026-01-01")], name="test", recorded_at=4 * DAY)
    assert report.released == 2
    stored = dict(models.Document.objects.filter(type="sales_order").values_list("external_id", "pk"))
    assert personal.read(stored["S1"]) == buyer
    assert personal.read(stored["S2"]) is None


def test_erasing_an_order_forgets_the_file_that_it_waited_in() -> None:
    """Whether it still waits or was released by another import: the file that brought it cannot be read any more."""
    buyer = {"name": "Somebody", "city": "Somewhere"}
    order = doc("sales_order", "S1", "2026-01-03", shop="WEB", currency="USD", buyer=buyer,
                lines=[{"sku": "NEW", "quantity": 1, "amount": 1}])  # fmt: skip
    post(*masters())
    file = personal.keep_file("orders.csv", b"S1,Somebody", "0" * 64, DAY)
    intake.post([order], name="orders", recorded_at=2 * DAY, file=file)
    assert intake.post([doc("item", "NEW", "2026-01-01")], name="items", recorded_at=3 * DAY).released == 1
    assert erase("S1", actor="test", at=4 * DAY).keys == 3
    file.refresh_from_db()
    assert file.key is None
    assert personal.read(models.Document.objects.get(type="sales_order").pk) is None


def test_a_refund_without_its_order_knows_listings() -> None:
    """A refund that names a listing's SKU and no order belongs to the item behind the listing."""
    listing = doc("listing", "WEB-A", "2026-01-01", shop="WEB", sku="A")
    refund = doc("refund", "F1", "2026-01-09", shop="WEB", currency="USD", lines=[{"sku": "WEB-A", "amount": 100}])
    post(*masters(), listing, refund)
    assert models.RefundLine.objects.get().item.sku == "A"
    assert_proven()


def test_a_corrected_order_corrects_what_was_costed_at_its_price() -> None:
    """Goods in stock and sold follow the order's new price; what the supplier billed stays as billed, and so does the
    correction when the receipt is told anew; freight split by value follows."""
    order = ordered()
    dearer = order.model_copy(update={"lines": [
        line.model_copy(update={"price": line.price.model_copy(update={"amount": 600})}) if line.sku == "A" else line
        for line in order.lines
    ]})  # fmt: skip
    target = {"kind": "births", "document": {"type": "receipt", "id": "R1"}}
    freight = doc("cost_bill", "F1", "2026-01-06", currency="USD",
                  lines=[{"component": "freight", "amount": 700, "basis": "value", "targets": [target]}])  # fmt: skip
    post(*masters(), order, received(), freight, sale("S1", "2026-01-07", 4))
    assert held("LA")["purchase"] == 1800
    assert held("LA", "B")["first_leg"] == 175
    post(dearer, at=2 * DAY)
    assert (held("LA")["purchase"], sold("S1")["purchase"], held("LA", "B")["purchase"]) == (3600, 2400, 1000)
    assert held("LA", "B")["first_leg"] == 100
    assert_proven()
    post(received(of_b=8), at=3 * DAY)
    assert (held("LA")["purchase"], held("LA", "B")["purchase"]) == (3600, 800)
    assert_proven()
    post(goods(5000), at=4 * DAY)
    post(order, sale("S2", "2026-01-08", 1), at=5 * DAY)
    assert_proven()
    assert held("LA")["purchase"] + sold("S1")["purchase"] + sold("S2")["purchase"] == 5000


def test_an_order_corrected_after_its_deposit_keeps_the_deposits_rate() -> None:
    """The deposit is a smaller part of the dearer order: the rest of the goods is costed at the day's rate."""
    order = ordered("CNY")
    post(*masters(), *(rate("USD", "CNY", n, on) for n, on in ((7, "2026-01-01"), (8, "2026-01-04"))))
    post(order, paid(2000, 2000), received(), at=2 * DAY)
    before = held("LA")["purchase"]
    doubled = [line.model_copy(update={"price": line.price.model_copy(update={"amount": line.price.amount * 2})})
               for line in order.lines]  # fmt: skip
    post(order.model_copy(update={"lines": doubled}), at=3 * DAY)
    assert before == round(3000 * (Fraction(1, 2) / 7 + Fraction(1, 2) / 8))
    assert held("LA")["purchase"] == round(6000 * (Fraction(1, 4) / 7 + Fraction(3, 4) / 8))
    assert_proven()
