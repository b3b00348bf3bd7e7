"""Platform fees: tiers, rows, own figures, and what is not charged without a source."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from entrepot.core.errors import ProblemError
from entrepot.engines.storage import (
    Asked,
    OwnFigure,
    Unit,
    age_row,
    fulfilment,
    low_inventory,
    monthly_amount,
    overage,
    placement,
    removal,
    sized,
    storage_rows,
)
from entrepot.rules.platform_fees import FeeBook, platform_fees
from tests.shared_data import needs_shared_data, shared_path

BOOK = platform_fees()
DAY = date(2026, 3, 2)
MUG = Unit("MUG", 420, 130, 110, 100)


def inches(sku: str, pounds: float, a: float, b: float, c: float) -> Unit:
    """A unit measured in pounds and inches, to the nearest gram and mm."""
    return Unit(sku, round(pounds * 453.59237), round(a * 25.4), round(b * 25.4), round(c * 25.4))


@needs_shared_data
def test_published_sums_of_the_platform_reproduce():
    """The two sums that the platform prints come out exactly."""
    month, above = json.loads(shared_path("fees/fee_examples.json").read_text(encoding="utf-8"))["examples"]
    row = storage_rows(BOOK, "US", "monthly_storage", "standard", DAY)[0]
    given = month["inputs"]
    assert row.rate == Fraction(str(given["rate"])) * 100
    volume = given["units_per_day"] * Fraction(str(given["volume_cuft"]))
    assert monthly_amount(row, volume) == Fraction(str(month["expected"])) * 100
    row = storage_rows(BOOK, "US", "storage_overage", "standard", date(2022, 7, 1))[0]
    given = above["inputs"]
    assert overage(Fraction(given["used_cuft"]), Fraction(given["limit_cuft"]), row) == above["expected"] * 100


@pytest.mark.parametrize(
    ("unit", "tier"),
    [
        (inches("a", 1, 15, 12, 0.75), "small_standard"),
        (inches("b", 1.1, 15, 12, 0.75), "large_standard"),
        (inches("c", 20, 18, 14, 8), "large_standard"),
        (inches("c2", 20, 18, 14.1, 8), "small_bulky"),
        (inches("d", 20.5, 18, 14, 8), "small_bulky"),
        (inches("e", 10, 30, 20, 12), "large_bulky"),  # 51.8 lb by volume is too heavy for bulky; see below
        (inches("f", 10, 40, 20, 5), "large_bulky"),
        (inches("g", 10, 60, 20, 5), "extra_large_0_50"),
        (inches("h", 60, 30, 20, 5), "extra_large_50_70"),
        (inches("i", 120, 30, 20, 5), "extra_large_70_150"),
        (inches("j", 160, 30, 20, 5), "extra_large_150_plus"),
        (inches("k", 40, 100, 5, 5), "overmax_0_150"),
    ],
)
def test_size_tiers_of_the_us(unit: Unit, tier: str):
    """One unit at or just beyond a bound of each tier falls into the right one."""
    if unit.sku == "e":
        tier = "extra_large_50_70"
    found = sized(Asked(unit, "US", DAY), BOOK)
    assert not isinstance(found, tuple)
    assert found.tier.tier == tier


def test_bulky_units_count_two_inches_at_least():
    """A 40 × 20 × 1 in board is weighed by volume as if it were 2 in thick, a standard-size one is not."""
    board = sized(Asked(inches("board", 1, 40, 20, 1), "US", DAY), BOOK)
    assert not isinstance(board, tuple)
    assert round(float(board.dim_weight or 0) / 453.59237, 1) == 11.5  # 40 · 20 · 2 / 139
    flat = sized(Asked(inches("flat", 1.2, 18, 14, 1), "US", DAY), BOOK)
    assert not isinstance(flat, tuple)
    assert round(float(flat.dim_weight or 0) / 453.59237, 2) == 1.79  # in whole mm a little less than 18 · 14 · 1 / 139


@pytest.mark.parametrize(
    ("pounds", "sides", "price", "cents"),
    [
        (0.1, (6, 4, 0.5), 999, 243),
        (0.1, (6, 4, 0.5), 1000, 332),
        (0.1, (6, 4, 0.5), 5001, 358),
        (2.9, (10, 6, 4), 2500, 667),
        (3.1, (10, 6, 4), 2500, 697 + 8),
        (3.5, (10, 6, 4), 2500, 697 + 2 * 8),
        (20, (10, 6, 4), 2500, 697 + 68 * 8),
        (10.4, (40, 10, 4), 2500, 935 + 11 * 38),  # 11.5 lb by volume, charged as 12
        (55.5, (30, 20, 5), 2500, 3732 + 5 * 75),
    ],
)
def test_fulfilment_fees_step_by_weight_and_price(
    pounds: float, sides: tuple[float, float, float], price: int, cents: int
):
    """Bands, price bands and started steps above the last band."""
    lines = fulfilment(Asked(inches("x", pounds, *sides), "US", DAY, price), BOOK)
    assert lines[0].amount == cents


def test_low_price_in_the_uk_falls_back_to_the_standard_table():
    """A cheap small parcel of 300 g pays the low price, one of 500 g the standard fee; 15 GBP is low in most categories."""
    small = Unit("S", 300, 300, 200, 40)
    assert sized(Asked(small, "UK", DAY), BOOK).tier.tier == "large_envelope"  # type: ignore[union-attr]
    parcel = Unit("P", 300, 120, 120, 110)
    assert fulfilment(Asked(parcel, "UK", DAY, 900), BOOK)[0].amount == 270
    assert fulfilment(Asked(parcel, "UK", DAY, 1500), BOOK)[0].amount == 300
    assert fulfilment(Asked(parcel, "UK", DAY, 1500, wide_low_price=True), BOOK)[0].amount == 270
    assert fulfilment(Asked(replace(parcel, weight=500), "UK", DAY, 900), BOOK)[0].amount == 304


def test_what_cannot_be_known_is_asked_for():
    """No measures, no price, a day before the tables, a unit beyond all tiers: each names what would make it known."""
    unmeasured = fulfilment(Asked(Unit("U", None, 10, 10, None), "US", DAY, 999), BOOK)[0]
    assert unmeasured.needs == ("packed weight of U", "packed length, width and height of U")
    assert fulfilment(Asked(MUG, "US", DAY), BOOK)[0].needs == ("the selling price of MUG",)
    assert "size tier table" in fulfilment(Asked(MUG, "US", date(2019, 1, 1), 999), BOOK)[0].needs[0]
    assert "no fee for overmax" in fulfilment(Asked(inches("k", 40, 100, 5, 5), "US", DAY, 9999), BOOK)[0].needs[0]
    assert (
        "exceeds every tier" in fulfilment(Asked(Unit("H", 40_000, 900, 500, 500), "UK", DAY, 9999), BOOK)[0].needs[0]
    )
    assert "a size tier table of DE" in fulfilment(Asked(MUG, "DE", DAY, 999), BOOK)[0].needs[0]


def test_an_unknown_marketplace_is_refused():
    """A marketplace without a known currency is no dollar marketplace."""
    with pytest.raises(ProblemError, match="no such marketplace"):
        fulfilment(Asked(Unit("U", 0, 1, 1, 1), "XX", DAY, 999), BOOK)


def test_surcharge_and_peak_follow_their_dates():
    """3.5 % from 2026-04-17; in the peak the fee exists and its amount is asked for."""
    assert [x.amount for x in fulfilment(Asked(MUG, "US", date(2026, 4, 16), 1999), BOOK)] == [460]
    assert [x.amount for x in fulfilment(Asked(MUG, "US", date(2026, 4, 17), 1999), BOOK)] == [460, 16]
    assert [x.amount for x in fulfilment(Asked(MUG, "US", date(2026, 12, 1), 1999), BOOK)] == [460, 16, None]


def test_the_sellers_own_report_comes_before_the_table():
    """A fee preview of the SKU replaces table and surcharges, and says so."""
    own = {("MUG", "fulfilment"): OwnFigure(Fraction(511), "USD", date(2026, 2, 20), "Fee Preview 2026-02-20")}
    lines = fulfilment(Asked(MUG, "US", date(2026, 12, 1), 1999, count=10), BOOK, own)
    assert [x.amount for x in lines] == [5110]
    assert lines[0].basis.confidence == "seller"


def test_a_rate_from_memory_is_used_only_once_confirmed():
    """The age rates of 271 to 365 days since 2024-02 were not seen in a source: asked for, then charged."""
    row = age_row(storage_rows(BOOK, "US", "aged_inventory_surcharge", "standard", DAY), 280, apparel=False)
    assert row is not None
    assert not isinstance(row, str)
    assert not BOOK.usable(row)
    assert BOOK.confirming(row.id).usable(row)


def test_a_hole_in_the_age_table_is_not_bridged():
    """The UK source gives no rate for 301 to 330 days: asked for, not interpolated."""
    rows = storage_rows(BOOK, "UK", "aged_inventory_surcharge", "standard", DAY)
    assert age_row(rows, 310, apparel=False) == "a surcharge rate for stock 310 days old"
    assert age_row(rows, 200, apparel=False) is None


def test_low_inventory_needs_both_covers_below_the_bound():
    """Due by the greater of the two covers, only when both are under 28 days; asked for when one is not known."""
    asked = Asked(MUG, "US", DAY, 1999, count=100)
    assert low_inventory(asked, BOOK, Fraction(10), Fraction(40)) is None
    due = low_inventory(asked, BOOK, Fraction(10), Fraction(15))
    assert due is not None
    assert due.amount == 7000
    assert low_inventory(asked, BOOK, None, None) is None
    half = low_inventory(asked, BOOK, Fraction(10), None)
    assert half is not None
    assert half.needs


def test_removal_rounds_the_weight_and_steps_above_two_pounds():
    """0.45 lb, 0.93 lb, 2.2 lb (charged as 3), before and after the change of January 2026."""
    light, heavy = inches("l", 0.45, 6, 4, 2), inches("h", 2.2, 6, 6, 6)
    assert removal(Asked(light, "US", DAY), BOOK).amount == 84
    assert removal(Asked(light, "US", date(2025, 12, 1)), BOOK).amount == 104
    assert removal(Asked(MUG, "US", DAY, count=3), BOOK).amount == 459
    assert removal(Asked(heavy, "US", DAY), BOOK).amount == 289 + 106
    assert "a price of removal_or_disposal" in removal(Asked(light, "US", date(2020, 1, 1)), BOOK).needs[0]


def test_placement_by_option():
    """Minimal splits cost by weight, optimised ones nothing; an unknown option is asked for, not taken for free."""
    assert placement(Asked(MUG, "US", DAY), BOOK).amount == 41
    assert placement(Asked(MUG, "US", DAY), BOOK, "optimised").amount == 0
    assert placement(Asked(MUG, "US", DAY), BOOK, "two sites").amount is None


def test_a_what_if_leaves_the_tables_alone():
    """Storage 20 % dearer from a day on: earlier days and the book itself keep their rates."""
    dearer = BOOK.patched(Fraction(6, 5), fees=frozenset({"monthly_storage"}), marketplace="US", since=date(2026, 7, 1))

    def rate(book: FeeBook, on: date) -> Fraction:
        rows = storage_rows(book, "US", "monthly_storage", "standard", on)
        assert len(rows) == 1
        return rows[0].rate

    assert [rate(dearer, date(2026, m, 15)) for m in (6, 7, 11)] == [78, Fraction(936, 10), 288]
    assert rate(BOOK, date(2026, 7, 15)) == 78


def test_every_row_says_where_it_comes_from():
    """No table row without source, and the rows of every fee and class do not overlap on a day."""
    rows = (*BOOK.tiers, *BOOK.fulfilment, *BOOK.storage, *BOOK.services)
    assert all(row.source for row in rows)
    assert len({row.id for row in rows}) == len(rows)
    for on in (
        date(2022, 6, 1),
        date(2023, 6, 1),
        date(2024, 6, 1),
        date(2025, 11, 1),
        date(2026, 3, 1),
        date(2026, 11, 1),
    ):
        for marketplace in ("US", "UK"):
            for size in ("standard", "oversize"):
                assert len(storage_rows(BOOK, marketplace, "monthly_storage", size, on)) <= 1
