"""Estimates of freight, duty and fees give way to the bills that bear the same; the checker derives the same by itself."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.books import intake, models
from entrepot.core.components import COMPONENTS
from tests.workflows.ledger import DAY, assert_proven, doc, masters, post, receipt, sale

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def charge(number: str, amount: int, targets: list[tuple[str, str, int | None]], component: str = "freight",
           kind: str = "births", estimate: bool = False, **fields: Any) -> Any:  # fmt: skip
    """A bill (or an estimate) of one line over targets (document type, number, line)."""
    aims = [
        {"kind": kind, "document": {"type": what, "id": name, **({"line": line} if line else {})}}
        for what, name, line in targets
    ]
    line = {"component": component, "amount": amount, "targets": aims, "basis": "quantity", "estimate": estimate}
    return doc("cost_bill", number, "2026-02-01", **{"currency": "USD", **fields}, lines=[line])


def live(component: str = "freight") -> list[tuple[str, int]]:
    """Number of the document and amount of every line of a component that counts."""
    rows = models.CostLine.objects.filter(component=COMPONENTS[component], replacement__isnull=True).order_by("pk")
    return list(rows.values_list("document__external_id", "base_amount"))


R1, R2 = ("receipt", "R-1", None), ("receipt", "R-2", None)
STOCK = [receipt("R-1", "2026-01-10", 10, 100), receipt("R-2", "2026-01-11", 30, 100)]


def test_the_bill_takes_the_place_of_the_estimate_it_bears() -> None:
    """Same component and units: the estimate is out, the bill is in, and the stock costs what was billed."""
    post(*masters(), *STOCK, charge("E-1", 500, [R1], estimate=True, supplier="F"), sale("S-1", "2026-01-20", 5))
    assert live() == [("E-1", 500)]
    assert models.SaleFigure.objects.get().first_leg == 250
    post(charge("B-1", 620, [R1], supplier="F"), at=2 * DAY)
    assert live() == [("B-1", 620)]
    assert models.SaleFigure.objects.get().first_leg == 310
    assert_proven()


def test_a_bill_over_more_units_replaces_all_estimates_under_it_and_a_part_replaces_none() -> None:
    """A bill for two receipts covers both estimates; one for a half of an estimate's units leaves it standing."""
    post(*masters(), *STOCK, charge("E-1", 500, [R1], estimate=True), charge("E-2", 900, [R2], estimate=True))
    post(charge("B-1", 1_500, [R1, R2], supplier="F"), at=2 * DAY)
    assert live() == [("B-1", 1_500)]
    post(charge("E-3", 70, [R1, R2], "handling", estimate=True), at=3 * DAY)
    post(charge("B-2", 40, [R1], "handling"), at=4 * DAY)
    assert live("handling") == [("E-3", 70), ("B-2", 40)]
    assert_proven()


def test_another_suppliers_bill_or_component_leaves_it() -> None:
    """Handling of the broker is not handling of the warehouse, and duty is not freight."""
    post(*masters(), *STOCK, charge("E-1", 95, [R1], "handling", estimate=True, supplier="BROKER"))
    post(charge("B-1", 30, [R1], "handling", supplier="WAREHOUSE"), charge("B-2", 9, [R1], "duty"), at=2 * DAY)
    assert live("handling") == [("E-1", 95), ("B-1", 30)]
    post(charge("B-3", 99, [R1], "handling", supplier="BROKER"), at=3 * DAY)
    assert live("handling") == [("B-1", 30), ("B-3", 99)]
    assert_proven()


def test_a_settlement_takes_the_place_of_accrued_fees() -> None:
    """Fees that a shop charges on an order replace what was accrued for that order."""
    post(
        *masters(), *STOCK, sale("S-1", "2026-01-20", 5, amount=9_000), sale("S-2", "2026-01-21", 5, amount=9_000),
        charge("E-1", 300, [("sales_order", "S-1", 1)], "fulfilment", "order", estimate=True, supplier="WEB"),
        charge("E-2", 300, [("sales_order", "S-2", 1)], "fulfilment", "order", estimate=True, supplier="WEB"),
    )  # fmt: skip
    fee = {"component": "fulfilment", "amount": 333, "order": {"type": "sales_order", "id": "S-1"}}
    post(doc("fee_charge", "F-1", "2026-02-02", shop="WEB", currency="USD", lines=[fee]), at=2 * DAY)
    assert live("fulfilment") == [("E-2", 300), ("F-1", 333)]
    assert_proven()


def test_an_estimate_comes_back_when_its_bill_is_withdrawn_and_goes_again() -> None:
    """Undoing the bill's import lets the estimate count again; the bill imported anew takes its place again."""
    post(*masters(), *STOCK, charge("E-1", 500, [R1], estimate=True, supplier="F"))
    report = post(charge("B-1", 620, [R1], supplier="F"), at=2 * DAY)
    intake.reverse_batch(report.batch, recorded_at=3 * DAY)
    assert [amount for _, amount in live()] == [500]
    post(charge("B-1", 640, [R1], supplier="F"), at=4 * DAY)
    assert live() == [("B-1", 640)]
    assert_proven()
