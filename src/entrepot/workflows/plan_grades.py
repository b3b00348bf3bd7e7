"""What is settled once all lines of a plan are there: the duty that no bill tells, class and strategy of each."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from entrepot.books import models
from entrepot.workflows.plan_economics import duty_rates
from entrepot.workflows.plan_lanes import DIRECT

if TYPE_CHECKING:
    from entrepot.workflows.forecast import CompanyForecast
    from entrepot.workflows.plan_model import Line

DUTY_SHARE = 0.05
"""Duty as a share of the goods' cost, where neither bills nor the rule book tell it."""


def fill_duties(lines: list[Line], items: dict[int, models.Item], book: Any, on: date) -> None:
    """Duty where the books know none: by the rule book on the goods' cost; where that cannot tell, of the landed share."""
    wanted = {
        (line.place.country, items[line.item].hs_code, items[line.item].origin)
        for line in lines
        if line.duty is None and "unit_cost" not in line.assumed
    }
    rates = duty_rates(book, wanted, on)
    for line in lines:
        if line.duty is not None or line.goods is None:
            continue
        rate = rates.get((line.place.country, items[line.item].hs_code, items[line.item].origin))
        if "unit_cost" in line.assumed or [way.mode for way in line.ways] == [DIRECT]:
            line.duty = 0.0  # a landed cost that was assumed, or goods bought at their place, carry their duty within
        elif rate is not None:
            line.duty = line.goods * rate
        else:
            line.duty = line.goods * DUTY_SHARE
            line.assumed.append("duty")


def grade(company: models.Company, one: CompanyForecast, lines: list[Line]) -> None:
    """Class, stage and strategy of every line, with what people have overruled."""
    from entrepot.engines.replenish.strategy import assign, life_stages

    if not lines:
        return
    rows = np.array([line.series for line in lines], dtype=np.int64)
    demand = np.nan_to_num(one.panel.demand)
    at = {
        key: n for n, key in enumerate(one.panel.keys.select(pl.col("item"), pl.col("channel").cast(pl.Int64)).rows())
    }
    index = np.array([at.get((line.item, line.place.pk), -1) for line in lines], dtype=np.int64)
    past = np.where((index >= 0)[:, None], demand[np.maximum(index, 0)], 0.0)
    year = past[:, -52:]
    weeks = one.result.frame["weeks"].fill_null(0).to_numpy()[rows].astype(np.float64)
    stages = life_stages(weeks, past[:, -13:].sum(axis=1), past[:, -26:-13].sum(axis=1))
    value = np.array([52 * line.weekly * (line.price or 0.0) for line in lines])
    overrides: dict[int, dict[str, object]] = defaultdict(dict)
    kept = models.PlanOverride.objects.filter(company=company, withdrawn_at=None, line=None).order_by("made_at", "pk")
    for item, place, name, said in kept.values_list("item_id", "location_id", "field", "value"):
        for n, line in enumerate(lines):
            if line.item == item and place in (None, line.place.pk):
                overrides[n][name] = tuple(said) if name == "modes" else said
    mean = np.array([line.weekly for line in lines])
    for line, grade in zip(lines, assign(value, mean, year.std(axis=1), stages, overrides), strict=True):
        line.grade = grade
