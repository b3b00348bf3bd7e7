"""Fees of orders that the shop has not settled yet: what it charged on earlier orders of the same item.

A shop is held to what it charged on four of five of its last settled orders. A fee that moves with the price (commission) is
taken as a share of the net price, any other by the unit; the item's own last orders count, else the shop's.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from statistics import median

from django.db.models import Sum

from entrepot.books import models
from entrepot.core import documents as d
from entrepot.core.calendar import DAY, Instant, to_datetime
from entrepot.core.components import COMPONENTS, NAMES
from entrepot.core.kinds import Kind
from entrepot.core.money import round_half_away

LEVY = "ACC-levy-"
_LEARN, _WAIT = 120 * DAY, 60 * DAY
_BY_PRICE = frozenset({COMPONENTS["platform_fee"], COMPONENTS["payment_fee"]})
_ITEM_ORDERS, _SHOP_ORDERS = 20, 2_000
Sold = tuple[int, int, int, int | None, Instant, int, str, str, str]
"""Sales line, item, units, net base amount, when it left; line, number, account and source of the order."""


def fee_accruals(company: models.Company, at: Instant) -> list[d.CostBill]:
    """Estimates for shipped orders behind the last settlement, a document for each shop and day."""
    found: list[d.CostBill] = []
    for shop in models.Shop.objects.filter(company=company).order_by("code"):
        found += _of_shop(company, shop, at)
    return found


def _of_shop(company: models.Company, shop: models.Shop, at: Instant) -> list[d.CostBill]:
    sold = _sold(shop, at)
    charged = _charged([row[0] for row in sold])
    settled = [row for row in sold if any(not estimate for _, _, estimate in charged.get(row[0], ()))]
    if len(settled) < _ITEM_ORDERS:
        return []
    prices = _Prices(settled[-_SHOP_ORDERS:], charged)
    last = max(row[4] for row in settled)
    by_day: dict[str, list[d.CostLine]] = defaultdict(list)
    for row in sold:
        if row[4] <= last or row[4] < at - _WAIT or row[0] in charged:
            continue
        for component in prices.usual:
            amount, said = prices.of(component, row)
            if amount > 0:
                order = d.Ref(type="sales_order", id=row[6], line=row[5], account=row[7], source=row[8])
                aim = d.Target(kind="order", document=order)
                by_day[f"{to_datetime(row[4]):%Y-%m-%d}"].append(
                    d.CostLine(component=NAMES[component], amount=amount, targets=[aim], basis="value",  # type: ignore[arg-type]
                               estimate=True, charge="history", note=said)
                )  # fmt: skip
    return [
        d.CostBill(
            id=f"ACC-fees-{shop.code}-{day}", source="accrual", account=shop.code, company=company.code,
            effective_at=f"{day}T23:00:00Z", supplier=shop.code, currency=company.currency, lines=lines,  # type: ignore[arg-type]
        )
        for day, lines in sorted(by_day.items())
    ]  # fmt: skip


def _sold(shop: models.Shop, at: Instant) -> list[Sold]:
    """Shipped lines of the last months, oldest first; a bundle's line is left out."""
    rows = models.Movement.objects.filter(
        kind=int(Kind.SALE), replacement__isnull=True, sales_line__shop=shop, sales_line__item__isnull=False,
        sales_line__replacement__isnull=True, effective_at__gte=at - _LEARN, effective_at__lte=at,
    )  # fmt: skip
    return list(
        rows.order_by("effective_at", "pk").values_list(
            "sales_line_id", "item_id", "quantity", "sales_line__base_amount", "effective_at",
            "sales_line__line", "sales_line__document__external_id", "sales_line__document__account",
            "sales_line__document__source",
        )
    )  # fmt: skip


def _charged(lines: list[int]) -> dict[int, list[tuple[int, int, bool]]]:
    """Sales line → (component, amount, estimate) of live lines aimed at it, its part of those over several lines.

    Levies and the bills that took their place are no fees of the shop: an order that bears one may still wait for its settlement.
    """
    levies = models.CostLine.objects.filter(document__source="accrual", document__external_id__startswith=LEVY)
    billed = models.Replacement.objects.filter(cost_line__in=levies, new_cost_line__isnull=False)
    others = {*levies.values_list("pk", flat=True), *billed.values_list("new_cost_line_id", flat=True)}
    found: dict[int, list[tuple[int, int, bool]]] = defaultdict(list)
    for start in range(0, len(lines), 500):
        live = models.BasisShare.objects.filter(basis__version=1, basis__cost_line__replacement__isnull=True)
        mine = live.filter(sales_line_id__in=lines[start : start + 500])
        rows = list(
            mine.order_by("basis_id").values_list(
                "sales_line_id", "basis_id", "weight", "basis__cost_line__component", "basis__cost_line__estimate",
                "basis__cost_line__base_amount", "basis__cost_line_id",
            )
        )  # fmt: skip
        rows = [row[:-1] for row in rows if row[-1] not in others]
        shares = live.filter(basis_id__in=mine.values("basis_id")).order_by().values_list("basis_id")
        whole = dict(shares.annotate(n=Sum("weight")))
        for line, basis, weight, component, estimate, amount in rows:
            found[line].append((component, round_half_away(Fraction(amount * weight, whole[basis])), estimate))
    return found


class _Prices:
    """What a shop charges: by price or by unit, of an item's own orders or of all."""

    def __init__(self, settled: list[Sold], charged: dict[int, list[tuple[int, int, bool]]]) -> None:
        self.own: dict[tuple[int, int], list[Fraction]] = defaultdict(list)
        self.all: dict[int, list[Fraction]] = defaultdict(list)
        seen: dict[int, int] = defaultdict(int)
        for line, item, units, net, *_ in settled:
            for component, amount, estimate in charged.get(line, ()):
                base = net if component in _BY_PRICE else units
                if estimate or not base or amount <= 0:
                    continue
                seen[component] += 1
                self.own[component, item].append(Fraction(amount, base))
                self.all[component].append(Fraction(amount, base))
        self.usual = sorted(component for component, n in seen.items() if 5 * n >= 4 * len(settled))

    def of(self, component: int, row: Sold) -> tuple[int, str]:
        """Minor units and where they come from; 0 where the price is not known."""
        _, item, units, net, *_ = row
        mine = self.own.get((component, item), [])[-_ITEM_ORDERS:]
        prices = mine if len(mine) >= 3 else self.all[component][-_SHOP_ORDERS:]
        base = net if component in _BY_PRICE else units
        if not base or not prices:
            return 0, ""
        price = median(prices)
        whose = "this item" if prices is mine else "the shop"
        return round_half_away(Fraction(price) * base), f"{len(prices)} settled orders of {whose}"
