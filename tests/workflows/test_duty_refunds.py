"""Duty refunds followed to their lots: what fell on sold units and on those on hand, and that both add up."""

import pytest

from entrepot.books import models
from entrepot.workflows.duty_refunds import duty_refunds, refunded
from tests.books.intake.test_rebates import duty, post, refund
from tests.workflows.ledger import DAY, assert_proven, doc, masters, receipt, sale

pytestmark = pytest.mark.django_db


def test_a_refund_is_shown_line_by_line_and_adds_up() -> None:
    """1,000 of duty on two lots by value; 400 come back: each SKU's part, of which what was sold went to profit."""
    given = [*masters(), receipt("R1", "2026-01-05", 10, 300), receipt("R2", "2026-01-06", 20, 100, sku="B")]
    post([*given, duty("K1", 1000, "R1", "R2", entry="E-5"), sale("O1", "2026-03-01", 4)])
    post([refund(400, entry="E-5", interest=9)], at=2 * DAY)
    company = models.Company.objects.get()
    (row,) = duty_refunds(company)
    assert (row.aimed, row.amount, row.interest, row.base, row.lots, row.component) == ("E-5", 400, 9, 400, 2, "duty")
    told = refunded(company, int(row.document))
    assert [(c.sku, c.total, c.sold, c.on_hand) for c in told] == [("A", 240, 96, 144), ("B", 160, 0, 160)]
    assert sum(c.total for c in told) == row.base
    assert_proven()


def test_a_refund_that_was_taken_back_is_gone() -> None:
    """Neither listed nor followed."""
    post([*masters(), receipt("R1", "2026-01-05", 10, 300), duty("K1", 1000, "R1", entry="E-5"), refund(
        400, entry="E-5")])  # fmt: skip
    company = models.Company.objects.get()
    key = int(duty_refunds(company)[0].document)
    back = doc("reversal", "X", "2026-07-01", documents=[{"type": "duty_refund", "id": "DR1"}])
    post([back], at=2 * DAY)
    assert duty_refunds(company) == ()
    with pytest.raises(LookupError):
        refunded(company, key)
