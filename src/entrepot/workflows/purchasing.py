"""Placing orders: somebody proposes, a second person approves within his limit, and only then is anything ordered.

A proposal commits nothing. Approving posts the purchase order itself under the proposal's number; an order that is changed is
proposed anew and becomes the next version of the order once approved. Where nobody else could approve, the proposer orders alone
and the decision says so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db import transaction

from entrepot.books import agreements, audit_trail, bulk, intake, models
from entrepot.books.access import ROLES, Viewer
from entrepot.books.intake.directory import Directory
from entrepot.books.versions import current
from entrepot.core.calendar import Instant, local_date, to_datetime, to_instant
from entrepot.core.documents import PurchaseDecision, PurchaseOrder, PurchaseProposal, Ref, Reversal
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import convert, round_half_away
from entrepot.workflows.clock import now
from entrepot.workflows.documents_out import SOURCE, unused_number

PROPOSED, ORDERED = "proposed", "ordered"


@dataclass(frozen=True)
class Placed:
    """What became of an order that somebody wants to place: ``proposed`` (a second person decides) or ``ordered``."""

    number: str
    state: str


def propose(viewer: Viewer, order: PurchaseOrder, *, at: Instant | None = None, origin: str = "") -> Placed:
    """Propose ``order`` (its ``id`` is a new number, or that of an order to be changed).

    Raises :class:`ProblemError`: who may not buy, a company that is not his, what intake refuses.
    """
    viewer.need("buy")
    moment = now() if at is None else at
    code = order.company or viewer.company.code
    company = next((one for one in viewer.offered if one.code == code), None)
    if company is None:
        raise problem("not_allowed", "this company is not yours", "ask who may order for it", code)
    own = order.model_copy(update={"company": code, "account": code, "source": SOURCE})
    with transaction.atomic():
        bulk.writer_lock()
        _number_free(own)
        documents, state = placing(viewer, own, moment)
        post(viewer, documents, f"propose order {own.id}", moment)
        audit_trail.record(viewer.name, origin, "order.propose", own.id, after={"state": state}, at=moment)
    return Placed(own.id, state)


def placing(viewer: Viewer, order: PurchaseOrder, at: Instant) -> tuple[list[Any], str]:
    """The documents that placing ``order`` comes to, and whether it is only proposed by them.

    An order that states neither terms nor a deposit takes those of its supplier on its day, so that it keeps them.
    """
    if not order.terms and not order.deposit_bp:
        known = agreements.agreed(order.supplier, to_instant(order.effective_at))
        order = order.model_copy(update={"terms": list(known.terms)})
    row = models.Document.objects.filter(
        type="purchase_proposal", source=order.source, account=order.account or order.supplier, external_id=order.id
    ).order_by("-version").first()  # fmt: skip
    version = 1 if row is None else row.version + 1
    told = order.model_dump(exclude={"type"}, exclude_defaults=True)
    proposal = PurchaseProposal.model_validate({**told, "id": order.id, "by": viewer.name[:120]})
    if others_who_approve(viewer, order.company):
        return [proposal], PROPOSED
    within_limit(viewer, order.company, worth(order), order.currency, at)
    decision = _decision(viewer, order.id, order.company, version, "approved", at, alone=True, worth=worth(order),
                         currency=order.currency)  # fmt: skip
    return [proposal, decision, order], ORDERED


def approve(viewer: Viewer, number: str, *, at: Instant | None = None, origin: str = "") -> str:
    """Approve a proposal of the viewer's company; the order is placed. Returns the order's number.

    Raises :class:`ProblemError`: his own proposal (``own_order``), an amount beyond his limit (``over_limit``), one that was
    decided or changed meanwhile.
    """
    viewer.need("approve_purchase")
    moment = now() if at is None else at
    with transaction.atomic():
        bulk.writer_lock()
        row, order = _open_proposal(viewer, number)
        if order.by == viewer.name:
            raise problem(
                "own_order", "nobody approves his own order", "ask a colleague who may approve orders", number
            )
        within_limit(viewer, order.company, worth(order), order.currency, moment)
        decision = _decision(viewer, number, order.company, row.version, "approved", moment, worth=worth(order),
                             currency=order.currency)  # fmt: skip
        post(viewer, [decision, ordered_of(row)], f"approve order {number}", moment)
        audit_trail.record(
            viewer.name, origin, "order.approve", number, after={"by": order.by, "version": row.version}, at=moment
        )
    return number


def reject(viewer: Viewer, number: str, reason: str, *, at: Instant | None = None, origin: str = "") -> None:
    """Say no to a proposal, with the reason; its proposer may withdraw it the same way."""
    moment = now() if at is None else at
    with transaction.atomic():
        bulk.writer_lock()
        row, order = _open_proposal(viewer, number)
        if order.by != viewer.name:
            viewer.need("approve_purchase")
        decision = _decision(
            viewer, number, order.company, row.version, "rejected", moment, reason=" ".join(reason.split())[:500]
        )
        post(viewer, [decision], f"reject order {number}", moment)
        audit_trail.record(viewer.name, origin, "order.reject", number, after={"reason": reason[:200]}, at=moment)


def take_back(viewer: Viewer, number: str, *, at: Instant | None = None, origin: str = "") -> None:
    """Take an approval or rejection back, as long as nothing was received, billed or paid on the order."""
    viewer.need("approve_purchase")
    moment = now() if at is None else at
    with transaction.atomic():
        bulk.writer_lock()
        steps = current(viewer.of_company(models.PurchaseStep.objects.filter(order=number, kind="purchase_decision")))
        last = steps.order_by("-pk").select_related("document").first()
        if last is None:
            raise problem("nothing_to_undo", "nothing was decided on this order", "look at the list again", number)
        refs = [ref_of(last.document)]
        placed = current(viewer.of_company(models.PurchaseLine.objects.filter(document__external_id=number)))
        first = placed.select_related("document").order_by("-pk").first()
        if last.state == "approved" and first is not None:
            _untouched(viewer, number)
            refs.append(ref_of(first.document))
        back = Reversal(
            id=unused_number("reversal", viewer.company.code, f"undo-{number}"), source=SOURCE, account=viewer.company.code,
            company=viewer.company.code, effective_at=to_datetime(moment), documents=refs, reason="decision taken back",
        )  # fmt: skip
        post(viewer, [back], f"undo the decision on {number}", moment)
        audit_trail.record(viewer.name, origin, "order.undo", number, before={"state": last.state}, at=moment)


def others_who_approve(viewer: Viewer, company: str) -> bool:
    """Is there an active user beside the viewer who may approve orders of ``company``?"""
    roles = [role for role, may in ROLES.items() if "approve_purchase" in may]
    members = models.Membership.objects.filter(user__is_active=True, role__in=roles).exclude(user__username=viewer.name)
    return members.filter(companies=None).exists() or members.filter(companies__code=company).exists()


def worth(order: PurchaseOrder) -> int:
    """What an order comes to, in minor units of its currency, line by line."""
    return sum(round_half_away(Fraction(x.price.amount * x.quantity, x.price.per)) for x in order.lines)


def in_currency(code: str, amount: int, currency: str, target: str, at: Instant) -> int:
    """``amount`` in ``target`` at the books' rate of the day of company ``code``; :class:`ProblemError` without a rate."""
    company = models.Company.objects.get(code=code)
    rate = Directory().rate(currency, target, company, at)
    return convert(amount, currency, target, rate.value)


