"""Sales count without output tax, whoever remits it; import tax that is billed as cost stays with its units."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.books import models
from tests.workflows.ledger import bill, doc, masters, post, receipt, sold

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def order(number: str, amount: int, tax: int) -> Any:
    """One unit sold for ``amount`` and so much tax on top."""
    return doc("sales_order", number, "2026-02-01", shop="WEB", currency="USD", cell={"location": "LA"}, country="DE",
               lines=[{"sku": "A", "quantity": 1, "amount": amount, "tax": tax}])  # fmt: skip


def test_output_tax_is_no_revenue_and_giving_it_back_no_loss() -> None:
    """100.00 and 19.00 tax: net sales are 100.00; a refund of 50.00 with its 9.50 takes 50.00 off."""
    refund = doc("refund", "RF-1", "2026-02-05", shop="WEB", currency="USD", order={"type": "sales_order", "id": "S-1"},
                 lines=[{"order_line": 1, "amount": 5_000, "tax": 950}])  # fmt: skip
    post(
        *masters(), receipt("R-1", "2026-01-10", 10, 300), order("S-1", 10_000, 1_900), order("S-2", 10_000, 0), refund
    )
    figures = {
        f.movement.document.external_id: f for f in models.SaleFigure.objects.select_related("movement__document")
    }
    assert (figures["S-1"].net, figures["S-1"].refunded) == (10_000, 5_000)
    assert (figures["S-2"].net, figures["S-2"].refunded) == (10_000, 0)


def test_import_tax_that_cannot_be_recovered_is_cost_of_the_units() -> None:
    """A broker's bill with import tax on it: the units carry it with the duty, in the book view too."""
    post(
        *masters(), receipt("R-1", "2026-01-10", 10, 300),
        bill("B-1", "2026-01-12", "duty", 120, ("receipt", "R-1")),
        bill("B-2", "2026-01-12", "import_tax", 600, ("receipt", "R-1")),
        order("S-1", 10_000, 0),
    )  # fmt: skip
    assert sold("S-1") == {"purchase": 300, "duty_tax": 72}
    assert models.SaleFigure.objects.get().book_cost == 372
