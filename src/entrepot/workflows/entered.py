"""A document typed on screen: read, tried, posted, taken back (:mod:`entrepot.workflows.drafts` keeps it meanwhile).

``tried`` says what it would do in stock and money, and keeps nothing; ``post_typed`` posts it through
:func:`entrepot.books.intake.post` as source ``entered``, all or nothing: what would wait in quarantine if it came in a file is
a fault by cell here (:class:`TypedFaults`). Into a closed period nothing is posted unless somebody who may close says that it
is a late fact (``late``). A correction (``corrects``) becomes the next version of a document, under its number and source.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from entrepot.books import audit_trail, bulk, intake, models
from entrepot.books.access import Viewer
from entrepot.books.intake.directory import Directory
from entrepot.channels.files.templates import document_rows
from entrepot.core.calendar import to_datetime, to_instant
from entrepot.core.documents import parse
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows import entered_effect, may_post, purchasing, typed_codes
from entrepot.workflows import over_receipt as over
from entrepot.workflows.clock import now
from entrepot.workflows.entered_effect import Effect
from entrepot.workflows.typed_rows import Fault, Read, Typed, at_line, header_columns, read_typed

SOURCE = "entered"
_PREFIXES = {
    "purchase_order": "PO", "receipt": "GR", "shipment": "SH", "transfer": "TR", "count": "CT", "regrade": "RG",
    "conversion": "CV", "stock_use": "SU", "supplier_return": "SR", "cost_bill": "BL", "supplier_credit": "CR",
    "payment": "PY", "stock_report": "SS", "opening_balance": "OB", "return": "RT", "reversal": "RV",
}  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """What posting would do. With ``faults`` it would do nothing. ``closed``: it would be a late fact of a closed period."""

    document: Any = None
    effect: Effect | None = None
    faults: tuple[Fault, ...] = ()
    closed: bool = False

    @property
    def good(self) -> bool:
        """Whether it can be posted as it is."""
        return not self.faults


@dataclass(frozen=True)
class Posted:
    """What was posted: number and key of the document, the batch that :func:`undo` takes back."""

    batch: int
    document: int
    kind: str
    number: str
    effect: Effect | None
    again: bool = False


def typed_of(document: Any, viewer: Viewer) -> Typed:
    """A document as the cells that say it."""
    heads = {column.name for column in header_columns(document.type)}
    found = document_rows(document, "en", viewer.company.currency)
    texts = [{k: str(v) for k, v in row.items() if v is not None} for row in found]
    header = {k: v for k, v in texts[0].items() if k in heads}
    return Typed(document.type, header, tuple({k: v for k, v in row.items() if k not in heads} for row in texts))


def tried(viewer: Viewer, typed: Typed, *, late: bool = False, corrects: int | None = None) -> Tried:
    """What posting ``typed`` would do in stock and money; everything is done and taken back."""
    read = _read(viewer, typed, corrects)
    if read.faults:
        return Tried(None, None, read.faults)
    faults = _not_postable(viewer, read, corrects)
    closed = _in_closed_period(viewer, read.document)
    if closed and not late:
        faults.append(_closed(viewer, read.document))
    if faults:
        return Tried(read.document, None, tuple(faults), closed)
    with transaction.atomic():
        try:
            effect = entered_effect.of_batch(viewer, _intake(viewer, read, typed.kind, "trial").batch)
        except TypedFaults as error:
            return Tried(read.document, None, error.faults, closed)
        finally:
            transaction.set_rollback(True)
    return Tried(read.document, effect, (), closed)


def post_typed(
    viewer: Viewer, typed: Typed, *, late: bool = False, corrects: int | None = None, name: str = "", origin: str = ""
) -> Posted:
    """Post a document that is no draft (a scan, a button): all of it or nothing. Raises :class:`TypedFaults`."""
    with transaction.atomic():
        bulk.writer_lock()  # what is asked below still holds when it is posted, whoever posts beside
        read = _read(viewer, typed, corrects)
        if read.faults:
            raise TypedFaults(read.faults)
        faults = _not_postable(viewer, read, corrects)
        closed = _in_closed_period(viewer, read.document)
        if closed and not (late and viewer.can("close")):
            faults.append(_closed(viewer, read.document))
        if faults:
            raise TypedFaults(faults)
        batch = _intake(viewer, read, typed.kind, name).batch
        if batch is None:  # pragma: no cover - only a dry run has none
            raise TypedFaults([Fault(Problem("nothing_posted", "nothing was posted", "try again"))])
        done = posted(viewer, typed.kind, batch)
        audit_trail.record(
            viewer.name, origin, "post", f"{typed.kind} {done.number}"[:200], None,
            {"batch": batch, "document": done.document, "late": closed, "corrects": corrects}, at=now(),
        )  # fmt: skip
    return done


def undo(viewer: Viewer, batch: int, *, origin: str = "") -> None:
    """Take a posted document back by a reversing one. Whoever posted it may, and whoever may undo."""
    row = models.Batch.objects.filter(pk=batch, layout__startswith=f"{SOURCE}:").first()
    mine = row is not None and models.Document.objects.filter(batch=row, company_id=viewer.company.id).exists()
    if row is None or not mine:
        raise refused("unknown_document", "this document is not in the books", "look at the list again", str(batch))
    if row.actor != viewer.name:
        viewer.need("undo")
    told = [told_of(document) for document in models.Document.objects.filter(batch=row)]
    may_post.authorise(viewer, told)
    with transaction.atomic():
        bulk.writer_lock()
        for document in told:
            if _in_closed_period(viewer, document) and not viewer.can("close"):
                raise ProblemError(_closed(viewer, document).problem)
        intake.reverse_batch(batch, recorded_at=now(), actor=viewer.name)
        models.Draft.objects.filter(batch=row).update(state=models.Draft.OPEN, batch=None, saved_at=now())
        audit_trail.record(viewer.name, origin, "undo", row.name[:200], {"batch": batch}, None, at=now())


class TypedFaults(ProblemError):
    """What is typed cannot be posted; ``faults`` say which cells and why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(*(fault.problem for fault in faults))
        self.faults = tuple(faults)


