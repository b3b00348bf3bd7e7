"""True cost: what a selection of sales earned and what it cost, by family, and the same by SKU, channel or destination.

Whole months come from the margin figures (sums by item, shop, destination and month), the days before the first and
after the last whole month from the sale figures. One query each, grouped by the database; the page is cut in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, Sum, Value, When

from entrepot.books.access import Viewer
from entrepot.books.models import Item, LotFigure, MarginFigure, Movement, SaleFigure, Shop
from entrepot.books.models.figures import FULL_COLUMNS
from entrepot.books.selectors.naming import names_of
from entrepot.books.selectors.paging import cut, day_number, raw
from entrepot.books.selectors.shapes import Choice, CostRow, MonthRow, Slice, Step, TrueCost
from entrepot.core.calendar import local_date
from entrepot.core.components import BOOK, FAMILIES

BOOK_FAMILIES = tuple(family for family, members in FAMILIES.items() if set(members) <= BOOK)
_PLAIN = ("quantity", "returned", "refunded", *FULL_COLUMNS, "uncosted", "missing")
SUMMED: tuple[str, ...] = (*_PLAIN, "net", "net_unknown", "sales")
"""Columns of a selection's sums; ``sales`` counts them, from stored counts where months are whole."""
_GROUPS = {
    "sku": "item_id", "channel": "shop_id", "destination": "country", "order": "movement__document__external_id",
    "lot": "lot_id",
}  # fmt: skip
Sums = list[int]


@dataclass(frozen=True, slots=True)
class CostWish:
    """Selection of sales. ``start`` and ``end`` are included days in the company's zone. ``view``: book | full."""

    by: str
    start: date
    end: date
    view: str = "full"
    text: str = ""
    sku: str = ""
    channel: str = ""
    destination: str = ""


def true_cost(viewer: Viewer, wanted: Any, part: Any = None) -> TrueCost:
    """The waterfall of the selection and its rows by ``wanted.by`` (sku | lot | channel | destination | order). Five queries.

    Raises :class:`~entrepot.core.errors.ProblemError` for who may not see cost.
    """
    viewer.need("see_cost")
    if wanted.by == "lot":  # lots are kept by whole months: so are the days that are told
        final = (
            (wanted.end.replace(day=1) + timedelta(days=32)).replace(day=1) if wanted.end.year < 9999 else wanted.end
        )
        wanted = replace(wanted, start=wanted.start.replace(day=1), end=final - timedelta(days=1))
    groups = sums_by(viewer, wanted, (_GROUPS[wanted.by],))
    names = lot_names(groups) if wanted.by == "lot" else _names(wanted.by, viewer)
    families = _families(wanted.view)
    rows = [_row(names.get(key[0], (str(key[0] or ""), "", "")), sums, families) for key, sums in groups.items()]
    order = {label: sort for _, label, sort in names.values()}
    whole = _add(groups.values())
    shown = [family for family in ("refunds", *families) if any(row.costs.get(family) for row in rows)]
    page = cut(
        rows,
        part or Slice("profit", descending=True),
        keys={
            "label": lambda row: order.get(row.label, row.label),
            "profit_unit": lambda row: None if row.profit is None or not row.units else row.profit / row.units,
            "margin": lambda row: row.profit / row.net_sales if row.profit is not None and row.net_sales else None,
            **{f"cost_{family}": lambda row, family=family: row.costs.get(family, 0) for family in shown},
        },
        sums=("units", "net_sales", "profit", "missing_units", "uncosted_units"),
    )
    page.sums.update({f"cost_{f}": sum(row.costs.get(f, 0) for row in rows) for f in shown})
    return TrueCost(
        units=whole[0],
        steps=steps(whole, wanted.view),
        page=page,
        families=shown,
        channels=[Choice(code, name or code) for code, name in _shops(viewer).values_list("code", "name")],
        destinations=destinations(viewer, wanted),
        start=wanted.start,
        end=wanted.end,
    )


def steps(sums: Sums, view: str) -> list[Step]:
    """The waterfall of summed figures: net sales, refunds, cost families, profit. They add up by construction."""
    found = dict(zip(SUMMED, sums, strict=True))
    missing = found["missing"] + found["uncosted"]
    bars = [Step("net_sales", _net(found), found["net_unknown"])]
    if found["refunded"]:
        bars.append(Step("refunds", -found["refunded"]))
    bars += [
        Step(family, -found[family], missing if family == "purchase" else 0, estimate=family == "imputed")
        for family in _families(view)
        if found[family] or family == "purchase"
    ]
    return [*bars, Step("profit" if view == "full" else "gross", _profit(found, _families(view)), missing)]


