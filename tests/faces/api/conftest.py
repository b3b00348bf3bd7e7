"""A small shop behind the API, and a caller for each role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest


@pytest.fixture
def call(db: None) -> Callable[..., Any]:
    """``call("finance", "get", "/api/state")`` answers as a program with that user's token would be answered."""
    from django.test import Client

    from entrepot.books import tokens
    from tests.books import factories as make

    secrets: dict[str, str] = {}

    def _call(role: str, method: str, address: str, data: Any = None, **more: Any) -> Any:
        if role not in secrets:
            secrets[role] = tokens.issue(make.user(role), "test", at=make.NOW)[1]
        headers = {"Authorization": f"Bearer {secrets[role]}", **more.pop("headers", {})}
        if data is not None and "content_type" not in more:
            more["content_type"] = "application/json"
        return getattr(Client(), method)(address, data, headers=headers, **more)

    return _call


@pytest.fixture
def books(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """One of everything that has money in it; keys to ask for."""
    from entrepot.books.models import Item
    from entrepot.books.selectors import paging
    from entrepot.core.kinds import Kind
    from tests.books import factories as make

    monkeypatch.setattr(paging, "clock", lambda: make.NOW * 1000)
    make.item(list_price=777, currency="USD")
    here = make.cell()
    order = make.document(
        "receipt", "R-1", {"currency": "USD", "lines": [{"sku": "A-1", "quantity": 10, "price": {"amount": 300}}]}
    )
    born = make.movement(Kind.RECEIPT, 10, source=order, end=here)
    bill = make.document("cost_bill", "B-1", {"currency": "USD", "lines": [{"component": "goods", "amount": 3000}]})
    make.cost_line(3000, born, of=bill)
    make.cost_line(4000, component="software", of=make.document("cost_bill"))
    sold = make.sale(2, 1000, on=date(2026, 3, 10), purchase=600, missing=1)
    make.roll_up()
    make.balance(8, here)
    make.stock_figure(8, 2400, here, missing=2)
    decision = make.decision(assumed=[{"code": "x", "text": "y", "parameters": {}}])
    make.quarantined()
    make.quarantined("bad_amount", problem={"field": "amount", "found": "98.76", "message": "m", "remedy": "r"})
    return {
        "item": str(Item.objects.get().sku),
        "receipt": str(order.pk),
        "bill": str(bill.pk),
        "sale": str(sold.pk),
        "decision": str(decision.pk),
    }
