"""Ways to be rid of goods, losses with claims, and write-downs."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.engines.salvage import (
    Cause,
    Claim,
    Loss,
    Price,
    Recovery,
    Unsalable,
    Way,
    abnormal_loss,
    claims_due,
    compare,
    devalue,
)

ON = date(2026, 5, 2)
GOODS = Unsalable("Bowls", 200, "USD", weight=800, volume=14_000_000, carrying=90_000, value=240_000)


def test_a_way_with_a_missing_price_is_not_chosen():
    """A way that looks cheapest because a price is missing ranks behind the complete ones."""
    unknown = Way("home", "Home", (Price("Freight", "cbm", None), Price("Duty relief", "batch", Fraction(0))))
    dear = Way("burn", "Burn", (Price("Burning", "kg", Fraction(500)),))
    told = compare(GOODS, [unknown, dear])
    assert told.best is not None
    assert told.best.way is dear
    assert told.outcomes[1].lines[0].needs == ("a price for freight",)
    assert told.outcomes[1].loss is None


def test_what_is_not_measured_is_asked_for():
    """Weight, volume, value and storage that nobody gave."""
    bare = replace(GOODS, weight=None, volume=None, value=None)
    prices = (
        Price("a", "kg", Fraction(1)),
        Price("b", "cbm", Fraction(1)),
        Price("c", "percent_of_value", Fraction(1)),
    )
    told = compare(bare, [Way("w", "W", prices, days=3, storage_per_day=None)])
    assert told.best is None
    assert [line.needs[0] for line in told.outcomes[0].lines] == [
        "packed weight of Bowls",
        "packed length, width and height of Bowls",
        "the selling value of Bowls",
        "the storage cost a day of Bowls",
    ]


def test_a_fine_as_a_share_of_the_value_counts():
    """5 % of 2,400.00 are 120.00; the way is dearer by it."""
    way = Way("w", "Dump", (Price("Fine", "percent_of_value", Fraction(5)),))
    assert compare(GOODS, [way]).outcomes[0].net.known == 12_000


amounts = st.integers(0, 10**6)
components = st.dictionaries(
    st.sampled_from(["goods", "freight", "duty", "insurance", "handling"]), amounts, min_size=1
)
recoveries = st.lists(
    st.builds(
        Recovery,
        st.just("payer"),
        amounts,
        st.sampled_from(list(Claim)),
        st.sampled_from([frozenset[str](), frozenset({"goods"}), frozenset({"freight", "duty"})]),
    ),
    max_size=4,
).map(tuple)


@given(components, recoveries)
def test_losses_and_recoveries_conserve_money(landed: dict[str, int], claims: tuple[Recovery, ...]):
    """Landed = made good + remainder; settled money = made good + gain; no component falls below zero."""
    told = abnormal_loss(Loss("L", 5, Cause.CARRIER, ON, "USD", landed, claims))
    settled = sum(c.amount for c in claims if c.status in (Claim.AGREED, Claim.PAID))
    assert told.landed == told.made_good + sum(told.remainder.values())
    assert settled == told.made_good + told.gain
    assert min(told.remainder.values()) >= 0
    assert told.pending == sum(c.amount for c in claims if c.status is Claim.OPEN)
    assert sum(line.amount or 0 for line in told.lines) == sum(told.remainder.values())


def test_too_much_for_the_goods_does_not_pay_for_the_freight():
    """A platform that repays 500 for goods of 400 leaves freight and duty as loss, and 100 as income of its own."""
    paid = Recovery("Amazon", 500, Claim.PAID, frozenset({"goods"}))
    told = abnormal_loss(Loss("L", 5, Cause.PLATFORM, ON, "USD", {"goods": 400, "freight": 90, "duty": 60}, (paid,)))
    assert told.remainder == {"goods": 0, "freight": 90, "duty": 60}
    assert told.gain == 100


def test_storage_is_no_part_of_a_landed_cost():
    """A period cost among the lost cost is the caller's mistake."""
    with pytest.raises(ValueError, match="storage"):
        abnormal_loss(Loss("L", 1, Cause.FIRE, ON, "USD", {"storage": 5}))


def test_claims_about_to_lapse_are_listed_first():
    """Passed deadlines first, then those within the days asked for; settled claims not at all."""
    claims = tuple(
        Recovery(f"c{n}", 1, status, deadline=date(2026, 5, n))
        for n, status in ((20, Claim.OPEN), (1, Claim.OPEN), (30, Claim.OPEN), (3, Claim.PAID))
    )
    due = claims_due([Loss("L", 1, Cause.CARRIER, ON, "USD", {"goods": 1}, claims)], date(2026, 5, 10))
    assert [(claim.payer, left) for _, claim, left in due] == [("c1", -9), ("c20", 10)]


@given(amounts, amounts, amounts, amounts)
def test_goods_are_never_carried_above_cost_or_value(carrying: int, price: int, selling: int, before: int):
    """After a devaluation the carrying amount is the lower of cost and what the goods bring."""
    told = devalue(carrying, price, selling, before)
    assert told.carrying == min(carrying + before, max(price - selling, 0))
    assert told.carrying == carrying - told.write_down