def _read(viewer: Viewer, typed: Typed, corrects: int | None) -> Read:
    may_type(viewer, typed.kind)
    if corrects is None:
        said = {name: text for name, text in typed.header.items() if str(text or "").strip()}
        typed = replace(typed, header={**proposed(viewer, typed.kind), **said})
    read = read_typed(typed, viewer.company.code, viewer.company.zone, source=SOURCE)
    faults = (*read.faults, *typed_codes.unknown(viewer, typed, {(f.row, f.column) for f in read.faults}))
    if faults:
        return Read(None, faults)
    if corrects is not None:
        told = told_of(models.Document.objects.get(pk=corrects))
        same = {"source": told.source, "account": told.account, "company": told.company}
        read = replace(read, document=read.document.model_copy(update=same))
    return read


def _not_postable(viewer: Viewer, read: Read, corrects: int | None) -> list[Fault]:
    document, faults = read.document, list[Fault]()
    try:
        may_post.authorise(viewer, [document])
    except ProblemError as error:
        faults += [Fault(problem) for problem in error.problems]
    if document.company and document.company not in {company.code for company in viewer.offered}:
        problem = Problem("unknown_company", "this company is not yours", "choose another", field="company")
        faults.append(Fault(problem, None, "company"))
    same = models.Document.objects.filter(type=document.type, external_id=document.id)
    if corrects is not None:
        told = models.Document.objects.get(pk=corrects)
        same = same.exclude(source=told.source, account=told.account)
        if document.id != told.external_id:
            faults.append(_number("number_changed", "a correction keeps the number of its document", told.external_id))
        newest = versions(told).order_by("-version").first()
        if newest is None or newest.pk != told.pk:
            problem = Problem("document_changed", "somebody corrected this document meanwhile", "open it again")
            faults.append(Fault(replace(problem, found=told.external_id)))
    else:
        same = same.filter(reversed__isnull=True)
        faults += [at_line(fault.problem, read, document.type) for fault in over.too_many(viewer, document)]
    if same.exists():
        faults.append(_number("number_taken", "another document has this number", document.id))
    return faults


def _number(code: str, message: str, found: str) -> Fault:
    return Fault(Problem(code, message, "choose another number", field="id", found=found), None, "id")


def _intake(viewer: Viewer, read: Read, kind: str, name: str) -> Any:
    """Post in the caller's transaction; what would wait becomes :class:`TypedFaults`."""
    document = read.document
    # An order that is typed is proposed; it is ordered once a second person approves it, or at once where there is none.
    documents = purchasing.placing(viewer, document, now())[0] if kind == "purchase_order" else [document]
    before = set(models.Waiting.objects.values_list("movement_id", flat=True))
    report = intake.post(
        documents, name=f"{kind} {document.id}", recorded_at=now(), actor=viewer.name, layout=f"{SOURCE}:{kind}",
        options={"draft": name} if name else {},
    )  # fmt: skip
    if report.quarantined or report.quarantined_lines:
        raise TypedFaults([at_line(problem, read, kind) for problem in report.problems])
    if not report.posted:
        raise TypedFaults([_number("nothing_new", "the books say this already", document.id)])
    # Also where an earlier document is left without its units because this one comes before it.
    late = set(models.Waiting.objects.values_list("movement_id", flat=True)) - before
    waits = models.Waiting.objects.filter(movement_id__in=late).select_related("item", "movement__document")
    faults = [_absent(row, read, kind, report.batch) for row in waits.order_by("movement__line")]
    if faults:
        raise TypedFaults(faults)
    return report


