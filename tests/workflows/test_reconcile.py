"""All costs beside all bills: whatever is bought, moved, sold, lost or stored, nothing is left over, and errors show."""

from __future__ import annotations

import pytest

from entrepot.books import models
from entrepot.books.access import system_viewer
from entrepot.books.selectors.reconciliation import reconciliation
from entrepot.workflows.reconcile import FamilySum, Reconciled, reconcile
from tests.workflows.ledger import DAY, bill, doc, masters, post, receipt, returned, sale, transfer

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def month(number: str, component: str, amount: int, kind: str = "company", **target: str) -> object:
    """A bill for January of the company or a place."""
    aim = {"kind": kind, "period_from": "2026-01-01", "period_to": "2026-01-31", **target}
    line = {"component": component, "amount": amount, "targets": [aim]}
    return doc("cost_bill", number, "2026-02-01", company="US", currency="USD", lines=[line])


def books() -> Reconciled:
    """Every family of cost, units sold, returned, lost, moved and on hand, an order that shipped nothing."""
    post(
        *masters(),
        receipt("R-1", "2026-01-02", 100, 301),
        bill("B-1", "2026-01-05", "freight", 5_001, ("receipt", "R-1")),
        bill("B-2", "2026-01-05", "duty", 333, ("receipt", "R-1"), ),
        bill("B-3", "2026-01-05", "handling", 707, ("receipt", "R-1")),
        transfer("T-1", "2026-01-10", 40),
        sale("S-1", "2026-01-12", 30, amount=60_000),
        returned("RT-1", "2026-01-20", "S-1", 3),
        doc("stock_use", "U-1", "2026-01-22", purpose="lost", cell={"location": "DE"}, lines=[{"sku": "A", "quantity": 7}]),
        doc("reimbursement", "RE-1", "2026-02-10", company="US", currency="USD", amount=900,
            loss={"type": "stock_use", "id": "U-1"}),
        bill("B-4", "2026-01-25", "disposal", 250, ("stock_use", "U-1"), kind="issue"),
        bill("B-5", "2026-01-25", "fulfilment", 450, ("sales_order", "S-1"), kind="order"),
        month("M-1", "storage", 1_111, "place", location="DE"),
        month("M-2", "software", 999),
        month("M-3", "capital", 77),
        doc("location", "NJ", "2026-01-01"),
        month("M-4", "storage", 500, "place", location="NJ"),
        doc("sales_order", "S-9", "2026-01-15", shop="WEB", currency="USD", status="cancelled", cell={"location": "LA"},
            lines=[{"sku": "A", "quantity": 1, "amount": 1}]),
        bill("B-6", "2026-01-25", "payment_fee", 31, ("sales_order", "S-9"), kind="order"),
    )  # fmt: skip
    return reconcile()[0]


def test_every_family_adds_up_to_the_last_cent() -> None:
    """Bills, accruals and credits of each family are sold, written off, on hand or named as without a unit."""
    found = books()
    rows = {row.family: row for row in found.rows}
    assert all(row.residue == 0 for row in found.rows)
    assert rows["purchase"].bills == 30_100
    assert rows["unsalable"].credits == -900
    assert (rows["storage"].no_stock, rows["selling"].no_sale) == (500, 31)
    total = models.CostLine.objects.filter(replacement__isnull=True).values_list("base_amount", flat=True)
    assert sum(row.given for row in found.rows) == sum(total)
    assert found.imputed.sold > 0
    assert found.imputed.on_hand > 0


def test_both_views_stand_line_by_line() -> None:
    """Book cost is its three families, full cost all seven; imputed capital stands behind both, apart."""
    books()
    told = reconciliation(system_viewer())
    assert told is not None
    kinds = [row.kind for row in told.rows]
    assert kinds == ["family"] * 3 + ["book"] + ["family"] * 4 + ["full", "imputed", "all"]
    rows = {row.family or row.kind: row for row in told.rows}
    assert rows["book"].sold == sum(rows[name].sold for name in ("purchase", "first_leg", "duty_tax"))
    assert rows["all"].sold == rows["full"].sold + rows["imputed"].sold
    assert not told.stale
    post(bill("B-7", "2026-02-11", "freight", 10, ("receipt", "R-1")), at=2 * DAY)
    again = reconciliation(system_viewer())
    assert again is not None
    assert again.stale


def test_a_wrong_figure_shows_as_residue() -> None:
    """A stored figure that is off by a cent is found, and two errors do not cancel."""
    books()
    figure = models.MarginFigure.objects.filter(reason="sale").first()
    assert figure is not None
    models.MarginFigure.objects.filter(pk=figure.pk).update(purchase=figure.purchase + 1, storage=figure.storage - 1)
    found = reconcile()[0]
    assert {row.family: row.residue for row in found.rows if row.residue} == {"purchase": -1, "storage": 1}
    assert found.residue == 2


def test_what_waits_for_its_units_is_named() -> None:
    """A row's parts: what came in less where it stands."""
    row = FamilySum("purchase", bills=10, credits=-3, sold=4, no_units=2)
    assert (row.given, row.placed, row.residue) == (7, 6, 1)