def within_limit(viewer: Viewer, company: str, amount: int, currency: str, at: Instant) -> None:
    """Raise ``over_limit`` when ``amount`` is more than the viewer approves in one go, at the day's rate."""
    if viewer.approval_limit is None:
        return
    limit_in = viewer.approval_currency or viewer.company.currency
    own = in_currency(company, amount, currency, limit_in, at)
    if own > viewer.approval_limit:
        raise ProblemError(
            Problem(
                "over_limit", "the order is beyond what you may approve", "ask somebody with a higher limit", field="amount",
                amount=own, currency=limit_in, parameters={"limit": viewer.approval_limit},
            )
        )  # fmt: skip


def post(viewer: Viewer, documents: Sequence[Any], name: str, at: Instant) -> intake.IntakeReport:
    """Post all of ``documents`` or none, in the caller's transaction; what would wait is a :class:`ProblemError`.

    Nothing is typed into a closed period: the day has to lie in an open one.
    """
    for document in documents:
        open_period(viewer, document.company, to_instant(document.effective_at))
    report = intake.post(documents, name=name, recorded_at=at, actor=viewer.name, layout=SOURCE)
    if report.quarantined or report.quarantined_lines:
        raise ProblemError(*report.problems)
    return report


def open_period(viewer: Viewer, code: str, at: Instant) -> None:
    """Raise ``closed_period`` for an instant in a closed period of the company."""
    company = next((one for one in viewer.offered if one.code == code), viewer.company)
    ends = [end for end, _ in Directory().closings(company.id) if at < end]
    if ends:
        first = local_date(max(ends), company.zone).isoformat()
        raise ProblemError(
            Problem(
                "closed_period", "this day lies in a closed period", f"date it {first} or later, or have the month opened again",
                field="effective_at", found=local_date(at, company.zone).isoformat(), parameters={"open_from": first},
            )
        )  # fmt: skip


