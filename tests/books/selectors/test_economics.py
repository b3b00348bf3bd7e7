"""True cost: sums of the right days, waterfalls that add up, and nothing for who may not look."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from entrepot.books.selectors import economics, sales
from entrepot.books.selectors.economics import CostWish
from entrepot.books.selectors.shapes import NotThere, Slice
from entrepot.core.errors import ProblemError
from tests.books import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
YEAR = CostWish("sku", date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def _sold() -> None:
    """Sales on edge days of three months, two SKUs, shops and countries."""
    us, de = make.shop("us"), make.shop("de", at="DE")
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 10)]
    for n, day in enumerate(days):
        costs = {"purchase": 100 + n, "first_leg": 10, "selling": 50, "refunded": 5 * n}
        make.sale(2, 1000 + n, on=day, sold_by=us, sku="A-1", country="US", **costs)
        make.sale(1, 2000, on=day, sold_by=de, sku="B-2", country="DE", purchase=700)
    make.roll_up()


@pytest.mark.usefixtures("_sold")
@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2026, 1, 31), date(2026, 3, 9)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 2, 2), date(2026, 2, 27)),
        (date(2026, 2, 2), date(2026, 3, 10)),
        (date(2026, 3, 10), date(2026, 3, 10)),
    ],
)
def test_months_and_edge_days_sum_to_the_days(start: date, end: date) -> None:
    """Whole months from the rollup plus edge days equal the sale figures of the range, whatever the range."""
    from entrepot.books.models import SaleFigure

    wanted = CostWish("sku", start, end)
    first, last = (d.year * 10_000 + d.month * 100 + d.day for d in (start, end))
    rows = list(SaleFigure.objects.filter(day__gte=first, day__lte=last))
    found = economics.true_cost(make.viewer(), wanted)
    assert found.units == sum(r.quantity for r in rows)
    assert found.page.sums["net_sales"] == (sum(r.net or 0 for r in rows) if rows else None)
    listed = sales.sales(make.viewer(), wanted)
    assert (listed.total, len(listed.rows)) == (len(rows), len(rows))


@pytest.mark.usefixtures("_sold")
@pytest.mark.parametrize("view", ["full", "book"])
@pytest.mark.parametrize("by", ["sku", "channel", "destination"])
def test_waterfall_and_rows_add_up(view: str, by: str) -> None:
    """Steps sum to the profit, each row's net sales less costs is its profit, and rows sum to the waterfall."""
    found = economics.true_cost(make.viewer(), CostWish(by, date(2026, 1, 15), date(2026, 3, 5), view))
    *steps, end = found.steps
    assert end.family == {"full": "profit", "book": "gross"}[view]
    assert sum(step.amount or 0 for step in steps) == end.amount == found.page.sums["profit"]
    for row in found.page.rows:
        assert row.net_sales is not None
        assert row.net_sales - sum(row.costs.values()) == row.profit
    assert ("selling" in found.families) == (view == "full")
    assert {row.key for row in found.page.rows} == {
        "sku": {"A-1", "B-2"},
        "channel": {"us", "de"},
        "destination": {"US", "DE"},
    }[by]


@pytest.mark.usefixtures("_sold")
@pytest.mark.parametrize(
    ("more", "units"),
    [
        ({"sku": "A-1"}, 10),
        ({"channel": "de"}, 5),
        ({"destination": "US"}, 10),
        ({"text": "thing b"}, 5),
        ({"sku": "none"}, 0),
    ],
)
def test_filters_confine(more: dict[str, str], units: int) -> None:
    """SKU, channel, destination and text leave their sales only, in sums and in the list alike."""
    wanted = CostWish("sku", YEAR.start, YEAR.end, **more)
    found = economics.true_cost(make.viewer(), wanted)
    assert found.units == units
    assert sum(r.units for r in sales.sales(make.viewer(), wanted).rows) == units


@pytest.mark.usefixtures("_sold")
def test_scopes_confine_sales() -> None:
    """A shop scope and a place scope leave their sales; the latter without the rollup, which knows no place."""
    assert economics.true_cost(make.viewer("finance", shops=("de",)), YEAR).units == 5
    assert economics.true_cost(make.viewer("finance", locations=("CN",)), YEAR).units == 10
    assert [c.value for c in economics.true_cost(make.viewer("finance", shops=("de",)), YEAR).channels] == ["de"]