def _absent(row: models.Waiting, read: Read, kind: str, batch: int | None) -> Fault:
    """Units that are not there cannot be moved, converted or sent back; a file's line would wait for them."""
    own = row.movement.document.batch_id == batch
    problem = Problem(
        "units_absent", "so many units are not there", "correct the quantity, the place or the day, or receive them first",
        line=row.movement.line if own else None, field="quantity", quantity=row.movement.quantity,
        found=row.item.sku if own else f"{row.item.sku} ({row.movement.document.external_id})",
    )  # fmt: skip
    return at_line(problem, read, kind)


def posted(viewer: Viewer, kind: str, batch: int, *, again: bool = False) -> Posted:
    kinds = (kind, "purchase_proposal") if kind == "purchase_order" else (kind,)
    row = models.Document.objects.filter(batch_id=batch, type__in=kinds).order_by("type", "pk").first()
    if row is None:
        raise refused("unknown_document", "this document is not in the books", "look at the list again", str(batch))
    return Posted(batch, row.pk, kind, row.external_id, entered_effect.of_batch(viewer, batch), again)


def may_type(viewer: Viewer, kind: str) -> None:
    header_columns(kind)
    if not (viewer.can("post") or viewer.can("post_stock")):
        viewer.need("post")


def _in_closed_period(viewer: Viewer, document: Any) -> bool:
    at = to_instant(document.effective_at)
    return any(at < end for end, _ in Directory().closings(_company(viewer, document)))


def _company(viewer: Viewer, document: Any) -> int:
    return next((c.id for c in viewer.offered if c.code == document.company), viewer.company.id)


def _closed(viewer: Viewer, document: Any) -> Fault:
    company = _company(viewer, document)
    zone = next((c.zone for c in viewer.offered if c.id == company), viewer.company.zone)
    end = max(end for end, _ in Directory().closings(company))
    day = to_datetime(end).astimezone(ZoneInfo(zone)).date().isoformat()
    return Fault(
        Problem(
            "closed_period", "this day lies in a closed period",
            f"date it {day} or later, or let finance post it as a late fact", field="effective_at",
            found=document.effective_at.astimezone(ZoneInfo(zone)).date().isoformat(), parameters={"open_from": day},
        ), None, "effective_at",
    )  # fmt: skip


def proposed(viewer: Viewer, kind: str) -> dict[str, str]:
    """Number and moment of a new document: the day and how many there are of it."""
    local = to_datetime(now()).astimezone(ZoneInfo(viewer.company.zone))
    found = {"effective_at": local.strftime("%Y-%m-%d %H:%M"), "id": next_number(kind, local)}
    if any(column.name == "currency" and column.required for column in header_columns(kind)):
        found["currency"] = viewer.company.currency
    return found


def next_number(kind: str, local: datetime) -> str:
    """A number that no document and no draft of ``kind`` has: prefix, day, running number."""
    start = f"{_PREFIXES.get(kind, kind[:2].upper())}-{local:%y%m%d}-"
    taken = set(
        models.Document.objects.filter(type=kind, external_id__startswith=start).values_list("external_id", flat=True)
    )
    drafts = models.Draft.objects.filter(kind=kind, state=models.Draft.OPEN).values_list("content", flat=True)
    taken |= {str(content.get("header", {}).get("id", "")) for content in drafts[:1000]}
    place = 1
    while f"{start}{place}" in taken:
        place += 1
    return f"{start}{place}"


def versions(row: models.Document) -> Any:
    same = {"type": row.type, "external_id": row.external_id, "source": row.source, "account": row.account}
    return models.Document.objects.filter(**same).select_related("reversed")


def told_of(row: models.Document) -> Any:
    return parse({**json.loads(bytes(row.body)), "type": row.type, "source": row.source})


def refused(code: str, message: str, remedy: str, found: str) -> ProblemError:
    return ProblemError(Problem(code, message, remedy, found=found))
