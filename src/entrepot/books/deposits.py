"""Money paid on orders, each in its own currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet, Sum

from entrepot.books import models
from entrepot.books.intake.directory import Directory
from entrepot.books.intake.settling import settles
from entrepot.books.versions import current


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
    if other:
        directory = Directory()
        rows = told.filter(order__in=sorted(other)).values_list("order", "currency", "base_amount", "effective_at")
        for order, paid_in, base, at in rows:
            if paid_in != currencies[order]:
                found[order] += settles(company, base, at, amount_of(order), currencies[order], directory)
    return found
