"""What really happened in the weeks that are replayed: stock and arrivals, and what the books charged."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db.models import Sum

from entrepot.books import models
from entrepot.core.calendar import midnight
from entrepot.core.components import COMPONENTS
from entrepot.workflows.simulate_books import Floats, Ints

if TYPE_CHECKING:
    import polars as pl

BOOKED = ("purchase", "first_leg", "duty_tax", "storage", "capital", "selling", "unsalable")
"""The books' seven families, in the order of :attr:`SellerBooks.booked`."""
_WEEK = 604_800_000_000


def as_it_stood(
    company: models.Company, moves: pl.DataFrame, pairs: list[tuple[int, int]], at: int, weeks: int
) -> tuple[Ints, Ints]:
    """Sellable units [rows] of the company at the instant ``at``, and what came in in each of the ``weeks`` after it."""
    import polars as pl

    cells = dict(
        models.Cell.objects.filter(company=company, condition="sellable", transit="").values_list("pk", "location_id")
    )
    place = {"return_dtype": pl.Int64, "default": None}
    into = moves.select(
        "item", pl.col("to_cell").replace_strict(cells, **place).alias("place"), "quantity", "effective_at",
        back=pl.col("sales_line").is_not_null() | pl.col("of").is_not_null(),
        source=pl.col("from_cell").replace_strict(cells, **place),
    ).drop_nulls("place")  # fmt: skip
    out = moves.select(
        "item", pl.col("from_cell").replace_strict(cells, **place).alias("place"), "quantity", "effective_at"
    )
    rows: dict[tuple[int, int], int] = {pair: n for n, pair in enumerate(pairs)}
    then, later = np.zeros(len(pairs), np.int64), np.zeros((len(pairs), weeks), np.int64)
    before = pl.col("effective_at") < at
    for sign, frame in ((1, into), (-1, out.drop_nulls("place"))):
        for item, where, units in frame.filter(before).group_by("item", "place").agg(pl.sum("quantity")).iter_rows():
            if (item, where) in rows:
                then[rows[item, where]] += sign * units
    week = (pl.col("effective_at") - at) // 604_800_000_000
    came = into.filter(~before & (week < weeks) & (pl.col("source").is_null() | (pl.col("source") != pl.col("place"))))
    came = came.filter(~pl.col("back")).group_by("item", "place", week=week).agg(pl.sum("quantity"))
    for item, where, number, units in came.iter_rows():
        if (item, where) in rows:
            later[rows[item, where], number] += units
    return np.maximum(then, 0), np.maximum(later, 0)


def booked(company: models.Company, pairs: list[tuple[int, int]], first: date, until: date) -> tuple[Floats, Floats]:
    """What the books charged [rows, families] from ``first`` to before ``until``, and units sold less returned [rows].

    Of what was sold: goods, first leg, duty, selling, unsalable, and the interest on the money in it. Storage is what the bills
    of those weeks laid on the item at the place, sold or not.
    """
    rows = {pair: n for n, pair in enumerate(pairs)}
    out, units = np.zeros((len(pairs), len(BOOKED))), np.zeros(len(pairs))
    sums: dict[str, Any] = {name: Sum(name) for name in (*BOOKED, "imputed", "quantity", "returned")}
    days = {"day__gte": int(first.strftime("%Y%m%d")), "day__lt": int(until.strftime("%Y%m%d"))}
    sold = models.SaleFigure.objects.filter(company=company, **days)
    for item, place, *values in sold.values_list("item_id", "movement__from_cell__location_id").annotate(**sums):
        row = rows.get((item, place))
        if row is None:
            continue
        said = dict(zip(sums, values, strict=True))
        out[row] += [said[name] for name in BOOKED]
        out[row, BOOKED.index("storage")] = 0.0
        out[row, BOOKED.index("capital")] += said["imputed"]
        units[row] += said["quantity"] - said["returned"]
    storage = BOOKED.index("storage")
    for item, place, amount in _storage(company, first, until):
        if (item, place) in rows:
            out[rows[item, place], storage] += amount
    return out, units


def _storage(company: models.Company, first: date, until: date) -> list[tuple[int, int, float]]:
    """(item, place, amount) of the storage of places, each bill by the share of its days that lie within."""
    start, end = midnight(first, company.zone), midnight(until, company.zone)
    lines = models.CostLine.objects.filter(
        company=company, component=COMPONENTS["storage"], target_kind="place", replacement__isnull=True,
        period_to__gt=start, period_from__lt=end,
    )  # fmt: skip
    within = {
        key: (place or 0, (min(last, end) - max(begin, start)) / max(last - begin, 1))
        for key, place, begin, last in lines.values_list("pk", "location_id", "period_from", "period_to")
    }
    shares = models.PeriodShare.objects.filter(cost_line__in=list(within))
    return [
        (item, within[line][0], amount * within[line][1])
        for line, item, amount in shares.values_list("cost_line", "item_id", "amount")
    ]