def sums_by(viewer: Viewer, wanted: Any, columns: tuple[str, ...]) -> dict[tuple[Any, ...], Sums]:
    """The selection's sums, in the order of ``SUMMED``, by the values of ``columns``. Two queries."""
    found: dict[tuple[Any, ...], Sums] = {}
    for rows, net_unknown, count in parts(viewer, wanted):
        sums = {f"sum_{name}": Sum(name) for name in (*_PLAIN, "net")}
        sums |= {"sum_net_unknown": net_unknown, "sum_sales": count}
        names = [f"sum_{name}" for name in SUMMED]
        if not columns:
            whole = rows.aggregate(**sums)
            values = [whole[name] or 0 for name in names]
            found[()] = [a + b for a, b in zip(found.get((), [0] * len(SUMMED)), values, strict=True)]
            continue
        for record in raw(rows.order_by().values_list(*columns).annotate(**sums).values_list(*columns, *names)):
            key, values = record[: len(columns)], [int(value or 0) for value in record[len(columns) :]]
            known = found.get(key)
            found[key] = [a + b for a, b in zip(known, values, strict=True)] if known else values
    return found


def whole(viewer: Viewer, wanted: Any) -> Sums:
    """The selection's sums, in the order of ``SUMMED``. Two queries."""
    return sums_by(viewer, wanted, ()).get((), [0] * len(SUMMED))


