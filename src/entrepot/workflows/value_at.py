"""Stock and cost of sales at any past instant, as known then or now; what a closing reports and what changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from entrepot.books import facts
from entrepot.books.facts import FOREVER
from entrepot.core.calendar import Instant
from entrepot.workflows import snapshot
from entrepot.workflows.valuing import Valued, companies, evaluate


@dataclass(frozen=True)
class ValueAt:
    """The books at ``at`` as known at ``known``. Amounts in minor units of each company's currency."""

    at: Instant
    known: Instant
    valued: Valued

    @cached_property
    def stock(self) -> pl.DataFrame:
        """company, item, cell, component, amount, units, missing."""
        return (
            self.valued.stock()
            .join(self.valued.cells, on="cell", how="left")
            .sort("company", "item", "cell", "component")
        )

    @cached_property
    def issues(self) -> pl.DataFrame:
        """company, item, component, amount: the cost of everything that left until then."""
        costs = self.valued.movement_costs()
        owners = self.valued.facts.movements.select("movement", "item", "company")
        return (
            costs.join(owners, on="movement")
            .group_by("company", "item", "component")
            .agg(pl.col("amount").sum())
            .sort("company", "item", "component")
        )

    def hash(self, company: int) -> str:
        """Digest of a company's stock and issues: equal figures, equal digest."""
        text = hashlib.sha256()
        for frame in (self.stock, self.issues):
            for row in frame.filter(pl.col("company") == company).iter_rows():
                text.update(repr(row).encode())
        return text.hexdigest()


def value_at(at: Instant = FOREVER, known: Instant = FOREVER, items: Collection[int] | None = None) -> ValueAt:
    """The books at ``at`` (inclusive) with what was recorded until ``known``.

    All items are read from the snapshot, a choice of them from the database.
    """
    tables = snapshot.refresh() if items is None else facts.read(items)
    found = facts.assemble(tables, facts.closings(known), at, known)
    return ValueAt(at, known, evaluate(found, companies()))


def adjustment(ends: Instant, reported_at: Instant, now: Instant = FOREVER) -> pl.DataFrame:
    """Prior-period adjustment of what was reported at ``ends`` (exclusive): company, item, component, stock, issues =
    the value now known less the value as reported."""
    before, after = value_at(ends - 1, reported_at), value_at(ends - 1, now)
    key = ["company", "item", "component"]
    parts = []
    for name in ("stock", "issues"):
        old, new = (getattr(side, name).group_by(key).agg(pl.col("amount").sum()) for side in (before, after))
        both = new.join(old, on=key, how="full", coalesce=True, suffix="_old").with_columns(
            pl.col("amount", "amount_old").fill_null(0)
        )
        parts.append(both.select(*key, (pl.col("amount") - pl.col("amount_old")).alias(name)))
    joined = (
        parts[0].join(parts[1], on=key, how="full", coalesce=True).with_columns(pl.col("stock", "issues").fill_null(0))
    )
    return joined.filter((pl.col("stock") != 0) | (pl.col("issues") != 0)).sort(key)
