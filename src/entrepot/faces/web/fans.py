"""The fan of one item as the page draws and tells it: chart data, effects in sentences, totals as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from entrepot.books.selectors.demand_shapes import ComingTotal, ComingWeek, DemandPage, PastWeek
from entrepot.faces.web.formats import MINUS, day, figure

SHOWN_TOTALS = (1, 4, 8, 13, 26)
NOTABLE = 0.05
"""A season or event that changes less than this is not told."""


def drawn(found: DemandPage, before: DemandPage | None) -> dict[str, Any]:
    """What the chart needs; ``before``: the same fan without the promotion that is tried."""
    return {
        "history": [_past(week) for week in found.history],
        "fan": [_coming(week) for week in found.fan],
        "before": [round(week.mean, 1) for week in before.fan] if before else None,
        "lead": round(lead_weeks(found)),
    }


def lead_weeks(found: DemandPage) -> float:
    """Mean weeks of the lead time."""
    return sum(weeks * odds for weeks, odds in found.lead)


def _past(week: PastWeek) -> dict[str, Any]:
    return {
        "week": week.week.isoformat(), "sold": week.sold, "out": week.out_of_stock, "demand": week.demand,
        "low": week.low, "high": week.high, "bulk": week.bulk,
    }  # fmt: skip


def _coming(week: ComingWeek) -> dict[str, Any]:
    mark = _("promotion") if week.promotion != 1 else _("event") if abs(week.event - 1) >= NOTABLE else ""
    return {
        "week": week.week.isoformat(), "mean": round(week.mean, 1), "q": [round(q, 1) for q in week.quantiles], "mark": mark,
    }  # fmt: skip


def effects(found: DemandPage) -> list[str]:
    """Season, events and promotions in the coming weeks, each as a sentence."""
    said = []
    if found.fan and found.row.method != "launch":  # a launch's curve is no season
        selling = [week for week in found.fan if week.season > 0] or found.fan  # after its end an item has no season
        high = max(selling, key=lambda week: week.season)
        low = min(selling, key=lambda week: week.season)
        if high.season - low.season >= NOTABLE:
            said.append(
                _("Season: highest in the week of %(a)s (%(high)s), lowest in the week of %(b)s (%(low)s).")
                % {"a": day(high.week), "high": _change(high.season), "b": day(low.week), "low": _change(low.season)}
            )
        else:
            said.append(_("Season: none that can be told from chance in the coming half year."))
    for week in found.fan:
        told = {"a": day(week.week)}
        if abs(week.event - 1) >= NOTABLE:
            said += [_("Events in the week of %(a)s: %(change)s.") % {**told, "change": _change(week.event)}]
        if week.promotion != 1:
            said += [_("Promotion in the week of %(a)s: %(change)s.") % {**told, "change": _change(week.promotion)}]
    return said


def _change(factor: float) -> str:
    """A factor as a signed percentage.

    >>> _change(1.345), _change(0.9)
    ('+34%', '\u221210%')
    """
    change = round((factor - 1) * 100)
    return f"{MINUS if change < 0 else '+'}{abs(change)}%"


@dataclass(frozen=True, slots=True)
class TotalRow:
    """Units over some weeks, as text."""

    over: str
    middle: str
    usual: str
    wide: str
    lead: bool = False


def table(found: DemandPage) -> list[TotalRow]:
    """Totals of some lengths, the lead time's own first."""
    row = found.row
    rows = [TotalRow(_("Lead time, about %(n)s days") % {"n": figure(row.lead_days)}, figure(row.lead_middle), "",
                     _span(row.lead_low, row.lead_high), lead=True)]  # fmt: skip
    return rows + [_total(total) for total in found.totals if total.weeks in SHOWN_TOTALS]


def quarter(before: DemandPage, after: DemandPage) -> tuple[str, str]:
    """Units over 13 weeks without and with what is tried, as likely as not."""
    told = [next((t.quantiles[2] for t in page.totals if t.weeks == 13), None) for page in (before, after)]
    return figure(told[0] or 0), figure(told[1] or 0)


def _total(total: ComingTotal) -> TotalRow:
    low, lower, middle, upper, high = total.quantiles
    over = _("1 week") if total.weeks == 1 else _("%(n)s weeks") % {"n": total.weeks}
    return TotalRow(over, figure(middle), _span(lower, upper), _span(low, high))


def _span(low: float, high: float) -> str:
    return f"{figure(round(low))}\u2009–\u2009{figure(round(high))}"
