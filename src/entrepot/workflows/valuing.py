"""Facts through the valuation engine: every company by its own method, lines split by their weights.

A company's costs are in its own currency and never mix: layers bought from a sister company carry their transfer price.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from entrepot.books import models
from entrepot.books.facts import Facts
from entrepot.core.calendar import Instant, month_starts
from entrepot.core.frames.ledger import COST_SHARES, MOVEMENTS

if TYPE_CHECKING:
    from entrepot.engines.valuation import CostShares, Valuation


@dataclass(frozen=True)
class Books:
    """What valuing needs to know of a company."""

    method: str
    zone: str
    currency: str


@dataclass(frozen=True)
class Valued:
    """One valuation for each method in use, and which company goes by which."""

    facts: Facts
    books: Mapping[int, Books]
    by_method: Mapping[str, Valuation]
    cells: pl.DataFrame
    """cell, company"""

    def movement_units(self) -> pl.DataFrame:
        """movement, units, uncosted, missing of everything that went out (returns negative)."""
        return self._of_movements(lambda valuation: valuation.movement_units)

    def movement_costs(self) -> pl.DataFrame:
        """movement, component, amount."""
        return self._of_movements(
            lambda valuation: (
                valuation.movement_costs()
                .filter(pl.col("component").is_not_null())
                .select("movement", pl.col("component").cast(pl.Int64), "amount")
            )
        )

    def stock(self) -> pl.DataFrame:
        """item, cell, component, amount, units, missing."""
        return self._of_cells(lambda valuation: valuation.stock())

    def layers(self) -> pl.DataFrame:
        """Open layers: layer, item, cell, movement, born_at (first ancestor), units, missing, component, amount."""
        return self._of_cells(_open_layers)

    def waiting(self) -> pl.DataFrame:
        """movement, units of strict movements whose units never came."""
        return next(iter(self.by_method.values())).waiting

    def valuation_of(self, company: int) -> Valuation:
        """By the company's method; of one that has moved nothing yet every method tells the same: nothing."""
        return self.by_method.get(self.books[company].method) or next(iter(self.by_method.values()))

    def _of_movements(self, read: object) -> pl.DataFrame:
        whose = self.facts.movements.select("movement", "company")
        return self._each(read, whose, "movement")

    def _of_cells(self, read: object) -> pl.DataFrame:
        return self._each(read, self.cells, "cell")

    def _each(self, read: object, whose: pl.DataFrame, key: str) -> pl.DataFrame:
        frames = []
        for method, valuation in self.by_method.items():
            frame: pl.DataFrame = read(valuation)  # type: ignore[operator]
            if len(self.by_method) > 1:
                mine = [company for company, books in self.books.items() if books.method == method]
                frame = frame.join(whose.filter(pl.col("company").is_in(mine)).select(key), on=key, how="semi")
            frames.append(frame)
        return pl.concat(frames)


def companies() -> dict[int, Books]:
    """Method, zone and currency of every company."""
    rows = models.Company.objects.values_list("pk", "method", "zone", "currency")
    return {pk: Books(method, zone, currency) for pk, method, zone, currency in rows}


def evaluate(facts: Facts, books: Mapping[int, Books], *, group: bool = False) -> Valued:
    """Fold and price ``facts``; ``group`` follows original costs through sales between sister companies."""
    from entrepot.engines.valuation import Movements, fold, price

    owners = facts.movements["company"].unique().to_list()
    methods = sorted({books[company].method for company in owners}) or ["fifo"]
    costs = cost_shares(facts)
    allocation = fold(Movements.from_frame(MOVEMENTS.require(facts.movements)))
    by_method = {
        method: price(allocation, costs, method=method, group=group, month_starts=_months(facts, books, method))  # type: ignore[arg-type]
        for method in methods
    }
    return Valued(facts, books, by_method, _cells(facts))


def with_period_costs(valued: Valued, placed: pl.DataFrame) -> Valued:
    """The same fold, with period costs (line, component, movement, amount) on what moved: a movement within the company
    hands its part on to the units that it moved, a conversion to what it made, any other bears it itself."""
    if placed.is_empty():
        return valued
    placed = _handed_to_outputs(valued.facts, placed)
    within = valued.facts.movements.select("movement", moved=pl.col("to_cell").is_not_null())
    extra = placed.join(within, on="movement").select(
        "line", pl.col("component").cast(pl.Int16), "movement",
        side=pl.when("moved").then(0).otherwise(1).cast(pl.Int8), amount="amount",
        internal=pl.lit(0, pl.Int8),
    )  # fmt: skip
    by_method = priced(valued, pl.concat([unit_shares(valued.facts), extra]))
    return Valued(valued.facts, valued.books, by_method, valued.cells)


