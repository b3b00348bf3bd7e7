"""Data health, imports and search: what waits is counted with its money, and everything can be found."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.books import models
from entrepot.books.selectors import health, imports, search, state
from entrepot.books.selectors.differences import stock_differences
from entrepot.books.selectors.missing import missing_costs
from entrepot.books.selectors.shapes import Slice
from entrepot.core.calendar import DAY
from entrepot.core.kinds import Kind
from tests.books import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_quarantine_is_grouped_with_its_money() -> None:
    """Rows and amounts by reason and currency; only open rows; a reason confines the list."""
    make.company()
    make.quarantined(), make.quarantined(currency="EUR", amount=70), make.quarantined("bad_date", amount=None)
    make.quarantined(state="released", settled_at=make.NOW)
    found = health.health(make.viewer(), "unknown_sku")
    assert found.reasons == {"unknown_sku": 2, "bad_date": 1}
    group = found.groups[0]
    assert (group.rows, group.units, sorted((m.currency, m.amount) for m in group.amounts)) == (
        2,
        4,
        [("EUR", 70), ("USD", 1250)],
    )
    assert found.quarantine.total == 2
    row = found.quarantine.rows[0]
    assert (row.line, row.field, row.found, row.remedy) == (3, "sku", "X", "create the item")


def test_what_was_found_in_a_money_field_is_money() -> None:
    """A warehouse hand does not learn a price from the cell that could not be read."""
    make.company()
    make.quarantined(
        problem={"field": "unit_price", "found": "12,3.4", "message": "m", "remedy": "r", "parameters": {"x": 1}}
    )
    assert health.quarantine(make.viewer()).rows[0].found == "12,3.4"
    hidden = health.quarantine(make.viewer("warehouse")).rows[0]
    assert (hidden.found, hidden.parameters, hidden.amount) == ("", {}, None)


def test_waiting_facts_and_unallocated_costs_are_listed() -> None:
    """Movements without their units, documents without theirs, and period costs, each with why."""
    here = make.cell("CN")
    moved = make.movement(Kind.TRANSFER, 9, start=here, end=make.cell("US"))
    models.Waiting.objects.create(movement=moved, item=make.item())
    make.quarantined(waits_for="item:B-9", document_type="receipt", document_id="R-9")
    make.cost_line(1200, component="storage", target_kind="place", location=make.location("CN"))
    found = health.health(make.viewer())
    assert {(w.what, w.why, w.units) for w in found.waiting.rows} == {
        ("transfer", "units", 9),
        ("receipt", "item:B-9", 2),
    }
    assert [(u.what, u.place, u.amount.amount if u.amount else None) for u in found.unallocated.rows] == [
        ("storage", "Store CN", 1200)
    ]


def test_missing_costs_name_the_document_that_brought_the_units() -> None:
    """On hand and sold units without cost by SKU, why, and from where; a costed SKU is not listed."""
    here = make.cell("CN")
    known = make.movement(Kind.RECEIPT, 5, end=here, sku="OK")
    make.cost_line(500, known)
    make.stock_figure(5, 500, here, "OK")
    found = make.movement(Kind.COUNT_SURPLUS, 4, end=here, sku="LOST")
    make.stock_figure(3, 0, here, "LOST", missing=3)
    make.sale(1, 100, sku="LOST", missing=1), make.sale(2, 100, sku="EARLY", uncosted=2)
    make.roll_up()
    rows = {row.sku: row for row in missing_costs(make.viewer()).rows}
    assert set(rows) == {"LOST", "EARLY"}
    lost = rows["LOST"]
    assert (lost.units, lost.on_hand, lost.sold, lost.why, lost.document_id) == (
        4,
        3,
        1,
        "count_surplus",
        str(found.document_id),
    )
    assert (rows["EARLY"].units, rows["EARLY"].why) == (2, "uncosted")


def test_reported_stock_is_compared_at_its_own_instant() -> None:
    """What moved after the report does not count as a difference; a real one is shown with both numbers."""
    here = make.cell("CN")
    report = make.document("stock_report", effective_at=make.NOW - DAY)
    for line, (sku, units) in enumerate((("A-1", 10), ("B-2", 7), ("C-3", 1)), start=1):
        models.ReportedStock.objects.create(
            document=report, line=line, location=make.location("CN"), item=make.item(sku), condition="sellable",
            quantity=units, effective_at=make.NOW - DAY,
        )  # fmt: skip
    make.movement(Kind.SALE, 3, start=here)
    make.movement(Kind.RECEIPT, 5, end=here, sku="B-2")
    make.balance(7, here, last_at=make.NOW), make.balance(13, here, "B-2", last_at=make.NOW)
    rows = stock_differences(make.viewer()).rows
    assert {(r.sku, r.reported, r.in_books) for r in rows} == {("B-2", 7, 8), ("C-3", 1, 0)}
    assert stock_differences(make.viewer("warehouse", locations=("CN",))).total == 2
    make.location("US")
    assert stock_differences(make.viewer("warehouse", locations=("US",))).total == 0


def test_health_lists_the_differences_that_stand_open() -> None:
    """Largest first whatever their sign, with owner; resolved and settled ones and other places are left out."""
    for sku, place, units, stage in (
        ("A-1", "CN", 3, "open"), ("B-2", "CN", -9, "open"), ("C-3", "CN", 50, "resolved"), ("D-4", "US", 4, "open"),
    ):  # fmt: skip
        models.DifferenceCase.objects.create(
            location=make.location(place), item=make.item(sku), condition="sellable", units=units, state=stage,
            owner="lin", first_at=make.NOW, changed_at=make.NOW,
        )  # fmt: skip
    found = health.health(make.viewer()).differences
    assert [(row.sku, row.off, row.owner) for row in found.rows] == [
        ("B-2", -9, "lin"),
        ("D-4", 4, "lin"),
        ("A-1", 3, "lin"),
    ]
    assert health.health(make.viewer("warehouse", locations=("US",))).differences.total == 1


def test_the_state_says_how_old_the_figures_are() -> None:
    """Stale while an item has newer facts than figures; with none stale, facts that change no figure do not count."""
    make.document(recorded_at=make.NOW)
    make.quarantined(lines=3)
    models.ItemState.objects.create(item=make.item("A-1"), valued_at=make.NOW - 5)
    fresh = state.state(make.viewer())
    assert (fresh.stale, fresh.quarantined, fresh.figures_at) == (False, 3, fresh.facts_at)
    models.ItemState.objects.create(item=make.item("B-2"), valued_at=None, stale_since=make.NOW)
    assert state.state(make.viewer()).stale


def test_the_state_takes_one_query(django_assert_num_queries: Any) -> None:
    """Every page asks for it."""
    make.company()
    viewer = make.viewer()
    with django_assert_num_queries(1):
        empty = state.state(viewer)
    assert (empty.quarantined, empty.units_without_cost, empty.facts_at) == (0, 0, None)


def test_imports_show_what_came_in_and_what_was_undone() -> None:
    """A reversing batch is shown as the state of what it undid, and only who may undo is offered it."""
    make.company()
    kept, gone = make.batch(posted=2), make.batch(posted=1)
    make.batch(reverses=gone, name="undo")
    rows = {row.batch: row for row in imports.imports(make.viewer()).rows}
    assert {key: (row.state, row.undoable) for key, row in rows.items()} == {
        kept.pk: ("done", True),
        gone.pk: ("undone", False),
    }
    assert not imports.imports(make.viewer("viewer")).rows[0].undoable


def test_a_confined_viewer_sees_the_imports_of_his_company() -> None:
    """Files of another company, and what waits of them, stay unknown; his own uploads are his."""
    make.company("AA"), make.company("BB")
    theirs, his = make.batch(name="theirs"), make.batch(name="his")
    make.document(company=make.company("BB"), batch=theirs)
    make.document(company=make.company("AA"), batch=his)
    make.quarantined(batch=theirs), make.quarantined(batch=his)
    viewer = make.viewer("finance", companies=("AA",))
    assert [row.file for row in imports.imports(viewer).rows] == ["his"]
    assert health.quarantine(viewer).total == 1
    assert imports.imports(make.viewer("finance")).total == 4


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("A-1", ["sku"]),
        ("a-1", ["sku"]),
        ("4006381", ["sku"]),
        ("X00FNSKU", ["sku"]),
        ("马克", ["sku"]),
        ("make", ["sku"]),
        ("ORD-77", ["document"]),
        ("ord-77", ["document"]),
        ("MSKU1234567", ["shipment"]),
        ("nothing such", []),
        ("%", []),
        ("'; --", []),
        ("", []),
    ],
)
def test_everything_with_a_name_is_found(text: str, kinds: list[str]) -> None:
    """SKU in any case, barcode, FNSKU, Chinese name, its reading, order, container; nothing for nonsense."""
    item = make.item("A-1", name="Cup", name_zh="白色马克杯", barcode="4006381", sort_key="baise makebei")
    make.item("Z-9", name="Other", sort_key="makebei")
    models.Listing.objects.create(shop=make.shop(), item=item, seller_sku="SELLER-A", fnsku="X00FNSKU")
    make.document("sales_order", "ORD-77")
    sea = make.cell("US", transit="SH-1")
    models.Shipment.objects.create(
        document=make.document("shipment", "SH-1"), company=make.company(), number="SH-1", cell=sea, mode="sea",
        origin=make.location("CN"), destination=make.location("US"), container="MSKU1234567", departed_at=make.NOW,
    )  # fmt: skip
    assert [hit.kind for hit in search.search(make.viewer(), text)] == kinds


def test_exact_hits_come_first() -> None:
    """A scanned code finds its own SKU before those that contain it."""
    for code in ("AB-10", "B-1", "B-10"):
        make.item(code)
    make.company()
    hits = search.search(make.viewer(), "b-1")
    assert [(h.key, h.exact) for h in hits] == [("B-1", True), ("B-10", False), ("AB-10", False)]


def test_search_keeps_to_the_scope() -> None:
    """An order of another shop is not found by who is confined to one."""
    make.sale(1, 10, sold_by=make.shop("s1"), number="ORD-1")
    make.shop("s2")
    assert search.search(make.viewer("operations", shops=("s1",)), "ORD")
    assert search.search(make.viewer("operations", shops=("s2",)), "ORD") == []


def test_the_health_page_takes_few_queries(django_assert_max_num_queries: Any) -> None:
    """Nineteen at most, whatever waits."""
    make.company()
    for _ in range(5):
        make.quarantined(), make.batch()
    viewer = make.viewer()
    with django_assert_max_num_queries(19):
        health.health(viewer, "", Slice(limit=100))
