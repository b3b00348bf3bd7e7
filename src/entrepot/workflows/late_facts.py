"""What became known after a month was closed: the figure as reported, as known now, and the documents in between.

The reported side is the books asked as they were known when the closing was recorded; it proves itself against the hash that
the closing keeps. The difference of stock and of what had left by the month's end is the prior-period adjustment, which stands
in the vouchers of the first month that was still open (IAS 8.42 asks for it apart where it is material; CAS 28.12).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from entrepot.books import models
from entrepot.books.closings import closing_of, months_of
from entrepot.books.facts import FOREVER
from entrepot.core.calendar import Instant, local_date, midnight
from entrepot.core.components import BOOK, COMPONENTS, FAMILIES, family_of
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.close import company_named, span
from entrepot.workflows.value_at import ValueAt, value_at

_BOOK = [COMPONENTS[name] for name in sorted(BOOK)]
MOST = 200
"""Late documents that are named; ``documents`` of the answer counts them all."""


@dataclass(frozen=True, slots=True)
class Restated:
    """A family of cost (empty: book cost in all) of a company at a month's end, minor units: stock, and what had left by then."""

    family: str
    stock_reported: int
    stock_known: int
    left_reported: int
    left_known: int

    @property
    def stock(self) -> int:
        """By how much the stock is another one now."""
        return self.stock_known - self.stock_reported

    @property
    def left(self) -> int:
        """By how much what had left cost more than reported: the prior-period adjustment of cost of sales."""
        return self.left_known - self.left_reported


@dataclass(frozen=True, slots=True)
class LatePaper:
    """A document of the closed time that was recorded after the closing; days of the company's zone."""

    id: int
    type: str
    number: str
    happened: str
    known: str


@dataclass(frozen=True, slots=True)
class LatePapers:
    """``months`` that were closed together, when, how many of their documents were recorded since, and the first of them."""

    months: str
    reported_at: Instant
    documents: int
    papers: tuple[LatePaper, ...]


@dataclass(frozen=True, slots=True)
class LateFacts:
    """A closed month, with the ``months`` that were closed with it, as reported and as known. ``proven``: the books, asked as of
    then, still give the reported hash; None where the closing came as a document that kept none.

    ``rows``: families that differ, book cost in all last. ``skus``: SKU, change of its stock, change of what had left.
    """

    company: str
    currency: str
    months: str
    reported_at: Instant
    proven: bool | None
    rows: tuple[Restated, ...]
    skus: tuple[tuple[str, int, int], ...]
    documents: int
    papers: tuple[LatePaper, ...]

    @property
    def total(self) -> Restated:
        """Book cost in all."""
        return self.rows[-1]


def late_facts(company: str, months: str, *, known: Instant = FOREVER) -> LateFacts:
    """What became known of closed ``months`` until ``known``. Raises ``ProblemError``: unknown, no month, never closed.

    Where they were closed together with others the figures are of all these, at their end: that is what was reported.
    """
    row, period = _closed(company, months, known)
    ends = period.ends
    before, after = value_at(ends - 1, period.recorded_at), value_at(ends - 1, known)
    both = _by_item(before, after, row.pk)
    families = both.with_columns(
        family=pl.col("component").replace_strict({n: family_of(n) for n in _BOOK}, return_dtype=pl.String)
    ).group_by("family").agg(pl.col(_SIDES).sum())  # fmt: skip
    told = {one[0]: Restated(*one) for one in families.select("family", *_SIDES).iter_rows()}
    rows = [told[name] for name in FAMILIES if name in told and (told[name].stock or told[name].left)]
    whole = Restated("", *(int(both[name].sum()) for name in _SIDES))
    late = _papers(row, period, known)
    return LateFacts(
        row.code, row.currency, late.months, late.reported_at, _proven(before, period), (*rows, whole), _skus(both),
        late.documents, late.papers,
    )  # fmt: skip


def late_papers(company: str, months: str, *, known: Instant = FOREVER) -> LatePapers:
    """The documents that :func:`late_facts` names, without working out what they change. Raises ``ProblemError`` as that does."""
    return _papers(*_closed(company, months, known), known)


def _closed(company: str, months: str, known: Instant) -> tuple[models.Company, models.Period]:
    """The company, and the closing that spoke for the months as known then."""
    row, (first, last) = company_named(company), span(months)
    starts, ends = midnight(first, row.zone), midnight(last.fromordinal(last.toordinal() + 1), row.zone)
    period = closing_of(models.Period.objects.filter(company=row, recorded_at__lte=known), starts, ends)
    if period is None:
        raise ProblemError(
            Problem("never_closed", "the month was never closed", "close it first", field="month", found=months)
        )
    return row, period


def _papers(company: models.Company, period: models.Period, known: Instant) -> LatePapers:
    late = models.Document.objects.filter(
        company=company, recorded_at__gt=period.recorded_at, recorded_at__lte=known, effective_at__lt=period.ends
    ).exclude(type__in=("period_close", "period_reopen"))
    rows = late.order_by("recorded_at", "pk").values_list("pk", "type", "external_id", "effective_at", "recorded_at")
    papers = tuple(
        LatePaper(key, kind, number, *(local_date(at, company.zone).isoformat() for at in (happened, told)))
        for key, kind, number, happened, told in rows[:MOST]
    )
    return LatePapers(months_of(period, company.zone), period.recorded_at, late.count(), papers)


def _proven(before: ValueAt, period: models.Period) -> bool | None:
    return before.hash(period.company_id) == period.reported if period.reported else None


_SIDES = ["stock_reported", "stock_known", "left_reported", "left_known"]


def _by_item(before: ValueAt, after: ValueAt, company: int) -> pl.DataFrame:
    """item, component and the four sides, of book components."""
    parts = [
        (before.stock, "stock_reported"), (after.stock, "stock_known"), (before.issues, "left_reported"),
        (after.issues, "left_known"),
    ]  # fmt: skip
    long = pl.concat(
        frame.filter((pl.col("company") == company) & pl.col("component").is_in(_BOOK)).select(
            "item", pl.col("component").cast(pl.Int64), "amount", side=pl.lit(side)
        )
        for frame, side in parts
    )
    sums = [pl.col("amount").filter(pl.col("side") == side).sum().alias(side) for side in _SIDES]
    return long.group_by("item", "component").agg(sums).sort("item", "component")


def _skus(both: pl.DataFrame) -> tuple[tuple[str, int, int], ...]:
    """SKUs whose stock or whose cost of what had left is another one, most changed first."""
    changed = both.group_by("item").agg(
        stock=(pl.col("stock_known") - pl.col("stock_reported")).sum(),
        left=(pl.col("left_known") - pl.col("left_reported")).sum(),
    ).filter((pl.col("stock") != 0) | (pl.col("left") != 0))  # fmt: skip
    names = dict(models.Item.objects.filter(pk__in=changed["item"].to_list()).values_list("pk", "sku"))
    rows = [(names[item], stock, left) for item, stock, left in changed.iter_rows()]
    return tuple(sorted(rows, key=lambda row: (-abs(row[1]) - abs(row[2]), row[0])))
