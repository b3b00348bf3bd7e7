"""What the Demand page shows, put together once a run: figures to sort by, and for each of them its history and fan.

Details are kept as compressed JSON: ``history`` rows [week, sold, censored, demand, low, high, bulk], ``fan`` rows [week, mean,
five quantiles, season, event, promotion], ``totals`` rows [weeks, mean, five quantiles], ``reasons``, ``lead`` weeks.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from django.db import transaction

from entrepot.books import models
from entrepot.books.bulk import writer_lock
from entrepot.core.calendar import Instant, local_date
from entrepot.core.reasons import Reason
from entrepot.workflows.positions import positions

if TYPE_CHECKING:
    from datetime import date

    from entrepot.engines.demand import LeadTime
    from entrepot.workflows.forecast import CompanyForecast

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
HISTORY_WEEKS = 104
FAN_WEEKS = 26
_BATCH = 400


def store(one: CompanyForecast, made_at: Instant) -> None:
    """The company's newest run in full; what the run before it showed in detail is dropped. One transaction."""
    company = models.Company.objects.get(pk=one.company)
    rows = list(_figures(company, one))
    with transaction.atomic():
        writer_lock()
        models.DemandDetail.objects.filter(figure__run__company=company).delete()
        models.DemandFigure.objects.filter(run__company=company).delete()
        run = models.DemandRun.objects.create(
            company=company, made_at=made_at, as_of=one.as_of, last_week=one.result.last_week, series=len(rows),
            content=_accuracy(one),
        )  # fmt: skip
        figures = [models.DemandFigure(run=run, **fields) for fields, _ in rows]
        models.DemandFigure.objects.bulk_create(figures, batch_size=_BATCH)
        details = [
            models.DemandDetail(figure=figure, content=pack(content))
            for figure, (_, content) in zip(figures, rows, strict=True)
        ]
        models.DemandDetail.objects.bulk_create(details, batch_size=_BATCH)


def pack(content: dict[str, Any]) -> bytes:
    """A detail as it is kept."""
    return zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 6)


def _figures(company: models.Company, one: CompanyForecast) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Fields of each figure and its detail, for every series with a forecast."""
    result = one.result
    leads, prices = _leads(company, one)
    lead_levels = result.quantiles(leads, LEVELS)
    mean_over = np.array([result.state.over(np.full(len(result), float(k))) for k in range(FAN_WEEKS + 1)])
    totals = np.array([result.quantiles(_fixed(k), LEVELS) for k in range(1, FAN_WEEKS + 1)])
    lead_mean = result.state.over(np.array([lead.mean for lead in leads]))
    for row, told in enumerate(result.frame.iter_rows(named=True)):
        if told["weekly_mean"] is None:
            continue
        history = _history(one, row)
        low, _, middle, _, high = (int(units) for units in lead_levels[row])
        price = prices[row]
        known = [demand for _, _, _, demand, *_ in history if demand is not None][-8:]
        fields = {
            "item_id": told["item"], "location_id": int(told["channel"]), "weekly_milli": round(told["weekly_mean"] * 1000),
            "recent_milli": round(sum(known) / len(known) * 1000) if known else None,
            "lead_days": round(leads[row].mean * 7), "lead_mean": round(float(lead_mean[row])), "lead_low": low,
            "lead_middle": middle, "lead_high": high, "pattern": told["pattern"], "method": told["method"],
            "flags": f",{','.join([*told['flags'], *(['promotion'] if row in one.promotions else [])])},",
            "at_stake": None if price is None else round((high - low) * price),
        }  # fmt: skip
        detail = {
            "history": history,
            "fan": _fan(one, row, mean_over, totals, told["level"]),
            "totals": [
                [k, _rounded(mean_over[k, row]), *(int(units) for units in totals[k - 1, row])]
                for k in range(1, FAN_WEEKS + 1)
            ],
            "reasons": [asdict(reason) for reason in _reasons(one, row, leads[row])],
            "lead": [list(leads[row].weeks), list(leads[row].probabilities)],
        }
        yield fields, detail


def _reasons(one: CompanyForecast, row: int, lead: LeadTime) -> list[Reason]:
    """The engine's reasons; a user's promotion is told apart from the season."""
    key = one.plain.frame.select(*one.plain.by).row(row)
    reasons = list(one.plain.explain(key, lead))
    if row not in one.promotions:
        return reasons
    weeks = np.full(len(one.result), lead.mean)
    more = round(float(one.result.state.over(weeks)[row] - one.plain.state.over(weeks)[row]))
    text = f"A promotion that you know of changes the demand over the lead time by {more:+} units."
    last = [reason for reason in one.result.explain(key, lead) if reason.code == "range"]
    return [
        *(reason for reason in reasons if reason.code != "range"),
        Reason("promotion", text, {"units": more}),
        *last,
    ]


def _fixed(weeks: float) -> LeadTime:
    from entrepot.engines.demand import LeadTime

    return LeadTime.fixed(weeks)


def _leads(company: models.Company, one: CompanyForecast) -> tuple[list[LeadTime], list[float | None]]:
    """Lead time and price a unit (minor units, ``None`` unknown) of each series, as the plan takes them."""
    from entrepot.engines.demand import LeadTime
    from entrepot.engines.replenish import fill_assumptions

    keys = one.result.frame.select("item", location=pl.col("channel").cast(pl.Int64))
    rows = fill_assumptions(positions(company, keys, local_date(one.as_of, company.zone)))
    leads = [
        LeadTime(tuple(weeks), tuple(weights or ()))
        for weeks, weights in rows.select("lead_weeks", "lead_weights").iter_rows()
    ]
    return leads, rows["price"].to_list()


def _history(one: CompanyForecast, row: int) -> list[list[Any]]:
    """Weeks since the first sale, at most the last two years."""
    panel = one.panel
    start = max(int(panel.born[row]), len(panel.weeks) - HISTORY_WEEKS)
    demand, out = panel.demand[row, start:], panel.censored[row, start:]
    bulk = np.zeros(len(demand)) if panel.bulk is None else np.nan_to_num(panel.bulk[row, start:])
    rows = zip(panel.weeks[start:], demand, out, bulk, strict=True)
    return [
        [week.isoformat(), _units(sold), int(empty), _units(sold), None, None, int(big)]
        for week, sold, empty, big in rows
    ]


def _units(value: float) -> int | None:
    return None if np.isnan(value) else round(float(value))


def _fan(one: CompanyForecast, row: int, mean_over: Any, totals: Any, level: float | None) -> list[list[Any]]:
    """Each coming week: its mean, its quantiles by the ratio of one week's to its mean, and its season (mean / level)."""
    first = mean_over[1, row]
    ratios = totals[0, row] / first if first > 0 else np.zeros(len(LEVELS))
    lifts = one.promotions.get(row)
    out = []
    for week in range(1, FAN_WEEKS + 1):
        mean = float(mean_over[week, row] - mean_over[week - 1, row])
        lift = lifts[week - 1] if lifts else 1
        season = _rounded(mean / level / lift) if level and lift else 1
        out.append([_monday(one, week), _rounded(mean), *(_rounded(mean * ratio) for ratio in ratios), season, 1, lift])
    return out


def _monday(one: CompanyForecast, ahead: int) -> str:
    from datetime import timedelta

    last: date = one.result.last_week  # type: ignore[assignment]  # there are series, so there is a week
    return (last + timedelta(weeks=ahead)).isoformat()


def _rounded(units: float) -> float:
    return round(float(units), 2)


def _accuracy(one: CompanyForecast) -> dict[str, Any]:
    return {}
