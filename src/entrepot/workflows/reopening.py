"""Opening a closed month again takes two people: one asks with a reason, another one grants or refuses."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import IntegrityError, transaction

from entrepot.books import audit_trail, bulk, models
from entrepot.books.access import Viewer
from entrepot.books.closings import months_between, months_of, word_on
from entrepot.core.calendar import Instant, local_date, midnight
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now
from entrepot.workflows.close import company_named, reopen, span


def ask(viewer: Viewer, months: str, reason: str, *, at: Instant | None = None) -> models.ReopenRequest:
    """Ask to open closed ``months`` of the company looked at, with those that were closed together with them.

    Raises :class:`~entrepot.core.errors.ProblemError`: not allowed, not closed, no reason, asked already.
    """
    viewer.need("close")
    company, (first, last), moment = company_named(viewer.company.code), span(months), at or now()
    text = " ".join(reason.split())[:2000]
    if not text:
        raise ProblemError(
            Problem("no_reason", "a reason is missing", "say why the month has to be opened", field="reason")
        )
    closed = _closed(company, first, last)
    if closed is None:
        raise ProblemError(Problem("not_closed", "this month is not closed", "nothing has to be opened", found=months))
    first, last = local_date(closed.starts, company.zone), local_date(closed.ends - 1, company.zone)
    row = models.ReopenRequest(
        company=company, first=first, last=last, reason=text, asked_by=viewer.name, asked_at=moment
    )
    try:
        with transaction.atomic():
            bulk.writer_lock()
            row.save()
            audit_trail.record(viewer.name, "", "period.reopen_asked", f"company:{company.code}",
                               after={"months": months_of(closed, company.zone), "reason": text}, at=moment)  # fmt: skip
    except IntegrityError:
        raise ProblemError(
            Problem("asked_already", "somebody has asked for it already", "answer that request", found=months)
        ) from None
    return row


def answer(viewer: Viewer, key: int, *, grant: bool, at: Instant | None = None) -> models.ReopenRequest:
    """Grant or refuse a request; who asked may not answer. Granting opens the month in the same transaction.

    Raises ``ReopenRequest.DoesNotExist``, or :class:`~entrepot.core.errors.ProblemError`: not allowed, own request, answered.
    """
    viewer.need("close")
    moment = at or now()
    with transaction.atomic():
        bulk.writer_lock()
        row = models.ReopenRequest.objects.select_related("company").get(pk=key, company_id=viewer.company.id)
        if row.state != models.ReopenRequest.ASKED:
            raise ProblemError(Problem("answered_already", "this request was answered", "look at the month again"))
        if row.asked_by == viewer.name:
            raise ProblemError(
                Problem("own_request", "nobody grants his own request", "let a colleague who may close months answer")
            )
        row.state = models.ReopenRequest.GRANTED if grant else models.ReopenRequest.REFUSED
        row.answered_by, row.answered_at = viewer.name, moment
        row.save()
        if grant:
            months = months_between(row.first, row.last)
            reason = f"{row.reason} (asked by {row.asked_by}, granted by {viewer.name})"
            reopen(row.company.code, months, reason[:2000], actor=viewer.name, at=moment)
        else:
            audit_trail.record(viewer.name, "", "period.reopen_refused", f"company:{row.company.code}",
                               after={"request": row.pk}, at=moment)  # fmt: skip
    return row


def _closed(company: models.Company, first: date, last: date) -> models.Period | None:
    """The closing that stands for the months."""
    ends = midnight(last + timedelta(days=1), company.zone)
    period = word_on(models.Period.objects.filter(company=company), midnight(first, company.zone), ends)
    return period if period is not None and period.closed else None
