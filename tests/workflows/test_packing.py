"""Batch and expiry of received goods, and the packing list of a shipment."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from entrepot.books import intake, models
from tests.workflows.ledger import assert_proven, doc, masters

LINES = [{"sku": "A", "quantity": 48}, {"sku": "B", "quantity": 10}]


@pytest.mark.django_db(transaction=True)
def test_expiry_stands_in_a_cell_of_its_own() -> None:
    """Two receipts of one batch with other expiry dates do not mix, and the checker agrees."""
    lines = [{"sku": "A", "quantity": 5, "batch": "B1", "expiry": day} for day in ("2027-01-31", "2027-06-30")]
    count = doc(
        "count",
        "C1",
        "2026-02-02",
        location="LA",
        lines=[{"sku": "A", "counted": 4, "batch": "B1", "expiry": "2027-01-31"}],
    )
    receipt = doc("receipt", "R1", "2026-02-01", location="LA", lines=lines)
    report = intake.post([*masters(), receipt, count], name="x", recorded_at=1)
    assert not report.quarantined
    rows = models.Balance.objects.filter(item__sku="A").order_by("cell__expiry")
    assert list(rows.values_list("cell__expiry_key", "on_hand")) == [("2027-01-31", 4), ("2027-06-30", 5)]
    assert_proven()


def test_a_packing_list_holds_what_leaves() -> None:
    """Equal and mixed cartons add up to the lines; one carton too few is refused with both figures."""
    cartons = [
        {"number": "1", "cartons": 2, "sku": "A", "quantity": 24}, {"number": "3", "sku": "B", "quantity": 10},
    ]  # fmt: skip
    sent = {"origin": {"location": "LA"}, "destination": "DE", "lines": LINES}
    assert doc("shipment", "S", "2026-02-01", **sent, cartons=cartons).cartons[0].cartons == 2
    with pytest.raises(ValidationError, match="hold 24 units of A, the shipment says 48"):
        doc("shipment", "S", "2026-02-01", **sent, cartons=[{**cartons[0], "cartons": 1}, cartons[1]])
