"""Documents and SKUs: what they say, what they did, and who may look."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from entrepot.books import models
from entrepot.books.selectors import NotThere, documents, economics, sku
from entrepot.books.selectors.economics import CostWish
from entrepot.core.errors import ProblemError
from entrepot.core.kinds import Kind
from tests.books import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
YEAR = CostWish("sku", date(2026, 1, 1), date(2026, 12, 31))


def _receipt(number: str = "R-1", **more: object) -> models.Document:
    body = {
        "currency": "USD",
        "location": "CN",
        "order": {"type": "purchase_order", "id": "PO-9"},
        "lines": [{"sku": "A-1", "quantity": 10, "price": {"amount": 100, "per": 3}}],
    }
    return make.document("receipt", number, body, **more)


def test_a_document_says_its_lines_and_what_it_did() -> None:
    """Lines as received with their money, movements and costs as posted, references, file and lines of the file."""
    source = _receipt(first_line=7, last_line=9)
    born = make.movement(Kind.RECEIPT, 10, source=source, end=make.cell("CN"))
    make.cost_line(333, born, of=source)
    page = documents.document(make.viewer(), source.pk)
    line = page.lines[0]
    assert (line.what, line.sku, line.quantity) == ("lines", "A-1", 10)
    assert line.amount is not None
    assert (line.amount.amount, line.amount.estimate) == (333, True)
    assert [(e.what, e.sku, e.place, e.units, e.amount) for e in page.effects.rows] == [
        ("receipt", "A-1", "Store CN", 10, None),
        ("cost_births", "", "", None, 333),
    ]
    assert ("order", "purchase_order PO-9") in page.properties
    assert (page.file_lines, page.state, page.import_id) == ((7, 9), "posted", f"batch-{source.batch_id}")


@pytest.mark.parametrize("role", make.ROLES)
def test_prices_of_a_document_by_role(role: str) -> None:
    """The warehouse sees which units a receipt brought and no price; the bytes, which hold prices, are refused."""
    source = _receipt()
    make.cost_line(333, make.movement(Kind.RECEIPT, 10, source=source, end=make.cell("CN")), of=source)
    viewer = make.viewer(role)
    page = documents.document(viewer, source.pk)
    assert [e.what for e in page.effects.rows][:1] == ["receipt"]
    assert (page.lines[0].amount is not None) == viewer.can("see_cost")
    assert any(e.amount is not None for e in page.effects.rows) == viewer.can("see_cost")
    if viewer.can("see_cost"):
        assert documents.document_bytes(viewer, source.pk)[1] == source.body
    else:
        with pytest.raises(ProblemError):
            documents.document_bytes(viewer, source.pk)


def test_versions_lead_to_each_other() -> None:
    """An older version names what replaced it, the newer what it replaced; what was taken back says so."""
    first = _receipt("R-9")
    second = _receipt("R-9", version=2)
    viewer = make.viewer()
    old, new = documents.document(viewer, first.pk), documents.document(viewer, second.pk)
    assert (old.replaced_by, new.replaces) == (str(second.pk), str(first.pk))
    assert old.versions == new.versions == [(1, str(first.pk)), (2, str(second.pk))]
    gone = _receipt("R-10")
    moved = make.movement(Kind.RECEIPT, 1, source=gone, end=make.cell())
    models.Replacement.objects.create(document=make.document("reversal"), movement=moved, recorded_at=make.NOW)
    assert documents.document(viewer, gone.pk).state == "undone"


def test_documents_outside_company_shop_and_place_are_not_there() -> None:
    """Another company's document, another shop's order, another place's receipt: not there for a confined viewer."""
    theirs = make.document(company=make.company("ZZ"))
    make.company()
    order = make.sale(1, 100, sold_by=make.shop("s1")).movement.document
    away = _receipt()
    make.movement(Kind.RECEIPT, 1, source=away, end=make.cell("FAR"))
    make.shop("s2"), make.location("NEAR")
    for viewer, row in (
        (make.viewer("owner", "SZ"), theirs),
        (make.viewer("finance", "SZ", shops=("s2",)), order),
        (make.viewer("finance", "SZ", locations=("NEAR",)), away),
    ):
        with pytest.raises(NotThere):
            documents.document(viewer, row.pk)
    assert documents.document(make.viewer("finance", "SZ", shops=("s1",)), order.pk).kind == "sales_order"


def test_personal_fields_never_show() -> None:
    """Even if a body held a buyer, the page has no line and no property of him."""
    row = make.document(
        "sales_order", "O-1", {"buyer": {"name": "Ann Other", "id": "x"}, "lines": [{"sku": "A-1", "quantity": 1}]}
    )
    assert "Ann Other" not in repr(documents.document(make.viewer(), row.pk))


def test_an_sku_with_everything(django_assert_max_num_queries: Any) -> None:
    """Stock, economics, layers, bills with this item's share, sales, weeks, forecast and decisions agree."""
    here = make.cell("CN")
    receipt = _receipt()
    mine = make.movement(Kind.RECEIPT, 30, source=receipt, end=here)
    other = make.movement(Kind.RECEIPT, 10, source=receipt, end=here, sku="B-2", line=2)
    make.cost_line(8000, mine, other, component="freight")
    make.sale(2, 900, on=date(2026, 3, 3), purchase=200), make.sale(1, 500, on=date(2026, 3, 17), purchase=100)
    make.roll_up()
    make.balance(27, here)
    make.stock_figure(27, 2700, here, layers=[[make.NOW, 20, 2000], [make.NOW, 7, None]])
    models.ForecastFigure.objects.create(
        run="r",
        item=make.item(),
        made_at=make.NOW,
        weekly_milli=2500,
        quantiles={"4": {"0.1": 4, "0.5": 10, "0.9": 20}},
    )
    make.decision()
    viewer, march = make.viewer(), CostWish("sku", date(2026, 3, 1), date(2026, 3, 31), sku="A-1")
    with django_assert_max_num_queries(14):
        page = sku.sku(viewer, "A-1", march)
    bills, layers = sku.bills(viewer, "A-1"), sku.layers(viewer, "A-1")
    assert (page.units, page.steps[-1].amount, page.stock[0].on_hand) == (3, 1100, 27)
    assert [(b.document, b.total, b.share) for b in bills.rows] == [(bills.rows[0].document, 8000, 6000)]
    assert [(row.units, row.total, row.missing) for row in layers.rows] == [(20, 2000, False), (7, None, True)]
    assert [(w.week.isoformat(), w.units) for w in page.history] == [
        ("2026-03-02", 2),
        ("2026-03-09", 0),
        ("2026-03-16", 1),
    ]
    assert (page.forecast[0].mean, page.forecast[0].low, page.forecast[0].high) == (2.5, 1.0, 5.0)
    assert [d.sku for d in page.decisions] == ["A-1"]
    months = economics.months_of(viewer, "A-1", march)
    assert [(m.month, m.units, m.profit) for m in months] == [(date(2026, 3, 1), 3, 1100)]
    with pytest.raises(NotThere):
        sku.sku(make.viewer(), "nothing", YEAR)
