"""Stock of all companies together at what it cost the group: no profit that one sister made on another.

Each company's books carry goods bought from a sister at the transfer price. Here the units keep the cost that outsiders were
paid, whichever company paid it and in its own currency, and all of it is stated in one currency at the rate of the day
(IFRS 10.B86: profit on stock within the group is eliminated in full; CAS 33 §33 says the same; IAS 21.39: a balance is
translated at its date's rate). One costing method for all of it, first in first out, as one group has one policy
(IFRS 10.19).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

import polars as pl

from entrepot.books import models
from entrepot.books.facts import FOREVER
from entrepot.books.intake.directory import Directory
from entrepot.core.calendar import Instant, midnight
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import CURRENCIES, convert
from entrepot.workflows.close import company_named, span
from entrepot.workflows.month_figures import BOOK_COMPONENTS
from entrepot.workflows.value_at import ValueAt, value_at
from entrepot.workflows.valuing import cost_shares

KEYS = ["item", "company"]


@dataclass(frozen=True)
class GroupRow:
    """Stock of an item in one company, under way included.

    ``carried``: as that company's books have it, minor units of its own currency; ``paid``: what outsiders were paid for it,
    by currency of the company that paid; ``carried_in`` and ``paid_in``: both in the group's currency. ``missing``: units
    whose cost is not known.
    """

    sku: str
    company: str
    units: int
    missing: int
    carried: int
    paid: Mapping[str, int]
    carried_in: int
    paid_in: int

    @property
    def profit(self) -> int:
        """What the companies' books have above the group's cost: profit not earned yet, and differences of rates."""
        return self.carried_in - self.paid_in


@dataclass(frozen=True)
class GroupValue:
    """The group's stock in ``currency`` minor units at ``at``; ``rates``: currency → group currency, major units."""

    at: Instant
    currency: str
    rates: Mapping[str, Fraction]
    rows: tuple[GroupRow, ...]

    @property
    def carried(self) -> int:
        """Sum of the companies' books."""
        return sum(row.carried_in for row in self.rows)

    @property
    def paid(self) -> int:
        """The group's cost."""
        return sum(row.paid_in for row in self.rows)

    @property
    def profit(self) -> int:
        """What is eliminated."""
        return self.carried - self.paid


def group_value(currency: str, at: Instant = FOREVER, known: Instant = FOREVER) -> GroupValue:
    """The group's stock at ``at`` (inclusive) with what was recorded until ``known``.

    Raises ``ProblemError`` for what is no currency and for a company's currency that has no rate to it.
    """
    if currency not in CURRENCIES:
        raise ProblemError(
            Problem(
                "no_currency", "this is no currency", "write its three letters: CNY", field="currency", found=currency
            )
        )
    return of_value(value_at(at, known), currency)


def at_month_end(company: str, months: str, currency: str = "", *, known: Instant = FOREVER) -> GroupValue:
    """The same at the end of ``months`` in the zone of ``company``, by default in its currency."""
    row, (_, last) = company_named(company), span(months)
    return group_value(currency or row.currency, midnight(last + timedelta(1), row.zone) - 1, known)


def of_value(state: ValueAt, currency: str) -> GroupValue:
    """The group's view of a state of the books."""
    books = {pk: (code, own) for pk, code, own in models.Company.objects.values_list("pk", "code", "currency")}
    rates = _rates(state, currency, {own for _, own in books.values()})
    carried = {
        (item, company): amount
        for item, company, amount in _sums(state.stock.filter(pl.col("component").is_in(BOOK_COMPONENTS)))
    }
    units, paid = _paid(state)
    skus = dict(models.Item.objects.values_list("pk", "sku"))
    rows = []
    for (item, company), (count, missing) in sorted(units.items(), key=lambda one: (skus[one[0][0]], one[0][1])):
        code, own = books[company]
        found = {c: a for c, a in paid[item, company].items() if a}
        books_amount = carried.get((item, company), 0)
        rows.append(
            GroupRow(
                skus[item], code, count, missing, books_amount, found,
                convert(books_amount, own, currency, rates[own]),
                sum(convert(amount, c, currency, rates[c]) for c, amount in found.items()),
            )
        )  # fmt: skip
    return GroupValue(state.at, currency, rates, tuple(rows))


def _sums(frame: pl.DataFrame) -> list[tuple[int, int, int]]:
    return frame.group_by(KEYS).agg(pl.col("amount").sum()).rows()


def _rates(state: ValueAt, currency: str, wanted: set[str]) -> dict[str, Fraction]:
    company = models.Company.objects.order_by("pk").first()
    if company is None:
        raise ProblemError(Problem("no_company", "the books have no company", "import one", field="company"))
    latest = state.valued.facts.movements["at"].max()
    at = state.at if state.at < FOREVER else int(latest or 0)  # type: ignore[arg-type]
    directory = Directory()
    return {own: directory.rate(own, currency, company, at).value for own in sorted(wanted)}


def _paid(
    state: ValueAt,
) -> tuple[dict[tuple[int, int], tuple[int, int]], dict[tuple[int, int], dict[str, int]]]:
    """(item, company) → units and units of unknown cost; and the cost outsiders were paid, by the payer's currency."""
    from entrepot.engines.valuation import CostShares, price

    facts = state.valued.facts
    allocation = next(iter(state.valued.by_method.values())).allocation
    shares = cost_shares(facts).to_frame()
    owners = facts.cost_weights.select("line", payer="company_id").unique()
    shares = shares.join(owners, on="line", how="left")
    whole = price(allocation, CostShares.from_frame(shares.drop("payer")), group=True).stock()
    here = whole.join(state.valued.cells, on="cell", how="left").unique(["item", "cell"])
    units = {
        (item, company): (count, missing)
        for item, company, count, missing in here.group_by(KEYS)
        .agg(pl.col("units").clip(lower_bound=0).sum(), pl.col("missing").sum())
        .iter_rows()
        if count
    }
    paid: dict[tuple[int, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for payer, books in state.valued.books.items():
        mine = CostShares.from_frame(shares.filter(pl.col("payer") == payer).drop("payer"))
        stock = price(allocation, mine, group=True).stock().filter(pl.col("component").is_in(BOOK_COMPONENTS))
        for item, company, amount in _sums(stock.join(state.valued.cells, on="cell", how="left")):
            paid[item, company][books.currency] += amount
    return units, paid
