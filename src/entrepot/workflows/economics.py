"""From a valuation to the figures people read: sales with their profit, other issues, stock with its age.

Families and the book view as core/components.py states them. A customer's return counts back on its sale: its units in
``returned``, its cost (negative) in the sale's own columns. A line sold as a bundle shares its price over its parts by
units.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import polars as pl

from entrepot.books.facts import Facts
from entrepot.core.components import BOOK, COMPONENTS, FAMILIES, family_of
from entrepot.core.kinds import Kind
from entrepot.workflows.valuing import Valued, split

FAMILY_NAMES = tuple(FAMILIES)
_FAMILY = {number: family_of(number) for number in COMPONENTS.values()}
_BOOK = [COMPONENTS[name] for name in BOOK]
_OUTWARD = [
    int(kind)
    for kind in (
        Kind.SUPPLIER_RETURN, Kind.INTERCOMPANY_SALE, Kind.WRITE_OFF, Kind.USE, Kind.COUNT_SHORTAGE, Kind.RETURN
    )
]  # fmt: skip
_BESIDE = ("imputed", "book_cost", "uncosted", "missing")
_AMOUNTS = {"movement": pl.Int64, "component": pl.Int64, "amount": pl.Int64}


def sale_frame(
    valued: Valued, period_costs: pl.DataFrame | None = None, imputed: pl.DataFrame | None = None
) -> pl.DataFrame:
    """One row per sale movement that took effect, with the columns of the sale figures.

    ``period_costs``: movement, component, amount of place- and company-period lines (full view). ``imputed``: movement,
    imputed capital (0 without).
    """
    facts = valued.facts
    sales = _sales(valued)
    costs = _on_sales(facts, valued.movement_costs())
    extra = [period_costs] if period_costs is not None and len(period_costs) else []
    wide = _wide(pl.concat([costs, order_costs(facts, sales), *extra]), "movement")
    units = _on_sales(facts, valued.movement_units().select("movement", "uncosted", "missing"))
    units = units.group_by("movement").agg(pl.col("uncosted").sum(), pl.col("missing").sum())
    back = (
        facts.movements.filter((pl.col("kind") == int(Kind.RETURN)) & pl.col("of").is_not_null())
        .group_by("of")
        .agg(returned=pl.col("quantity").sum())
    )
    frame = (
        sales.join(_line_money(facts, sales), on="movement", how="left")
        .join(back, left_on="movement", right_on="of", how="left")
        .join(units, on="movement", how="left")
        .join(wide, on="movement", how="left")
        .join(_interest(facts, imputed), on="movement", how="left")
    )
    zeros = [*FAMILY_NAMES, "imputed", "book_cost", "uncosted", "missing", "returned", "refunded"]
    return frame.with_columns(pl.col(zeros).fill_null(0))


def _interest(facts: Facts, imputed: pl.DataFrame | None) -> pl.DataFrame:
    """movement, imputed: what a return brought back counts on its sale."""
    if imputed is None:
        return pl.DataFrame(schema={"movement": pl.Int64, "imputed": pl.Int64})
    return _on_sales(facts, imputed).group_by("movement").agg(pl.col("imputed").sum())


def _sales(valued: Valued) -> pl.DataFrame:
    """movement, sales_line, item, company, shop, country, day, quantity of applied sales."""
    facts = valued.facts
    waiting = valued.waiting()["movement"]
    rows = facts.movements.filter(
        (pl.col("kind") == int(Kind.SALE)) & ~pl.col("movement").is_in(waiting.implode())
    ).select("movement", "sales_line", "item", "company", "quantity", "effective_at")
    lines = facts.sales.select(sales_line="line", shop="shop_id", country="country")
    return (
        with_day(rows, valued)
        .join(lines, on="sales_line", how="left")
        .with_columns(pl.col("country").fill_null(""))
        .drop("effective_at")
    )


def with_day(rows: pl.DataFrame, valued: Valued) -> pl.DataFrame:
    """``day`` = YYYYMMDD of ``effective_at`` in the zone of ``company``."""
    moment = pl.from_epoch("effective_at", time_unit="us").dt.replace_time_zone("UTC")
    day: pl.Expr = pl.lit(0)
    for zone in {books.zone for books in valued.books.values()}:
        mine = [company for company, books in valued.books.items() if books.zone == zone]
        local = moment.dt.convert_time_zone(zone)
        number = local.dt.year().cast(pl.Int64) * 10_000 + local.dt.month().cast(pl.Int64) * 100 + local.dt.day()
        day = pl.when(pl.col("company").is_in(mine)).then(number).otherwise(day)
    return rows.with_columns(day=day.cast(pl.Int64))


def _on_sales(facts: Facts, frame: pl.DataFrame) -> pl.DataFrame:
    """What a return brought back counts on the sale that it came from."""
    origin = facts.movements.filter((pl.col("kind") == int(Kind.RETURN)) & pl.col("of").is_not_null()).select(
        "movement", "of"
    )
    return frame.join(origin, on="movement", how="left").with_columns(movement=pl.coalesce("of", "movement")).drop("of")


def _wide(costs: pl.DataFrame, key: str | Sequence[str]) -> pl.DataFrame:
    """(key, component, amount) → one column per family and the book cost."""
    keys = [key] if isinstance(key, str) else list(key)
    named = costs.filter(pl.col("amount").is_not_null()).with_columns(
        family=pl.col("component").replace_strict(_FAMILY, return_dtype=pl.String),
        book=pl.col("component").is_in(_BOOK),
    )
    return named.group_by(keys, maintain_order=True).agg(
        *(pl.col("amount").filter(pl.col("family") == name).sum().alias(name) for name in FAMILY_NAMES),
        book_cost=pl.col("amount").filter(pl.col("book")).sum(),
    )


def _line_money(facts: Facts, sales: pl.DataFrame) -> pl.DataFrame:
    """movement, net (null = price unknown), refunded."""
    parts = _parts(facts, sales)
    net = _shared(parts, facts.sales.select(sales_line="line", amount="amount"))
    refunds = facts.refunds.drop_nulls("sales_line").group_by("sales_line").agg(pl.col("amount").sum())
    back = _shared(parts, refunds)
    return net.rename({"amount": "net"}).join(back.rename({"amount": "refunded"}), on="movement", how="left")


def _parts(facts: Facts, sales: pl.DataFrame) -> pl.DataFrame:
    """movement, sales_line, quantity of the sales, and of the other items that were sold in the same bundles."""
    own = sales.select("movement", "sales_line", "quantity").drop_nulls("sales_line")
    others = facts.bundle_parts.drop_nulls("sales_line").join(own, on="movement", how="anti").select(own.columns)
    return pl.concat([own, others]).sort("sales_line", "movement")


def _shared(parts: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    """Totals by sales line over the line's movements, by units: movement, amount (null where the total is null)."""
    rows = parts.join(totals, on="sales_line", how="inner", maintain_order="left")
    known = rows.filter(pl.col("amount").is_not_null()).select(
        "movement", "amount", line="sales_line", weight="quantity"
    )
    done = known.select("movement").with_columns(split(known).alias("amount"))
    return rows.select("movement").join(done, on="movement", how="left")


