"""A company's month between two states of its books: as it opened, as reported before, and as it closed.

Where the time before the month was closed, the opening state is the one that was reported then; what has become known since
is the month's prior-period adjustment. Where the month itself was closed, its closing state is the reported one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from entrepot.books import models
from entrepot.books.closings import reported_at
from entrepot.books.facts import FOREVER
from entrepot.core.calendar import Instant, midnight
from entrepot.core.components import BOOK, COMPONENTS
from entrepot.workflows.close import company_named, span
from entrepot.workflows.value_at import ValueAt, value_at

BOOK_COMPONENTS = sorted(COMPONENTS[name] for name in BOOK)


@dataclass(frozen=True)
class MonthFigures:
    """States of the books of ``company`` around [``starts``, ``ends``), the days ``first`` to ``last``.

    ``opening_reported``, ``closing_reported``: when what stands there was reported (µs UTC), None where it never was.
    """

    company: models.Company
    first: date
    last: date
    starts: Instant
    ends: Instant
    opening: ValueAt
    closing: ValueAt
    opening_reported: Instant | None
    closing_reported: Instant | None

    def owned(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows of this company."""
        return frame.filter(pl.col("company") == self.company.pk)

    def mine(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows of book components of this company."""
        return self.owned(frame).filter(pl.col("component").is_in(BOOK_COMPONENTS))


def month_figures(company: str, months: str, *, known: Instant = FOREVER) -> MonthFigures:
    """The states around ``months`` (``2026-01`` or ``2026-01..2026-03``) with what was recorded until ``known``.

    Raises :class:`~entrepot.core.errors.ProblemError` for an unknown company or what is no month.
    """
    row, (first, last) = company_named(company), span(months)
    starts, ends = midnight(first, row.zone), midnight(last + timedelta(1), row.zone)
    before, own = _reported(row, starts, known), _reported(row, ends, known)
    return MonthFigures(
        row, first, last, starts, ends,
        value_at(starts - 1, known if before is None else before), value_at(ends - 1, known if own is None else own),
        before, own,
    )  # fmt: skip


def _reported(company: models.Company, ends: Instant, known: Instant) -> Instant | None:
    """When the time until ``ends`` was reported, as known then; None where it never was, or was opened again."""
    return reported_at(models.Period.objects.filter(company=company, recorded_at__lte=known), ends)
