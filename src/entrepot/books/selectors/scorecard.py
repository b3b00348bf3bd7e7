"""How months went, place by place, and how an older plan compares with what happened. Nothing is reckoned here but sums."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Max, Sum

from entrepot.books.access import Viewer
from entrepot.books.models import Balance, Company, Movement, PlanLine, SaleFigure, ScoreMonth
from entrepot.books.selectors import naming
from entrepot.books.selectors.paging import day_number
from entrepot.books.selectors.plan import detail, find_run
from entrepot.books.selectors.plan_shapes import LineOutcome, MarketScore, ScoreRow
from entrepot.core.calendar import midnight

OUTCOMES = 500


def scorecard(viewer: Viewer, months: int = 12) -> list[ScoreRow]:
    """The last ``months`` months, newest first. Two queries."""
    rows = viewer.in_locations(viewer.of_company(ScoreMonth.objects.all())).select_related("location")
    wanted = sorted(set(rows.values_list("month", flat=True)), reverse=True)[:months]
    see, margin = viewer.can("see_cost"), viewer.can("see_margin")
    return [
        ScoreRow(
            month=date(r.month // 100, r.month % 100, 1),
            place=r.location.code,
            place_name=naming.place_name(r.location),
            market=r.location.country,
            turnover_days=r.turnover_days,
            out_days=r.out_days,
            sku_days=r.sku_days,
            advice=r.advice,
            taken=r.taken,
            ignored=r.ignored,
            aged_value=r.aged_value if see else None,
            stock_value=r.stock_value if see else None,
            profit=r.profit if margin else None,
            return_on_stock=r.return_on_stock if margin else None,
            taken_effect=r.taken_effect if see else None,
            ignored_cost=r.ignored_cost if see else None,
        )
        for r in rows.filter(month__in=wanted).order_by("-month", "location__code")
    ]


def by_market(rows: Sequence[ScoreRow]) -> list[MarketScore]:
    """The rows' places by country, in the order of the rows: stock and profit added up, the return on all of the stock."""
    groups: dict[tuple[date, str], list[ScoreRow]] = {}
    for row in rows:
        groups.setdefault((row.month, row.market), []).append(row)
    out: list[MarketScore] = []
    for (month, market), members in groups.items():
        known = [(r.stock_value, r.return_on_stock) for r in members if r.stock_value and r.return_on_stock is not None]
        stock = sum(value for value, _ in known)
        values = [r.stock_value for r in members if r.stock_value is not None]
        profits = [r.profit for r in members if r.profit is not None]
        share = round(sum(value * told for value, told in known) / stock) if stock else None
        out.append(
            MarketScore(month, market, sum(values) if values else None, sum(profits) if profits else None, share)
        )
    return out


def outcome(viewer: Viewer, run: str) -> list[LineOutcome]:
    """What an older plan's lines expected of its whole weeks so far, and what came in just these weeks; those that buy or load
    first.

    A week that is still running counts on neither side: expected and sold end with the last whole week of sales, and so does the
    stock that is compared. Expectations need the plan's details, which are kept for the newest runs; without them they are
    ``None``. Raises ``NotThere``.
    """
    found = find_run(viewer, run)
    if found is None:
        return []
    last = SaleFigure.objects.filter(company=found.company_id).aggregate(day=Max("day"))["day"] or 0
    known = date(last // 10_000, last // 100 % 100, last % 100) if last else found.on - timedelta(days=1)
    lines = viewer.in_locations(PlanLine.objects.filter(run=found), "destination").select_related("item", "destination")
    shown = list(lines.order_by("-saving", "pk")[:OUTCOMES])
    told = [detail(line).get("weeks", []) for line in shown]
    weeks = min([max((known - found.on).days + 1, 0) // 7, *(len(one) for one in told if one)])
    end = found.on + timedelta(weeks=weeks)
    sold = {
        (item, place): units - back
        for item, place, units, back in SaleFigure.objects.filter(
            company=found.company_id, day__gte=day_number(found.on), day__lt=day_number(end)
        )
        .values_list("item_id", "movement__from_cell__location_id")
        .annotate(units=Sum("quantity"), back=Sum("returned"))
    }
    stock = _stock_at(found.company, end, {line.item_id for line in shown})
    return [_compared(line, one[:weeks], sold, stock) for line, one in zip(shown, told, strict=True)]


def _stock_at(company: Company, day: date, items: set[int]) -> dict[tuple[int, int], int]:
    """Sellable units by item and place when ``day`` began: today's balance less what moved since. Three queries."""
    cells = {"condition": "sellable", "transit": ""}
    stock = {
        (item, place): units
        for item, place, units in Balance.objects.filter(
            item_id__in=items, cell__company=company, **{f"cell__{name}": value for name, value in cells.items()}
        ).values_list("item_id", "cell__location_id").annotate(units=Sum("on_hand"))
    }  # fmt: skip
    since = Movement.objects.filter(
        item_id__in=items, effective_at__gte=midnight(day, company.zone), replacement__isnull=True
    )
    for end, sign in (("to_cell", -1), ("from_cell", 1)):
        moved = since.filter(
            **{f"{end}__company": company}, **{f"{end}__{name}": value for name, value in cells.items()}
        )
        for item, place, units in moved.values_list("item_id", f"{end}__location_id").annotate(units=Sum("quantity")):
            stock[item, place] = stock.get((item, place), 0) + sign * units
    return stock


def _compared(
    line: PlanLine, whole: list[list[Any]], sold: dict[tuple[int, int], int], stock: dict[tuple[int, int], int]
) -> LineOutcome:
    key = line.item_id, line.destination_id
    taken = line.state == PlanLine.APPROVED or line.kind == PlanLine.KEEP
    expected = sum(week[7] for week in whole) if whole else None
    left = (whole[-1][1] if taken else whole[-1][4]) if whole else None
    return LineOutcome(
        line.item.sku, line.destination.code, line.kind, line.units, line.state, expected, sold.get(key, 0), left,
        stock.get(key),
    )  # fmt: skip
