"""Which processing fee a small entry into the United States pays: an added duty above 250 dollars makes the entry formal.

19 CFR 143.21(a) (govregs.com, title 19, part 143, subpart C): informal up to 2,500 dollars, but for articles above 250 dollars
that are classified in chapter 99, subchapters III and IV, where every added duty has its heading.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from entrepot.engines.duty import Assessment, Coded, Entries, Entry, Goods, assess, assess_many, day_number
from entrepot.rules import rule_book

FORMAL, INFORMAL = "Merchandise processing fee", "Merchandise processing fee, informal entry"
ON = date(2026, 8, 15)


def _fees(assessment: Assessment) -> list[tuple[str, int | None]]:
    return [(n.label, n.amount) for n in assessment.lines if n.label in {FORMAL, INFORMAL}]


def _entry(*goods: Goods) -> Entry:
    return Entry("US", ON, goods, mode="air", freight=0, freight_currency="USD", insurance=0, insurance_currency="USD")


def _shirt(value: int, origin: str = "CN", item: str = "shirt") -> Goods:
    return Goods(item, 10, value, "USD", hs="6109.10.00", origin=origin, duty_rate=Fraction(33, 200))


@pytest.mark.parametrize(
    ("dollars", "origin", "expected"),
    [
        (250, "CN", (INFORMAL, 269)), (251, "CN", (FORMAL, 3_358)), (2_500, "CN", (FORMAL, 3_358)),
        (2_501, "CN", (FORMAL, 3_358)), (400_000, "CN", (FORMAL, 65_150)), (2_500, "SN", (INFORMAL, 269)),
    ],
)  # fmt: skip
def test_an_added_duty_makes_a_small_entry_formal(dollars: int, origin: str, expected: tuple[str, int]) -> None:
    """Bounds of the fiscal year 2026; goods without an added duty stay informal up to 2,500 dollars."""
    assert _fees(assess(rule_book(), _entry(_shirt(dollars * 100, origin)), lambda _a, _b: Fraction(1))) == [expected]


def test_the_limit_is_of_the_articles() -> None:
    """Three lines of 200 dollars with added duties stay informal, for none of the articles is above 250."""
    lines = tuple(_shirt(20_000, item=f"shirt-{n}") for n in range(3))
    assert _fees(assess(rule_book(), _entry(*lines), lambda _a, _b: Fraction(1))) == [(INFORMAL, 269)]


def test_where_the_added_duty_is_open_the_fee_is() -> None:
    """Without an origin nobody can say which entry it is; one line asks, and none is guessed."""
    told = assess(rule_book(), _entry(_shirt(100_000, "")), lambda _a, _b: Fraction(1))
    assert _fees(told) == [(FORMAL, None)]


def test_many_at_once_pay_the_same() -> None:
    """The columns give the charges of the single path on both sides of both limits."""
    values = np.array([20_000, 25_000, 25_100, 249_900, 250_000, 250_100, 5_000_000] * 2, dtype=np.int64)
    count = len(values)
    origins = Coded.of(["CN"] * 7 + ["SN"] * 7)
    zero = np.zeros(count, dtype=np.int64)
    entries = Entries(
        Coded.same("US", count), zero + day_number(ON), Coded.same("commercial", count), Coded.same("air", count),
        Coded.same("6109.10.00", count), origins, Coded.same("USD", count), zero + 10, values, zero, zero, zero - 1,
        Coded.same("33/200", count),
    )  # fmt: skip
    found = assess_many(rule_book(), entries, lambda _day: lambda _a, _b: Fraction(1)).figures["charges"]
    for i in range(count):
        one = assess(rule_book(), _entry(_shirt(int(values[i]), origins.at(i))), lambda _a, _b: Fraction(1))
        assert bool(found.known[i]) is one.complete
        assert one.figures["charges"].amount == (int(found.amount[i]) if found.known[i] else None)
