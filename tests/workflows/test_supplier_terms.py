"""Terms and tolerance of a supplier hold from their day on, for orders that state none themselves, by every door."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from typer.testing import CliRunner

from entrepot.books import models
from entrepot.books.access import Viewer, create_user, viewer_for
from entrepot.books.agreements import history
from entrepot.core.documents import parse
from entrepot.core.errors import ProblemError
from entrepot.faces.cli.main import app
from entrepot.workflows import entered, order_pages, order_trade, purchasing, supplier_terms
from entrepot.workflows.typed_rows import Typed
from tests.books import factories as make
from tests.workflows import ledger

pytestmark = pytest.mark.django_db
TERMS = [{"share_bp": 3000, "trigger": "order"}, {"share_bp": 7000, "trigger": "bl_copy", "days": 7}]


@pytest.fixture(autouse=True)
def _books() -> None:
    ledger.post(*ledger.masters(), ledger.doc("supplier", "F1", "2026-01-01", name="Lamp works", currency="USD"))
    for name, role in (("ann", "operations"), ("bob", "finance"), ("wes", "warehouse")):
        create_user(name, "a long enough phrase 7", role, check=False)


def who(name: str) -> Viewer:
    return viewer_for(models.Membership.objects.get(user__username=name).user)


def placed(number: str, on: str, **more: Any) -> list[tuple[str, int]]:
    """An order of 100 A at 7.00; what is due of it, by trigger."""
    said = {
        "supplier": "F1",
        "currency": "USD",
        "lines": [{"sku": "A", "quantity": 100, "price": {"amount": 700}}],
        **more,
    }
    order = parse({"type": "purchase_order", "id": number, "effective_at": f"{on}T12:00:00Z", **said})
    purchasing.propose(who("ann"), order)
    purchasing.approve(who("bob"), number)
    return [(due.trigger, due.amount) for due in order_pages.order_page(who("bob"), number).standing.dues]


def refused(act: Any) -> str:
    with pytest.raises(ProblemError) as caught:
        act()
    return caught.value.problems[0].code


def test_terms_hold_from_their_day_on() -> None:
    """An order of an earlier day is not touched; one of a later day is due as agreed; its own terms come first."""
    supplier_terms.agree(who("ann"), "F1", TERMS, since=date(2026, 3, 1), discount_bp=200, discount_days=10)
    assert placed("PO-1", "2026-02-01")[0][0] == "bill"
    assert placed("PO-2", "2026-03-02") == [("order", 21_000), ("bl_copy", 49_000)]
    assert placed("PO-3", "2026-03-02", deposit_bp=5000)[0] == ("order", 35_000)
    assert [(one.since, one.discount_bp, len(one.terms)) for one in history("F1")] == [
        (date(2026, 3, 1), 200, 2), (date(2026, 1, 1), 0, 0),
    ]  # fmt: skip
    assert models.Supplier.objects.get(code="F1").name == "Lamp works"


def test_terms_that_cannot_be_are_refused() -> None:
    """Shares that are not the whole, a day before the newest, an unknown supplier, a worker who may not buy: nothing is kept."""
    supplier_terms.agree(who("ann"), "F1", TERMS, since=date(2026, 3, 1))
    before = models.Document.objects.count()
    assert refused(lambda: supplier_terms.agree(who("ann"), "F1", TERMS[:1], since=date(2026, 4, 1))) == "bad_value"
    assert refused(lambda: supplier_terms.agree(who("ann"), "F1", TERMS, since=date(2026, 2, 1))) == "earlier_terms"
    assert refused(lambda: supplier_terms.agree(who("ann"), "F9", TERMS)) == "unknown_supplier"
    assert refused(lambda: supplier_terms.agree(who("wes"), "F1", TERMS)) == "not_allowed"
    assert models.Document.objects.count() == before


@pytest.mark.parametrize(("own", "supplier", "company", "most"), [
    (None, None, None, 105), (None, None, 100, 101), (None, 2000, 100, 120), (0, 2000, 100, 100),
])  # fmt: skip
def test_one_tolerance(own: int | None, supplier: int | None, company: int | None, most: int) -> None:
    """The order's share, else the supplier's, else the company's, else 5 %; on the order's page and on a typed sheet alike."""
    said = {"currency": "USD", "method": "fifo", "name": "US"}
    if company is not None:
        ledger.post(ledger.doc("company", "US", "2026-01-02", **said, over_bp=company))
    if supplier is not None:
        supplier_terms.agree(who("ann"), "F1", [], since=date(2026, 2, 1), over_bp=supplier)
    placed("PO-1", "2026-03-02", **({} if own is None else {"over_bp": own}))

    def page(units: int) -> Any:
        return order_trade.receive(who("wes"), "PO-1", "LA", [{"order_line": 1, "quantity": units}])

    def sheet(units: int) -> Any:
        header = {"location": "LA", "order": "PO-1"}
        return entered.post_typed(who("wes"), Typed("receipt", header, ({"sku": "A", "quantity": str(units)},)))

    assert refused(lambda: page(most + 1)) == "over_receipt"
    assert refused(lambda: sheet(most + 1)) == "over_receipt"
    sheet(most - 1)
    page(1)
    assert refused(lambda: sheet(1)) == "over_receipt"


def test_the_suppliers_shipment_is_held_to_the_same_tolerance() -> None:
    """FOB: 70 on board of 100 ordered are ours; 36 more are refused, 35 are within 5 %."""
    ledger.post(ledger.doc("location", "NB", "2026-01-01", name="Ningbo"))
    placed("PO-1", "2026-03-02", incoterm="FOB")

    def ship(number: str, units: int) -> Any:
        header = {"id": number, "effective_at": "2026-03-10", "origin": "NB", "destination": "LA", "order": "PO-1",
                  "on_board_at": "2026-03-10"}  # fmt: skip
        return entered.post_typed(who("ann"), Typed("shipment", header, ({"sku": "A", "quantity": str(units)},)))

    ship("SEA-1", 70)
    assert refused(lambda: ship("SEA-2", 36)) == "over_receipt"
    ship("SEA-2", 35)


def test_terms_by_command_and_interface() -> None:
    """Said as 30% order, 70% bl_copy +7; read back by both."""
    from django.test import Client

    from entrepot.books import tokens

    said = "supplier-terms F1 --term 30:order --term 70:bl_copy:7 --over 3 --discount 2:10 --as ann"
    done = CliRunner().invoke(app, said.split())
    assert done.exit_code == 0, done.output
    assert "70 % bl_copy +7 days" in " ".join(done.output.split())
    secret = tokens.issue(models.Membership.objects.get(user__username="ann").user, "t", at=make.NOW)[1]
    headers = {"Authorization": f"Bearer {secret}"}
    told = Client().get("/api/suppliers/F1/terms", headers=headers).json()
    assert [(t["share_bp"], t["trigger"], t["days"]) for t in told[0]["terms"]] == [
        (3000, "order", 0),
        (7000, "bl_copy", 7),
    ]
    assert (told[0]["over_bp"], told[0]["discount_bp"], told[0]["discount_days"]) == (300, 200, 10)
    body = json.dumps({"terms": [{"share_bp": 9000, "trigger": "order"}]})
    answer = Client().put("/api/suppliers/F1/terms", body, content_type="application/json", headers=headers)
    assert answer.status_code == 422
