"""Unmet demand ranked as product opportunities: what is counted, what it may be worth, and what is said of it."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.core.frames.demand import UNMET
from entrepot.engines.demand import Rate, opportunities, search_rate
from entrepot.engines.demand.opportunities import ASSUMED, SOURCES
from entrepot.engines.demand.resembling import Resembling, subject_key


def unmet(*rows: tuple[str, int | None, str, str, float, float | None]) -> pl.DataFrame:
    """Rows of (subject, item, shop, source, count, trend)."""
    schema = {
        "subject": pl.String,
        "item": pl.Int64,
        "shop": pl.String,
        "source": pl.String,
        "count": pl.Float64,
        "trend": pl.Float64,
    }
    return UNMET.require(pl.DataFrame(rows, schema=schema, orient="row"))


ITEMS = pl.DataFrame(
    {
        "item": [1, 2, 3, 4],
        "label": ["KT-1", "KT-2", "MG-1", "TN-1"],
        "names": [
            ["Steel kettle", "不锈钢水壶"],
            ["Glass kettle", "玻璃水壶"],
            ["Stoneware mug", "陶瓷杯"],
            ["Tent", "帐篷"],
        ],
        "price": [3000.0, 5000.0, 1200.0, None],
        "margin": [900.0, 1100.0, -200.0, None],
    }
)


def test_money_of_a_new_subject_is_that_of_items_like_it() -> None:
    """A kettle that nobody lists is priced as the median of the kettles, not of the shop."""
    one = opportunities(unmet(("travel kettle", None, "EU", "search", 1000, None)), ITEMS)[0]
    assert (one.kind, one.basis, one.units, one.sales, one.profit) == ("new", "similar", 20.0, 80000, 20000)
    assert (one.profit_low, one.profit_high) == (10000, 40000)


def test_nothing_alike_takes_the_shops_median_and_says_so() -> None:
    """Money then rests on all items with a price, and the reason's code tells that."""
    one = opportunities(unmet(("garden gnome", None, "EU", "search", 500, None)), ITEMS)[0]
    assert (one.basis, one.item) == ("shop", None)
    assert one.sales == (10 * 3000)
    assert one.explain()[-1].code == "opp_money_shop"


def test_an_item_called_so_is_findable_in_both_languages() -> None:
    """All words of the search stand in an item's name: it is listed, and the search misses it."""
    for subject in ("kettles, glass", "玻璃水壶"):
        one = opportunities(unmet((subject, None, "EU", "search", 100, None)), ITEMS)[0]
        assert (one.kind, one.item) == ("findable", 2)
        assert "opp_findable" in {reason.code for reason in one.explain()}


def test_carts_and_complaints_are_about_the_item_itself() -> None:
    """An own item's price counts; what most units come from says whether to restock it or to make it better."""
    found = opportunities(
        unmet(
            ("KT-1", 1, "EU", "cart", 40, None), ("KT-1", 1, "EU", "complaint", 2, None),
            ("lid leaks", 3, "EU", "complaint", 9, None), ("TN-1", 4, "EU", "waiting", 10, None),
        ),
        ITEMS,
    )  # fmt: skip
    by_subject = {one.subject: one for one in found}
    assert by_subject["KT-1"].kind == "restock"
    assert by_subject["KT-1"].units == 12.0
    assert by_subject["KT-1"].basis == "own"
    assert by_subject["lid leaks"].kind == "better"
    assert by_subject["lid leaks"].profit == -1800
    assert by_subject["TN-1"].basis == "shop"
    assert [one.subject for one in found] == ["KT-1", "TN-1", "lid leaks"]


def test_spellings_of_one_subject_are_one_row() -> None:
    """Case, plural and word order make no second opportunity; shops are named, counts add up, trends are weighted."""
    found = opportunities(
        unmet(("Blue Kettle", None, "US", "search", 300, 0.5), ("kettles blue", None, "EU", "search", 100, -0.3)), ITEMS
    )
    assert len(found) == 1
    assert found[0].subject == "Blue Kettle"
    assert found[0].shops == ("EU", "US")
    assert found[0].counts == {"search": 400.0}
    assert found[0].trend == pytest.approx(0.3)


def test_a_measured_share_replaces_the_assumption_of_its_shop_only() -> None:
    """The shop that knows its rate uses it; another still assumes."""
    rates = {("search", "US"): Rate(0.05, 0.03, 0.08, 12)}
    rows = unmet(("a lamp", None, "US", "search", 100, None), ("b vase", None, "EU", "search", 100, None))
    found = {one.shops[0]: one for one in opportunities(rows, ITEMS, rates)}
    assert (found["US"].units, found["US"].units_low, found["US"].units_high) == (5.0, 3.0, 8.0)
    assert found["US"].explain()[0].code == "opp_search_measured"
    assert found["EU"].units == 2.0
    assert "assumption" in found["EU"].explain()[0].text


def test_a_rate_needs_enough_items_and_searches() -> None:
    """Four items, or few searches, are no rate; more units than searches are held at the bound."""
    few = pl.DataFrame({"searches": [900, 900, 900, 900], "sold": [9, 9, 9, 9]})
    assert search_rate(few) is None
    assert search_rate(pl.DataFrame({"searches": [10] * 9, "sold": [1] * 9})) is None
    assert search_rate(pl.DataFrame({"searches": [200] * 9, "sold": [0] * 9})) is None
    wild = search_rate(pl.DataFrame({"searches": [200] * 9, "sold": [900] * 9}))
    assert wild is not None
    assert wild.high <= 0.5


def test_without_prices_money_is_missing_and_not_nothing() -> None:
    """No price known: no sales and no profit, and the last line says so."""
    one = opportunities(unmet(("kettle", None, "EU", "search", 1000, None)))[0]
    assert (one.sales, one.profit, one.basis) == (None, None, "")
    assert one.explain()[-1].code == "opp_money_unknown"
    assert opportunities(unmet()) == ()


def test_likeness_is_of_words_not_of_letters() -> None:
    """A mug is not like a smug thing; rare words weigh more than common ones."""
    shop = Resembling([(1, ["Mug, white"]), (2, ["Tray, white"]), (3, ["Lamp, white"])])
    assert shop.nearest("smuggler", 3) == []
    assert shop.nearest("white mug", 3)[0][0] == 1
    assert shop.nearest("", 3) == []
    assert subject_key("???") == "???"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["blue kettle", "mug", "水壶 大", "tent for two"]), st.sampled_from([None, 1, 3]),
            st.sampled_from(["EU", "US", ""]), st.sampled_from(SOURCES), st.floats(0, 1e6), st.none() | st.floats(-1, 9),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_units_are_counts_times_shares_whatever_comes(
    rows: list[tuple[str, int | None, str, str, float, float | None]],
) -> None:
    """No evidence is lost or doubled, ranges hold their middle, and every subject is explained."""
    found = opportunities(unmet(*rows), ITEMS)
    expected = sum(row[4] * ASSUMED[row[3]].share for row in rows)
    assert sum(one.units for one in found) == pytest.approx(expected, abs=1e-4)
    for one in found:
        assert one.units_low <= one.units <= one.units_high
        assert one.explain()
        if one.profit is not None and one.profit_low is not None and one.profit_high is not None:
            assert one.profit_low <= one.profit <= one.profit_high
