"""Goods that wait with the seller's own companies: whose they are, who may plan with them, and how many units each.

What stands where its owner sells is the owner's selling stock and waits for nobody. What stands elsewhere may be planned with by
the owner, where he sells the item, and by every company that has bought from him within the group. No unit is promised twice:
what a plan has approved and no shipment has taken yet is left out first, the rest is shared by what each sold of the item in the
last quarter (largest remainder), so that the companies' plans, made one by one, add up to what is there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Sum

from entrepot.books import models
from entrepot.core.kinds import Kind
from entrepot.core.money import split_largest_remainder

PACE_DAYS = 91
"""Days of sales by which shared goods are divided."""


@dataclass
class Group:
    """The companies whose waiting goods ``company`` plans with: itself and those that have sold to it."""

    company: models.Company
    on: date

    @cached_property
    def members(self) -> list[int]:
        """The company first, then its sisters by number."""
        mine = sorted(seller for seller, buyer in self._trades if buyer == self.company.pk)
        return [self.company.pk, *(one for one in mine if one != self.company.pk)]

    @cached_property
    def customers(self) -> list[int]:
        """Every company that plans with goods of a member, the members among them."""
        out = {buyer for seller, buyer in self._trades if seller in self.members}
        return sorted({*self.members, *out})

    def may_take(self, owner: int, customer: int) -> bool:
        """Whether ``customer`` plans with what waits with ``owner``."""
        return owner == customer or (owner, customer) in self._trades

    @cached_property
    def _trades(self) -> set[tuple[int, int]]:
        """(seller, buyer) within the group."""
        rows = models.Movement.objects.filter(kind=int(Kind.INTERCOMPANY_RECEIPT), of__isnull=False)
        return set(rows.values_list("of__company_id", "company_id").distinct())

    @cached_property
    def sells_at(self) -> dict[int, set[int]]:
        """Company → places from which it sells: of its newest forecast, and the homes of its shops."""
        out: dict[int, set[int]] = defaultdict(set)
        for company, place in models.Shop.objects.values_list("company_id", "location_id"):
            out[company].add(place)
        runs: dict[int, int] = dict(
            models.DemandRun.objects.order_by("made_at").values_list("company_id", "pk")
        )  # the last one stays
        rows = models.DemandFigure.objects.filter(run_id__in=list(runs.values()))
        for company, place in rows.values_list("run__company_id", "location_id").distinct():
            out[company].add(place)
        return out

    @cached_property
    def _pace(self) -> dict[tuple[int, int], int]:
        """(company, item) → units that it sold in the last quarter and kept sold."""
        since = int((self.on - timedelta(days=PACE_DAYS)).strftime("%Y%m%d"))
        rows = models.SaleFigure.objects.filter(company_id__in=self.customers, day__gte=since)
        sums = rows.values_list("company_id", "item_id").annotate(out=Sum("quantity"), back=Sum("returned"))
        return {(company, item): max(out - back, 0) for company, item, out, back in sums}

    def share(self, owner: int, item: int, units: int) -> int:
        """How many of ``units`` of the owner the company plans with.

        By units sold; where nobody has sold any, all goes to the first that may take it.
        """
        takers = [one for one in self.customers if self.may_take(owner, one)]
        if takers == [self.company.pk]:
            return units
        weights = [self._pace.get((one, item), 0) for one in takers]
        if not any(weights):
            # A company that only supplies its sisters keeps nothing for itself.
            weights = [int(one != owner or bool(self.sells_at.get(one))) for one in takers]
            weights = [int(n == weights.index(1)) for n in range(len(weights))] if any(weights) else [1, *weights[1:]]
        return split_largest_remainder(units, weights)[takers.index(self.company.pk)]

    def waiting(self, places: set[int]) -> dict[int, list[tuple[int, int, int]]]:
        """Item → [(company, place, units)] free and sellable with the members, outside the places that sell (``places`` the
        company's own); not shared out yet."""
        rows = (
            models.Balance.objects.filter(
                cell__company_id__in=self.members, cell__condition="sellable", cell__transit="", on_hand__gt=0
            )
            .values_list("item_id", "cell__company_id", "cell__location_id")
            .annotate(units=Sum("on_hand"), held=Sum("reserved"))
        )
        out: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for item, company, place, units, held in rows:
            if units > held and not self.is_selling(company, place, places):
                out[item].append((company, place, units - held))
        return out

    def is_selling(self, company: int, place: int, own: Iterable[int]) -> bool:
        """Whether the company's stock at the place is there to be sold; ``own`` places of the planning company."""
        return place in own if company == self.company.pk else place in self.sells_at.get(company, set())
