"""Many entries at once say what the single path says, figure by figure."""

from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from entrepot.core.cost_lines import Basis
from entrepot.engines.duty import assess, assess_many, entry_of
from entrepot.engines.duty.many import FIGURES
from entrepot.rules import OwnRate, rule_book
from entrepot.rules.fx import ExchangeRates
from tests.engines.duty.entries import random_entries


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_equal_to_the_single_path(seed: int) -> None:
    """Random entries over all destinations: same amounts, and unknown in the same places."""
    own = (
        OwnRate("DE", "6109", "12%", Basis("ruling"), tax_percent="7"),
        OwnRate("GB", "", "2.5%", Basis("broker"), origin="VN"),
        OwnRate("CA", "42", "1.5 CAD/kg + 3%", Basis("broker")),
        OwnRate("US", "3924", "31%", Basis("entry"), whole=True),
    )
    book = rule_book()
    book = book.with_tariff(book.tariff.extended(own=own))
    entries = random_entries(book, 1500, seed)
    rates = ExchangeRates().for_day
    many = assess_many(book, entries, rates)
    for i in range(len(entries)):
        entry = entry_of(entries, i)
        one = assess(book, entry, rates(entry.on))
        for name in FIGURES:
            column, expected = many.figures[name], one.figures[name]
            found = int(column.amount[i]) if column.known[i] else None
            assert found == expected.amount, (i, name, found, expected, entry)


def test_amounts_beyond_sixty_four_bits_on_the_way() -> None:
    """A large value at a rate with many digits is exact all the same."""
    book = rule_book()
    entries = random_entries(book, 50, 9)
    entries.value[:] = 10**13 + np.arange(50)

    def rates(_: date):
        return lambda _a, _b: Fraction(123456789, 100000007)

    many = assess_many(book, entries, rates)
    for i in range(50):
        one = assess(book, entry_of(entries, i), rates(date(2026, 1, 1)))
        for name in ("customs_value", "duty", "import_tax", "charges"):
            column = many.figures[name]
            assert (int(column.amount[i]) if column.known[i] else None) == one.figures[name].amount


def test_a_negative_amount_is_refused() -> None:
    """Entries have no negative values; credit notes are not imports."""
    entries = random_entries(rule_book(), 5, 4)
    entries.value[0] = -1
    with pytest.raises(ValueError, match="not negative"):
        assess_many(rule_book(), entries, ExchangeRates().for_day)
