"""Plans as they are stored: the newest run or an older one, one line, what was missing. Nothing is planned here."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from entrepot.books.access import Viewer
from entrepot.books.models import (
    DemandRun,
    Document,
    Location,
    PlanDetail,
    PlanGap,
    PlanLine,
    PlanOverride,
    PlanRun,
)
from entrepot.books.selectors import naming
from entrepot.books.selectors.naming import named
from entrepot.books.selectors.paging import bounds, maybe_moment, moment
from entrepot.books.selectors.plan_scope import MONEY_LIMITS, asked, confined
from entrepot.books.selectors.plan_shapes import (
    Break,
    CashWeek,
    ContainerFill,
    GapRow,
    Limit,
    ModeUnits,
    Option,
    OverrideRow,
    PlanHead,
    PlanLinePage,
    PlanList,
    PlanRow,
    PlanWeek,
)
from entrepot.books.selectors.shapes import Choice, NotThere, Page, Slice
from entrepot.core.calendar import local_date
from entrepot.core.reasons import Reason

KINDS = (PlanLine.BUY, PlanLine.SHIP, PlanLine.MOVE, PlanLine.KEEP)
RUNS_SHOWN = 60
_ORDER = {
    "sku": "item__sku", "name": "item__sort_key", "kind": "kind", "destination": "destination__code",
    "supplier": "supplier", "units": "units", "mode": "mode", "on": "on", "arrives": "arrives", "weekly": "weekly_milli",
    "available": "available", "coming": "coming", "waiting": "waiting", "out_on": "out_on", "grade": "grade",
    "risk": "risk", "risk_nothing": "risk_nothing", "cash": "cash", "cost": "cost", "saving": "saving",
    "later_storage": "later_storage", "given_up": "given_up", "state": "state",
}  # fmt: skip
_SECRET = frozenset({"cash", "cost", "saving", "later_storage", "given_up"})


@dataclass(frozen=True, slots=True)
class PlanWish:
    """What the list is asked for; ``flag``: only lines with it; ``kind`` "acts": all but keep."""

    text: str = ""
    kind: str = ""
    supplier: str = ""
    destination: str = ""
    mode: str = ""
    flag: str = ""
    state: str = ""
    grade: str = ""


def plan(viewer: Viewer, wanted: Any = None, part: Any = None, run: str = "") -> PlanList:
    """The newest run of the viewer's company, or ``run`` (its id). ``wanted`` is a :class:`PlanWish` (or has its fields).

    Raises :class:`NotThere` for a run that is not the company's. Twelve queries.
    """
    wanted, part = wanted or PlanWish(), part or Slice("saving", descending=True)
    chosen = find_run(viewer, run)
    runs = list(viewer.of_company(PlanRun.objects.order_by("-made_at"))[:RUNS_SHOWN])
    seen = _lines(viewer, chosen)
    rows = _filtered(seen, wanted)
    kinds = dict(rows.order_by().values_list("kind").annotate(n=Count("pk")))
    if wanted.kind:
        rows = rows.exclude(kind=PlanLine.KEEP) if wanted.kind == "acts" else rows.filter(kind=wanted.kind)
    see = viewer.can("see_cost")
    totals = rows.aggregate(
        n=Count("pk"), units=Sum("units"), cash=Sum("cash"), saving=Sum("saving"), later_storage=Sum("later_storage")
    )
    sums = {name: totals[name] for name in ("units", *(("cash", "saving", "later_storage") if see else ()))}
    sort = part.sort if see or part.sort not in _SECRET else "out_on"
    column = F(_ORDER.get(sort, "saving" if see else "out_on"))
    ordered = rows.order_by(
        column.desc(nulls_last=True) if part.descending else column.asc(nulls_last=True), "item__sku", "pk"
    ).select_related("item", "destination", "origin")
    suppliers = naming.suppliers()
    shown = [shape(viewer, line, suppliers) for line in ordered[bounds(part)]]
    at = seen.order_by().values_list("destination_id").distinct()
    made_by = sorted({code for code in seen.order_by().values_list("supplier", flat=True).distinct() if code})
    return PlanList(
        head=head(viewer, chosen) if chosen else None,
        page=Page(shown, totals["n"] or 0, sums),
        kinds={kind: kinds.get(kind, 0) for kind in KINDS},
        suppliers=[Choice(code, suppliers.get(code) or code) for code in made_by],
        destinations=[
            Choice(place.code, naming.place_name(place))
            for place in Location.objects.filter(pk__in=at).order_by("code")
        ],
        runs=[Choice(str(one.pk), one.on.isoformat()) for one in runs],
    )


def find_run(viewer: Viewer, run: str = "") -> PlanRun | None:
    """The run with this id, the newest for none, ``None`` where nothing was planned yet."""
    mine = viewer.of_company(PlanRun.objects.order_by("-made_at"))
    if not run:
        return mine.first()
    found = mine.filter(pk=int(run)).first() if run.isdecimal() and len(run) < 19 else None
    if found is None:
        raise NotThere(f"plan {run}")
    return found


def find_line(viewer: Viewer, key: str | int) -> PlanLine:
    """One line that the viewer may see. Raises :class:`NotThere`."""
    text = str(key)
    rows = viewer.in_locations(viewer.of_company(PlanLine.objects.all(), "run__company"), "destination")
    found = (
        rows.select_related("item", "destination", "origin", "run", "run__company").filter(pk=int(text)).first()
        if text.isdecimal() and len(text) < 19
        else None
    )
    if found is None:
        raise NotThere(f"plan line {key}")
    return found


def line(viewer: Viewer, key: str | int) -> PlanLinePage:
    """One line with its projection, alternatives and reasons. Raises :class:`NotThere`. Five queries."""
    found = find_line(viewer, key)
    suppliers = naming.suppliers()
    kept = detail(found)
    same = _lines(viewer, found.run).filter(item=found.item_id).exclude(pk=found.pk)
    see, prices = viewer.can("see_cost"), viewer.can("see_supplier_price")
    return PlanLinePage(
        row=shape(viewer, found, suppliers),
        weeks=weeks(kept.get("weeks", [])),
        options=[_option(said, see=see) for said in kept.get("options", [])],
        breaks=[
            Break(b["supplier"], b["from"], _price(b), b.get("source", ""))
            for b in (kept.get("breaks", []) if prices else [])
        ],
        reasons=[Reason(**said) for said in kept.get("reasons", [])] if see else [],
        assumed=[Reason(**said) for said in kept.get("assumed", [])] if see else [],
        nothing=kept.get("nothing", {}) if see else {},
        others=[shape(viewer, row, suppliers) for row in same.select_related("item", "destination", "origin")[:20]],
    )


def detail(found: PlanLine) -> dict[str, Any]:
    """What is kept for a line's page; empty for a run whose details are dropped."""
    kept = PlanDetail.objects.filter(pk=found.pk).values_list("content", flat=True).first()
    return unpacked(kept) if kept else {}


