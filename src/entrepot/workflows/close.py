"""Closing a company's months, and opening them again: what was reported is kept as a hash, and nothing reported changes.

Closing values everything first, so that the figures are those that the hash stands for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from entrepot.books import audit_trail, bulk, intake, models
from entrepot.books.closings import closing_of
from entrepot.core.calendar import Instant, midnight, to_datetime
from entrepot.core.components import BOOK, COMPONENTS
from entrepot.core.documents import PeriodClose, PeriodReopen
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.clock import now
from entrepot.workflows.revalue import revalue
from entrepot.workflows.value_at import ValueAt, value_at

SOURCE = "entrepot"
_BOOK = [COMPONENTS[name] for name in sorted(BOOK)]


@dataclass(frozen=True)
class Closed:
    """A closing: its document, the days that it covers, the stock then (minor units; units), the hash reported."""

    document: str
    first: date
    last: date
    units: int
    value: int
    currency: str
    reported: str


def span(months: str) -> tuple[date, date]:
    """First and last day of ``2026-01`` or of ``2026-01..2026-03``. Raises ``ProblemError`` for anything else.

    >>> span("2026-01..2026-02")
    (datetime.date(2026, 1, 1), datetime.date(2026, 2, 28))
    """
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])(?:\.\.(\d{4})-(0[1-9]|1[0-2]))?", months.strip())
    if found is None:
        raise ProblemError(
            Problem("bad_month", "this is no month", "write 2026-01, or 2026-01..2026-03", field="month", found=months)
        )
    year, month, to_year, to_month = found.groups()
    first, last = date(int(year), int(month), 1), date(int(to_year or year), int(to_month or month), 1)
    return first, (last + timedelta(31)).replace(day=1) - timedelta(1)


def close(company: str, months: str, *, actor: str, at: Instant | None = None, progress: Progress = SILENT) -> Closed:
    """Close ``months`` (see :func:`span`) of ``company``. Raises ``ProblemError``: unknown, not over, closed already."""
    row, (first, last) = company_named(company), span(months)
    ends = midnight(last + timedelta(1), row.zone)
    if ends > (at or now()):
        raise ProblemError(
            Problem("month_not_over", "the month is not over", "close it when it is", field="month", found=months)
        )
    revalue(progress=progress)
    progress.begin("closing")
    # From here on nobody posts: what is hashed is what was known when the closing was recorded.
    with transaction.atomic():
        bulk.writer_lock()
        moment = at or now()
        revalue()
        seen = value_at(ends - 1, moment)
        document = PeriodClose(
            id=_number("CLOSE", row, first, last), source=SOURCE, account=company, company=company,
            effective_at=to_datetime(moment), period_from=first, period_to=last, reported=seen.hash(row.pk),
        )  # fmt: skip
        _post(document, f"closing of {company} {months}", actor, moment)
    units, value = _stock(seen, row.pk)
    return Closed(document.id, first, last, units, value, row.currency, document.reported)


def reopen(company: str, months: str, reason: str, *, actor: str, at: Instant | None = None) -> str:
    """Lift the freeze of a closed span for what is recorded from now on; the document's number."""
    row, (first, last), moment = company_named(company), span(months), at or now()
    document = PeriodReopen(
        id=_number("REOPEN", row, first, last), source=SOURCE, account=company, company=company,
        effective_at=to_datetime(moment), period_from=first, period_to=last, reason=reason,
    )  # fmt: skip
    _post(document, f"reopening of {company} {months}", actor, moment)
    return document.id


def reported_still(company: str, months: str) -> bool:
    """Whether the books, asked as they were known at the closing that speaks for the span, still give the hash reported."""
    row, (first, last) = company_named(company), span(months)
    starts, ends = midnight(first, row.zone), midnight(last + timedelta(1), row.zone)
    period = closing_of(models.Period.objects.filter(company=row), starts, ends)
    if period is None:
        raise ProblemError(Problem("never_closed", "the month was never closed", "close it first", found=months))
    return value_at(period.ends - 1, period.recorded_at).hash(row.pk) == period.reported


def company_named(code: str) -> models.Company:
    """The company of that code; raises ``ProblemError`` that names those there are."""
    row = models.Company.objects.filter(code=code).first()
    if row is None:
        known = ", ".join(models.Company.objects.order_by("code").values_list("code", flat=True))
        raise ProblemError(
            Problem(
                "unknown_company", "there is no such company", f"choose one of: {known}", field="company", found=code
            )
        )
    return row


def _number(word: str, company: models.Company, first: date, last: date) -> str:
    """CLOSE-2026-01, and CLOSE-2026-01-2 for the second closing of the same span."""
    name = f"{word}-{first:%Y-%m}" + (f"..{last:%Y-%m}" if (last.year, last.month) != (first.year, first.month) else "")
    used = set(
        models.Document.objects.filter(
            source=SOURCE,
            account=company.code,
            type__in=("period_close", "period_reopen"),
            external_id__startswith=name,
        ).values_list("external_id", flat=True)
    )
    again = (f"{name}-{n}" for n in range(2, len(used) + 3))
    return next(number for number in (name, *again) if number not in used)


def _post(document: PeriodClose | PeriodReopen, name: str, actor: str, at: Instant) -> None:
    with transaction.atomic():
        bulk.writer_lock()
        report = intake.post([document], name=name, recorded_at=at, actor=actor, layout=SOURCE)
        if report.quarantined:
            raise ProblemError(*report.problems)
        audit_trail.record(actor, "", document.type.replace("_", "."), f"company:{document.company}",
                           after={"document": document.id}, at=at)  # fmt: skip


def _stock(seen: ValueAt, company: int) -> tuple[int, int]:
    """Units and their book cost: what else falls on units (returns, disposal) is hashed too, and is no inventory."""
    mine = seen.stock.filter(seen.stock["company"] == company)
    units = mine.unique(["item", "cell"])["units"].sum()
    return int(units), int(mine.filter(mine["component"].is_in(_BOOK))["amount"].sum())
