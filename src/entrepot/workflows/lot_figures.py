"""What units of every lot earned and cost: the sale figures once more, by the lot out of which each unit came.

A lot is the arrival from outside that a unit goes back to (docs/methods/ledger.md). Its layers carry their own cost; what falls
on a whole sale (price, refund, platform fees, storage, interest) is shared over the lots of the sale by units, so that its lots
sum to its figure in every column, to the cent. Units sold ahead of stock have no lot. Under the average methods a lot's
units cost what the pool says.
"""

from __future__ import annotations

import polars as pl

from entrepot.books import models
from entrepot.core.components import BOOK, COMPONENTS, FAMILIES, family_of
from entrepot.workflows.valuing import Valued, split

FAMILY_NAMES = tuple(FAMILIES)
_BOOK = [COMPONENTS[name] for name in BOOK]
_FAMILY = {number: family_of(number) for number in COMPONENTS.values()}
_LAYERED = (*FAMILY_NAMES, "book_cost")
_SHARED = ("net", "refunded", "returned", "imputed")
_SUMMED = ("quantity", "net_unknown", "uncosted", "missing", *_SHARED, *_LAYERED)
_KEY = ("item", "company", "shop", "country", "location", "month", "lot")


def lot_frame(valued: Valued, sales: pl.DataFrame) -> pl.DataFrame:
    """Sums by item, company, shop, destination, place, month and lot (null = no lot) of the sale figures ``sales``."""
    if sales.is_empty():
        return pl.DataFrame(schema=dict.fromkeys((*_KEY, "sales", *_SUMMED), pl.Int64))
    units, costs = _drawn(valued, sales)
    rows = _with_rest(units, sales)
    known = _wide(costs)
    rows = rows.join(known, on=["movement", "lot"], how="left", nulls_equal=True).with_columns(
        pl.col(_LAYERED).fill_null(0)
    )
    rows = rows.sort("movement", "lot", nulls_last=True)
    for name in _LAYERED:
        rows = _rest_by_units(rows, sales, name)
    for name in _SHARED:
        rows = _rest_by_units(rows.with_columns(pl.lit(0, pl.Int64).alias(name)), sales, name)
    rows = _unknown(rows, sales)
    heads = sales.select("movement", "item", "company", "shop", "country", month=pl.col("day") // 100, priced="net")
    return (
        rows.join(heads, on="movement")
        .join(_places(valued), on="movement", how="left")
        .with_columns(net_unknown=pl.when(pl.col("priced").is_null()).then("quantity").otherwise(0))
        .group_by(_KEY, maintain_order=True)
        .agg(
            sales=pl.len().cast(pl.Int64),
            **{name: pl.col(name).sum() for name in _SUMMED},
        )
    )


def _drawn(valued: Valued, sales: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Units and layer costs of the sales by lot, every company by its own method."""
    from entrepot.engines.valuation import lot_draws

    units, costs = [], []
    for method, valuation in valued.by_method.items():
        mine = [company for company, books in valued.books.items() if books.method == method]
        told = lot_draws(valuation, sales.filter(pl.col("company").is_in(mine))["movement"])
        units.append(told.units)
        costs.append(told.costs)
    return pl.concat(units), pl.concat(costs)


def _with_rest(units: pl.DataFrame, sales: pl.DataFrame) -> pl.DataFrame:
    """movement, lot, quantity, missing_units: what no layer has paid yet stands without a lot."""
    taken = units.group_by("movement").agg(drawn=pl.col("units").sum())
    rest = (
        sales.select("movement", "quantity")
        .join(taken, on="movement", how="left")
        .select(
            "movement",
            lot=pl.lit(None, pl.Int64),
            units=pl.col("quantity") - pl.col("drawn").fill_null(0),
            missing=pl.lit(0, pl.Int64),
        )
        .filter(pl.col("units") > 0)
    )
    return pl.concat([units, rest]).rename({"units": "quantity", "missing": "missing_units"})


def _wide(costs: pl.DataFrame) -> pl.DataFrame:
    named = costs.with_columns(
        family=pl.col("component").replace_strict(_FAMILY, return_dtype=pl.String),
        book=pl.col("component").is_in(_BOOK),
    )
    return named.group_by("movement", "lot", maintain_order=True).agg(
        *(pl.col("amount").filter(pl.col("family") == name).sum().alias(name) for name in FAMILY_NAMES),
        book_cost=pl.col("amount").filter(pl.col("book")).sum(),
    )


def _rest_by_units(rows: pl.DataFrame, sales: pl.DataFrame, name: str) -> pl.DataFrame:
    """``name`` of the lots and what is left of the sale's figure, by units; the lots of a movement then sum to it."""
    told = rows.group_by("movement").agg(told=pl.col(name).sum())
    rest = sales.select("movement", whole=pl.col(name).fill_null(0)).join(told, on="movement")
    rest = rest.select("movement", amount=pl.col("whole") - pl.col("told"))
    weights = rows.select(line="movement", weight="quantity").join(
        rest.rename({"movement": "line"}), on="line", how="left", maintain_order="left"
    )
    return rows.with_columns(pl.col(name) + split(weights.select("line", "amount", "weight")))


def _unknown(rows: pl.DataFrame, sales: pl.DataFrame) -> pl.DataFrame:
    """``uncosted`` stands where there is no lot; ``missing`` where a lot's goods have no price, scaled to what came back."""
    figures = sales.select("movement", whole_uncosted="uncosted", whole_missing="missing")
    rows = rows.join(figures, on="movement", maintain_order="left")
    owed = pl.col("quantity").filter(pl.col("lot").is_null()).sum().over("movement")
    gaps = pl.col("missing_units").sum().over("movement")
    uncosted = split(
        rows.select(
            line="movement", amount="whole_uncosted",
            weight=pl.when(owed > 0).then(pl.when(pl.col("lot").is_null()).then("quantity").otherwise(0)).otherwise("quantity"),
        )
    )  # fmt: skip
    missing = split(
        rows.select(
            line="movement", amount="whole_missing", weight=pl.when(gaps > 0).then("missing_units").otherwise("quantity")
        )
    )  # fmt: skip
    return rows.with_columns(uncosted=uncosted, missing=missing)


def _places(valued: Valued) -> pl.DataFrame:
    """movement, location of what went out."""
    moves = valued.facts.movements.select("movement", cell="from_cell")
    cells = pl.DataFrame(
        list(models.Cell.objects.values_list("pk", "location_id")),
        schema={"cell": pl.Int64, "location": pl.Int64},
        orient="row",
    )
    return moves.join(cells, on="cell", how="left").select("movement", "location")
