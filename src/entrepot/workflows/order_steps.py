"""What happens to an order between its placing and its end, told step by step; every step is a fact that can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from entrepot.books import audit_trail, bulk, models
from entrepot.books.access import Viewer
from entrepot.books.versions import current
from entrepot.core.calendar import Instant, to_datetime
from entrepot.core.documents import (
    Inspection,
    MatchDecision,
    PurchaseEnd,
    PurchaseProgress,
    Reversal,
    SupplierConfirmation,
)
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now
from entrepot.workflows.documents_out import SOURCE, unused_number
from entrepot.workflows.purchasing import post, problem, ref_of

STAGES = ("sent", "started", "produced", "delayed", "ready", "held", "released", "loaded", "bl_copy", "arrived")
TAKEN_BACK = frozenset(
    {"purchase_progress", "supplier_confirmation", "inspection", "purchase_end", "match_decision", "purchase_proposal"}
)
"""Steps that are taken back by themselves; a decision by :func:`entrepot.workflows.purchasing.take_back`."""


def heard(
    viewer: Viewer, number: str, stage: str, *, percent: int | None = None, expected: date | None = None, reason: str = "",
    at: Instant | None = None, origin: str = "",
) -> None:  # fmt: skip
    """The order was sent, is being made, is late (a new day and why), is ready, held, loaded …

    Raises :class:`ProblemError` for a delay without a new day, an unknown stage, an order that was cancelled.
    """
    if stage == "delayed" and expected is None:
        raise problem("no_day", "a delay needs the new day", "say when the goods will be ready", field="expected")
    said = {"stage": stage, "percent": percent, "expected": expected, "reason": " ".join(reason.split())[:500]}
    _told(viewer, number, PurchaseProgress, "S", said, at, origin)


def confirm(
    viewer: Viewer, number: str, lines: Sequence[Mapping[str, Any]], *, at: Instant | None = None, origin: str = ""
) -> None:
    """The supplier's answer: per ``order_line`` the ``quantity`` that he will deliver and ``due``, when it is ready."""
    _told(viewer, number, SupplierConfirmation, "C", {"lines": list(lines)}, at, origin)


def inspect(
    viewer: Viewer, number: str, result: str, lines: Sequence[Mapping[str, Any]], *, inspector: str = "",
    at: Instant | None = None, origin: str = "",
) -> None:  # fmt: skip
    """Goods looked at: per ``order_line`` lot, sample, critical, major, minor, accepted and rework; passed, failed or hold."""
    _told(viewer, number, Inspection, "I", {"result": result, "inspector": inspector, "lines": list(lines)}, at, origin)


def end(
    viewer: Viewer, number: str, how: str, reason: str = "", *, at: Instant | None = None, origin: str = ""
) -> None:
    """Close, cancel or let go on (``closed`` | ``cancelled`` | ``reopened``). Cancelling asks for the reason.

    What was prepaid on a cancelled order stays owed by the supplier until its refund is entered as a negative payment.
    """
    if how == "cancelled" and not reason.strip():
        raise problem("no_reason", "an order is cancelled for a reason", "say why, in a few words", field="reason")
    _told(viewer, number, PurchaseEnd, "E", {"end": how, "reason": " ".join(reason.split())[:500]}, at, origin)


def settle(
    viewer: Viewer, number: str, bill: str, difference: str, decision: str, *, order_line: int = 0, owner: str = "",
    amount: int = 0, currency: str = "", note: str = "", at: Instant | None = None, origin: str = "",
) -> None:  # fmt: skip
    """Accept a difference between order, receipts and bill, or dispute it with the supplier (``owner`` follows it up).

    Accepting an amount is as good as ordering it: it needs the permission to approve.
    """
    viewer.need("approve_purchase")
    said = {
        "bill": bill, "difference": difference, "decision": decision, "order_line": order_line, "owner": owner or viewer.name,
        "amount": amount, "currency": currency, "note": " ".join(note.split())[:500],
    }  # fmt: skip
    _told(viewer, number, MatchDecision, "M", said, at, origin)


def undo(viewer: Viewer, document: int, *, at: Instant | None = None, origin: str = "") -> None:
    """Take a step back; the person who told it may, and whoever approves orders."""
    moment = now() if at is None else at
    with transaction.atomic():
        bulk.writer_lock()
        steps = current(viewer.of_company(models.PurchaseStep.objects.filter(document_id=document, line=0)))
        step = steps.select_related("document__batch").first()
        if step is None or step.kind not in TAKEN_BACK:
            raise problem("nothing_to_undo", "this step cannot be taken back", "look at the order again", str(document))
        viewer.need("buy" if step.document.batch.actor == viewer.name else "approve_purchase")
        if step.kind == "purchase_proposal" and current(
            viewer.of_company(models.PurchaseLine.objects.filter(document__external_id=step.order))
        ).exists():  # fmt: skip
            raise problem("order_placed", "the order was placed", "cancel it instead", step.order)
        code = viewer.company.code
        back = Reversal(
            id=unused_number("reversal", code, f"undo-step-{document}"), source=SOURCE, account=code, company=code,
            effective_at=to_datetime(moment), documents=[ref_of(step.document)], reason="step taken back",
        )  # fmt: skip
        post(viewer, [back], f"undo {step.kind} of {step.order}", moment)
        audit_trail.record(
            viewer.name, origin, "order.step_undo", step.order, before={"kind": step.kind, "state": step.state}, at=moment
        )  # fmt: skip


def _told(
    viewer: Viewer, number: str, kind: Any, letter: str, said: Mapping[str, Any], at: Instant | None, origin: str
) -> None:
    viewer.need("buy")
    moment, code = now() if at is None else at, viewer.company.code
    with transaction.atomic():
        bulk.writer_lock()
        name = kind.model_fields["type"].default
        before = models.PurchaseStep.objects.filter(
            company_id=viewer.company.id, order=number, kind=name, line=0
        ).count()
        document = typed(
            kind,
            {
                "id": unused_number(name, code, f"{number}-{letter}{before + 1}"), "source": SOURCE, "account": code,
                "company": code, "effective_at": to_datetime(moment), "order": number, "by": viewer.name[:120], **said,
            },
        )  # fmt: skip
        post(viewer, [document], f"{name} of {number}", moment)
        after = {key: value for key, value in said.items() if key != "lines"}
        audit_trail.record(viewer.name, origin, f"order.{name}"[:60], number, after=after, at=moment)


def typed(kind: Any, said: Mapping[str, Any]) -> Any:
    """``said`` as a document of ``kind``; what pydantic finds wrong is a :class:`ProblemError` by field."""
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        found = [
            Problem(
                "bad_value", _reason(one["msg"]), "correct it", field=".".join(str(part) for part in one["loc"]),
                line=next((part + 1 for part in one["loc"] if isinstance(part, int)), None), found=str(one["input"])[:80],
            )
            for one in error.errors()[:20]
        ]  # fmt: skip
        raise ProblemError(*found) from None


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")
