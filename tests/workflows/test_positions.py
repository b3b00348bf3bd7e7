"""What is on the way to a company: its own orders less what came for them."""

from __future__ import annotations

from datetime import date

import pytest

from entrepot.books import models
from entrepot.workflows.positions import inbound
from tests.workflows.plan_books import START, doc, post, seller

pytestmark = pytest.mark.django_db


def test_what_came_for_another_companys_order_of_the_same_number_is_not_ours() -> None:
    """Two companies number their orders alike: a receipt of the one leaves the other's units on the way."""
    post(*seller(), doc("company", "HK", START, currency="USD", zone="UTC", name="HK"))
    lines = [{"sku": "FAST", "quantity": 300, "price": {"amount": 500}}]
    for company in ("US", "HK"):
        post(
            doc("purchase_order", "PO-1", START, account=company, company=company, supplier="S1", currency="USD",
                destination="CN", lines=lines)
        )  # fmt: skip
    post(
        doc("receipt", "GR-1", date(2026, 2, 2), account="US", company="US", location="CN", supplier="S1",
            order={"type": "purchase_order", "id": "PO-1", "account": "US"},
            lines=[{"sku": "FAST", "quantity": 180, "order_line": 1}])
    )  # fmt: skip
    left = {
        company: inbound(models.Company.objects.get(code=company), date(2026, 2, 3))["quantity"].sum()
        for company in ("US", "HK")
    }
    assert left == {"US": 120, "HK": 300}