def priced(valued: Valued, shares: pl.DataFrame) -> dict[str, Valuation]:
    """The same fold with other money: ``shares`` with the columns of CostShares, priced by every method in use."""
    from entrepot.engines.valuation import CostShares, price

    costs = CostShares.from_frame(shares)
    return {
        method: price(
            one.allocation, costs, method=method, group=one.group,  # type: ignore[arg-type]
            month_starts=_months(valued.facts, valued.books, method),
        )
        for method, one in valued.by_method.items()
    }  # fmt: skip


def _handed_to_outputs(facts: Facts, placed: pl.DataFrame) -> pl.DataFrame:
    """What falls on units that a conversion consumed goes to what it made, by the stated shares."""
    moves = facts.movements.drop_nulls("event")
    consumed = moves.filter(pl.col("to_cell").is_null()).select("movement", "event")
    if consumed.is_empty():
        return placed
    made = moves.filter(pl.col("from_cell").is_null()).select(
        "event", made="movement", weight="share", number="line", place="ordinal"
    )
    # Each range by itself: a movement that drew from several layers stands here several times with the same line.
    ranges = placed.with_columns(key=pl.int_range(pl.len(), dtype=pl.Int64)).join(consumed, on="movement")
    rows = ranges.join(made, on="event").sort("key", "number", "place")
    if rows.is_empty():
        return placed
    shares = split(rows.select("amount", "weight", line="key"))
    handed = rows.with_columns(shares.alias("amount"), movement="made").select(placed.columns)
    return pl.concat([placed.join(consumed, on="movement", how="anti"), handed])


def cost_shares(facts: Facts) -> CostShares:
    """Every line split over its targets by largest remainder; targets that no longer count are left unplaced."""
    from entrepot.engines.valuation import CostShares

    return CostShares.from_frame(COST_SHARES.require(unit_shares(facts)))


def unit_shares(facts: Facts) -> pl.DataFrame:
    """What of each line falls on each live movement: line, component, movement, side, amount, internal."""
    weights = facts.cost_weights
    amounts = split(weights)
    present = facts.movements["movement"]
    frame = weights.with_columns(
        amount=amounts, movement=pl.col("movement").fill_null(-1), component=pl.col("component").cast(pl.Int16)
    )
    return frame.filter(pl.col("movement").is_in(present.implode())).select(
        "line", "component", "movement", "side", "amount", "internal"
    )


def split(weights: pl.DataFrame) -> pl.Series:
    """``weights`` (line, amount of the whole line, weight; sorted by line) → the amount of every row."""
    from entrepot.engines.valuation import split_lines

    if weights.is_empty():
        return pl.Series("amount", [], dtype=pl.Int64)
    lines = weights.group_by("line", maintain_order=True).agg(pl.col("amount").first(), pl.len())
    offsets = [0, *lines["len"].cum_sum().to_list()]
    return pl.Series("amount", split_lines(lines["amount"].to_numpy(), offsets, weights["weight"].to_numpy()))


def _months(facts: Facts, books: Mapping[int, Books], method: str) -> list[Instant] | None:
    """Month boundaries in the zone of the companies that go by the month-end method."""
    if method != "month_end" or facts.movements.is_empty():
        return None
    zone = next(b.zone for b in books.values() if b.method == method)
    first, last = facts.movements["at"].min(), facts.movements["at"].max()
    return month_starts(int(first), int(last), zone)  # type: ignore[arg-type]


def _cells(facts: Facts) -> pl.DataFrame:
    moves = facts.movements
    return (
        pl.concat([moves.select(cell="from_cell", company="company"), moves.select(cell="to_cell", company="company")])
        .drop_nulls()
        .unique()
    )


def _open_layers(valuation: Valuation) -> pl.DataFrame:
    """Layers with units on hand, born when their first ancestor was; pools of an average method are one layer each."""
    if valuation.entries is None:
        return valuation.stock().select(
            pl.lit(-1, pl.Int64).alias("layer"), "item", "cell", pl.lit(-1, pl.Int64).alias("movement"),
            pl.lit(None, pl.Int64).alias("born_at"), "units", (pl.col("missing") > 0).alias("missing"), "component",
            "amount",
        )  # fmt: skip
    return valuation.stock_layers().with_columns(born_at="first_born_at").drop("first_born_at")


def load_kernels() -> None:
    """Load the compiled valuation, which takes some seconds in a fresh process, before the first question comes."""
    from entrepot.core.kinds import Kind
    from entrepot.engines.valuation import CostShares, Movements, fold, price

    kinds = [int(Kind.RECEIPT), int(Kind.SALE)]
    moves = Movements.build(
        movement=[1, 2], item=[1, 1], from_cell=[-1, 1], to_cell=[1, -1], quantity=[2, 1], at=[0, 1], kind=kinds
    )
    valuation = price(fold(moves), CostShares.build(line=[1], component=[0], movement=[1], amount=[2]))
    valuation.stock()
    valuation.movement_costs()
