"""What the rebate engine takes and gives. Amounts in minor units of one currency, rates in basis points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Open:
    """Units of an invoice or declaration line that no claim has taken yet; ``key`` is the caller's own."""

    key: int
    item: int
    units: int
    on: date


@dataclass(frozen=True, slots=True)
class Match:
    """So many units of an invoice line and of a declaration line go together."""

    invoice: int
    declaration: int
    units: int


class Way(StrEnum):
    """How goods are bought and the company taxed."""

    WITH_INVOICE = "with_invoice"
    """VAT invoice and rebate; income tax on profit."""
    VERIFIED = "verified"
    """No invoice: exempt of VAT without refund; income tax on a deemed share of sales (verified taxation)."""
    NOT_DEDUCTIBLE = "not_deductible"
    """No invoice, income tax on books in which the purchase cannot be deducted."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """Bought with an invoice: ``gross`` with tax, ``refund`` of it, ``days`` from payment to refund, ``capital_bp`` a year.

    ``sales`` is what the goods are sold for (after all other costs that can be deducted); None = income tax is left out.
    """

    gross: int
    refund: int
    days: int = 0
    capital_bp: int = 0
    sales: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the alternatives rest on: the supplier's ``discount_bp`` without invoice, income tax rates in basis points and
    the deemed share of profit in sales (4 % by notice 2019/36)."""

    discount_bp: int = 0
    income_tax_bp: int = 2_500
    verified_tax_bp: int = 2_500
    deemed_bp: int = 400


@dataclass(frozen=True, slots=True)
class Outcome:
    """A way with what it costs: ``price`` paid less ``refund``, ``capital`` until the refund comes, ``income_tax``."""

    way: Way
    price: int
    refund: int
    capital: int
    income_tax: int | None

    @property
    def cost(self) -> int:
        """All of it, minor units; income tax counts where it is known."""
        return self.price - self.refund + self.capital + (self.income_tax or 0)
