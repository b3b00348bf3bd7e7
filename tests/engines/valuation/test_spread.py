"""Storage and the like over the unit-time of what was there."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.engines.valuation import CostShares, Kind, Movements, PeriodLine, spread_period, value
from tests.effort import effort
from tests.engines.valuation.programs import Row, as_costs, as_movements, ledgers

DAY = 86_400_000_000


def january() -> Movements:
    """10 units come on day 0; 4 are sold on day 10, 3 go to cell 2 on day 20; item 9 stands in cell 2 all month."""
    return Movements.build(
        movement=[1, 2, 3, 4],
        item=[7, 7, 7, 9],
        kind=[Kind.RECEIPT, Kind.SALE, Kind.TRANSFER, Kind.RECEIPT],
        from_cell=[-1, 1, 1, -1],
        to_cell=[1, -1, 2, 2],
        quantity=[10, 4, 3, 2],
        at=[0, 10 * DAY, 20 * DAY, 0],
    )


def test_storage_falls_on_units_by_the_days_they_stood_there() -> None:
    """Cell 1, days 0 to 30: 4 units 10 days, 3 units 20 days, 3 units 30 days: 40 : 60 : 90 of 190."""
    spread = spread_period(
        value(january(), CostShares.empty()),
        [PeriodLine(line=5, component=9, amount=1900, start=0, end=30 * DAY, cells=(1,))],
    )
    assert spread.shares.select("movement", "units", "amount").rows() == [(2, 4, 400), (3, 3, 600), (None, 3, 900)]
    assert spread.unallocated.is_empty()


def test_weights_make_it_volume_days() -> None:
    """Cell 2, day 20 to 30: 3 units of volume 10 against 2 of volume 5, so 30 : 10; unknown volumes bear nothing."""
    line = PeriodLine(line=5, component=9, amount=400, start=20 * DAY, end=30 * DAY, cells=(2,))
    v = value(january(), CostShares.empty())
    both = spread_period(v, [line], weights={7: 10, 9: 5}).shares
    assert sorted(both.select("units", "amount").rows()) == [(2, 100), (3, 300)]
    assert spread_period(v, [line], weights={9: 2**62}).shares.select("units", "amount").rows() == [(2, 400)]


def test_an_empty_basis_stays_unallocated() -> None:
    """A bill for a place where nothing stood is reported, not lost, not shared over nothing."""
    lines = [
        PeriodLine(line=5, component=9, amount=1900, start=0, end=30 * DAY, cells=(3,)),
        PeriodLine(line=6, component=19, amount=100, start=-30 * DAY, end=0),
    ]
    spread = spread_period(value(january(), CostShares.empty()), lines)
    assert spread.shares.is_empty()
    assert spread.unallocated.rows() == [(5, 9, 1900), (6, 19, 100)]


@settings(max_examples=effort(test=100, soak=2000))
@given(ledgers(), st.integers(-10_000, 10_000), st.integers(-2, 12), st.integers(0, 9), st.sets(st.integers(0, 2)))
def test_every_minor_unit_is_shared_or_reported(
    ledger: tuple[list[Row], list[Row]], amount: int, start: int, length: int, cells: set[int]
) -> None:
    """Shares + unallocated = the line, over any ledger, period and choice of cells."""
    moves = [m | {"at": m["at"] * DAY} for m in ledger[0]]
    line = PeriodLine(1, 9, amount, start * DAY, (start + length) * DAY, tuple(cells) or None)
    spread = spread_period(value(as_movements(moves), as_costs(ledger[1])), [line])
    assert spread.shares["amount"].sum() + spread.unallocated["amount"].sum() == amount
    assert (spread.shares["unit_seconds"] > 0).all()
