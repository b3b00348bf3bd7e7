"""Imputed capital: what the money in units cost from the deposit until the sale's cash came, at the seller's own rate.

Every cost line of a layer is weighed by the days on which its money left (``books.selectors.paid``); the weighed lines follow
the units along the layers as the cost does, so the figure is exact for every unit whatever was transferred, repacked or
returned on its way. A sale's money is back after the shop's payout days, other units' on the day they left. The figure is an
estimate of the full view, never in the books. Method: docs/methods/capital.md.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import polars as pl

from entrepot.books import models
from entrepot.books.selectors import money_terms
from entrepot.books.selectors.paid import paid_parts
from entrepot.core.calendar import local_date
from entrepot.core.kinds import Kind
from entrepot.engines.capital import CapitalRate, Clock
from entrepot.workflows.valuing import Valued, priced, unit_shares

IMPUTED = {"movement": pl.Int64, "imputed": pl.Int64}
_STOCK = {"item": pl.Int64, "cell": pl.Int64, "company": pl.Int64, "imputed": pl.Int64}
_COST, _WEIGHED = 0, 1
_AFTER = timedelta(days=120)
"""Payouts that are looked for behind the last day."""


def rates_of(company: models.Company) -> tuple[list[CapitalRate], bool]:
    """The company's yearly rates of capital from the first day on, and whether they are assumed."""
    told = money_terms.capital_rates(company)
    if not told:
        return [CapitalRate(money_terms.ASSUMED_CAPITAL_RATE)], True
    first, *rest = told
    return [CapitalRate(first.value), *(CapitalRate(rate.value, rate.since) for rate in rest)], False


def company_rate(company: int) -> Fraction:
    """The yearly rate of capital that a company (its number) reckons with now: the latest of its own, or the assumed one."""
    return rates_of(models.Company.objects.get(pk=company))[0][-1].yearly


class Imputed:
    """The interest on a valuation's units, company by company; units on hand are counted until the day ``until``."""

    def __init__(self, valued: Valued, until: date) -> None:
        self.valued, self.until = valued, until
        self.companies = {company.pk: company for company in models.Company.objects.all()}
        shares = unit_shares(valued.facts).filter(pl.col("side") == 0)
        self.paid = paid_parts(shares["line"].unique().to_list())
        first = min((part.at for parts in self.paid.values() for part in parts), default=None)
        begins = until if first is None else min(until, local_date(first, "UTC") - timedelta(days=2))
        self.clocks = {pk: Clock(rates_of(c)[0], begins, until + _AFTER) for pk, c in self.companies.items()}
        self.by_method = priced(valued, pl.concat([shares.with_columns(component=_number(_COST)), self._weigh(shares)]))

    def _weigh(self, shares: pl.DataFrame) -> pl.DataFrame:
        """Every share's second amount: amount · C(paid), as a component of its own."""
        owners = dict(self.valued.facts.cost_weights.select("line", "company_id").unique(subset="line").iter_rows())
        weights = {line: self._average(line, owners[line]) for line in self.paid}
        amounts = [
            (2 * amount * weights[line].numerator + weights[line].denominator) // (2 * weights[line].denominator)
            for line, amount in shares.select("line", "amount").iter_rows()
        ]
        apart = max(weights, default=0) + 1  # lines of their own: one line has one component
        return shares.with_columns(
            amount=pl.Series(amounts, dtype=pl.Int64), component=_number(_WEIGHED), line=pl.col("line") + apart
        )

    def _average(self, line: int, company: int) -> Fraction:
        """C on the days on which the parts of a line were paid, weighted by the parts."""
        parts, zone = self.paid[line], self.valued.books[company].zone
        days = np.array([local_date(part.at, zone) for part in parts], "M8[D]")
        on = self.clocks[company].at(days).tolist()
        whole = sum(part.amount for part in parts)
        if whole == 0:
            return Fraction(on[0])
        return Fraction(sum(part.amount * c for part, c in zip(parts, on, strict=True)), whole)

    def of_movements(self) -> pl.DataFrame:
        """movement, imputed: interest on what went out, until its cash was back; what came back counts negative."""
        moves = self.valued.facts.movements.select("movement", "company", "kind", "sales_line", "effective_at")
        shops = self.valued.facts.sales.select(sales_line="line", shop="shop_id")
        frames = [pl.DataFrame(schema=IMPUTED)]
        for method, valuation in self.by_method.items():
            sums = _side_by_side(valuation.movement_costs(), ["movement"])
            rows = sums.join(moves, on="movement").join(shops, on="sales_line", how="left")
            for company in self._of(method):
                mine = rows.filter(pl.col("company") == company)
                back = self._back(company, mine)
                amounts = self._interest(company, mine, back)
                frames.append(pl.DataFrame({"movement": mine["movement"], "imputed": amounts}, schema=IMPUTED))
        return pl.concat(frames)

    def _back(self, company: int, rows: pl.DataFrame) -> pl.Series:
        """The day on which each movement's money is there again: of a sale after the shop's payout days."""
        waits = money_terms.payout_days(self.companies[company]) or {-1: 0}
        sold = pl.col("kind") == int(Kind.SALE)
        wait = pl.col("shop").replace_strict(list(waits), list(waits.values()), default=0, return_dtype=pl.Int64)
        zone = self.valued.books[company].zone
        local = pl.from_epoch("effective_at", time_unit="us").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
        days = pl.duration(days=pl.when(sold).then(wait.fill_null(0)).otherwise(0))
        return rows.select(on=local.dt.date() + days)["on"]

    def of_stock(self) -> pl.DataFrame:
        """item, cell, company, imputed: interest on what is on hand, until ``until``."""
        frames = [pl.DataFrame(schema=_STOCK)]
        for method, valuation in self.by_method.items():
            rows = _side_by_side(valuation.stock(), ["item", "cell"]).join(self.valued.cells, on="cell")
            for company in self._of(method):
                mine = rows.filter(pl.col("company") == company)
                amounts = self._interest(company, mine, pl.Series([self.until] * len(mine), dtype=pl.Date))
                frames.append(mine.select("item", "cell", "company").with_columns(imputed=pl.Series(amounts)))
        return pl.concat(frames)

    def _interest(self, company: int, rows: pl.DataFrame, back: pl.Series) -> np.ndarray:
        clock = self.clocks[company]
        if not len(rows):
            return np.zeros(0, np.int64)
        days = back.to_numpy().astype("M8[D]")
        return clock.interest(rows["cost"].to_numpy(), rows["weighed"].to_numpy(), clock.at(days))

    def _of(self, method: str) -> list[int]:
        return [pk for pk, books in self.valued.books.items() if books.method == method]


def _number(component: int) -> pl.Expr:
    return pl.lit(component, pl.Int16)


def _side_by_side(long: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """keys, cost, weighed."""
    rows = long.drop_nulls("component")
    return rows.group_by(keys, maintain_order=True).agg(
        cost=pl.col("amount").filter(pl.col("component") == _COST).sum(),
        weighed=pl.col("amount").filter(pl.col("component") == _WEIGHED).sum(),
    )
