"""Terms that the seller or his suppliers have set: pallets, least order values, what clearing brings back, what a line costs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q

from entrepot.books import models
from entrepot.books.selectors import money_terms
from entrepot.core.money import exponent
from entrepot.workflows.plan_model import ORDER_LINE_USD, WRITTEN_OFF, Inputs, Line
from entrepot.workflows.plan_orders import Choice
from entrepot.workflows.plan_sources import Money

PALLET = "pallet"


@dataclass(frozen=True)
class Terms:
    """``order_line`` minor units of the company; ``written_off`` share of cost; ``assumed`` what nobody said."""

    order_line: float
    written_off: float
    assumed: tuple[str, ...]


def own_terms(company: models.Company, on: date, money: Money) -> Terms:
    """What the company said of itself by a day (signals ``order_cost``, ``salvage_share``), else what is usual."""
    cost = money_terms.told_on(money_terms.ORDER_COST, company, on)
    share = money_terms.told_on(money_terms.SALVAGE_SHARE, company, on)
    usual = ORDER_LINE_USD * (money.factor("USD") or 1.0)
    line = usual if cost is None else float(cost) * 10 ** exponent(company.currency)
    lost = WRITTEN_OFF if share is None else min(max(1.0 - float(share), 0.0), 1.0)
    assumed = tuple(name for name, told in (("order_cost", cost), ("salvage", share)) if told is None)
    return Terms(line, lost, assumed)


def in_pallets(lines: list[Line], on: date) -> None:
    """Lines whose supplier takes whole pallets of an item that has that packaging level go up by these."""
    suppliers = set(models.Supplier.objects.filter(order_in=PALLET).values_list("code", flat=True))
    theirs = [line for line in lines if line.source is not None and line.source.supplier in suppliers]
    if not theirs:
        return
    units = dict(
        models.Packaging.objects.filter(level=PALLET, item_id__in={line.item for line in theirs})
        .filter(Q(valid_from=None) | Q(valid_from__lte=on))
        .values_list("item_id")
        .annotate(n=Max("units"))
    )
    for line in theirs:
        line.multiple = units.get(line.item, 0)


def least_values(inputs: Inputs) -> dict[str, float]:
    """Supplier → least goods of one order, minor units of the company; those without one, or without a rate, are left out."""
    out: dict[str, float] = {}
    rows = models.Supplier.objects.filter(minimum_order__gt=0)
    for code, amount, currency in rows.values_list("code", "minimum_order", "currency"):
        factor = inputs.money.factor(currency or inputs.company.currency)
        if amount is not None and factor is not None:
            out[code] = amount * factor
    return out


def by_supplier(inputs: Inputs, choices: list[Choice]) -> dict[tuple[str, str], list[Choice]]:
    """Choices by buying company and supplier: what goes into one order."""
    out: dict[tuple[str, str], list[Choice]] = defaultdict(list)
    for choice in choices:
        line = inputs.lines[choice.row]
        if line.source is not None:
            out[inputs.buyer_of(line), line.source.supplier].append(choice)
    return out
