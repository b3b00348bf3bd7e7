"""Unmet demand as it was last ranked: product opportunities, one a row. All figures are estimates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, Sum

from entrepot.books.access import Viewer
from entrepot.books.models import OpportunityFigure, Shop
from entrepot.books.selectors.naming import named
from entrepot.books.selectors.paging import bounds, moment
from entrepot.books.selectors.shapes import Choice, Page, Slice, needs
from entrepot.core.reasons import Reason

KINDS = ("new", "findable", "restock", "better")
_ORDER = {
    "rank": "place", "subject": "subject", "kind": "kind", "units": "units_milli", "sales": "sales", "profit": "profit",
    "trend": "trend", "sku": "item__sku",
}  # fmt: skip
_MONEY = "opp_money_"


@dataclass(frozen=True, slots=True)
class OpportunityRow:
    """A subject that found nothing to buy. ``units`` a month with their range; ``sales`` and ``profit`` a month, minor
    units; counts a month by source, ``None`` where none was told; ``trend`` in thousandths. ``sku`` is the item it is
    about, or the nearest one."""

    rank: int
    subject: str
    kind: str
    sku: str
    name: str
    shops: list[str]
    searches: float | None
    carts: float | None
    complaints: float | None
    waiting: float | None
    units: float
    units_low: float
    units_high: float
    trend: int | None
    reasons: list[Reason]
    sales: int | None = needs("see_margin", None)
    profit: int | None = needs("see_margin", None)
    profit_low: int | None = needs("see_margin", None)
    profit_high: int | None = needs("see_margin", None)


@dataclass(frozen=True, slots=True)
class OpportunityList:
    """The newest ranking with its filters."""

    page: Page[OpportunityRow]
    made_at: datetime | None
    ranked: int
    """Subjects that were ranked, before any filter."""
    kinds: dict[str, int]
    shops: list[Choice]


@dataclass(frozen=True, slots=True)
class OpportunityWish:
    """What the list is asked for."""

    text: str = ""
    kind: str = ""
    shop: str = ""


def opportunities(viewer: Viewer, wanted: Any = None, part: Any = None) -> OpportunityList:
    """The newest ranking of the viewer's company, of his shops. ``wanted`` is an :class:`OpportunityWish`. Six queries."""
    wanted = wanted or OpportunityWish()
    part = part or Slice("rank")
    see = viewer.can("see_margin")
    seen = viewer.of_company(OpportunityFigure.objects.all())
    shops = list(viewer.of_company(Shop.objects.order_by("code")))
    if viewer.shops is not None:
        shops = [shop for shop in shops if shop.pk in viewer.shops]
        mine = Q(shops=",")
        for shop in shops:
            mine |= Q(shops__contains=f",{shop.code},")
        seen = seen.filter(mine)
    newest = seen.order_by("-made_at").values_list("made_at", flat=True).first()
    rows = seen
    if wanted.text:
        said = wanted.text
        rows = rows.filter(
            Q(subject__icontains=said) | Q(item__sku__icontains=said) | Q(item__name__icontains=said)
            | Q(item__name_zh__icontains=said)
        )  # fmt: skip
    if wanted.shop:
        rows = rows.filter(shops__contains=f",{wanted.shop},")
    kinds = dict(rows.order_by().values_list("kind").annotate(n=Count("pk")))
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    totals = rows.aggregate(n=Count("pk"), units=Sum("units_milli"), sales=Sum("sales"), profit=Sum("profit"))
    sums: dict[str, Any] = {"units": (totals["units"] or 0) / 1000}
    if see:
        sums |= {"sales": totals["sales"], "profit": totals["profit"]}
    sort = part.sort if see or part.sort not in ("sales", "profit") else "units"
    column = F(_ORDER.get(sort, "place"))
    order = column.desc(nulls_last=True) if part.descending else column.asc(nulls_last=True)
    chosen = rows.order_by(order, "place").select_related("item")[bounds(part)]
    return OpportunityList(
        page=Page([_row(figure, see=see) for figure in chosen], totals["n"], sums),
        made_at=moment(newest) if newest is not None else None,
        ranked=seen.count(),
        kinds=kinds,
        shops=[Choice(shop.code, shop.name or shop.code) for shop in shops],
    )


def _row(figure: OpportunityFigure, *, see: bool) -> OpportunityRow:
    item, counts = figure.item, figure.counts
    reasons = [Reason(code, text, parameters) for code, text, parameters in figure.reasons]
    return OpportunityRow(
        rank=figure.place,
        subject=figure.subject,
        kind=figure.kind,
        sku=item.sku if item else "",
        name=named(item.name, item.name_zh) if item else "",
        shops=[code for code in figure.shops.split(",") if code],
        searches=counts.get("search"),
        carts=counts.get("cart"),
        complaints=counts.get("complaint"),
        waiting=counts.get("waiting"),
        units=figure.units_milli / 1000,
        units_low=figure.low_milli / 1000,
        units_high=figure.high_milli / 1000,
        trend=figure.trend,
        # What a unit earns is money, too.
        reasons=[reason for reason in reasons if see or not reason.code.startswith(_MONEY)],
        sales=figure.sales if see else None,
        profit=figure.profit if see else None,
        profit_low=figure.profit_low if see else None,
        profit_high=figure.profit_high if see else None,
    )