def months_of(viewer: Viewer, sku: str, wanted: Any) -> list[MonthRow]:
    """One SKU by month, channel and destination over the months that ``wanted`` touches, newest first. Two queries."""
    viewer.need("see_cost")
    rows = _confined(viewer, wanted, viewer.of_company(MarginFigure.objects.filter(reason="sale", item__sku=sku)))
    if viewer.locations is not None:
        return []
    rows = rows.filter(month__gte=_month(wanted.start), month__lte=_month(wanted.end))
    names = {pk: name or code for pk, code, name in _shops(viewer).values_list("pk", "code", "name")}
    families = _families(wanted.view)
    answer = []
    for month, shop, country, *sums in rows.order_by("-month", "shop_id", "country").values_list(
        "month", "shop_id", "country", *SUMMED
    ):
        row = _row((country, "", ""), sums, families)
        day = date(month // 100, month % 100, 1)
        answer.append(
            MonthRow(
                day, names.get(shop, ""), country, row.units, row.net_sales, row.costs, row.profit, row.missing_units
            )
        )
    return answer


def sale_rows(viewer: Viewer, wanted: Any) -> QuerySet[SaleFigure]:
    """The sale figures of the selection, day by day."""
    rows = _confined(viewer, wanted, viewer.of_company(SaleFigure.objects.all()))
    if viewer.locations is not None:
        rows = rows.filter(movement__from_cell__location_id__in=viewer.locations)
    return rows.filter(day__gte=day_number(wanted.start), day__lte=day_number(wanted.end))


def lot_rows(viewer: Viewer, wanted: Any) -> QuerySet[LotFigure]:
    """The lot figures of the months that the selection touches; lots are kept by whole months."""
    rows = _confined(viewer, wanted, viewer.of_company(LotFigure.objects.all()))
    if viewer.locations is not None:
        rows = rows.filter(location_id__in=viewer.locations)
    return rows.filter(month__gte=_month(wanted.start), month__lte=_month(wanted.end))


def lot_names(groups: Iterable[tuple[Any, ...]]) -> dict[Any, tuple[str, str, str]]:
    """Birth movements of lots to (their document's key, SKU · document · day, sort key); ahead of stock there is no lot."""
    births = [key[0] for key in groups if key[0] is not None]
    found: dict[Any, tuple[str, str, str]] = {None: ("", "—", "")}
    for start in range(0, len(births), 900):
        rows = Movement.objects.filter(pk__in=births[start : start + 900])
        for pk, document, sku, number, at, zone in raw(
            rows.values_list("pk", "document_id", "item__sku", "document__external_id", "effective_at", "company__zone")
        ):
            day = local_date(at, zone)
            found[pk] = (str(document), f"{sku} · {number} · {day}", f"{sku} {day} {number}")
    return found


def destinations(viewer: Viewer, wanted: Any) -> list[Choice]:
    """Countries that goods of the company went to in the months of the selection."""
    rows = viewer.in_shops(viewer.of_company(MarginFigure.objects.all()))
    rows = rows.filter(month__gte=_month(wanted.start), month__lte=_month(wanted.end))
    codes = rows.order_by().values_list("country", flat=True).distinct()
    return [Choice(code, code) for code in sorted(codes) if code]


def whole_months(start: date, end: date) -> tuple[int, int] | None:
    """First and last month (YYYYMM) that lie wholly in [start, end], ``None`` without one.

    >>> whole_months(date(2026, 1, 15), date(2026, 3, 31)), whole_months(date(2026, 1, 2), date(2026, 1, 31))
    ((202602, 202603), None)
    """
    first = start if start.day == 1 else (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    after = end + timedelta(days=1)
    last = after.replace(day=1) - timedelta(days=1)
    return (_month(first), _month(last)) if first <= last else None


def parts(viewer: Viewer, wanted: Any) -> Iterable[tuple[QuerySet[Any], Any, Any]]:
    """Querysets that together are the selection, with how each counts units of unknown price, and sales."""
    if wanted.by == "lot":
        yield lot_rows(viewer, wanted), Sum("net_unknown"), Sum("sales")
        return
    # Neither places nor orders can be seen in the margin figures, which say only what months and shops sold.
    by_day = viewer.locations is not None or wanted.by == "order"
    months = None if by_day else whole_months(wanted.start, wanted.end)
    days = sale_rows(viewer, wanted)
    if months is not None:
        rows = _confined(viewer, wanted, viewer.of_company(MarginFigure.objects.filter(reason="sale")))
        yield rows.filter(month__gte=months[0], month__lte=months[1]), Sum("net_unknown"), Sum("sales")
        if wanted.start.day == 1 and (wanted.end + timedelta(days=1)).day == 1:
            return
        days = days.filter(Q(day__lt=months[0] * 100) | Q(day__gt=months[1] * 100 + 99))
    unknown = Case(When(net=None, then=F("quantity")), default=Value(0), output_field=BigIntegerField())
    yield days, Sum(unknown), Count("pk")


def _confined(viewer: Viewer, wanted: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
    rows = viewer.in_shops(rows)
    if wanted.sku:
        rows = rows.filter(item_id__in=Item.objects.filter(sku=wanted.sku).values("pk"))
    if wanted.text:
        text = wanted.text
        named = Q(sku__icontains=text) | Q(name__icontains=text) | Q(name_zh__contains=text)
        rows = rows.filter(item_id__in=Item.objects.filter(named).values("pk"))
    if wanted.channel:
        rows = rows.filter(shop_id__in=Shop.objects.filter(code=wanted.channel).values("pk"))
    if wanted.destination:
        rows = rows.filter(country=wanted.destination)
    return rows


def _names(by: str, viewer: Viewer) -> dict[Any, tuple[str, str, str]]:
    """Key of a group to (key shown, label, sort key)."""
    if by == "sku":
        rows = Item.objects.values_list("pk", "sku", "name", "name_zh", "sort_key")
        named = names_of()
        return {pk: (sku, named(name, zh), sort or name) for pk, sku, name, zh, sort in raw(rows)}
    if by == "channel":
        return {
            pk: (code, name or code, name or code)
            for pk, code, name in _shops(viewer).values_list("pk", "code", "name")
        }
    return {}


def _shops(viewer: Viewer) -> QuerySet[Shop]:
    rows = viewer.of_company(Shop.objects.order_by("code"))
    return rows if viewer.shops is None else rows.filter(pk__in=viewer.shops)


def _row(called: tuple[str, str, str], sums: Sums, families: tuple[str, ...]) -> CostRow:
    found = dict(zip(SUMMED, sums, strict=True))
    costs = {family: found[family] for family in families if found[family]}
    if found["refunded"]:
        costs["refunds"] = found["refunded"]
    return CostRow(
        key=called[0],
        label=called[1] or called[0],
        units=found["quantity"],
        net_sales=_net(found),
        costs=costs,
        profit=_profit(found, families),
        missing_units=found["missing"],
        uncosted_units=found["uncosted"],
        returned_units=found["returned"],
    )


def _net(found: dict[str, int]) -> int | None:
    """Net sales; not known when no unit's price is."""
    return None if found["quantity"] and found["net_unknown"] >= found["quantity"] else found["net"]


def _profit(found: dict[str, int], families: tuple[str, ...]) -> int | None:
    """Net sales − refunds − costs; not known when no unit's cost (or price) is."""
    net = _net(found)
    kept = found["quantity"] - found["returned"]
    if net is None or (kept > 0 and found["missing"] + found["uncosted"] >= kept):
        return None
    return net - found["refunded"] - sum(found[family] for family in families)


def _families(view: str) -> tuple[str, ...]:
    return BOOK_FAMILIES if view == "book" else FULL_COLUMNS


def _add(many: Iterable[Sums]) -> Sums:
    whole = [0] * len(SUMMED)
    for sums in many:
        whole = [a + b for a, b in zip(whole, sums, strict=True)]
    return whole


def _month(day: date) -> int:
    return day.year * 100 + day.month