def unpacked(content: Any) -> dict[str, Any]:
    """A detail as it was kept."""
    return json.loads(zlib.decompress(bytes(content)))


def weeks(rows: list[list[Any]]) -> list[PlanWeek]:
    """A projection as it is kept."""
    return [PlanWeek(date.fromisoformat(first), *(float(value) for value in rest)) for first, *rest in rows]


def gaps(viewer: Viewer, part: Any = None, run: str = "") -> Page[GapRow]:
    """What the run could not plan. Three queries."""
    chosen = find_run(viewer, run)
    rows = viewer.in_locations(PlanGap.objects.filter(run=chosen), "destination") if chosen else PlanGap.objects.none()
    listed = rows.order_by("item__sku", "pk").select_related("item", "destination")[bounds(part or Slice())]
    return Page(
        [
            GapRow(r.item.sku, named(r.item.name, r.item.name_zh), naming.place_name(r.destination), list(r.missing))
            for r in listed
        ],
        rows.count(),
    )


def overrides(viewer: Viewer, sku: str = "") -> list[OverrideRow]:
    """What people set, newest first. One query."""
    rows = viewer.of_company(PlanOverride.objects.order_by("-made_at", "-pk"))
    if viewer.locations is not None:
        rows = rows.filter(Q(location=None) | Q(location__in=viewer.locations))
    if sku:
        rows = rows.filter(item__sku=sku)
    return [
        OverrideRow(
            str(r.pk), r.item.sku, r.location.code if r.location else "", r.field, r.value, r.note, moment(r.made_at),
            r.made_by, maybe_moment(r.withdrawn_at), r.withdrawn_by,
        )
        for r in rows.select_related("item", "location")[:500]
    ]  # fmt: skip


