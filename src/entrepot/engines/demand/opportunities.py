"""Demand that finds nothing to buy: searches without a listing, abandoned carts, complaints, ranked as product chances."""

from __future__ import annotations

import polars as pl

SEARCH_RATE = 0.02
CART_RATE = 0.25
"""Buyers among those who searched, and among those who had it in the cart, where the shop does not know its own rates."""


def opportunities(
    searches: pl.DataFrame | None = None, carts: pl.DataFrame | None = None, complaints: pl.DataFrame | None = None, *,
    search_rate: float = SEARCH_RATE, cart_rate: float = CART_RATE,
) -> pl.DataFrame:  # fmt: skip
    """Ranked ``subject``, ``units`` thought to be missed a month, ``source`` and ``evidence`` (the count behind it).

    ``searches`` has ``subject``, ``count`` a month and ``listed`` (whether the shop has it); ``carts`` ``subject`` and
    ``abandoned``; ``complaints`` ``subject`` and ``count`` (each taken as one lost buyer). Units are assumptions times counts: a
    ranking, not a forecast.

    >>> asked = pl.DataFrame({"subject": ["blue kettle", "mug"], "count": [900, 5000], "listed": [False, True]})
    >>> opportunities(asked).rows()
    [('blue kettle', 18.0, 'search', 900)]
    """
    parts: list[pl.DataFrame] = []
    schema = {"subject": pl.String, "units": pl.Float64, "source": pl.String, "evidence": pl.Int64}
    if searches is not None:
        missed = searches.filter(~pl.col("listed"))
        parts.append(_ranked(missed, "count", search_rate, "search"))
    if carts is not None:
        parts.append(_ranked(carts, "abandoned", cart_rate, "cart"))
    if complaints is not None:
        parts.append(_ranked(complaints, "count", 1.0, "complaint"))
    if not parts:
        return pl.DataFrame(schema=schema)
    return pl.concat(parts).sort("units", "subject", descending=[True, False])


def _ranked(frame: pl.DataFrame, count: str, rate: float, source: str) -> pl.DataFrame:
    return frame.select(
        pl.col("subject").cast(pl.String), units=pl.col(count) * rate, source=pl.lit(source),
        evidence=pl.col(count).cast(pl.Int64),
    )  # fmt: skip
