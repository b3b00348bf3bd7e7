"""What the Demand page shows, put together once a run: figures to sort by, and for each of them its history and fan.

Details are kept as compressed JSON: ``history`` rows [week, sold, censored, demand, low, high, bulk], ``fan`` rows [week, mean,
five quantiles, season, event, promotion], ``totals`` rows [weeks, mean, five quantiles], ``reasons``, ``lead`` weeks.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from django.db import transaction

from entrepot.books import models
from entrepot.books.bulk import writer_lock
from entrepot.core.calendar import Instant, local_date
from entrepot.core.progress import SILENT, Progress
from entrepot.core.reasons import Reason
from entrepot.workflows import demand_cycles, demand_regions
from entrepot.workflows.positions import positions

if TYPE_CHECKING:
    from entrepot.engines.demand import Forecast, LeadTime, TrackRecord
    from entrepot.workflows.forecast import CompanyForecast

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
HISTORY_WEEKS = 104
FAN_WEEKS = 26
TRACKED_WEEKS = 8
"""Length of the totals on which past forecasts are judged."""
_MEASURES = {
    "wape": "wape", "wape_simple": "wape_ma8", "bias": "bias", "covered": "covered95", "value_added": "value_added",
}  # fmt: skip
_HISTORY = ("week", "sold", "censored", "demand", "low", "high", "bulk")
_QUANTILES = ("q05", "q25", "q50", "q75", "q95")
_BATCH = 400


def store(one: CompanyForecast, made_at: Instant, progress: Progress = SILENT) -> None:
    """The company's newest run in full; what the run before it showed in detail is dropped. One transaction."""
    company = models.Company.objects.get(pk=one.company)
    record, own = demand_cycles.record(one.panel, one.past, TRACKED_WEEKS)
    progress.begin("forecasting", len(one.result))
    rows = []
    pinball = {tuple(told[k] for k in one.result.by): _pinball(told) for told in record.frame.iter_rows(named=True)}
    for row in _figures(company, one, _tracked(record, one.result.by), pinball):
        rows.append(row)
        progress.advance()
    with transaction.atomic():
        writer_lock()
        models.DemandDetail.objects.filter(figure__run__company=company).delete()
        models.DemandFigure.objects.filter(run__company=company).delete()
        run = models.DemandRun.objects.create(
            company=company, made_at=made_at, as_of=one.as_of, last_week=one.result.last_week, series=len(rows),
            content=_accuracy(record, one.doubts) | _beside(one, own),
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


def _figures(
    company: models.Company,
    one: CompanyForecast,
    tracked: dict[Any, dict[str, Any]],
    pinball: Mapping[Any, dict[str, int | None]],
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Fields of each figure and its detail, for every series with a forecast."""
    result = one.result
    leads, prices = _leads(company, one)
    lead_levels = result.quantiles(leads, LEVELS)
    lead_mean = result.state.over(np.array([lead.mean for lead in leads]))
    keys = result.frame.select(*result.by).rows()
    regions = demand_regions.by_key(one.regions) if len(one.regions) else {}
    for row, told in enumerate(result.frame.iter_rows(named=True)):
        if told["weekly_mean"] is None:
            continue
        key, lead, price = keys[row], leads[row], prices[row]
        history = _history(result, key)
        known = [sold for _, sold, out, *_ in history if sold is not None and not out][-8:]
        low, _, middle, _, high = (int(units) for units in lead_levels[row])
        marks = [
            *told["flags"],
            *(["promotion"] if row in one.promotions else []),
            *(["ending"] if told["item"] in one.ends else []),
            *(["bulk"] if any(w[6] for w in history) else []),
        ]
        fields = {
            "item_id": told["item"], "location_id": int(told["channel"]),
            "weekly_milli": round(told["weekly_mean"] * 1000),
            "recent_milli": round(sum(known) / len(known) * 1000) if known else None,
            "lead_days": round(lead.mean * 7), "lead_mean": round(float(lead_mean[row])), "lead_low": low,
            "lead_middle": middle, "lead_high": high, "pattern": told["pattern"], "method": told["method"],
            "flags": f",{','.join(marks)},", "lost": _units(told.get("lost_sales")), **tracked.get(key, {}),
            "at_stake": None if price is None else round((high - low) * price),
        }  # fmt: skip
        detail = {
            "history": history,
            "fan": _fan(result, key, one.promotions.get(row)),
            "totals": _totals(result, key),
            "reasons": [asdict(reason) for reason in result.explain(key, lead)],
            "lead": [list(lead.weeks), list(lead.probabilities)],
            "pinball": pinball.get(key),
            "regions": regions.get(key, []),
            "signals": _moved(result, row, lead),
        }
        yield fields, detail


def _moved(result: Forecast, row: int, lead: LeadTime) -> list[list[Any]]:
    """[signal, factor that it puts on the weeks of the lead time] of each kept signal that an item has."""
    weeks = max(round(lead.mean), 1)
    moved = [[name, round(float(np.mean(path[:weeks])), 4)] for name, path in result.signals_of(row).items()]
    return [[name, factor] for name, factor in moved if factor != 1.0]


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


def _history(result: Forecast, key: Any) -> list[list[Any]]:
    """Weeks since the first sale, at most the last two years."""
    weeks = result.history(key).tail(HISTORY_WEEKS)
    return [
        [
            week.isoformat(),
            _units(sold),
            int(out),
            _tenth(demand),
            *(_tenth(end) if out else None for end in ends),
            _units(big) or 0,
        ]
        for week, sold, out, demand, *ends, big in weeks.select(*_HISTORY).iter_rows()
    ]


def _fan(result: Forecast, key: Any, promotions: list[float] | None) -> list[list[Any]]:
    """Each coming week. Its promotion is what users' promotions make of it: an item's end is no promotion that can be lifted."""
    weeks = result.fan(key, FAN_WEEKS, LEVELS).select("week", "mean", *_QUANTILES, "season", "event")
    return [
        [week.isoformat(), *(_rounded(number) for number in told), _rounded(promotions[at] if promotions else 1.0)]
        for at, (week, *told) in enumerate(weeks.iter_rows())
    ]


def _totals(result: Forecast, key: Any) -> list[list[Any]]:
    """The first 1, 2, … weeks together."""
    weeks = result.totals(key, FAN_WEEKS, LEVELS).select("weeks", "mean", *_QUANTILES)
    return [[number, _rounded(mean), *quantiles] for number, mean, *quantiles in weeks.iter_rows()]


def _units(value: float | None) -> int | None:
    return None if value is None else round(value)


def _tenth(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _rounded(units: float) -> float:
    return round(float(units), 2)


def _accuracy(record: TrackRecord, doubts: Sequence[Reason]) -> dict[str, Any]:
    """A run's accuracy in total, as it is kept."""
    total = record.total
    if not total.get("forecasts"):
        return {"alarms": [asdict(doubt) for doubt in doubts]}
    counted = {
        "weeks": TRACKED_WEEKS,
        "forecasts": int(total["forecasts"] or 0),
        **_pinball(total),
    }
    cycles = [
        {"last_week": row["last_week"].isoformat(), "forecasts": row["forecasts"], **_measures(row)}
        for row in record.cycles.iter_rows(named=True)
    ]
    alarms = [asdict(alarm) for alarm in (*doubts, *record.alarms)]
    return {"total": {**counted, **_measures(total)}, "alarms": alarms, "cycles": cycles}


def _beside(one: CompanyForecast, own: bool) -> dict[str, Any]:
    """What else a run keeps: ``judged`` on its ``stored`` forecasts or on those ``made_again``; ``signals`` (name, effect, low,
    high, value on unseen weeks, kept, reason); ``outside`` models and ``learnt`` trees (weight, gain); ``blend`` of the windows
    by rarity; ``regions`` [shop, country, share of all expected units]."""
    model = one.result.model
    return {
        "judged": "stored" if own else "made_again",
        "signals": one.signals,
        "outside": [asdict(each) for each in model.outside],
        "learnt": {"weight": model.learnt.weight, "gain": round(model.learnt.gain, 4)} if model.learnt else None,
        "blend": [[round(float(weight), 3) for weight in group] for group in model.blend],
        "regions": demand_regions.in_all(one.regions, one.result.frame) if len(one.regions) else [],
    }


def _pinball(told: Mapping[str, Any]) -> dict[str, int | None]:
    """What the 95 % quantile cost, and that of the simple rule, in thousandths of the demand."""
    return {"pinball": _share(told.get("pin95")), "pinball_simple": _share(told.get("pin95_ma8"))}


def _measures(told: Mapping[str, Any]) -> dict[str, int | None]:
    return {name: _share(told.get(of)) for name, of in _MEASURES.items()}


def _tracked(record: TrackRecord, keys: tuple[str, ...]) -> dict[Any, dict[str, Any]]:
    """Key → measures of that series' own past."""
    rows = record.frame.iter_rows(named=True)
    return {tuple(row[name] for name in keys): {"forecasts": row["forecasts"], **_measures(row)} for row in rows}


def _share(value: float | None) -> int | None:
    """Thousandths."""
    return None if value is None or np.isnan(value) else round(value * 1000)
