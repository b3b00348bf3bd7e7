"""Builds the rows of one document: identifiers, instants, exact conversion into the company's currency."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from entrepot.books.intake import rows as r
from entrepot.books.intake.directory import Rate
from entrepot.books.intake.session import Header, Postings, Session
from entrepot.books.intake.trouble import refused
from entrepot.core.calendar import Instant
from entrepot.core.components import COMPONENTS
from entrepot.core.kinds import Kind
from entrepot.core.money import MAX_AMOUNT, convert, round_half_away

_MAX_RATE = 2**62
_MAX_UNITS = 2**31 - 1
"""What the valuation takes as one movement."""


class Builder:
    """Rows of ``header``'s document, gathered in ``postings``."""

    def __init__(self, session: Session, header: Header) -> None:
        self.session = session
        self.header = header
        self.postings = Postings()
        self.directory = session.directory

    def movement(
        self,
        line: int,
        kind: Kind,
        item: int,
        quantity: int,
        source: int | None,
        target: int | None,
        *,
        ordinal: int = 0,
        at: Instant | None = None,
        company: int | None = None,
        **links: Any,
    ) -> r.MovementRow:
        """Units of ``item`` from cell ``source`` to cell ``target`` (``None`` = outside)."""
        if quantity > _MAX_UNITS:
            raise refused(
                "too_many_units", "a line moves more units than can be valued", "check the quantity", line=line,
                field="quantity", found=str(quantity),
            )  # fmt: skip
        row = r.MovementRow(
            self.session.new_id(r.MovementRow),
            self.header.id,
            line,
            ordinal,
            company or self.header.company.pk,
            item,
            int(kind),
            source,
            target,
            quantity,
            self.header.effective_at if at is None else at,
            self.session.recorded_at,
            self.header.key,
            **links,
        )
        self.postings.movements.append(row)
        return row

    def base(self, amount: int, currency: str, at: Instant, company: Any = None) -> tuple[int, Rate]:
        """``amount`` converted once and whole into the company's currency at the books rate of the day."""
        owner = company or self.header.company
        rate = self.directory.rate(currency, owner.currency, owner, at)
        if currency == owner.currency:
            return bounded(amount), rate
        return bounded(convert(amount, currency, owner.currency, rate.value)), rate

    def cost(
        self,
        line: int,
        component: str,
        amount: int,
        currency: str,
        targets: Sequence[tuple[int, int]],
        *,
        kind: str = "births",
        basis: str = "line",
        ordinal: int = 0,
        at: Instant | None = None,
        company: Any = None,
        converted: tuple[int, Rate] | None = None,
        **fields: Any,
    ) -> r.CostLineRow:
        """A cost line with its basis: ``targets`` are (movement or sales line id, weight) in target order."""
        owner = company or self.header.company
        when = self.header.effective_at if at is None else at
        base, rate = converted or self.base(bounded(amount), currency, when, owner)
        numerator, denominator = ratio(rate.value, base, amount)
        row = r.CostLineRow(
            self.session.new_id(r.CostLineRow),
            self.header.id,
            line,
            ordinal,
            owner.pk,
            COMPONENTS[component],
            amount,
            currency,
            base,
            numerator,
            denominator,
            rate.date.isoformat() if rate.date else None,
            rate.source,
            kind,
            fields.get("location_id"),
            fields.get("shop_id"),
            fields.get("item_id"),
            fields.get("period_from"),
            fields.get("period_to"),
            bool(fields.get("internal", False)),
            bool(fields.get("estimate", False)),
            when,
            self.session.recorded_at,
        )
        self.postings.costs.append(row)
        if targets:
            self.basis(row.id, basis, targets, to_sales=kind == "order")
        return row

    def basis(
        self, cost_line: int, kind: str, targets: Sequence[tuple[int, int]], *, to_sales: bool, version: int = 1
    ) -> None:
        """The weights a line is split by."""
        whole = sum(weight for _, weight in targets)
        if whole > MAX_AMOUNT:
            raise refused("weight_too_large", "the weights of this split are too large", "check them", field="weights")
        if whole <= 0:
            raise refused(
                "empty_basis",
                "the weights of this split do not add up to more than zero",
                "give the missing weight, volume or value, or choose another basis",
                field="basis",
                found=kind,
            )
        basis = r.BasisRow(self.session.new_id(r.BasisRow), cost_line, version, kind, self.session.recorded_at)
        self.postings.bases.append(basis)
        for ordinal, (target, weight) in enumerate(targets):
            self.postings.shares.append(
                r.BasisShareRow(
                    self.session.new_id(r.BasisShareRow),
                    basis.id,
                    ordinal,
                    None if to_sales else target,
                    target if to_sales else None,
                    weight,
                )
            )

    def replace(self, **links: Any) -> None:
        """From now on, the named row is left out (and what was aimed at it follows the new one, if any)."""
        self.postings.replacements.append(
            r.ReplacementRow(self.session.new_id(r.ReplacementRow), self.header.id, self.session.recorded_at, **links)
        )

    def refund(
        self, line: int, amount: int, tax: int, currency: str, shop: Any, sales_line: int | None, item: int | None
    ) -> None:
        base, rate = self.base(amount, currency, self.header.effective_at)
        numerator, denominator = ratio(rate.value, base, amount)
        self.postings.refunds.append(
            r.RefundLineRow(
                self.session.new_id(r.RefundLineRow),
                self.header.id,
                line,
                self.header.company.pk,
                shop.pk if shop else None,
                sales_line,
                item,
                amount,
                tax,
                currency,
                base,
                numerator,
                denominator,
                rate.source,
                self.header.effective_at,
                self.session.recorded_at,
            )
        )
        if item is not None:
            self.postings.items.add(item)


def ratio(value: Fraction, base: int, amount: int) -> tuple[int, int]:
    """The rate as two stored integers; a mixed rate too long to store is kept as base over amount."""
    if max(value.numerator, value.denominator) < _MAX_RATE:
        return value.numerator, value.denominator
    if amount == 0:
        value = value.limit_denominator(10**9)
        return value.numerator, value.denominator
    kept = Fraction(base, amount)
    return kept.numerator, kept.denominator


def bounded(amount: int) -> int:
    """Refuse what cannot be stored."""
    if abs(amount) > MAX_AMOUNT:
        raise refused("amount_too_large", "the converted amount is beyond what can be stored", "check amount and rate")
    return amount


def line_amount(price_amount: int, per: int, quantity: int) -> int:
    """Total of a line from its price pair.

    >>> line_amount(125, 10, 3)
    38
    """
    return round_half_away(Fraction(price_amount * quantity, per))