def test_unknown_price_and_cost_are_not_zero() -> None:
    """No price: no net sales and no profit. No cost: no profit, units counted. Partly known: figures with the count."""
    make.sale(1, None, sku="A-1", purchase=10)
    make.sale(1, 500, sku="B-2", missing=1)
    make.sale(1, 500, sku="C-3", missing=1), make.sale(1, 500, sku="C-3", purchase=100)
    make.roll_up()
    found = {r.key: r for r in economics.true_cost(make.viewer(), YEAR).page.rows}
    assert (found["A-1"].net_sales, found["A-1"].profit) == (None, None)
    assert (found["B-2"].net_sales, found["B-2"].profit, found["B-2"].missing_units) == (500, None, 1)
    assert (found["C-3"].profit, found["C-3"].missing_units) == (900, 1)


@pytest.mark.parametrize("role", ["warehouse", "viewer"])
def test_true_cost_is_refused_to_who_may_not_see_it(role: str) -> None:
    """The read function itself refuses, whichever face asks."""
    with pytest.raises(ProblemError):
        economics.true_cost(make.viewer(role), YEAR)


@pytest.mark.usefixtures("_sold")
@pytest.mark.parametrize("role", make.ROLES)
def test_sales_show_money_by_role(role: str) -> None:
    """A warehouse sees which units left, never price, cost or profit, in rows and sums."""
    viewer = make.viewer(role)
    page = sales.sales(viewer, YEAR, Slice(limit=1))
    row = page.rows[0]
    shown = [row.net_price is not None, row.cost is not None, row.profit is not None, "profit" in page.sums]
    assert shown == [viewer.can("see_cost")] * 4
    assert page.sums["units"] == 15


@pytest.mark.usefixtures("_sold")
@pytest.mark.parametrize(
    "column", ["sold_at", "units", "net_price", "cost", "profit", "order", "channel", "destination", "sku"]
)
def test_the_list_sorts_by_each_column_and_pages_without_overlap(column: str) -> None:
    """Pages put together are the whole list in order, both ways."""
    viewer = make.viewer()
    name = {"order": "order"}.get(column, column)
    for down in (False, True):
        pages = [sales.sales(viewer, YEAR, Slice(column, down, start, 4)).rows for start in (0, 4, 8)]
        rows = [row for page in pages for row in page]
        assert len({row.id for row in rows}) == 10
        values = [getattr(row, name) for row in rows]
        assert values == sorted(values, reverse=down)


def test_one_sale_explained() -> None:
    """Its steps add up to its profit; what came back of it is listed; another company's sale is not there."""
    from entrepot.core.kinds import Kind

    figure = make.sale(3, 3000, purchase=900, selling=300, refunded=1000, returned=1)
    back = make.movement(Kind.RETURN, 1, end=make.cell(), source=make.document("return", "RMA-1"), of=figure.movement)
    viewer = make.viewer()
    found = sales.sale(viewer, str(figure.pk))
    *steps, profit = found.steps
    assert sum(s.amount or 0 for s in steps) == profit.amount == found.sale.profit == 800
    assert [(r.order, r.units, r.document_id) for r in found.returns] == [("RMA-1", 1, str(back.document_id))]
    other = make.sale(1, 10, sold_by=make.shop("zz", make.company("ZZ")))
    for key in (str(other.pk), "0", "x", str(2**70)):
        with pytest.raises(NotThere):
            sales.sale(viewer, key)


def test_a_year_of_sales_is_read_in_few_queries(django_assert_max_num_queries: Any) -> None:
    """The page's own questions stay at five, the list's at four, however many rows there are."""
    for n in range(30):
        make.sale(1, 100, sku=f"S-{n}", purchase=10)
    make.roll_up()
    viewer = make.viewer()
    with django_assert_max_num_queries(5):
        economics.true_cost(viewer, CostWish("sku", date(2026, 1, 5), date(2026, 3, 20)))
    with django_assert_max_num_queries(5):
        sales.sales(viewer, CostWish("sku", date(2026, 1, 5), date(2026, 3, 20)))
