"""Money paid on orders, each in its own currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet, Sum

from entrepot.books import models
from entrepot.books.intake.directory import Directory
from entrepot.books.intake.settling import settles
from entrepot.books.versions import current
from entrepot.core.money import round_half_away
from entrepot.core.prepaid import Part, standing


def paid_on_orders(
    company: models.Company, lines: QuerySet[Any], currencies: Mapping[str, str], amount_of: Callable[[str], int]
) -> dict[str, int]:  # fmt: skip
    """Order → what payments (``lines``) on it come to in its own currency, refunds taken off; ``currencies``: of the orders
    asked for; ``amount_of``: what one of them comes to."""
    told = current(lines.filter(company=company, order_type="purchase_order")).order_by()
    found: dict[str, int] = defaultdict(int)
    other: set[str] = set()
    for order, currency, amount in told.values_list("order", "currency").annotate(n=Sum("amount")):
        if currencies.get(order) == currency:
            found[order] += amount
        elif order in currencies:
            other.add(order)
    parts: dict[str, list[Part]] = defaultdict(list)
    directory, chosen = Directory(), sorted(other)
    for start in range(0, len(chosen), 500):
        rows = told.filter(order__in=chosen[start : start + 500]).order_by("effective_at", "pk")
        for order, paid_in, amount, base, at in rows.values_list(
            "order", "currency", "amount", "base_amount", "effective_at"
        ):
            currency = currencies[order]
            alike = paid_in == currency
            worth = amount if alike else settles(company, base, at, amount_of(order), currency, directory)
            parts[order].append(Part(paid_in, amount, worth))
    for order, paid in parts.items():
        found[order] = round_half_away(
            sum((p.worth * share for p, share in zip(paid, standing(paid), strict=True)), Fraction(0))
        )
    return found
