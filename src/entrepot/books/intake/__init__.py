"""The one door through which documents become facts.

``post`` takes typed documents in any order and appends, in one transaction, what they become in the ledger
(``posting``). What cannot be posted waits in quarantine with its reason and amount and is tried again by itself when
what it waited for comes. Repeats change nothing; a changed document corrects its earlier version line by line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import transaction

from entrepot.books import bulk, models
from entrepot.books.intake import personal, quarantine, undoing
from entrepot.books.intake.incoming import Incoming
from entrepot.books.intake.register import Register
from entrepot.books.intake.report import IntakeReport
from entrepot.books.intake.session import Policy, Session
from entrepot.core.calendar import Instant
from entrepot.core.documents import Document
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.progress import SILENT, Progress

_CHUNK = 1_000


def post(
    documents: Iterable[Any],
    *,
    name: str,
    recorded_at: Instant,
    actor: str = "",
    policy: Policy | None = None,
    layout: str = "",
    options: dict[str, Any] | None = None,
    mapping: dict[str, Any] | None = None,
    file: models.RawFile | None = None,
    rejected: Iterable[Any] = (),
    dry_run: bool = False,
    reverses: int | None = None,
    progress: Progress = SILENT,
) -> IntakeReport:
    """Post ``documents`` (:class:`~entrepot.core.documents.Document`, or anything with ``document``, ``first_line`` and
    ``last_line``) as one batch, all or nothing.

    ``rejected`` are rows of the same file that are no documents (``problem``, ``row``); they go to quarantine. A dry
    run does everything and takes it back. Money in the report is in minor units.
    """
    report = IntakeReport(dry_run=dry_run)
    with transaction.atomic():
        bulk.writer_lock()
        batch = models.Batch.objects.create(
            file=file, name=name[:500], layout=layout, mapping=mapping or {}, options=options or {},
            recorded_at=recorded_at, actor=actor, reverses_id=reverses,
        )  # fmt: skip
        session = Session(batch.pk, recorded_at, policy or Policy())
        register = Register(session, report)
        progress.begin("posting")
        source = iter(documents)
        while chunk := list(islice(source, _CHUNK)):
            register.take([_incoming(entry) for entry in chunk])
            progress.advance(len(chunk))
        _hold_rows(session, report, rejected, layout or name)
        register.retry()
        session.finish()
        _finish_batch(batch, report)
        report.items = set(session.touched)
        if dry_run:
            transaction.set_rollback(True)
        else:
            report.batch = batch.pk
    return report


def _incoming(entry: Any) -> Incoming:
    if isinstance(entry, Document):
        return Incoming(entry)
    if isinstance(entry, Incoming):
        return entry
    return Incoming(entry.document, entry.first_line, entry.last_line)


def _hold_rows(session: Session, report: IntakeReport, rejected: Iterable[Any], name: str) -> None:
    seen: Counter[str] = Counter()
    for entry in rejected:
        key = f"{entry.problem.code}{entry.row}"
        held = quarantine.hold_row(session, entry.problem, entry.row, name, seen[key])
        seen[key] += 1
        report.lines += 1
        if held:
            report.trouble(entry.problem)
        else:
            report.repeated_lines += 1


def _finish_batch(batch: models.Batch, report: IntakeReport) -> None:
    batch.rows, batch.documents, batch.posted = report.lines, report.documents, report.posted
    batch.repeated, batch.quarantined = report.repeated, report.quarantined_lines
    batch.totals = {**report.totals, "by_type": dict(report.counts_by_type), "by_code": dict(report.counts_by_code)}
    batch.save()


def reverse_batch(batch_id: int, *, recorded_at: Instant, actor: str = "") -> IntakeReport:
    """Undo a whole import as one reversing batch; what it left in quarantine is dismissed.

    A document that the import brought is taken back, newest first; one that it corrected counts as it was told before;
    one that a later import told anew stays as that one says. What it took back counts again. Master data that it
    created stays. An undoing is not undone: what it took back is imported again.
    """
    batch = models.Batch.objects.get(pk=batch_id)
    if batch.reverses_id is not None:
        raise ProblemError(
            Problem(
                "nothing_to_undo", "this is itself the undoing of an import", "import the file again", found=batch.name
            )
        )
    with transaction.atomic():
        bulk.writer_lock()
        if models.Batch.objects.filter(reverses=batch).exists():
            raise ProblemError(
                Problem(
                    "already_undone",
                    "this import was undone already",
                    "import the file again if you need it",
                    found=batch.name,
                )
            )
        report = post(
            undoing.documents(batch, recorded_at),
            name=f"undo: {batch.name}",
            recorded_at=recorded_at,
            actor=actor,
            layout="undo",
            reverses=batch.pk,
        )
        if report.quarantined:
            raise ProblemError(*report.problems)
        models.Quarantine.objects.filter(batch=batch, state=models.Quarantine.OPEN).update(
            state=models.Quarantine.DISMISSED, settled_at=recorded_at, actor=actor
        )
    return report


def dismiss(quarantine_id: int, *, recorded_at: Instant, actor: str) -> None:
    """A person decides that a quarantined row or document is not wanted; it stays on record as dismissed."""
    models.Quarantine.objects.filter(pk=quarantine_id, state=models.Quarantine.OPEN).update(
        state=models.Quarantine.DISMISSED, settled_at=recorded_at, actor=actor
    )


__all__ = ["Incoming", "IntakeReport", "Policy", "dismiss", "personal", "post", "reverse_batch"]
