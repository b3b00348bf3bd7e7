"""Inventory: units where they stand, cover, age and value."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from entrepot.books import models
from entrepot.books.selectors import inventory
from entrepot.books.selectors.inventory import StockWish
from entrepot.books.selectors.shapes import Slice
from entrepot.core.calendar import DAY
from tests.books import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def _stock() -> None:
    """A-1: 100 in CN (8 reserved, 5 unsellable), 40 at sea to US, 20 in US; B-2: none left, still selling."""
    make.shop("us", at="US")
    cn, broken, us = make.cell("CN"), make.cell("CN", "damaged"), make.cell("US")
    sea = make.cell("US", transit="SH-1")
    make.balance(100, cn, reserved=8), make.balance(5, broken), make.balance(40, sea), make.balance(20, us)
    make.balance(0, us, "B-2")
    make.stock_figure(100, 1000, cn, layers=[[make.NOW - 200 * DAY, 60, 600], [make.NOW - 3 * DAY, 40, 400]])
    make.stock_figure(20, 400, us, layers=[[make.NOW - 90 * DAY, 20, 400]])
    sent = make.document("shipment", "SH-1")
    models.Shipment.objects.create(
        document=sent, company=make.company(), number="SH-1", cell=sea, origin=make.location("CN"),
        destination=make.location("US"), mode="sea", departed_at=make.NOW, eta=make.instant(2026, 4, 1),
    )  # fmt: skip
    for run, milli in ((make.NOW - DAY, 1), (make.NOW, 14_000)):
        for sku, place in (("A-1", "US"), ("B-2", "US"), ("C-3", "US")):
            models.ForecastFigure.objects.create(
                run=str(run), item=make.item(sku), location=place, made_at=run, weekly_milli=milli, quantiles={}
            )


@pytest.mark.usefixtures("_stock")
def test_units_stand_in_their_columns() -> None:
    """Sellable, unsellable, reserved, available and under way are told apart and summed."""
    page = inventory.inventory(make.viewer()).page
    row = page.rows[0]
    assert (row.sku, row.on_hand, row.unsellable, row.reserved, row.available, row.in_transit) == (
        "A-1",
        120,
        5,
        8,
        112,
        40,
    )
    assert [(a.shipment, a.units, a.eta) for a in row.arrivals] == [("SH-1", 40, datetime(2026, 4, 1, 12, tzinfo=UTC))]
    assert page.sums["on_hand"] == 120
    assert page.sums["value"] == 1400


@pytest.mark.usefixtures("_stock")
def test_cover_comes_from_the_last_forecast() -> None:
    """112 available at 14 a week cover 56 days; an older run and an item kept elsewhere do not count."""
    rows = inventory.inventory(make.viewer()).page.rows
    assert [(r.sku, r.weekly, r.cover_days, r.stock_state) for r in rows] == [
        ("A-1", 14.0, 56, "healthy"),
        ("B-2", 14.0, 0, "out"),
    ]


@pytest.mark.usefixtures("_stock")
def test_ages_are_cut_where_storage_fees_are() -> None:
    """90 days is still in the first band, 200 in the third; units and value of the bands sum to what was valued."""
    found = inventory.inventory(make.viewer())
    assert found.page.rows[0].ages == (60, 0, 60, 0, 0)
    assert [(b.units, b.value) for b in found.ages] == [(60, 800), (0, 0), (60, 600), (0, 0), (0, 0)]


@pytest.mark.usefixtures("_stock")
def test_by_location_and_by_channel_share_out_the_same_units() -> None:
    """Grouping never makes or loses a unit; a channel shows what its place holds."""
    viewer = make.viewer()
    by = {name: inventory.inventory(viewer, StockWish(by=name)) for name in ("sku", "location", "channel")}
    assert len({found.page.sums["on_hand"] for found in by.values()}) == 1
    places = {(r.sku, r.place): (r.on_hand, r.in_transit) for r in by["location"].page.rows}
    assert places["A-1", "Store US"] == (20, 40)
    assert places["A-1", "Store CN"] == (100, 0)
    assert {r.place for r in by["channel"].page.rows} == {"", "Shop us"}


@pytest.mark.usefixtures("_stock")
@pytest.mark.parametrize(
    ("wish", "skus", "on_hand"),
    [
        (StockWish(text="thing b"), ["B-2"], 0),
        (StockWish(location="CN"), ["A-1"], 100),
        (StockWish(channel="us"), ["A-1", "B-2"], 20),
        (StockWish(stock_state="out"), ["B-2"], 0),
        (StockWish(age="181-270"), ["A-1"], 120),
    ],
)
def test_filters_leave_what_they_name(wish: StockWish, skus: list[str], on_hand: int) -> None:
    """Text, place, channel, state and age each confine rows and sums."""
    page = inventory.inventory(make.viewer(), wish).page
    assert ([r.sku for r in page.rows], page.sums["on_hand"]) == (skus, on_hand)


@pytest.mark.usefixtures("_stock")
def test_places_outside_the_scope_hold_nothing_for_this_viewer() -> None:
    """A warehouse hand in the US sees the US only, also in the filter's choices."""
    found = inventory.inventory(make.viewer("warehouse", locations=("US",)))
    assert (found.page.sums["on_hand"], found.page.rows[0].in_transit) == (20, 40)
    assert [c.value for c in found.locations] == ["US"]


@pytest.mark.usefixtures("_stock")
@pytest.mark.parametrize("role", make.ROLES)
def test_value_only_for_who_may_see_cost(role: str) -> None:
    """Row, sums, bands and headlines carry no value and no missing units for warehouse and viewer."""
    viewer = make.viewer(role)
    found = inventory.inventory(viewer)
    row = found.page.rows[0]
    shown = [
        row.value is not None,
        row.missing_units is not None,
        "value" in found.page.sums,
        found.ages[0].value is not None,
        any(h.needs for h in found.headlines),
    ]
    assert shown == [viewer.can("see_cost")] * 5


def test_a_missing_cost_is_missing() -> None:
    """Stock without any cost has no value rather than 0, and its units are counted."""
    here = make.cell()
    make.balance(7, here)
    make.stock_figure(7, 0, here, missing=7, layers=[[make.NOW, 7, None]])
    row = inventory.inventory(make.viewer()).page.rows[0]
    assert (row.value, row.missing_units) == (None, 7)


def test_names_sort_by_their_reading() -> None:
    """Chinese names stand in the order of their sort key, whichever way the table is turned."""
    for sku, name, key in (("1", "中", "zhong"), ("2", "啊", "a"), ("3", "北", "bei")):
        make.item(sku, name_zh=name, sort_key=key)
        make.balance(1, make.cell(), sku)
    viewer = make.viewer()
    for down in (False, True):
        rows = inventory.inventory(viewer, None, Slice("name", descending=down)).page.rows
        assert [r.sku for r in rows] == (["2", "3", "1"] if not down else ["1", "3", "2"])
