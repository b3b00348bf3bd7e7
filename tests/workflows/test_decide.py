"""Deciding: an approval writes the order it stands for, taking it back reverses that order, both or neither."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from entrepot.books import intake, models
from entrepot.core.documents import Company, Item, Location, Receipt, ReceiptLine, Supplier, UnitPrice
from entrepot.core.errors import ProblemError
from entrepot.workflows import decide
from tests.books import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def _shop() -> None:
    """A company, a place, a supplier and an item that was bought once, through the one door."""
    made = [
        Company(id="SZ", name="Shenzhen", currency="USD", effective_at=AT),
        Location(id="CN", name="China", effective_at=AT),
        Supplier(id="S1", name="Maker", effective_at=AT),
        Item(id="A-1", name="Thing", supplier="S1", effective_at=AT),
        Receipt(
            id="R-1",
            company="SZ",
            location="CN",
            currency="USD",
            effective_at=AT,
            lines=[ReceiptLine(sku="A-1", quantity=30, price=UnitPrice(amount=250, per=3))],
        ),
    ]
    report = intake.post(made, name="set-up", recorded_at=make.NOW - 5)
    assert (report.posted, report.quarantined) == (5, 0)


@pytest.mark.usefixtures("_shop")
def test_an_approved_order_is_a_purchase_order() -> None:
    """Its line says item, quantity and price; undoing reverses it; approving again writes a new number."""
    row = make.decision(location="CN")
    viewer = make.viewer("operations")
    first = decide.approve(viewer, row.pk, at=make.NOW)
    line = models.PurchaseLine.objects.get(document__external_id=first.document)
    assert (line.quantity, line.currency, line.supplier) == (40, "USD", "S1")
    assert line.price_amount * 3 == line.price_per * 250
    assert (first.state, first.document) == ("approved", f"PO-{row.pk}")
    undone = decide.undo(viewer, row.pk, at=make.NOW + 1)
    assert (undone.state, undone.document) == ("open", "")
    assert models.Reversed.objects.count() == 1
    assert decide.approve(viewer, row.pk, at=make.NOW + 2).document == f"PO-{row.pk}-2"


@pytest.mark.usefixtures("_shop")
def test_without_a_price_nothing_happens() -> None:
    """No price anywhere: the approval is refused with what to do, the decision stays open, no document is there."""
    row = make.decision(item=make.item("NEW", list_price=999, currency="USD"))
    with pytest.raises(ProblemError) as raised:
        decide.approve(make.viewer(), row.pk, at=make.NOW)
    row.refresh_from_db()
    assert (raised.value.problems[0].code, row.state) == ("no_price", "open")
    assert not models.Document.objects.filter(type="purchase_order").exists()


@pytest.mark.usefixtures("_shop")
def test_an_order_stays_when_its_decision_cannot_change() -> None:
    """A second approval writes no second order."""
    row, viewer = make.decision(), make.viewer()
    decide.approve(viewer, row.pk, at=make.NOW)
    with pytest.raises(ProblemError):
        decide.approve(viewer, row.pk, at=make.NOW + 1)
    assert models.PurchaseLine.objects.count() == 1


@pytest.mark.usefixtures("_shop")
def test_advice_is_approved_without_an_order() -> None:
    """What is no order writes none."""
    row, viewer = make.decision("excess"), make.viewer()
    assert decide.approve(viewer, row.pk, at=make.NOW).document == ""
    assert models.PurchaseLine.objects.count() == 0


@pytest.mark.usefixtures("_shop")
def test_the_warehouse_writes_no_order() -> None:
    """Refused before anything is posted."""
    row = make.decision()
    with pytest.raises(ProblemError):
        decide.approve(make.viewer("warehouse"), row.pk, at=make.NOW)
    assert not models.Document.objects.filter(type="purchase_order").exists()
