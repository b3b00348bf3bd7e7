"""What cannot be posted yet waits here, counted with its money and units; nothing is lost."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Collection
from typing import Any

from django.db.models import Q

from entrepot.books import models
from entrepot.books.intake import personal
from entrepot.books.intake.session import Session
from entrepot.core.calendar import Instant
from entrepot.core.documents import Document, parse
from entrepot.core.errors import Problem


def hold_document(
    session: Session, document: Document, body: bytes, problem: Problem, waits_for: str, first: int | None, lines: int
) -> bool:
    """Put a whole document aside; ``False`` when the same one waits already."""
    amount, currency, quantity = at_stake(document)
    full = json.dumps({**json.loads(body), "type": document.type, "source": document.source}).encode()
    identity = hashlib.sha256("\0".join(document.key).encode() + b"\0" + body).hexdigest()
    problem = dataclasses.replace(
        problem, document=problem.document or f"{document.type} {document.id}", amount=amount, currency=currency,
        quantity=quantity,
    )  # fmt: skip
    return _hold(
        session, identity, problem, getattr(document, "buyer", None), waits_for=waits_for, document_type=document.type,
        document_id=document.id, document_body=full, line=first, lines=lines,
    )  # fmt: skip


def document_of(row: models.Quarantine) -> Document:
    """The document that waits in ``row``, with its buyer unless that was forgotten."""
    told = json.loads(bytes(row.document_body or b"{}"))
    buyer = personal.unseal(row.key, row.buyer)
    return parse({**told, "buyer": buyer} if buyer else told)


def hold_row(session: Session, problem: Problem, row: Any, name: str, ordinal: int) -> bool:
    """Put one row of a file aside; identical rows of one file count separately (``ordinal``)."""
    text = json.dumps(_storable(row), default=str, sort_keys=True, ensure_ascii=False)
    identity = hashlib.sha256(f"{name}\0{problem.code}\0{text}\0{ordinal}".encode()).hexdigest()
    return _hold(session, identity, problem, row=json.loads(text), line=problem.line)


def _storable(value: Any) -> Any:
    """``value`` as every database takes it: numbers that are none and NUL characters are told as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, str):
        return value.replace("\0", "\N{SYMBOL FOR NULL}")
    if isinstance(value, dict):
        return {str(key): _storable(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(part) for part in value]
    return value


def _hold(
    session: Session, identity: str, problem: Problem, buyer: dict[str, str] | None = None, **fields: Any
) -> bool:
    known = models.Quarantine.objects.filter(identity=identity).exclude(state=models.Quarantine.RELEASED)
    if known.exists():
        return False
    if buyer:
        fields["key"], fields["buyer"] = personal.seal(buyer, session.recorded_at)
    models.Quarantine.objects.create(
        batch_id=session.batch_id, identity=identity, code=problem.code, problem=_storable(dataclasses.asdict(problem)),
        amount=problem.amount, currency=problem.currency, quantity=problem.quantity,
        recorded_at=session.recorded_at, **fields,
    )  # fmt: skip
    return True


def at_stake(document: Any) -> tuple[int | None, str, int | None]:
    """Money (minor units, currency) and units of a document, ``None`` where it has none."""
    lines = getattr(document, "lines", None) or []
    amounts = [line.amount for line in lines if getattr(line, "amount", None) is not None]
    own = getattr(document, "amount", None)
    amount = sum(amounts) if amounts else own
    units = [line.quantity for line in lines if getattr(line, "quantity", None) is not None]
    return amount, getattr(document, "currency", "") if amount is not None else "", sum(units) if units else None


def candidates(posted: set[str]) -> list[models.Quarantine]:
    """Open documents that waited for something posted just now (a rate may help another pair as half of a bridge)."""
    found: list[models.Quarantine] = []
    currencies = {code for key in posted if key.startswith("fx:") for code in key[3:].split("/")}
    if currencies:
        touching = Q()
        for code in currencies:
            touching |= Q(waits_for__contains=code)
        waiting = models.Quarantine.objects.filter(
            touching, state=models.Quarantine.OPEN, waits_for__startswith="fx:", document_body__isnull=False
        )
        found += waiting
        posted = {key for key in posted if not key.startswith("fx:")}
    keys = sorted(posted)
    for start in range(0, len(keys), 500):
        found += models.Quarantine.objects.filter(
            state=models.Quarantine.OPEN, waits_for__in=keys[start : start + 500], document_body__isnull=False
        )
    return sorted(found, key=lambda row: row.pk)


def supersede(document: Document, at: Instant, **earlier: Any) -> None:
    """A later telling of ``document`` is in the books: what waited of it (``earlier``) must not undo it when its turn
    comes. It stays on record as dismissed."""
    waiting = models.Quarantine.objects.filter(
        state=models.Quarantine.OPEN, document_type=document.type, document_id=document.id,
        document_body__isnull=False, **earlier,
    )  # fmt: skip
    for row in waiting:
        told = json.loads(bytes(row.document_body or b"{}"))
        if (told["source"], told.get("account", "")) == (document.source, document.account):
            row.state, row.settled_at, row.actor = models.Quarantine.DISMISSED, at, "superseded"
            row.save(update_fields=["state", "settled_at", "actor"])


def waiting_keys(ids: Collection[str]) -> set[tuple[str, str]]:
    """(type, id) of the documents among ``ids`` that wait."""
    waiting = models.Quarantine.objects.filter(
        state=models.Quarantine.OPEN, document_body__isnull=False, document_id__in=ids
    )
    return set(waiting.values_list("document_type", "document_id"))


def wait_on(row: models.Quarantine, problem: Problem, waits_for: str) -> None:
    """What it waited for has come, but something else is missing: from now on it waits for that."""
    row.code, row.waits_for = problem.code, waits_for
    row.problem = {
        **dataclasses.asdict(problem), "document": problem.document or row.problem.get("document"),
        "amount": row.amount, "currency": row.currency, "quantity": row.quantity,
    }  # fmt: skip
    row.save(update_fields=["code", "waits_for", "problem"])


def release(row: models.Quarantine, at: Instant) -> None:
    row.state = models.Quarantine.RELEASED
    row.settled_at = at
    row.save(update_fields=["state", "settled_at"])
