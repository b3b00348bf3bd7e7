"""Which rate a line would be refunded at: the last claim's, a later rule's, or none."""

from __future__ import annotations

from datetime import date

from entrepot.books import models
from entrepot.rules import rule_book
from entrepot.workflows.rebate_rates import RebateRates

CELL = models.Item(pk=1, sku="CELL", hs_code="8507.60")
FOIL = models.Item(pk=2, sku="FOIL", hs_code="7607.11")


def test_a_cut_after_the_last_claim_counts_and_the_sellers_own_rate_else() -> None:
    """Claimed at 9 % in 2025: 6 % since April 2026; a claim of May 2026 at another rate is the seller's word."""
    before = RebateRates({1: (900, date(2025, 6, 1))}, rule_book())
    assert [before.of(CELL, day) for day in (date(2026, 3, 31), date(2026, 4, 1), date(2027, 1, 1))] == [900, 600, 0]
    own = RebateRates({1: (500, date(2026, 5, 1))}, rule_book())
    assert own.of(CELL, date(2026, 6, 1)) == 500


def test_what_was_never_claimed_has_its_headings_rate_or_none() -> None:
    """Batteries by the announcement; aluminium foil needs a rate, and no 13 % is assumed."""
    rates = RebateRates({}, rule_book())
    assert (rates.of(CELL, date(2026, 5, 1)), rates.of(FOIL, date(2026, 5, 1))) == (600, None)
