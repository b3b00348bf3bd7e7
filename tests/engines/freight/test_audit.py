"""Bills beside the card: every cause is found, its money sums to the difference, and an honest bill has none."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from entrepot.engines.freight import (
    Band,
    BillLine,
    Cartons,
    Cause,
    Charge,
    Condition,
    Consignment,
    RateCard,
    WeightRule,
    audit,
    quote,
)

CARD = RateCard(
    "AIR",
    "Air",
    "air",
    "USD",
    WeightRule(divisor=Fraction(6000), step=Fraction(1)),
    (Band(Fraction(0), Fraction(100), rate=Fraction(600)), Band(Fraction(100), None, rate=Fraction(500))),
    charges=(
        Charge("fuel", "Fuel", "freight", "percent", Fraction(10)),
        Charge("pick", "Collection", "handling", "shipment", Fraction(4000)),
        Charge("long", "Oversize", "freight", "piece", Fraction(2000), when=Condition(longest_over=1200)),
    ),
    edge="from",
)
PACKED = Consignment((Cartons(10, 8000, 400, 300, 300),), date(2026, 3, 1))
HONEST = [
    BillLine("freight", 48_000, "USD", Fraction(80)),
    BillLine("fuel", 4800, "USD"),
    BillLine("pick", 4000, "USD"),
]


def test_an_honest_bill_has_no_differences():
    """The card's own quote, billed."""
    told = audit(CARD, PACKED, HONEST)
    assert told.differences == ()
    assert told.billed == quote(CARD, PACKED).total.known


def test_every_cause_is_told():
    """Twice, not due, not on the card, wrong currency, not billed: one bill with all of them."""
    bill = [
        *HONEST[:2],
        HONEST[1],
        BillLine("long", 20_000, "USD", text="Oversize 10 cartons"),
        BillLine("x-ray", 1500, "USD", text="X-ray"),
        BillLine("storage", 900, "CNY"),
    ]
    told = audit(CARD, PACKED, bill)
    causes = {d.code: d.cause for d in told.differences}
    assert causes == {
        "storage": Cause.CURRENCY,
        "fuel": Cause.TWICE,
        "long": Cause.NOT_DUE,
        "x-ray": Cause.NOT_ON_CARD,
        "pick": Cause.NOT_BILLED,
    }
    assert [(d.code, d.amount) for d in told.disputes] == [("long", 20_000), ("fuel", 4800), ("x-ray", 1500)]
    assert told.disputed == 26_300


def test_two_equal_lines_that_are_both_due_stay():
    """A collection of 40.00 billed as two halves is no double charge."""
    halves = [*HONEST[:2], BillLine("pick", 2000, "USD"), BillLine("pick", 2000, "USD")]
    assert audit(CARD, PACKED, halves).differences == ()


@given(st.integers(1, 400), st.integers(-5000, 20_000))
def test_weight_and_rate_sum_to_the_difference(stated: int, more: int):
    """Whatever weight is stated and whatever is added to its price, the parts sum to billed less due."""
    units = Fraction(stated)
    at_stated = stated * (600 if stated < 100 else 500)
    bill = [BillLine("freight", at_stated + more, "USD", units), *HONEST[1:]]
    told = audit(CARD, PACKED, bill)
    assert sum(d.amount or 0 for d in told.differences) == at_stated + more - 48_000
    if at_stated + more == 48_000:
        assert told.differences == ()
        return
    causes = {d.cause for d in told.differences}
    assert (Cause.WEIGHT in causes) == (stated != 80)
    assert (Cause.RATE in causes) == (more != 0)


def test_what_the_card_cannot_say_is_not_disputed():
    """Without packed sides the freight is not judged; the fixed charge still is."""
    unmeasured = replace(PACKED, cartons=(Cartons(10, 8000, None, None, None, label="mugs"),))
    told = audit(CARD, unmeasured, [HONEST[0], BillLine("pick", 5000, "USD")])
    judged = {d.code: d.cause for d in told.differences}
    assert judged["freight"] is Cause.NOT_KNOWN
    assert judged["pick"] is Cause.RATE
    assert [d.code for d in told.disputes] == ["pick"]


def test_small_differences_may_be_tolerated():
    """A cent of rounding is listed and not disputed."""
    told = audit(CARD, PACKED, [HONEST[0], BillLine("fuel", 4801, "USD"), HONEST[2]], tolerance=5)
    assert len(told.differences) == 1
    assert told.disputes == ()
