"""Allowance between cost and net realisable value: what a month releases, charges and reverses.

Problem: stock is measured at the lower of cost and net realisable value, item by item (IAS 2.9, 2.29; CAS 1 §15, §16). The cost
of every layer stays as it is; the difference stands beside it as an allowance.
Method: units that were written down leave first (first in, first out), and take their part of the allowance with them into cost
of sales (IAS 2.34; CAS 1 §14). What then differs from the allowance required now is charged, or reversed; it is never below
nothing, so no reversal lifts stock above its cost (IAS 2.33; CAS 1 §19).
"""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.core.money import range_share


@dataclass(frozen=True)
class AllowanceChange:
    """A month of one item's allowance, minor units: ``opening`` − ``released`` + ``charged`` − ``reversed`` = ``closing``."""

    opening: int
    released: int
    charged: int
    reversed: int

    @property
    def closing(self) -> int:
        """The allowance at the month's end."""
        return self.opening - self.released + self.charged - self.reversed


def required(cost: int, net_realisable: int) -> int:
    """What stock of ``cost`` must be written down by; both of all its units.

    >>> required(1_000, 700), required(1_000, 1_300)
    (300, 0)
    """
    return max(0, cost - net_realisable)


def left_of(allowance: int, units: int, gone: int) -> int:
    """What of an allowance on ``units`` stands when ``gone`` units left since.

    >>> left_of(100, 3, 0), left_of(100, 3, 1), left_of(100, 3, 5), left_of(100, 3, -2)
    (100, 67, 0, 100)
    """
    return range_share(allowance, units, min(max(gone, 0), units), units) if units else 0


def change(opening: int, unreleased: int, needed: int | None) -> AllowanceChange:
    """From ``opening`` to ``needed`` (None: not assessed anew), of which ``unreleased`` is left after what was sold.

    >>> change(100, 60, 90)
    AllowanceChange(opening=100, released=40, charged=30, reversed=0)
    >>> change(100, 60, 10).closing
    10
    """
    more = 0 if needed is None else needed - unreleased
    return AllowanceChange(opening, opening - unreleased, max(0, more), max(0, -more))
