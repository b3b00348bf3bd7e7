"""Forward or spot: the forward that interest rates justify, and what a bank's forward costs beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from entrepot.core.money import convert, major


def forward_rate(
    spot: Fraction, quote_rate: Fraction, base_rate: Fraction, days: int, *, quote_year: int = 365, base_year: int = 365
) -> Fraction:
    """Forward by covered parity: F = S · (1 + r_quote · t) / (1 + r_base · t), simple interest, t = days / year.

    ``spot`` is quote units for one base unit; the rates are yearly, of the currency each, which the seller can really borrow
    and deposit at. Money-market years of 360 days are given by ``quote_year`` and ``base_year``.
    Source: Keynes (1923), A Tract on Monetary Reform; docs/methods/capital.md.

    >>> round(float(forward_rate(Fraction(2), Fraction(5, 100), Fraction(10, 100), 365)), 4)
    1.9091
    """
    quote = 1 + quote_rate * days / quote_year
    base = 1 + base_rate * days / base_year
    return spot * quote / base


@dataclass(frozen=True, slots=True)
class HedgeChoice:
    """An amount to be paid in the base currency, in home (quote) minor units under each way to pay it.

    ``parity`` at the parity forward, ``spot_now`` buying today and holding, ``forward`` at the bank's forward (None = no offer),
    ``later`` the cost at each assumed later spot, by name. ``break_even`` is the later spot above which the forward was better.
    """

    home: str
    parity_rate: Fraction
    parity: int
    spot_now: int
    forward: int | None
    bank_margin: int | None
    later: Mapping[str, int]
    break_even: Fraction

    def explain(self) -> list[str]:
        """The choice in words."""

        def money(amount: int) -> str:
            return f"{major(amount, self.home)} {self.home}"

        lines = [f"Forward by covered parity {float(self.parity_rate):.4f}: {money(self.parity)}"]
        lines.append(f"Buy today and hold: {money(self.spot_now)}, with the interest forgone")
        if self.forward is not None and self.bank_margin is not None:
            lines.append(f"The bank's forward: {money(self.forward)}, of which its margin {money(self.bank_margin)}")
            lines.append(f"The forward pays if the later spot is above {float(self.break_even):.4f}")
        return lines + [f"Wait, spot {name}: {money(amount)}" for name, amount in self.later.items()]


def hedge_choice(
    amount: int,
    currency: str,
    home: str,
    spot: Fraction,
    days: int,
    home_rate: Fraction,
    currency_rate: Fraction,
    *,
    offered: Fraction | None = None,
    scenarios: Mapping[str, Fraction] | None = None,
    year: int = 365,
) -> HedgeChoice:
    """Compare paying ``amount`` (minor units of ``currency``) in ``days`` by forward, now, or at a later spot.

    ``spot`` and ``offered`` are home units for one of ``currency``; ``scenarios`` names later changes of the spot (−5 % =
    −1/20), for example the measured 5 %, 50 % and 95 % of past changes. Buying now discounts by the currency's own deposit
    rate and carries the seller's home rate until the due day, which by parity is the forward again: the two differ only by
    rounding, so the comparison shows the bank's margin, not a forecast.

    >>> choice = hedge_choice(1_000_000, "USD", "CNY", Fraction(6653, 1000), 90, Fraction(3, 100), Fraction(4, 100),
    ...     offered=Fraction(665, 100), scenarios={"5% of cases": Fraction(-39, 1000), "95%": Fraction(53, 1000)})
    >>> for line in choice.explain():
    ...     print(line)
    Forward by covered parity 6.6368: 66367.56 CNY
    Buy today and hold: 66367.56 CNY, with the interest forgone
    The bank's forward: 66500.00 CNY, of which its margin 132.44 CNY
    The forward pays if the later spot is above 6.6500
    Wait, spot 5% of cases: 63935.33 CNY
    Wait, spot 95%: 70056.09 CNY
    """
    parity_rate = forward_rate(spot, home_rate, currency_rate, days, quote_year=year, base_year=year)
    parity = convert(amount, currency, home, parity_rate)
    bought = amount / (1 + currency_rate * days / year)
    now = convert(1, currency, home, bought * spot * (1 + home_rate * days / year)) if amount else 0
    forward = None if offered is None else convert(amount, currency, home, offered)
    margin = None if forward is None else forward - parity
    later = {name: convert(amount, currency, home, spot * (1 + change)) for name, change in (scenarios or {}).items()}
    return HedgeChoice(home, parity_rate, parity, now, forward, margin, later, offered or parity_rate)
