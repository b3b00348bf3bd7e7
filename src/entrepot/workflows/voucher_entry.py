"""Vouchers and their entries: an account by its role, an amount (debit positive), perhaps the supplier it is owed to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

ORDER = (
    "accrual_reversal", "purchases", "accrual", "intercompany", "import_tax", "services", "payments", "prepayments",
    "cost_of_sales", "stock_changes", "supplier_returns", "prior_period", "write_down_release", "write_down",
    "write_down_reversal", "exchange", "revaluation",
)  # fmt: skip
"""Kinds of voucher, in the order in which an accountant books them."""


@dataclass(frozen=True)
class Entry:
    """``amount`` in minor units of the company's currency, debit positive. ``account``: a role of the account map."""

    voucher: str
    account: str
    amount: int
    supplier: str = ""


@dataclass(frozen=True)
class Voucher:
    """Entries that balance: debits first, within them as booked."""

    kind: str
    on: date
    entries: tuple[Entry, ...]

    @property
    def difference(self) -> int:
        """Debits less credits: 0."""
        return sum(entry.amount for entry in self.entries)

    @property
    def total(self) -> int:
        """Sum of the debits."""
        return sum(entry.amount for entry in self.entries if entry.amount > 0)


def combined(entries: Iterable[Entry], on: date) -> tuple[Voucher, ...]:
    """One voucher a kind, one entry an account and supplier, without those that cancel out.

    >>> made = combined([Entry("purchases", "inventory", 70), Entry("purchases", "inventory", 30),
    ...                  Entry("purchases", "payables", -100, "ACME")], date(2026, 1, 31))
    >>> [(e.account, e.supplier, e.amount) for e in made[0].entries], made[0].difference
    ([('inventory', '', 100), ('payables', 'ACME', -100)], 0)
    """
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for entry in entries:
        sums[entry.voucher, entry.account, entry.supplier] += entry.amount
    by_kind: dict[str, list[Entry]] = defaultdict(list)
    for (kind, account, supplier), amount in sums.items():
        if amount:
            by_kind[kind].append(Entry(kind, account, amount, supplier))
    ordered = sorted(by_kind, key=ORDER.index)
    return tuple(
        Voucher(kind, on, tuple(sorted(by_kind[kind], key=lambda e: (e.amount < 0, e.account, e.supplier))))
        for kind in ordered
    )
