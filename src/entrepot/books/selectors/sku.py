"""Everything about one SKU: where it stands, what it earned, its open layers, the bills that touch it, its demand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery, Sum

from entrepot.books.access import Viewer
from entrepot.books.capitalisation import of_family
from entrepot.books.import_tax import IMPORT_TAX
from entrepot.books.models import BasisShare, CostLine, ForecastFigure, Item, Packaging, SaleFigure, StockFigure
from entrepot.books.selectors import economics, inventory, sales, today
from entrepot.books.selectors.naming import named, place_name
from entrepot.books.selectors.paging import cut, day_number, moment, now
from entrepot.books.selectors.shapes import (
    BillShare,
    FanPoint,
    LayerRow,
    Money,
    NotThere,
    Page,
    SkuPage,
    Slice,
    WeekPoint,
)
from entrepot.books.selectors.tax_why import whys
from entrepot.core.calendar import local_date
from entrepot.core.components import FAMILIES, NAMES

HISTORY_WEEKS = 78
FORECAST_WEEKS = 13
BILLS_SHOWN = 50


def sku(viewer: Viewer, code: str, wanted: Any) -> SkuPage:
    """The page of one SKU for a :class:`~.economics.CostWish` about it, without layers and bills, which have functions
    of their own. Raises :class:`NotThere`. Twelve queries."""
    item = find(code)
    see = viewer.can("see_cost") and viewer.can("see_margin")
    sums = economics.whole(viewer, wanted)
    steps = economics.steps(sums, wanted.view) if see else []
    last = last_week(viewer)
    figures = _forecasts(item.pk)
    return SkuPage(
        sku=item.sku,
        name=named(item.name, item.name_zh),
        facts=_facts(item, priced=viewer.can("see_margin")),
        stock=inventory.of_item(viewer, item, [(f.item_id, f.location, f.weekly_milli) for f in figures]),
        units=sums[0],
        steps=steps,
        families=[step.family for step in steps if step.family in FAMILIES],
        sales=sales.sales(viewer, wanted, Slice("sold_at", descending=True, limit=20), sums=sums),
        history=history(viewer, item.pk, last),
        forecast=_fan(figures, last or local_date(now(), viewer.company.zone)),
        decisions=today.of_item(viewer, item.pk),
    )


def find(code: str) -> Item:
    """The item of an SKU. Raises :class:`NotThere`."""
    item = Item.objects.filter(sku=code).first()
    if item is None:
        raise NotThere(f"SKU {code}")
    return item


def layers(viewer: Viewer, code: str, part: Any = None, *, item: Item | None = None) -> Page[LayerRow]:
    """Open cost layers as of the last valuation, oldest first: when born, units still there, their book cost."""
    item = item or find(code)
    rows = viewer.in_locations(viewer.of_company(StockFigure.objects.filter(item=item)), "cell__location")
    see = viewer.can("see_cost")
    found = []
    for figure in rows.select_related("cell__location"):
        place = place_name(figure.cell.location)
        for number, (born, units, cost) in enumerate(figure.layers, start=1):
            found.append(
                LayerRow(
                    layer=f"{figure.cell_id}.{number}",
                    document_id="",
                    document="",
                    born_at=moment(born or 0),
                    place=f"{place} · {figure.cell.condition}" if figure.cell.condition != "sellable" else place,
                    origin="transit" if figure.cell.transit else "",
                    units=units,
                    remaining=units,
                    costs={},
                    total=cost if see else None,
                    missing=cost is None if see else False,
                )
            )
    return cut(found, part or Slice("born_at"), sums=("remaining", *(("total",) if see else ())))


def bills(
    viewer: Viewer, code: str, family: str = "", part: Any = None, *, item: Item | None = None
) -> Page[BillShare]:
    """Cost lines aimed at what moved of this SKU (``family`` narrows), with the part of each that falls on the SKU.

    The share is by the stored basis: what the line's targets of this item weigh of the whole.
    """
    viewer.need("see_cost")
    item = item or find(code)
    shares = _shares(item)
    lines = viewer.of_company(CostLine.objects.filter(pk__in=shares, replacement=None))
    if family:
        lines = of_family(lines, family)
    rows = list(lines.select_related("document").defer("document__body"))
    taxes = whys([line.pk for line in rows if line.component == IMPORT_TAX])
    found = []
    for line in rows:
        mine, whole = shares[line.pk]
        tax = taxes.get(line.pk)
        cost = line.base_amount - (tax.back if tax else 0)
        found.append(replace(bill(line, cost * mine // whole if whole and mine != whole else cost), tax=tax))
    return cut(found, part or Slice("at", descending=True), sums=("total", "share"))


def bill(line: CostLine, share: int | None) -> BillShare:
    """A cost line as a row."""
    return BillShare(
        document_id=str(line.document_id),
        document=line.document.external_id,
        kind=line.document.type,
        component=NAMES[line.component],
        at=moment(line.effective_at),
        known_at=moment(line.recorded_at),
        original=Money(line.amount, line.currency, line.estimate),
        total=line.base_amount,
        share=share,
        note="estimate" if line.estimate else "internal" if line.internal else "",
        line=line.pk,
    )


def _shares(item: Item) -> dict[int, tuple[int, int]]:
    """Cost line to (weight of this item's targets, weight of all) in the line's newest basis."""
    whole = BasisShare.objects.filter(basis_id=OuterRef("basis_id")).order_by().values("basis_id")
    rows = (
        BasisShare.objects.filter(movement__item=item)
        .order_by()
        .values_list("basis__cost_line_id", "basis__version")
        .annotate(mine=Sum("weight"), whole=Subquery(whole.annotate(n=Sum("weight")).values("n")))
    )
    found: dict[int, tuple[int, int, int]] = {}
    for line, version, mine, total in rows:
        if line not in found or version > found[line][0]:
            found[line] = (version, mine, total)
    return {line: (mine, total) for line, (_, mine, total) in found.items()}


def history(viewer: Viewer, item: int, last: date | None) -> list[WeekPoint]:
    """Units sold a week (Monday to Sunday), oldest first, quiet weeks as 0 from the first sale on."""
    if last is None:
        return []
    first = last - timedelta(weeks=HISTORY_WEEKS)
    rows = viewer.in_shops(viewer.of_company(SaleFigure.objects.filter(item_id=item, day__gte=day_number(first))))
    if viewer.locations is not None:
        rows = rows.filter(movement__from_cell__location_id__in=viewer.locations)
    weeks: dict[date, int] = defaultdict(int)
    for number, units in rows.order_by().values_list("day").annotate(n=Sum("quantity")):
        day = date(number // 10_000, number // 100 % 100, number % 100)
        weeks[day - timedelta(days=day.weekday())] += units
    if not weeks:
        return []
    start = min(weeks)
    return [
        WeekPoint(week, weeks.get(week, 0))
        for week in (start + timedelta(weeks=n) for n in range(max(0, (last - start).days // 7) + 1))
    ]


def last_week(viewer: Viewer) -> date | None:
    """Monday of the week of the company's last sale: histories end there, whatever day our own clock says."""
    newest = viewer.of_company(SaleFigure.objects.order_by("-day")).values_list("day", flat=True).first()
    if newest is None:
        return None
    day = date(newest // 10_000, newest // 100 % 100, newest % 100)
    return day - timedelta(days=day.weekday())


def _forecasts(item: int) -> list[ForecastFigure]:
    """The item's figures of its last forecast, one a place."""
    last = ForecastFigure.objects.filter(item_id=item).order_by("-made_at").values("made_at")[:1]
    return list(ForecastFigure.objects.filter(item_id=item, made_at=Subquery(last)))


def _fan(rows: list[ForecastFigure], last: date) -> list[FanPoint]:
    """Expected units of the weeks after ``last``, with their middle 80 %.

    Over several places the distances to the mean are added as those of independent errors: root of the squares' sum.
    """
    if not rows:
        return []
    mean = sum(row.weekly_milli for row in rows) / 1000
    below = above = 0.0
    for row in rows:
        own = row.weekly_milli / 1000
        lower, upper = _middle(row.quantiles, own)
        below, above = below + (own - lower) ** 2, above + (upper - own) ** 2
    low, high = max(0.0, mean - below**0.5), mean + above**0.5
    return [FanPoint(last + timedelta(weeks=n), mean, low, high) for n in range(1, FORECAST_WEEKS + 1)]


def _middle(quantiles: Any, mean: float) -> tuple[float, float]:
    """The 10 % and 90 % quantiles by the week, of the shortest lead time that the run has them for."""
    for weeks in sorted(quantiles, key=float):
        known = {round(float(level), 4): units for level, units in quantiles[weeks].items() if level != "mean"}
        if 0.1 in known and 0.9 in known and float(weeks) > 0:
            return known[0.1] / float(weeks), known[0.9] / float(weeks)
    return mean, mean


def _facts(item: Item, *, priced: bool) -> list[tuple[str, str]]:
    """Label key and text of what is known of the item."""
    packages = Packaging.objects.filter(item=item).order_by("units")
    facts = [
        ("sku", item.sku),
        ("category", item.category),
        ("brand", item.brand),
        ("barcode", item.barcode),
        ("hs_code", item.hs_code),
        ("origin", item.origin),
        ("supplier", item.supplier),
        ("moq", _text(item.moq)),
        ("lead_time_days", _text(item.lead_time_days)),
        ("discontinued_on", _text(item.discontinued_on)),
    ]
    for package in packages:
        size = " × ".join(_text(n) for n in (package.length_mm, package.width_mm, package.height_mm) if n)
        weight = f"{package.weight_g} g" if package.weight_g is not None else ""
        told = ", ".join(part for part in (f"{package.units}", f"{size} mm" if size else "", weight) if part)
        facts.append((f"package_{package.level}", told))
    if priced and item.list_price is not None:
        from entrepot.core.money import major

        facts.append(("list_price", f"{major(item.list_price, item.currency)} {item.currency}"))
    return [(label, text) for label, text in facts if text]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
