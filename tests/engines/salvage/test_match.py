"""Reimbursements that do not name their loss: linked where only one can be meant, left to a person otherwise."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.engines.salvage import Lost, Repaid, match

DAY = date(2026, 3, 1)


def lost(key: str, units: int = 1, day: int = 0, item: str = "A", place: str = "FBA", kind: str = "") -> Lost:
    return Lost(key, item, place, DAY + timedelta(days=day), units, kind)


def paid(key: str, units: int | None = 1, day: int = 30, amount: int = 1_000, **more: str) -> Repaid:
    return Repaid(
        key, more.pop("item", "A"), more.pop("place", "FBA"), DAY + timedelta(days=day), units, amount, **more
    )


def links(found):
    return {(x.repaid.key, x.lost.key, x.units, x.amount, x.how) for x in found.links}


def whys(found):
    return {x.repaid.key: x.why for x in found.unmatched}


def test_the_only_loss_is_linked_and_its_units_are_used_up():
    """Two payments of two and one units fill a loss of three; a third has nothing left."""
    found = match([lost("U", 3)], [paid("R1", 2), paid("R2", 1, day=40)])
    assert links(found) == {("R1", "U", 2, 1_000, "only_loss"), ("R2", "U", 1, 1_000, "only_loss")}
    more = match([lost("U", 3)], [paid("R1", 2), paid("R2", 2)])
    assert (links(more), whys(more)) == (set(), {"R1": "contested", "R2": "contested"})


def test_same_item_place_kind_and_time_only():
    """Another SKU, another place, a later or much earlier loss, damage for what was lost: none of them is meant."""
    others = [
        lost("item", item="B"),
        lost("place", place="DE"),
        lost("later", day=31),
        lost("old", day=-200),
        lost("damaged", kind="damaged"),
    ]
    found = match(others, [paid("R", kind="lost")])
    assert (links(found), whys(found)) == (set(), {"R": "no_loss"})
    assert len(match(others, [paid("R", kind="lost")], window=400).links) == 1


def test_several_that_fit_are_for_a_person_with_the_candidates():
    """Two equal losses, one payment: which of them it is for is not known."""
    found = match([lost("U1"), lost("U2", day=5)], [paid("R")])
    assert [c.key for c in found.unmatched[0].candidates] == ["U1", "U2"]
    assert found.explain("R") == ["R: several losses fit: U1 (1 units, 2026-03-01), U2 (1 units, 2026-03-06)"]


def test_the_number_of_units_tells_losses_apart_and_one_payment_may_be_for_all():
    """Exactly as many units go before more; a payment for the sum of all losses is split by their units."""
    assert links(match([lost("U1", 2), lost("U2", 5)], [paid("R", 2)])) == {("R", "U1", 2, 1_000, "same_units")}
    both = match([lost("U1", 1), lost("U2", 2, day=3)], [paid("R", 3, amount=1_000)])
    assert links(both) == {("R", "U1", 1, 333, "together"), ("R", "U2", 2, 667, "together")}


def test_what_says_no_units_or_item_or_takes_back():
    """Without units it takes the whole of an only loss; without item it is nobody's; a reversal follows what it reverses."""
    found = match(
        [lost("U", 4)],
        [paid("R", None), paid("N", item=""), paid("X", 4, amount=-1_000, reverses="R"), paid("Y", reverses="Z")],
    )
    assert links(found) == {("R", "U", 4, 1_000, "only_loss"), ("X", "U", -4, -1_000, "reversal")}
    assert whys(found) == {"N": "no_item", "Y": "reverses_unknown"}
    assert whys(match([lost("U"), lost("V")], [paid("R", None)])) == {"R": "several"}
    assert whys(match([lost("U"), lost("V")], [paid("R", 3)])) == {"R": "too_many"}


def test_a_key_twice_and_no_units_are_refused():
    """A loss told twice would be repaid twice."""
    with pytest.raises(ValueError, match="twice"):
        match([lost("U"), lost("U")], [])
    with pytest.raises(ValueError, match="one unit"):
        match([lost("U", 0)], [])


_LOSSES = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 300), st.sampled_from("AB"), st.sampled_from(("FBA", "DE"))), max_size=7
)
_PAID = st.lists(
    st.tuples(
        st.none() | st.integers(1, 5), st.integers(0, 400), st.integers(0, 999), st.sampled_from(("A", "B", "")),
        st.sampled_from(("FBA", "DE", "")),
    ),
    max_size=7,
)  # fmt: skip


@given(_LOSSES, _PAID, st.randoms())
def test_every_payment_once_no_loss_paid_twice_and_no_order_matters(lose, pay, chance):
    """Linked and left amounts are all amounts; no loss gets more units than it lost; shuffling changes nothing."""
    losses = [lost(f"U{n}", units, day, item, place) for n, (units, day, item, place) in enumerate(lose)]
    payments = [
        paid(f"R{n}", units, day, amount, item=item, place=place)
        for n, (units, day, amount, item, place) in enumerate(pay)
    ]
    found = match(losses, payments)
    assert sum(x.amount for x in found.links) + sum(x.repaid.amount for x in found.unmatched) == sum(
        x.amount for x in payments
    )
    assert {x.repaid.key for x in found.links} ^ {x.repaid.key for x in found.unmatched} == {x.key for x in payments}
    for one in losses:
        assert sum(x.units for x in found.links if x.lost is one) <= one.units
    for one in payments:
        told = [x.units for x in found.links if x.repaid is one]
        assert not told or one.units in (None, sum(told))
    chance.shuffle(losses)
    chance.shuffle(payments)
    again = match(losses, payments)
    assert {(x.repaid.key, x.lost.key, x.units, x.how) for x in again.links} == {
        (x.repaid.key, x.lost.key, x.units, x.how) for x in found.links
    }


def test_a_part_taken_back_opens_its_units_and_money_taken_back_is_never_a_payment():
    """One of two units is charged back; a negative amount that names nothing pays for no loss."""
    found = match([lost("U", 2)], [paid("R", 2), paid("X", 1, amount=-500, reverses="R"), paid("Z", 1, amount=-9)])
    assert links(found) == {("R", "U", 2, 1_000, "only_loss"), ("X", "U", -1, -500, "reversal")}
    assert whys(found) == {"Z": "reverses_unknown"}
    twice = [paid("R", 2), *(paid(f"X{n}", 2, amount=-1_000, reverses="R") for n in (1, 2))]
    assert sum(x.units for x in match([lost("U", 2)], twice).links) == 0
