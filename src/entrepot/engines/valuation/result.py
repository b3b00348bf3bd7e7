"""What a valuation says: layers, issues, what left, what is on hand, and what could not be placed. Frames are built
when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from entrepot.core.kinds import Kind
from entrepot.engines.valuation.age import first_births
from entrepot.engines.valuation.aim import Aimed
from entrepot.engines.valuation.draws import Pools
from entrepot.engines.valuation.explain import ExplainedLine, explain_pool, explain_row, explain_slot
from entrepot.engines.valuation.layer_costs import Entries, Sums, lines_on_hand
from entrepot.engines.valuation.ledger_state import CONVERTED, Allocation
from entrepot.engines.valuation.model import I64


@dataclass(frozen=True, eq=False)
class Valuation:
    """Result of :func:`~entrepot.engines.valuation.value.value`.

    Amounts are base-currency minor units, units are the item's base units, instants µs. Under the average methods
    there are pools, not layers: ``layers`` and ``issues`` still say who took which units, but carry no cost, and
    ``layer_costs`` raises ValueError.
    """

    method: str
    group: bool
    allocation: Allocation
    aimed: Aimed
    left: Sums
    """by row: what went out for good; returns negative"""
    standing: Sums
    """by slot: what is on hand"""
    entries: Entries | None
    pools: Pools | None = None
    """draws and births of an average method"""

    @cached_property
    def layers(self) -> pl.DataFrame:
        """layer, item, cell, movement (its birth), ordinal (within the movement), born_at, first_born_at (of the first
        ancestor: the age of the units), n, remaining, missing."""
        a, o = self.allocation, self.allocation.ordered
        layers = a.layers
        place = np.arange(len(layers.n))
        starts = np.r_[True, layers.row[1:] != layers.row[:-1]][: len(place)]
        first = np.maximum.accumulate(np.where(starts, place, 0)) if len(place) else place
        missing = np.zeros(len(place), bool) if self.entries is None else self.entries.missing.astype(bool)
        return pl.DataFrame(
            {
                "layer": place,
                "item": o.slot_item[layers.slot],
                "cell": o.slot_cell[layers.slot],
                "movement": o.moves.movement[layers.row],
                "ordinal": place - first,
                "born_at": o.moves.at[layers.step],
                "first_born_at": first_births(a),
                "n": layers.n.astype(np.int64),
                "remaining": (layers.n - layers.drawn).astype(np.int64),
                "missing": missing,
            }
        )

    @cached_property
    def parents(self) -> pl.DataFrame:
        """layer, parent, a, b: the layer came from units [a, b) of the parent; of what they cost it carries
        ``share_from`` to ``share_to`` of ``shares`` (0, 1, 1 except for conversion outputs)."""
        layers = self.allocation.layers
        single = np.flatnonzero(layers.parent >= 0)
        frame = pl.DataFrame(
            {
                "layer": single,
                "parent": layers.parent[single].astype(np.int64),
                "a": layers.a[single].astype(np.int64),
                "b": layers.b[single].astype(np.int64),
            }
        ).with_columns(share_from=pl.lit(0, pl.Int64), share_to=pl.lit(1, pl.Int64), shares=pl.lit(1, pl.Int64))
        rows = self._conversion_parents()
        return pl.concat([frame, pl.DataFrame(rows, schema=frame.schema, orient="row")]).sort("layer", "parent", "a")

    def _conversion_parents(self) -> list[tuple[int, ...]]:
        a, o = self.allocation, self.allocation.ordered
        rows: list[tuple[int, ...]] = []
        outputs = np.flatnonzero(a.layers.parent <= CONVERTED)
        for layer in outputs:
            event = CONVERTED - int(a.layers.parent[layer])
            members = o.event_rows[o.event_start[event] : o.event_start[event + 1]]
            shares = int(o.moves.share[members[o.to_slot[members] >= 0]].sum())
            for row in members:
                issue = int(a.rows.last_issue[row]) - 1
                while issue >= 0:
                    source = (int(a.issues.layer[issue]), int(a.issues.a[issue]), int(a.issues.b[issue]))
                    rows.append((int(layer), *source, int(a.layers.a[layer]), int(a.layers.b[layer]), shares))
                    issue = int(a.issues.before[issue])
        return rows

    @cached_property
    def issues(self) -> pl.DataFrame:
        """movement, layer, a, b: the movement took units [a, b) of the layer."""
        a = self.allocation
        return pl.DataFrame(
            {
                "movement": a.ordered.moves.movement[a.issues.row],
                "layer": a.issues.layer.astype(np.int64),
                "a": a.issues.a.astype(np.int64),
                "b": a.issues.b.astype(np.int64),
            }
        )

    @cached_property
    def uncosted(self) -> pl.DataFrame:
        """movement, units: sold ahead of the stock, and no layer has paid them yet."""
        owing = np.flatnonzero(self.allocation.rows.owed)
        return self._by_movement(owing, units=self.allocation.rows.owed[owing].astype(np.int64))

    @cached_property
    def waiting(self) -> pl.DataFrame:
        """movement, units: strict movements for which the units never came; nothing of them has taken effect."""
        rows = np.flatnonzero(self.allocation.rows.applied == 0)
        return self._by_movement(rows, units=self.allocation.ordered.moves.quantity[rows])

    @cached_property
    def unplaced(self) -> pl.DataFrame:
        """Cost shares that reached nothing: target unknown, waiting, or without any birth. Columns of CostShares."""
        return self.aimed.nowhere.to_frame()

    @cached_property
    def layer_costs(self) -> pl.DataFrame:
        """layer, line, component, amount: each cost line's whole amount on each layer that it reaches."""
        e = self.layered()
        return pl.DataFrame(
            {
                "layer": np.repeat(np.arange(len(e.count)), e.count),
                "line": e.line_of[e.share],
                "component": self.aimed.components[e.component_of[e.share]],
                "amount": e.amount,
            }
        )

    @cached_property
    def movement_units(self) -> pl.DataFrame:
        """movement, units, uncosted, missing: what went out for good; returns negative, annulled units not there."""
        rows = np.flatnonzero(self._goes_out())
        return self._by_movement(
            rows,
            units=self._units_out(rows),
            uncosted=self.allocation.rows.owed[rows].astype(np.int64),
            missing=self.left.missing[rows],
        )

    def movement_costs(self) -> pl.DataFrame:
        """movement, component, amount, units, uncosted, missing: what left, at cost, for good.

        One row per movement and component; units, uncosted, missing are the movement's and repeat on each of its rows.
        A movement without any cost has one row with null component and amount. A customer's return is a row of
        negative amounts: what it brought back of its sale's cost; so all rows + stock() = all cost lines.
        """
        row, component, amount = self._long(self.left.amounts)
        costs = pl.DataFrame(
            {"movement": self.allocation.ordered.moves.movement[row], "component": component, "amount": amount}
        )
        return self.movement_units.join(costs, on="movement", how="left", maintain_order="left").select(
            "movement", "component", "amount", "units", "uncosted", "missing"
        )

    @cached_property
    def stock_units(self) -> pl.DataFrame:
        """item, cell, units, missing: units on hand, and those of them whose goods cost is not known."""
        o, stock = self.allocation.ordered, self.allocation.stock
        slots = np.flatnonzero((stock != 0) | (self.standing.amounts != 0).any(axis=1))
        return pl.DataFrame(
            {
                "item": o.slot_item[slots],
                "cell": o.slot_cell[slots],
                "units": stock[slots],
                "missing": np.clip(self.standing.missing[slots], 0, stock[slots]),
            }
        )

    def stock(self) -> pl.DataFrame:
        """item, cell, component, amount, units, missing: one row per component; units and missing repeat on each."""
        o = self.allocation.ordered
        slot, component, amount = self._long(self.standing.amounts)
        costs = pl.DataFrame(
            {"item": o.slot_item[slot], "cell": o.slot_cell[slot], "component": component, "amount": amount}
        )
        return self.stock_units.join(costs, on=["item", "cell"], how="left", maintain_order="left").select(
            "item", "cell", "component", "amount", "units", "missing"
        )

    def stock_layers(self) -> pl.DataFrame:
        """Layers with units on hand: layer, item, cell, movement, born_at, first_born_at, units, missing, component,
        amount; one row per component."""
        e = self.layered()
        layers = self.layers.filter(pl.col("remaining") > 0)
        layer, entry, amount = lines_on_hand(self.allocation.layers, e)
        costs = (
            pl.DataFrame(
                {
                    "layer": layer,
                    "component": self.aimed.components[e.component_of[e.share[entry]]],
                    "amount": amount,
                }
            )
            .group_by("layer", "component")
            .agg(pl.col("amount").sum())
        )
        return (
            layers.join(costs, on="layer", how="left")
            .sort("layer", "component")
            .select(
                "layer",
                "item",
                "cell",
                "movement",
                "born_at",
                "first_born_at",
                pl.col("remaining").alias("units"),
                "missing",
                "component",
                "amount",
            )
        )

    def totals(self) -> dict[str, int]:
        """Sums of all amounts: ``stock``, ``left``, ``unplaced``; together they are all cost shares given."""
        return {
            "stock": int(self.standing.amounts.sum()),
            "left": int(self.left.amounts.sum()),
            "unplaced": int(self.aimed.nowhere.amount.sum()),
        }

    def explain_movement(self, movement: int) -> list[ExplainedLine]:
        """Why did it cost this? Lines that sum to the movement's figure in :meth:`movement_costs`.

        Raises KeyError for a movement that is not there, or waits.
        """
        row = int(self.allocation.ordered.rows.find(np.array([movement]))[0])
        if row < 0 or not self.allocation.rows.applied[row]:
            raise KeyError(f"movement {movement} has taken no effect in this valuation")
        if self.entries is None:
            return explain_pool(self.aimed, self.left.amounts[row])
        return explain_row(self.allocation, self.aimed, self.entries, row, reverses=bool(self._goes_out()[row]))

    def explain_stock(self, item: int, cell: int) -> list[ExplainedLine]:
        """Why is the stock of an item in a cell worth this? Lines that sum to its figure in :meth:`stock`."""
        o = self.allocation.ordered
        slots = np.flatnonzero((o.slot_item == item) & (o.slot_cell == cell))
        if not len(slots):
            return []
        if self.entries is None:
            return explain_pool(self.aimed, self.standing.amounts[slots[0]])
        return explain_slot(self.allocation, self.aimed, self.entries, int(slots[0]))

    def layered(self) -> Entries:
        """Every line on every layer; ValueError under the average methods."""
        if self.entries is None:
            raise ValueError(f"the method {self.method!r} keeps pools, not layers: no cost stands on a single layer")
        return self.entries

    def _goes_out(self) -> NDArray[np.bool_]:
        """Rows that take units out for good, bring such units back, or bear a claim or credit of their own."""
        o = self.allocation.ordered
        kind = o.moves.kind
        chosen = (o.to_slot < 0) & (kind != Kind.CONVERSION_IN) | (kind == Kind.RETURN)
        if self.group:
            chosen |= kind == Kind.INTERCOMPANY_RECEIPT
        chosen &= self.allocation.rows.applied == 1
        chosen[self.aimed.issue_row] = True
        return chosen

    def _units_out(self, rows: NDArray[np.intp]) -> I64:
        """Units that left for good by these rows; those that came back count negative, those that only moved not."""
        a, o = self.allocation, self.allocation.ordered
        kind = o.moves.kind[rows]
        units = o.moves.quantity[rows] - a.rows.annulled[rows]
        back = o.from_slot[rows] < 0
        if back.any():
            born = np.zeros(len(o.moves), np.int64)
            np.add.at(born, a.layers.row, a.layers.n)
            units[back] = -born[rows[back]]
        reverses = (kind == Kind.RETURN) | (self.group & (kind == Kind.INTERCOMPANY_RECEIPT))
        stays = (o.to_slot[rows] >= 0) & ~reverses | (kind == Kind.CONVERSION_IN)
        units[stays] = 0
        return units

    def _by_movement(self, rows: NDArray[np.intp], **columns: I64) -> pl.DataFrame:
        return pl.DataFrame({"movement": self.allocation.ordered.moves.movement[rows], **columns})

    def _long(self, amounts: I64) -> tuple[NDArray[np.intp], NDArray[np.int16], I64]:
        """Matrix (rows × components) → row, component number and amount of the amounts that are not 0."""
        row, column = np.nonzero(amounts)
        return row, self.aimed.components[column], amounts[row, column]
