"""Demand: the newest stored forecast, as a list and one item at a time. Nothing is forecast here."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from entrepot.books import uplifts
from entrepot.books.access import Viewer
from entrepot.books.models import DemandDetail, DemandFigure, DemandRun, ForecastFigure, Location, Shop
from entrepot.books.selectors import courses, demand_parts
from entrepot.books.selectors.demand_shapes import (
    ComingTotal,
    ComingWeek,
    DemandList,
    DemandPage,
    DemandRow,
    PastForecast,
    PastWeek,
    RunAccuracy,
    UpliftRow,
)
from entrepot.books.selectors.naming import named
from entrepot.books.selectors.paging import bounds, moment
from entrepot.books.selectors.shapes import Choice, NotThere, Page, Slice
from entrepot.core.reasons import Reason

PATTERNS = ("smooth", "erratic", "intermittent", "lumpy", "")
FLAGS = (
    "censored",
    "new_item",
    "short_history",
    "dormant",
    "one_order",
    "bulk",
    "assumed_spread",
    "promotion",
    "ending",
)
PAST_WEEKS = 8
_ORDER = {
    "sku": "item__sku", "name": "item__sort_key", "place": "location__name", "weekly": "weekly_milli",
    "recent": "recent_milli", "lead_middle": "lead_middle", "lead_high": "lead_high", "lead_days": "lead_days",
    "pattern": "pattern", "wape": "wape", "wape_simple": "wape_simple", "bias": "bias", "covered": "covered",
    "value_added": "value_added", "lost": "lost", "at_stake": "at_stake",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemandWish:
    """What the list is asked for; ``mark``: only figures with that flag."""

    text: str = ""
    place: str = ""
    channel: str = ""
    pattern: str = ""
    mark: str = ""


def demand(viewer: Viewer, wanted: Any = None, part: Any = None) -> DemandList:
    """The newest run of the viewer's company. ``wanted`` is a :class:`DemandWish` (or has its fields). Seven queries."""
    wanted = wanted or DemandWish()
    part = part or Slice("weekly", descending=True)
    run = _newest(viewer)
    seen = _figures(viewer, run)
    shops = _shops(viewer)
    rows = _filtered(seen, wanted, shops)
    patterns = dict(rows.order_by().values_list("pattern").annotate(n=Count("pk")))
    if wanted.pattern:
        rows = rows.filter(pattern=wanted.pattern)
    see = viewer.can("see_margin")
    totals = rows.aggregate(n=Count("pk"), weekly=Sum("weekly_milli"), lost=Sum("lost"), at_stake=Sum("at_stake"))
    sums: dict[str, Any] = {"weekly": (totals["weekly"] or 0) / 1000, "lost": totals["lost"]}
    if see:
        sums["at_stake"] = totals["at_stake"]
    sort = part.sort if see or part.sort != "at_stake" else "weekly"
    column = F(_ORDER.get(sort, "weekly_milli"))
    ordered = rows.order_by(
        column.desc(nulls_last=True) if part.descending else column.asc(nulls_last=True), "item__sku", "pk"
    )
    chosen = [_row(figure, see=see) for figure in ordered.select_related("item", "location")[bounds(part)]]
    at = seen.order_by().values_list("location_id").distinct()
    return DemandList(
        page=Page(chosen, totals["n"], sums),
        made_at=moment(run.made_at) if run else None,
        last_week=run.last_week if run else None,
        series=run.series if run else 0,
        accuracy=accuracy(run.content.get("total")) if run else None,
        alarms=[Reason(**said) for said in run.content.get("alarms", [])] if run else [],
        places=[
            Choice(p.code, named(p.name, p.name_zh) or p.code)
            for p in Location.objects.filter(pk__in=at).order_by("code")
        ],
        channels=[Choice(shop.code, shop.name or shop.code) for shop in shops],
        patterns=patterns,
        runs=viewer.of_company(DemandRun.objects.all()).count() if run else 0,
        judged=run.content.get("judged", "") if run else "",
        signals=demand_parts.signals(run.content) if run else [],
        outside=demand_parts.outside(run.content) if run else [],
        regions=demand_parts.of_run(run.content, shops, sums["weekly"]) if run and viewer.locations is None else [],
    )


def of_item(viewer: Viewer, code: str, place: str = "") -> DemandPage:
    """One item at ``place`` (where most is expected when empty). Raises :class:`NotThere`. Six queries."""
    run = _newest(viewer)
    rows = (
        _figures(viewer, run).filter(item__sku=code).select_related("item", "location").order_by("-weekly_milli", "pk")
    )
    found = list(rows)
    figure = next((row for row in found if not place or row.location.code == place), None)
    if run is None or figure is None:
        raise NotThere(f"demand {code} {place}")
    detail = _detail(figure)
    told = courses.of_item(viewer, figure.item, run.made_at)
    history = [_past_week(*week) for week in detail["history"]]
    return DemandPage(
        row=_row(figure, see=viewer.can("see_margin")),
        made_at=moment(run.made_at),
        places=[
            Choice(row.location.code, named(row.location.name, row.location.name_zh) or row.location.code)
            for row in found
        ],
        history=history,
        fan=[ComingWeek(date.fromisoformat(w[0]), w[1], tuple(w[2:7]), w[7], w[8], w[9]) for w in detail["fan"]],
        totals=[ComingTotal(w[0], w[1], tuple(w[2:7])) for w in detail["totals"]],
        reasons=[*told.reasons, *(Reason(**said) for said in detail["reasons"])],
        lead=list(zip(*detail["lead"], strict=True)),
        uplifts=_uplifts(viewer, figure, run),
        past=_past(viewer, figure, run, history),
        course=told.row,
        regions=demand_parts.of_item(detail, _shops(viewer), figure.weekly_milli / 1000),
        signals=demand_parts.moved(detail),
        **(detail.get("pinball") or {}),
    )


