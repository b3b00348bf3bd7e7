"""What a payment in another currency settles: what left the bank, at the books' rate of its own day."""

from __future__ import annotations

from fractions import Fraction

from entrepot.books import models
from entrepot.books.intake.directory import Directory
from entrepot.core.calendar import Instant
from entrepot.core.errors import ProblemError
from entrepot.core.money import convert, round_half_away


def settles(
    company: models.Company, base: int, at: Instant, amount: int, currency: str, directory: Directory
) -> int:  # fmt: skip
    """What ``base`` (minor units of the company's currency) settles of ``amount`` in ``currency``: at the rate of the payment's
    own day, so that it settles the same for ever; 0 without a rate.

    What ``amount`` is worth in the company's currency settles all of it, to the last minor unit.
    """
    try:
        rate = directory.rate(currency, company.currency, company, at).value
    except ProblemError:
        return 0
    worth = convert(amount, currency, company.currency, rate)
    return round_half_away(Fraction(amount * base, worth)) if worth else 0
