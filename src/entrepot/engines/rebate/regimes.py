"""With an invoice or without: what the goods cost in the end."""

from __future__ import annotations

from fractions import Fraction

from entrepot.core.money import round_half_away
from entrepot.engines.rebate.model import Outcome, Purchase, Terms, Way

_WHOLE = 10_000
_YEAR = 365


def compare(bought: Purchase, terms: Terms) -> list[Outcome]:
    """The three ways, cheapest first.

    with invoice: gross − refund + refund · capital · days/365 + income tax · (sales − that);
    verified: gross · (1 − discount) + sales · deemed share · verified tax; not deductible: the same price + sales · income
    tax. Without ``sales`` income tax is left out of all three. A loss has no income tax.

    >>> for outcome in compare(Purchase(113_000, 13_000, sales=150_000), Terms(discount_bp=800)):
    ...     print(outcome.way.value, outcome.cost)
    verified 105460
    with_invoice 112500
    not_deductible 141460
    """
    capital = _capital(bought)
    own = bought.gross - bought.refund + capital
    bare = bought.gross - _share(bought.gross, terms.discount_bp)
    sales = bought.sales
    on_profit = verified = on_sales = None
    if sales is not None:
        on_profit = _share(max(sales - own, 0), terms.income_tax_bp)
        verified = round_half_away(Fraction(sales * terms.deemed_bp * terms.verified_tax_bp, _WHOLE * _WHOLE))
        on_sales = _share(sales, terms.income_tax_bp)
    outcomes = [
        Outcome(Way.WITH_INVOICE, bought.gross, bought.refund, capital, on_profit),
        Outcome(Way.VERIFIED, bare, 0, 0, verified),
        Outcome(Way.NOT_DEDUCTIBLE, bare, 0, 0, on_sales),
    ]
    return sorted(outcomes, key=lambda outcome: outcome.cost)


def break_even(bought: Purchase) -> int | None:
    """The discount without invoice, in basis points of the price with invoice, at which both cost the same, income tax left
    out: (refund − capital) / gross. None without a price.

    >>> break_even(Purchase(113_000, 13_000))
    1150
    """
    if bought.gross <= 0:
        return None
    return round_half_away(Fraction((bought.refund - _capital(bought)) * _WHOLE, bought.gross))


def _capital(bought: Purchase) -> int:
    return round_half_away(Fraction(bought.refund * bought.capital_bp * bought.days, _WHOLE * _YEAR))


def _share(amount: int, points: int) -> int:
    return round_half_away(Fraction(amount * points, _WHOLE))