def order_costs(facts: Facts, sales: pl.DataFrame) -> pl.DataFrame:
    """Lines aimed at orders (platform fees, last mile …) on the movements of their sales lines."""
    weights = facts.order_weights
    if weights.is_empty():
        return pl.DataFrame(schema=_AMOUNTS)
    by_line = (
        weights.select("sales_line", "component")
        .with_columns(split(weights).alias("amount"))
        .group_by("sales_line", "component", maintain_order=True)
        .agg(pl.col("amount").sum())
    )
    parts = _parts(facts, sales)
    rows = by_line.join(parts, on="sales_line", how="inner").sort("sales_line", "component", "movement")
    numbered = rows.with_columns(line=pl.struct("sales_line", "component").rank("dense").cast(pl.Int64)).rename(
        {"quantity": "weight"}
    )
    shared = numbered.select("movement", "component").with_columns(split(numbered).alias("amount"))
    return shared.join(sales, on="movement", how="semi")


def unplaced_orders(valued: Valued) -> pl.DataFrame:
    """company_id, component, amount aimed at order lines that moved nothing (cancelled, not shipped yet): unallocated."""
    weights = valued.facts.order_weights
    if weights.is_empty():
        return pl.DataFrame(schema={"company_id": pl.Int64, "component": pl.Int64, "amount": pl.Int64})
    amounts = weights.with_columns(split(weights).alias("amount"))
    moved = _sales(valued)["sales_line"].drop_nulls().unique()
    rows = amounts.filter(pl.col("sales_line").is_null() | ~pl.col("sales_line").is_in(moved.implode()))
    return rows.group_by("company_id", "component").agg(pl.col("amount").sum())


