"""Panels for tests."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from entrepot.engines.demand.model import DemandPanel


def dense(demand: np.ndarray) -> DemandPanel:
    """A panel keyed by item (i0, i1, …) from [series, weeks]; NaN is unknown; the first week is 2025-01-06."""
    series, weeks = demand.shape
    sold = demand > 0
    born = np.where(sold.any(axis=1), sold.argmax(axis=1), weeks)
    return DemandPanel(
        pl.DataFrame({"item": [f"i{k}" for k in range(series)]}, schema={"item": pl.String}),
        tuple(date(2025, 1, 6) + timedelta(weeks=k) for k in range(weeks)),
        demand.astype(np.float64),
        born.astype(np.int64),
        np.zeros(demand.shape, dtype=np.bool_),
    )