def accuracy(told: dict[str, Any] | None) -> RunAccuracy | None:
    """A run's accuracy in total as it was stored."""
    return RunAccuracy(**told) if told else None


def _newest(viewer: Viewer) -> DemandRun | None:
    return viewer.of_company(DemandRun.objects.order_by("-made_at")).first()


def _figures(viewer: Viewer, run: DemandRun | None) -> QuerySet[DemandFigure]:
    rows = DemandFigure.objects.filter(run=run) if run else DemandFigure.objects.none()
    return viewer.in_locations(rows)


def _shops(viewer: Viewer) -> list[Shop]:
    rows = viewer.of_company(Shop.objects.order_by("code"))
    return list(rows if viewer.shops is None else rows.filter(pk__in=viewer.shops))


def _filtered(rows: QuerySet[DemandFigure], wanted: Any, shops: list[Shop]) -> QuerySet[DemandFigure]:
    if wanted.text:
        said = wanted.text
        rows = rows.filter(
            Q(item__sku__icontains=said) | Q(item__name__icontains=said) | Q(item__name_zh__icontains=said)
        )
    if wanted.place:
        rows = rows.filter(location__code=wanted.place)
    if wanted.channel:
        rows = rows.filter(location_id__in=[shop.location_id for shop in shops if shop.code == wanted.channel])
    return rows.filter(flags__contains=f",{wanted.mark},") if wanted.mark else rows


def _row(figure: DemandFigure, *, see: bool) -> DemandRow:
    item, place = figure.item, figure.location
    return DemandRow(
        sku=item.sku,
        name=named(item.name, item.name_zh),
        place_code=place.code,
        place=named(place.name, place.name_zh) or place.code,
        weekly=figure.weekly_milli / 1000,
        recent=None if figure.recent_milli is None else figure.recent_milli / 1000,
        lead_days=figure.lead_days,
        lead_mean=figure.lead_mean,
        lead_low=figure.lead_low,
        lead_middle=figure.lead_middle,
        lead_high=figure.lead_high,
        pattern=figure.pattern,
        method=figure.method,
        flags=[code for code in figure.flags.split(",") if code],
        forecasts=figure.forecasts,
        wape=figure.wape,
        wape_simple=figure.wape_simple,
        bias=figure.bias,
        covered=figure.covered,
        value_added=figure.value_added,
        lost=figure.lost,
        at_stake=figure.at_stake if see else None,
    )


def _detail(figure: DemandFigure) -> dict[str, Any]:
    content = DemandDetail.objects.values_list("content", flat=True).get(figure=figure)
    told: dict[str, Any] = json.loads(zlib.decompress(bytes(content)))
    return told


def _past_week(
    week: str, sold: int | None, censored: int, demand: float | None, low: float | None, high: float | None, bulk: int
) -> PastWeek:
    return PastWeek(date.fromisoformat(week), sold, bool(censored), demand, low, high, bulk)


def _uplifts(viewer: Viewer, figure: DemandFigure, run: DemandRun) -> list[UpliftRow]:
    rows = uplifts.standing(viewer).filter(Q(location=None) | Q(location=figure.location), item=figure.item)
    return [
        UpliftRow(
            row.pk,
            (named(row.location.name, row.location.name_zh) or row.location.code) if row.location else "",
            row.first, row.last, row.percent, row.note, row.made_by, moment(row.made_at), row.made_at <= run.made_at,
        )
        for row in rows.filter(last__gt=run.last_week)
    ]  # fmt: skip


def _past(viewer: Viewer, figure: DemandFigure, run: DemandRun, history: list[PastWeek]) -> list[PastForecast]:
    """What earlier runs said of the eight weeks after them, and what was sold, as far as it is known."""
    ends = dict(
        viewer.of_company(DemandRun.objects.filter(made_at__lt=run.made_at)).values_list("made_at", "last_week")
    )
    rows = ForecastFigure.objects.filter(item=figure.item, location=figure.location.code, made_at__in=list(ends)[-200:])
    weeks = {week.week: week for week in history}
    found: dict[date, PastForecast] = {}
    for row in rows.order_by("made_at"):
        last = ends[row.made_at]
        ahead = [weeks.get(last + timedelta(weeks=n)) for n in range(1, PAST_WEEKS + 1)]
        sold = [week.sold for week in ahead if week is not None and week.sold is not None and not week.out_of_stock]
        told = row.quantiles.get(str(PAST_WEEKS), {})
        found[last] = PastForecast(
            moment(row.made_at), last, row.weekly_milli * PAST_WEEKS / 1000, told.get("0.05"), told.get("0.95"),
            sum(sold) if len(sold) == PAST_WEEKS else None,
        )  # fmt: skip
    return [found[last] for last in sorted(found)]