def head(viewer: Viewer, run: PlanRun) -> PlanHead:
    """A run in total; for who is confined to places, of these alone. Six queries at most."""
    see = viewer.can("see_cost")
    seen = _lines(viewer, run).order_by()
    content, cash, saving, unplanned = run.content, run.cash, run.saving, run.unplanned
    acting = sum(n for kind, n in seen.values_list("kind").annotate(n=Count("pk")) if kind != PlanLine.KEEP)
    if viewer.locations is not None:
        totals = seen.aggregate(cash=Sum("cash"), saving=Sum("saving"))
        cash, saving = totals["cash"] or 0, totals["saving"] or 0
        unplanned = viewer.in_locations(PlanGap.objects.filter(run=run), "destination").count()
        content = confined(viewer, seen, content)
    newest = Document.objects.order_by("-recorded_at").values_list("recorded_at", flat=True).first()
    forecast = DemandRun.objects.filter(company=run.company_id).order_by("-made_at").values_list("made_at", flat=True)
    touched = PlanOverride.objects.filter(company=run.company_id, line=None).filter(
        Q(made_at__gt=run.made_at) | Q(withdrawn_at__gt=run.made_at)
    )
    newer = forecast.first()
    stale = bool(
        (newest is not None and run.facts_at is not None and newest > max(run.facts_at, run.made_at))
        or (newer is not None and run.forecast_at is not None and newer > run.forecast_at)
        or touched.exists()
    )
    return PlanHead(
        id=str(run.pk),
        made_at=moment(run.made_at),
        on=run.on,
        currency=run.currency,
        version=run.version,
        forecast_at=maybe_moment(run.forecast_at),
        asked=asked(viewer, run),
        lines=run.lines if viewer.locations is None else acting,
        unplanned=unplanned,
        kinds=dict(seen.values_list("kind").annotate(n=Count("pk"))),
        cash=cash if see else None,
        saving=saving if see else None,
        limits_cost=run.limits_cost if see and viewer.locations is None else None,
        families=content.get("families", {}) if see else {},
        gap=content.get("gap"),
        weeks=[_cash_week(said, see=see) for said in content.get("cash", [])],
        fills=[_without(ContainerFill(**said), see, ("freight", "freight_other")) for said in content.get("fills", [])],
        limits=[_limit(said, see=see) for said in content.get("limits", [])],
        assumed=[Reason(**said) for said in content.get("assumed", [])] if see else [],
        stale=stale,
    )


def of_day(viewer: Viewer, day: date) -> PlanRun | None:
    """The last run made on ``day`` of the company's calendar."""
    zone = viewer.company.zone
    made = viewer.of_company(PlanRun.objects.order_by("-made_at")).filter(on__lte=day)[:100]
    return next((run for run in made if local_date(run.made_at, zone) <= day or run.on == day), None)


