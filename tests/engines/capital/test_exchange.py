"""Exchange differences telescope; exposures keep every instalment; the parity forward leaves no riskless gain."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from entrepot.core.money import convert
from entrepot.engines.capital import (
    ForeignPurchase,
    Instalment,
    Paid,
    differences,
    exposures,
    forward_rate,
    hedge_choice,
)

RATE = st.integers(1, 200_000).map(lambda n: Fraction(n, 10_000))
PAID = st.lists(st.tuples(st.integers(0, 400_000), RATE), max_size=3)
ON = date(2026, 3, 1)


@given(st.integers(1, 10**7), st.integers(1, 10**7), RATE, RATE, RATE, PAID, PAID, st.sampled_from(["CNY", "JPY"]))
def test_causes_sum_to_what_was_paid_and_is_owed(
    ordered: int,
    invoiced: int,
    order_rate: Fraction,
    received: Fraction,
    closing: Fraction,
    before: list[tuple[int, Fraction]],
    after: list[tuple[int, Fraction]],
    home: str,
):
    """Ordered + price + rate + realised + unrealised = cash paid + debt at closing, to the minor unit."""
    deposits = tuple(Paid(ON, amount, rate) for amount, rate in before)
    settled = tuple(Paid(ON, amount, rate) for amount, rate in after)
    purchase = ForeignPurchase("P", "USD", home, ordered, order_rate, invoiced, received, deposits, settled, closing)
    told = differences(purchase)
    cash = sum(convert(p.amount, "USD", home, p.rate) for p in (*deposits, *settled))
    owed = convert(purchase.owed, "USD", home, closing) if purchase.owed else 0
    assert told.unrealised is not None
    assert told.ordered + told.price + told.rate + told.realised + told.unrealised == cash + owed
    assert told.goods_cost == told.ordered + told.price + told.rate


def test_a_price_rise_is_no_exchange_difference():
    """At one rate throughout, a dearer invoice shows as price alone."""
    flat = Fraction(72, 10)
    purchase = ForeignPurchase("P", "USD", "CNY", 1000_00, flat, 1100_00, flat, (), (Paid(ON, 1100_00, flat),))
    told = differences(purchase)
    assert (told.price, told.rate, told.realised, told.unrealised) == (720_00, 0, 0, 0)


def test_what_is_owed_needs_a_closing_rate():
    """Without it the unrealised difference is not known; a settled order needs none."""
    purchase = ForeignPurchase("P", "USD", "CNY", 100, Fraction(7), 100, Fraction(7))
    assert differences(purchase).unrealised is None
    assert "not known" in differences(purchase).explain()[4]
    assert differences(replace(purchase, payments=(Paid(ON, 100, Fraction(8)),))).unrealised == 0


@given(st.lists(st.tuples(st.sampled_from(["CNY", "EUR"]), st.integers(-40, 400), st.integers(1, 10**6)), max_size=12))
def test_exposures_hold_every_instalment_once(rows: list[tuple[str, int, int]]):
    """Sums by currency agree, each instalment lies in its stretch, overdue ones in the first."""
    parts = [Instalment(f"P{n}", c, ON + timedelta(days=d), amount) for n, (c, d, amount) in enumerate(rows)]
    told = exposures(parts, ON)
    for currency in ("CNY", "EUR"):
        assert sum(x.amount for x in told if x.currency == currency) == sum(a for c, _, a in rows if c == currency)
    for x in told:
        for name in x.orders:
            due = max(next(p.due for p in parts if p.order == name), ON)
            assert x.first <= due
            assert x.last is None or due <= x.last


def test_five_percent_on_an_open_amount():
    """USD/CNY −5 % on 100,000.00 USD of which 40,000.00 are fixed, at 7.00: 21,000 CNY less."""
    told = exposures([Instalment("P", "USD", ON, 10_000_000, fixed=4_000_000)], ON)[0]
    assert told.effect("CNY", Fraction(7), Fraction(-1, 20)) == -2_100_000


@given(RATE, st.fractions(0, Fraction(1, 5)), st.fractions(0, Fraction(1, 5)), st.integers(1, 720))
def test_the_parity_forward_leaves_no_riskless_gain(spot: Fraction, quote: Fraction, base: Fraction, days: int):
    """Borrow quote, buy base, deposit it and sell it forward: what comes back is what is owed."""
    forward = forward_rate(spot, quote, base, days, quote_year=360)
    owed = 1 + quote * days / 360
    assert (1 / spot) * (1 + base * days / 365) * forward == owed


def test_a_forward_below_parity_is_a_gain():
    """A bank that sells below parity has a negative margin; without an offer there is none."""
    args = (1_000_000, "USD", "CNY", Fraction(7), 180, Fraction(2, 100), Fraction(4, 100))
    cheap = hedge_choice(*args, offered=Fraction(69, 10))
    assert cheap.bank_margin is not None
    assert cheap.bank_margin < 0
    assert hedge_choice(*args).forward is None
