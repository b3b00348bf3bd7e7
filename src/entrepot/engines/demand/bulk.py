"""One-off bulk orders, line by line: what an order is above twelve times the item's usual line.

A wholesaler who takes 4,800 units once a year says little about next week and much about the year. His units are kept
apart from the usual demand and forecast as a rate of their own over the item's whole past (history.py), where a window of
the last weeks would either forget them or expect them again every week.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

USUAL_LINES = 5
"""Earlier lines that an item needs before one of its orders can be told to be unusual."""

BULK = 12.0
"""An order line above this multiple of the item's usual line is bulk; the units above it are set apart."""


def bulk_units(lines: pl.DataFrame) -> NDArray[np.int64]:
    """Units [lines] above :data:`BULK` × the usual line (geometric mean of all earlier lines of the item; at least
    :data:`USUAL_LINES` of them), looking only backwards. ``lines`` has ``item``, ``demand`` and ``ordered_at``.

    >>> lines = pl.DataFrame({"item": ["a"] * 7, "demand": [2, 2, 2, 2, 2, 2, 500], "ordered_at": range(7)})
    >>> bulk_units(lines).tolist()
    [0, 0, 0, 0, 0, 0, 476]
    """
    sold = lines.select("item", "demand", "ordered_at").with_row_index("row").filter(pl.col("demand") > 0)
    sold = sold.sort("item", "ordered_at", "row").with_columns(
        before=pl.int_range(pl.len()).over("item"),
        sizes=(pl.col("demand").log().cum_sum() - pl.col("demand").log()).over("item"),
    )
    usual = (pl.col("sizes") / pl.col("before")).exp()
    above = pl.col("demand") - (BULK * usual).round().cast(pl.Int64)
    found = sold.filter(pl.col("before") >= USUAL_LINES).select("row", units=above).filter(pl.col("units") > 0)
    out = np.zeros(len(lines), dtype=np.int64)
    out[found["row"].to_numpy()] = found["units"].to_numpy()
    return out