def shape(viewer: Viewer, row: PlanLine, suppliers: dict[str, str] | None = None) -> PlanRow:
    """A line as this viewer may see it."""
    see, prices = viewer.can("see_cost"), viewer.can("see_supplier_price")
    return PlanRow(
        id=str(row.pk),
        kind=row.kind,
        sku=row.item.sku,
        name=named(row.item.name, row.item.name_zh),
        destination=row.destination.code,
        destination_name=naming.place_name(row.destination),
        origin=row.origin.code if row.origin else "",
        supplier=row.supplier,
        supplier_name=(suppliers or {}).get(row.supplier) or row.supplier,
        units=row.units,
        carton=row.carton,
        cartons=row.cartons,
        mode=row.mode,
        modes=_modes(row.modes),
        on=row.on,
        arrives=row.arrives,
        weekly=None if row.weekly_milli is None else row.weekly_milli / 1000,
        available=row.available,
        coming=row.coming,
        waiting=row.waiting,
        out_on=row.out_on,
        grade=row.grade,
        stage=row.stage,
        review_weeks=row.review_weeks,
        service=row.service,
        risk=row.risk,
        risk_nothing=row.risk_nothing,
        flags=[flag for flag in row.flags.split(",") if flag],
        state=row.state,
        document=row.document,
        changed=row.changed,
        price=(row.price_amount, row.price_per, row.price_currency)
        if prices and row.price_amount is not None
        else None,
        break_from=row.break_from if prices else None,
        cash=row.cash if see else None,
        cost=row.cost if see else None,
        saving=row.saving if see else None,
        given_up=row.given_up if see else None,
        later_storage=row.later_storage if see else None,
        later_aged=row.later_aged if see else None,
        families=row.families if see else {},
        assumed=list(row.assumed) if see else [],
    )


def _lines(viewer: Viewer, run: PlanRun | None) -> QuerySet[PlanLine]:
    rows = PlanLine.objects.filter(run=run) if run else PlanLine.objects.none()
    return viewer.in_locations(rows, "destination")


def _filtered(rows: QuerySet[PlanLine], wanted: Any) -> QuerySet[PlanLine]:
    text = wanted.text.strip()
    if text:
        rows = rows.filter(
            Q(item__sku__icontains=text) | Q(item__name__icontains=text) | Q(item__name_zh__icontains=text)
        )
    exact = {
        "supplier": wanted.supplier, "destination__code": wanted.destination, "mode": wanted.mode, "state": wanted.state,
        "grade": wanted.grade,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    return rows.filter(flags__contains=f",{wanted.flag},") if wanted.flag else rows


def _modes(said: list[dict[str, Any]]) -> list[ModeUnits]:
    return [
        ModeUnits(
            one["mode"],
            one["units"],
            date.fromisoformat(one["arrives"]) if one.get("arrives") else None,
            one.get("days"),
        )
        for one in said
    ]


def _option(said: dict[str, Any], *, see: bool) -> Option:
    return Option(
        said["code"], _modes(said["modes"]), said["units"], said["cost"] if see else None, said["cash"] if see else None,
        said.get("risk"), bool(said.get("chosen")),
    )  # fmt: skip


def _price(said: dict[str, Any]) -> tuple[int, int, str]:
    return said["amount"], said["per"], said["currency"]


def _cash_week(said: dict[str, Any], *, see: bool) -> CashWeek:
    week = date.fromisoformat(said["week"])
    return (
        CashWeek(week, said["owed"], said["planned"], said["total"], said.get("budget"), said.get("later", 0))
        if see
        else CashWeek(week)
    )


def _limit(said: dict[str, Any], *, see: bool) -> Limit:
    relief = said.get("relief")
    told = Limit(**{**said, "relief": Reason(**relief) if relief else None})
    if (
        not see and told.kind in MONEY_LIMITS
    ):  # how much money there is, and what is spent of it, is nobody's but theirs
        told = replace(told, asked="", used=None, available=None)
    return _without(told, see, ("price", "cost", "relief"))


def _without(row: Any, see: bool, fields: tuple[str, ...]) -> Any:
    return row if see else replace(row, **dict.fromkeys(fields))
