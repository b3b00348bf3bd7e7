"""Variances by cause sum to bill less accrual; what is not billed, late or overdue is listed."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.books import models
from entrepot.core.calendar import to_instant
from entrepot.workflows.true_up import true_up
from entrepot.workflows.variance import CAUSES, Side, split_causes, variance
from tests.books.intake.test_accruals import charge
from tests.workflows.ledger import DAY, doc, masters, post, receipt

NOW = to_instant(doc("location", "X", "2026-06-30").effective_at)
amounts = st.integers(-(10**9), 10**9)
R1 = ("receipt", "R-1", None)


@given(
    amounts, amounts, amounts, amounts, st.fractions(0, 100), st.fractions(-1, 5), st.sampled_from(["price", "rate"])
)
def test_causes_always_sum_to_bill_less_accrual(
    a: int, fa: int, b: int, fb: int, rate: Fraction, more: Fraction, main: str
) -> None:
    """Whatever the amounts, rates and units, nothing is left over."""
    for fx in (None, rate):
        for stated in (None, more):
            assert sum(split_causes(Side(a, fa), Side(b, fb), fx, stated, main).values()) == b - a


def fx(number: str, on: str, numerator: int) -> Any:
    """Dollars for one euro, hundredths."""
    return doc("fx_rate", number, on, base="EUR", quote="USD", numerator=numerator, denominator=100, date=on)


def figures() -> dict[str, int]:
    """Sums of the stored variances."""
    rows = models.VarianceFigure.objects.all()
    return {name: sum(getattr(row, name) for row in rows) for name in ("accrued", "billed", *CAUSES)}


def estimate(component: str, amount: int, charge_: str, units: str = "", currency: str = "EUR") -> Any:
    """An accrual of source and basis as the workflow posts it."""
    line = {"component": component, "amount": amount, "basis": "quantity", "estimate": True, "charge": charge_, "note": "REF",
            "billed_units": units, "targets": [{"kind": "births", "document": {"type": "receipt", "id": "R-1"}}]}  # fmt: skip
    return doc("cost_bill", "E-1", "2026-01-15", currency=currency, supplier="F", lines=[line])


@pytest.mark.django_db
@pytest.mark.both_databases
def test_freight_by_weight_price_and_exchange_rate() -> None:
    """100 kg at 2.00 EUR were expected, 110 kg at 2.10 were billed, and the euro rose from 1.10 to 1.20."""
    post(*masters(), fx("FX-1", "2026-01-01", 110), fx("FX-2", "2026-02-01", 120), receipt("R-1", "2026-01-10", 10, 100),
         estimate("freight", 20_000, "card", "100"))  # fmt: skip
    line = {"component": "freight", "amount": 23_100, "basis": "quantity", "billed_units": "110",
            "targets": [{"kind": "births", "document": {"type": "receipt", "id": "R-1"}}]}  # fmt: skip
    post(doc("cost_bill", "B-1", "2026-02-10", currency="EUR", supplier="F", lines=[line]), at=2 * DAY)
    variance(at=NOW)
    assert figures() == {
        "accrued": 22_000, "billed": 27_720, "price": 0, "quantity": 2_200, "rate": 1_210, "rule": 0, "fx": 2_310,
    }  # fmt: skip
    row = models.VarianceFigure.objects.get()
    assert (row.basis, row.reference, row.supplier, row.month) == ("card", "REF", "F", 202602)


@pytest.mark.django_db
@pytest.mark.both_databases
def test_duty_by_another_rule_and_a_surcharge_beside_the_freight() -> None:
    """A rule-book estimate differs by the rule; two lines of one bill on the same goods are one bill."""
    post(*masters(), receipt("R-1", "2026-01-10", 10, 100), estimate("duty", 500, "rule", currency="USD"))
    post(charge("B-1", 800, [R1], "duty", supplier="F"), at=2 * DAY)
    variance(at=NOW)
    assert figures() | {} == {
        "accrued": 500, "billed": 800, "price": 0, "quantity": 0, "rate": 0, "rule": 300, "fx": 0,
    }  # fmt: skip
    post(charge("E-9", 90, [R1], "freight", estimate=True, supplier="F"), at=3 * DAY)
    lines = [
        {"component": "freight", "amount": amount, "basis": "quantity",
         "targets": [{"kind": "births", "document": {"type": "receipt", "id": "R-1"}}]} for amount in (70, 30)
    ]  # fmt: skip
    post(doc("cost_bill", "B-2", "2026-02-10", currency="USD", supplier="F", lines=lines), at=4 * DAY)
    variance(at=NOW)
    assert figures()["billed"] - figures()["accrued"] == 310
    assert figures()["price"] == 10


@pytest.mark.django_db
@pytest.mark.both_databases
def test_a_goods_invoice_beside_its_order_item_by_item() -> None:
    """The order promised 1.00 and 2.00, the invoice says 1.05 and 1.90: price variance of each item; corrected, anew."""
    order = doc("purchase_order", "PO-1", "2026-01-02", company="US", supplier="S", currency="USD",
                lines=[{"sku": "A", "quantity": 10, "price": {"amount": 100}},
                       {"sku": "B", "quantity": 10, "price": {"amount": 200}}])  # fmt: skip
    came = doc("receipt", "R-1", "2026-01-10", location="LA", order={"type": "purchase_order", "id": "PO-1"},
               lines=[{"sku": "A", "quantity": 10}, {"sku": "B", "quantity": 10}])  # fmt: skip
    post(*masters(), order, came)

    def invoice(first: int, second: int) -> Any:
        lines = [
            {"component": "goods", "amount": amount, "basis": "line",
             "targets": [{"kind": "births", "document": {"type": "receipt", "id": "R-1", "line": number}}]}
            for number, amount in ((1, first), (2, second))
        ]  # fmt: skip
        return doc("cost_bill", "INV-1", "2026-01-20", company="US", currency="USD", supplier="S", lines=lines)

    post(invoice(1_050, 1_900), at=2 * DAY)
    variance(at=NOW)
    assert {r.item.sku: r.price for r in models.VarianceFigure.objects.select_related("item") if r.item} == {
        "A": 50,
        "B": -100,
    }
    assert {r.reference for r in models.VarianceFigure.objects.all()} == {"PO-1"}
    post(invoice(1_080, 1_900), at=3 * DAY)
    variance(at=NOW)
    assert figures()["price"] == -20


@pytest.mark.django_db
@pytest.mark.both_databases
def test_what_is_not_billed_late_or_not_paid(tmp_path: Path, settings: Any) -> None:
    """A standing estimate, a month without its rent, a bill behind its day for a supplier whose bills are marked as paid."""
    settings.HOME = tmp_path

    def rent(month: int) -> Any:
        aim = {"kind": "company", "period_from": f"2026-0{month}-01", "period_to": f"2026-0{month}-28"}
        line = {"component": "software", "amount": 1_000, "targets": [aim]}
        return doc(
            "cost_bill", f"M-{month}", f"2026-0{month}-28", company="US", supplier="ERP", currency="USD", lines=[line]
        )

    share = {"document": {"type": "cost_bill", "id": "B-1"}, "amount": 300}
    post(
        *masters(), receipt("R-1", "2026-01-10", 10, 100), charge("E-1", 500, [R1], estimate=True, supplier="F"),
        rent(3), rent(4), charge("B-1", 900, [R1], "duty", supplier="F", due="2026-03-01"),
        doc("payment", "PAY-1", "2026-03-01", company="US", supplier="F", currency="USD", amount=300, shares=[share]),
    )  # fmt: skip
    (done,) = true_up(at=NOW)
    rows = {row.kind: row for row in models.UnbilledFigure.objects.all()}
    assert (done.unbilled, done.residue, set(rows)) == (3, 0, {"accrued", "expected", "overdue"})
    assert (rows["accrued"].amount, rows["overdue"].amount, rows["expected"].amount) == (500, 600, 1_000)
    assert (rows["expected"].supplier, rows["expected"].since.month, rows["overdue"].days) == ("ERP", 5, 121)