def problem(code: str, message: str, remedy: str, found: str = "", **more: Any) -> ProblemError:
    """One thing that a person can act on."""
    return ProblemError(Problem(code, message, remedy, found=found, **more))


def ref_of(row: models.Document) -> Ref:
    """The reference that names a stored document and no other."""
    return Ref(type=row.type, id=row.external_id, account=row.account, source=row.source)


def ordered_of(row: models.Document) -> PurchaseOrder:
    """The order that a proposal proposes."""
    body = json.loads(bytes(row.body))
    body.pop("by", None)
    return PurchaseOrder.model_validate({**body, "source": row.source})


def _number_free(order: PurchaseOrder) -> None:
    """An order that came by another door is changed there; one that has ended is not proposed anew."""
    same = models.Document.objects.filter(
        type="purchase_order", external_id=order.id, reversed=None, company__code=order.company
    )
    if same.exclude(source=order.source, account=order.account).exists():
        raise problem("number_taken", "another order has this number", "choose another number", order.id, field="id")


def _open_proposal(viewer: Viewer, number: str) -> tuple[models.Document, PurchaseProposal]:
    """The latest version of a proposal that nobody has decided on."""
    rows = viewer.of_company(
        models.Document.objects.filter(type="purchase_proposal", external_id=number, reversed=None)
    )
    row = rows.order_by("-version").first()
    if row is None:
        raise problem("unknown_order", "there is no such proposal", "look at the list again", number)
    told = current(viewer.of_company(models.PurchaseStep.objects.filter(order=number, kind="purchase_decision")))
    versions = [json.loads(bytes(step.document.body)).get("version") for step in told.select_related("document")]
    if row.version in versions:
        raise problem("order_decided", "this was decided already", "look at the order again", number)
    body = json.loads(bytes(row.body))
    return row, PurchaseProposal.model_validate({**body, "source": row.source})


def _decision(
    viewer: Viewer, number: str, company: str, version: int, decision: str, at: Instant, *, alone: bool = False,
    worth: int | None = None, currency: str = "", reason: str = "",
) -> PurchaseDecision:  # fmt: skip
    base = models.Company.objects.get(code=company).currency
    amount = None if worth is None else in_currency(company, worth, currency, base, at)
    return PurchaseDecision.model_validate(
        {
            "id": unused_number("purchase_decision", company, f"{number}-v{version}"), "source": SOURCE, "account": company,
            "company": company, "effective_at": to_datetime(at), "order": number, "by": viewer.name[:120],
            "decision": decision, "version": version, "alone": alone, "reason": reason,
            **({"amount": amount, "currency": base} if amount is not None else {}),
        }
    )  # fmt: skip


def _untouched(viewer: Viewer, number: str) -> None:
    lines = viewer.of_company(models.PurchaseLine.objects.filter(document__external_id=number))
    came = models.Movement.objects.filter(purchase_line__in=lines, replacement__isnull=True).exists()
    paid = current(
        viewer.of_company(models.PaymentLine.objects.filter(order_type="purchase_order", order=number))
    ).exists()  # fmt: skip
    if came or paid:
        raise problem(
            "order_used", "goods were received or money was paid on this order", "cancel or close it instead", number
        )
