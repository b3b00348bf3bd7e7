"""What the units of every loss had cost, component by component, with what was aimed at the loss itself.

A loss is a movement: written off, destroyed, lost, short in a count. Samples, gifts and replacements are uses, not losses.
"""

from __future__ import annotations

import json

import polars as pl

from entrepot.core.kinds import Kind
from entrepot.workflows.economics import with_day
from entrepot.workflows.valuing import Valued

LOST = (int(Kind.WRITE_OFF), int(Kind.COUNT_SHORTAGE))


def loss_frame(valued: Valued) -> pl.DataFrame:
    """movement, item, company, day, quantity, uncosted, missing, costs = {component: amount} as JSON."""
    waiting = valued.waiting()["movement"]
    rows = valued.facts.movements.filter(pl.col("kind").is_in(LOST) & ~pl.col("movement").is_in(waiting.implode()))
    rows = with_day(rows.select("movement", "item", "company", "quantity", "effective_at"), valued)
    units = valued.movement_units().select("movement", "uncosted", "missing")
    sums = (
        valued.movement_costs()
        .join(rows, on="movement", how="semi")
        .filter(pl.col("amount").is_not_null())
        .group_by("movement", "component", maintain_order=True)
        .agg(pl.col("amount").sum())
    )
    costs: dict[int, dict[str, int]] = {}
    for movement, component, amount in sums.select("movement", "component", "amount").iter_rows():
        costs.setdefault(movement, {})[str(component)] = amount
    told = [json.dumps(costs.get(movement, {})) for movement in rows["movement"]]
    return (
        rows.with_columns(costs=pl.Series(told, dtype=pl.String))
        .join(units, on="movement", how="left")
        .with_columns(pl.col("uncosted", "missing").fill_null(0))
    )
