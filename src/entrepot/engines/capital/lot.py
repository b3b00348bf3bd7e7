"""What the money in a lot costs, day by day, from the deposit until the cash is back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from entrepot.core.cost_lines import Basis, Confidence, CostLine
from entrepot.core.money import major, range_share, round_half_away
from entrepot.engines.capital.model import CapitalRate, Payment, Release, accrued


@dataclass(frozen=True, slots=True)
class LotCapital:
    """Cost of the money in a lot until ``until``; ``lines`` one a payment, imputed (marked as estimate).

    ``open_units`` are those whose cash is not back by then; ``days`` the average days that a unit of money was out, None
    where nothing was paid.
    """

    lot: str
    units: int
    currency: str
    until: date
    lines: tuple[CostLine, ...]
    releases: tuple[Release, ...]
    open_units: int
    days: Fraction | None
    per_release: tuple[Fraction, ...]

    @property
    def amount(self) -> int:
        """Minor units in all."""
        return sum(line.amount or 0 for line in self.lines)

    @property
    def by_release(self) -> tuple[int, ...]:
        """The amount over the releases and, last, the open units; sums to it exactly."""
        return tuple(rounded(self.per_release))

    @property
    def per_unit(self) -> Fraction:
        """Minor units a unit, on average."""
        return Fraction(self.amount, self.units)

    def explain(self) -> list[str]:
        """Why so much, payment by payment."""
        days = "" if self.days is None else f", the money was out {float(self.days):.1f} days on average"
        head = f"{self.lot}: capital {major(self.amount, self.currency)} {self.currency} on {self.units} units until {self.until}"
        tail = [f"{self.open_units} units have not brought their cash back."] if self.open_units else []
        return [head + days + ".", *(line.explain() for line in self.lines), *tail]


def lot_capital(
    lot: str,
    units: int,
    payments: Sequence[Payment],
    releases: Sequence[Release],
    rates: Sequence[CapitalRate],
    until: date,
    currency: str,
) -> LotCapital:
    """Imputed cost of the money in a lot of ``units``.

    Each payment is borne by all units alike; a unit's share is out from the day it is paid until the day its cash comes back,
    or until ``until`` for units still open. cost = Σ payments Σ releases amount · (units released / units) · rate · days / day
    count (simple interest, the rate of each day). A supplier who is paid after the cash is in lends to the seller: that part
    is negative. Payments after ``until`` do not count yet. The running sum is rounded, so that the lines sum to the rounded cost.

    >>> day = date
    >>> paid = [Payment("deposit", day(2026, 1, 1), 300_000), Payment("balance", day(2026, 2, 1), 700_000)]
    >>> told = lot_capital("L7", 100, paid, [Release(60, day(2026, 4, 1))], [CapitalRate(Fraction(10, 100))],
    ...                    day(2026, 5, 1), "USD")
    >>> for line in told.explain():
    ...     print(line)
    L7: capital 220.00 USD on 100 units until 2026-05-01, the money was out 80.3 days on average.
    deposit: 83.84 USD = 102.0 days at 10% a year of 3000.00 USD (estimate). Paid 2026-01-01. Rule: capital (seller)
    balance: 136.16 USD = 71.0 days at 10% a year of 7000.00 USD (estimate). Paid 2026-02-01. Rule: capital (seller)
    40 units have not brought their cash back.
    """
    released = sum(release.units for release in releases)
    if units <= 0 or released > units:
        raise ValueError(f"{lot}: {released} units released of {units}")
    parts = [(min(release.on, until), Fraction(release.units, units)) for release in releases]
    parts.append((until, Fraction(units - released, units)))
    basis = Basis("capital", confidence=Confidence.SELLER)
    per_release = [Fraction(0)] * len(parts)
    counted = [payment for payment in payments if payment.on <= until]
    costs: list[Fraction] = []
    spans: list[Fraction] = []
    for payment in counted:
        spans.append(sum((share * (on - payment.on).days for on, share in parts), Fraction(0)))
        shares = [
            payment.amount * share * accrued(rates, payment.on, on) if share else Fraction(0) for on, share in parts
        ]
        per_release = [before + more for before, more in zip(per_release, shares, strict=True)]
        costs.append(sum(shares, Fraction(0)))
    lines: list[CostLine] = []
    for payment, days, amount in zip(counted, spans, rounded(costs), strict=True):
        rate = f"{float(days):.1f} days at {_rate_words(rates, until)} a year"
        base = f"{major(payment.amount, currency)} {currency}"
        note = f"Paid {payment.on}"
        line = CostLine(
            "capital", payment.what, amount, currency, basis, base, rate, item=lot, estimate=True, note=note
        )
        lines.append(line)
    money_days = sum((p.amount * days for p, days in zip(counted, spans, strict=True)), Fraction(0))
    paid = sum(payment.amount for payment in counted)
    average = money_days / paid if paid else None
    open_units = units - released + sum(r.units for r in releases if r.on > until)
    return LotCapital(
        lot, units, currency, until, tuple(lines), tuple(releases), open_units, average, tuple(per_release)
    )


def _rate_words(rates: Sequence[CapitalRate], until: date) -> str:
    used = sorted({r.yearly for r in rates if r.since <= until})
    low, high = float(used[0] * 100), float(used[-1] * 100)
    return f"{low:g}%" if low == high else f"{low:g}% to {high:g}%"


def rounded(parts: Sequence[Fraction]) -> list[int]:
    """Integers for ``parts`` of any sign whose sum is the rounded sum of the parts, by rounding the running sum.

    >>> rounded([Fraction(1, 3)] * 3), rounded([Fraction(5, 2), Fraction(-5, 2)])
    ([0, 1, 0], [3, -3])
    """
    out: list[int] = []
    run, before = Fraction(0), 0
    for part in parts:
        run += part
        out.append(round_half_away(run) - before)
        before = round_half_away(run)
    return out


def capital_of_range(told: LotCapital, first: int, last: int) -> int:
    """What units [first, last) of the lot bear, when all bear alike; consecutive ranges sum to the amount."""
    return range_share(told.amount, told.units, first, last)