def margin_frame(valued: Valued, sales: pl.DataFrame, imputed: pl.DataFrame | None = None) -> pl.DataFrame:
    """Sums by item, company, shop, destination, month and reason: sales, and every other way units left."""
    sold = (
        sales.with_columns(month=pl.col("day") // 100, reason=pl.lit("sale"))
        .group_by("item", "company", "shop", "country", "month", "reason", maintain_order=True)
        .agg(
            sales=pl.len().cast(pl.Int64),
            quantity=pl.col("quantity").sum(),
            returned=pl.col("returned").sum(),
            net=pl.col("net").sum(),
            net_unknown=pl.col("quantity").filter(pl.col("net").is_null()).sum(),
            refunded=pl.col("refunded").sum(),
            **{name: pl.col(name).sum() for name in (*FAMILY_NAMES, *_BESIDE)},
        )
    )
    return pl.concat([sold, other_issues(valued, imputed).select(sold.columns)])


def other_issues(valued: Valued, imputed: pl.DataFrame | None = None) -> pl.DataFrame:
    """Units that left without a sale, by reason (the kind of movement)."""
    facts = valued.facts
    waiting = valued.waiting()["movement"]
    rows = facts.movements.filter(pl.col("kind").is_in(_OUTWARD) & ~pl.col("movement").is_in(waiting.implode())).filter(
        (pl.col("kind") != int(Kind.RETURN)) | pl.col("of").is_null()
    )
    reasons = {int(kind): kind.name.lower() for kind in Kind}
    rows = with_day(rows, valued).with_columns(reason=pl.col("kind").replace_strict(reasons, return_dtype=pl.String))
    units = valued.movement_units().select("movement", "uncosted", "missing")
    wide = _wide(valued.movement_costs(), "movement")
    frame = rows.join(units, on="movement", how="left").join(wide, on="movement", how="left")
    frame = frame.join(_interest(facts, imputed), on="movement", how="left")
    figures = [*FAMILY_NAMES, *_BESIDE]
    zero = pl.lit(0, pl.Int64)
    return (
        frame.with_columns(pl.col(figures).fill_null(0), month=pl.col("day") // 100)
        .group_by("item", "company", "month", "reason", maintain_order=True)
        .agg(pl.col("quantity").sum(), *(pl.col(name).sum() for name in figures))
        .with_columns(
            shop=pl.lit(None, pl.Int64), country=pl.lit(""), sales=zero, returned=zero, net=zero, net_unknown=zero,
            refunded=zero,
        )
    )  # fmt: skip


def stock_frame(valued: Valued, period_costs: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row per item and cell with units, cost by family, open layers; uncosted sales of a cell count there.

    ``period_costs``: item, cell, component, amount of period lines that rest on stock.
    """
    stock = valued.stock()
    units = stock.group_by("item", "cell", maintain_order=True).agg(pl.col("units").first(), pl.col("missing").first())
    costs = stock.select("item", "cell", pl.col("component").cast(pl.Int64), "amount")
    if period_costs is not None and len(period_costs):
        costs = pl.concat([costs, period_costs.select(costs.columns)])
    wide = _wide(costs, ("item", "cell"))
    owed = _owed(valued)
    frame = (
        units.join(owed, on=["item", "cell"], how="full", coalesce=True)
        .join(wide, on=["item", "cell"], how="left")
        .join(_layers(valued), on=["item", "cell"], how="left")
        .join(valued.cells, on="cell", how="left")
    )
    zeros = [*FAMILY_NAMES, "book_cost", "units", "missing", "uncosted"]
    return frame.with_columns(pl.col(zeros).fill_null(0), pl.col("layers").fill_null("[]"))


def _owed(valued: Valued) -> pl.DataFrame:
    """item, cell, uncosted: units sold ahead of the stock of a cell."""
    owing = valued.movement_units().filter(pl.col("uncosted") > 0).select("movement", "uncosted")
    places = valued.facts.movements.select("movement", "item", cell="from_cell")
    return owing.join(places, on="movement").drop_nulls("cell").group_by("item", "cell").agg(pl.col("uncosted").sum())


def _layers(valued: Valued) -> pl.DataFrame:
    """item, cell, oldest_at, layers = [[born instant, units, book cost or null]] as JSON, oldest first."""
    rows = valued.layers()
    if rows.is_empty():
        return pl.DataFrame(schema={"item": pl.Int64, "cell": pl.Int64, "oldest_at": pl.Int64, "layers": pl.String})
    per_layer = rows.group_by("item", "cell", "layer", maintain_order=True).agg(
        pl.col("born_at").first(),
        pl.col("units").first(),
        pl.col("missing").first(),
        book=pl.col("amount").filter(pl.col("component").is_in(_BOOK)).sum(),
    )
    listed = per_layer.sort("item", "cell", "born_at", "layer", nulls_last=False).with_columns(
        entry=pl.struct("born_at", "units", pl.when("missing").then(None).otherwise(pl.col("book")).alias("book"))
    )
    return (
        listed.group_by("item", "cell", maintain_order=True)
        .agg(pl.col("born_at").min().alias("oldest_at"), pl.col("entry"))
        .with_columns(
            layers=pl.col("entry").map_elements(
                lambda entries: json.dumps([[e["born_at"], e["units"], e["book"]] for e in entries]),
                return_dtype=pl.String,
            )
        )
        .drop("entry")
    )
