"""Forecasts as they were stored when they were made, laid beside the weeks that followed."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from entrepot.engines.demand.model import DemandPanel, Floats


def stored_means(panel: DemandPanel, stored: pl.DataFrame) -> dict[int, dict[int, Floats]]:
    """Means [series] by cut-off column (the first week that the forecast did not know) and lead time in weeks; NaN where
    none was stored. ``stored`` has the panel's key columns, ``last_week`` (Monday of the last week known), ``weeks`` and
    ``mean``; what is of other series or weeks is left out.

    >>> keys, weeks = pl.DataFrame({"item": ["a", "b"]}), (date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19))
    >>> one = DemandPanel(keys, weeks, np.ones((2, 3)), np.zeros(2, np.int64), np.zeros((2, 3), np.bool_))
    >>> told = pl.DataFrame({"item": ["b"], "last_week": [date(2026, 1, 5)], "weeks": [2], "mean": [7.0]})
    >>> {at: {weeks: means.tolist() for weeks, means in by.items()} for at, by in stored_means(one, told).items()}
    {1: {2: [nan, 7.0]}}
    """
    column = {week: at + 1 for at, week in enumerate(panel.weeks)}
    rows = stored.join(panel.keys.with_row_index("_row"), on=panel.keys.columns, how="inner")
    found: dict[int, dict[int, Floats]] = {}
    for (last, weeks), part in rows.group_by("last_week", "weeks", maintain_order=True):
        at = column.get(last) if isinstance(last, date) else None
        if at is None or not isinstance(weeks, int):
            continue
        means = np.full(len(panel), np.nan)
        means[part["_row"].to_numpy()] = part["mean"].cast(pl.Float64).fill_null(np.nan).to_numpy()
        found.setdefault(at, {})[weeks] = means
    return found
