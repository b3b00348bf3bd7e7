"""A person says which loss a reimbursement is for: it is told anew, aimed at that loss, and its money moves there once.

The earlier version is replaced: what stood as a credit of its day stands on the lost units from now on. In a closed month what
was reported stays, and the difference is a prior-period adjustment.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from entrepot.books import audit_trail, bulk, intake, models
from entrepot.books.access import Viewer
from entrepot.books.intake.directory import Directory
from entrepot.books.versions import IDENTITY
from entrepot.core import documents as d
from entrepot.core.calendar import to_instant
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows import may_post
from entrepot.workflows.clock import now
from entrepot.workflows.entered import told_of

_LOSSES = ("stock_use", "count")


def name_loss(viewer: Viewer, reimbursement: str, loss: str, *, origin: str = "") -> None:
    """Aim the reimbursement of this number at the loss of this number (``NUMBER`` or ``NUMBER:LINE``), in one transaction.

    Raises ``ProblemError``: not allowed, not there, in a closed month for who may not close, or the loss has no unit of the item.
    """
    with transaction.atomic():
        bulk.writer_lock()
        paid = _one(viewer, ("reimbursement",), reimbursement)
        number, line = _line_of(loss)
        lost = _one(viewer, _LOSSES, number)
        ref = d.Ref(type=lost.type, id=lost.external_id, source=lost.source, account=lost.account,
                    line=line)  # fmt: skip
        before: Any = told_of(paid)
        told = before.model_copy(update={"loss": ref})
        may_post.authorise(viewer, [told])
        closed = any(to_instant(told.effective_at) < end for end, _ in Directory().closings(viewer.company.id))
        if closed:
            viewer.need("close")
        done = intake.post(
            [told], name=f"{reimbursement}: for {loss}", recorded_at=now(), actor=viewer.name, layout="entered:loss"
        )
        if done.quarantined:
            raise ProblemError(*done.problems)
        audit_trail.record(
            viewer.name, origin, "post", f"reimbursement {reimbursement}"[:200],
            {"loss": before.loss.id if before.loss else ""}, {"loss": loss}, at=now(),
        )  # fmt: skip


def _line_of(loss: str) -> tuple[str, int | None]:
    number, colon, line = loss.rpartition(":")
    return (number, int(line)) if colon and line.isascii() and line.isdigit() and len(line) < 7 else (loss, None)


def _one(viewer: Viewer, types: tuple[str, ...], number: str) -> models.Document:
    rows = models.Document.objects.filter(company_id=viewer.company.id, type__in=types, external_id=number)
    later = models.Document.objects.filter(
        **{name: OuterRef(name) for name in IDENTITY}, version__gt=OuterRef("version")
    )
    found = list(rows.filter(~Exists(later), reversed__isnull=True)[:2])
    if len(found) != 1:
        code = "unknown_document" if not found else "ambiguous_reference"
        what = "is not in the books" if not found else "comes more than once in the books"
        raise ProblemError(Problem(code, f"{' or '.join(types).replace('_', ' ')} {number} {what}", "look at the number again",
                                   found=number))  # fmt: skip
    return found[0]
