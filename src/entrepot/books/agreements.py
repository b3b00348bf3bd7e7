"""What is agreed with a supplier, by day: payment terms, discount, and how much more than ordered may be received.

A supplier's document may come again with a later day; what it says holds from that day on, so an order keeps the terms of its
own day. What may be received beyond an order is one rule: the order's own share where it states one, else the supplier's of the
order's day, else the company's of that day. Where nobody states one, a file tells what happened and is taken up; what is typed
may exceed an order by :data:`OVER_BP`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from entrepot.books import models
from entrepot.core.calendar import Instant, to_datetime
from entrepot.core.documents.terms import PaymentTerm

OVER_BP = 500
"""What is typed as received may exceed an order or a shipment by where nothing is agreed: 5 %."""


@dataclass(frozen=True)
class Agreed:
    """What holds with a supplier from ``since`` on. ``over_bp`` ``None``: nothing agreed. ``discount_bp`` of a bill that is paid
    within ``discount_days``."""

    supplier: str
    since: date | None = None
    terms: tuple[PaymentTerm, ...] = ()
    over_bp: int | None = None
    discount_bp: int = 0
    discount_days: int = 0


def agreed(supplier: str, at: Instant) -> Agreed:
    """What holds with ``supplier`` at an instant; nothing where the books say nothing. One query."""
    row = _told("supplier", supplier, at)
    return Agreed(supplier) if row is None else _agreed(supplier, row)


def history(supplier: str) -> list[Agreed]:
    """All that was agreed, the newest first; a day that was told twice stands as it was told last. One query."""
    rows = _documents("supplier", supplier).order_by("effective_at", "version", "pk")
    by_day = {row.effective_at: row for row in rows}
    return [_agreed(supplier, row) for _, row in sorted(by_day.items(), reverse=True)]


def over_bp(order: Mapping[str, Any], supplier: str, company: str, at: Instant) -> int | None:
    """How much more than ordered may be received, in basis points; ``None``: nobody stated it. ``order``: its body."""
    own = order.get("over_bp")
    if own is not None:
        return int(own)
    told = agreed(supplier, at).over_bp if supplier else None
    return company_over_bp(company, at) if told is None else told


def company_over_bp(company: str, at: Instant) -> int | None:
    """The company's setting of that day."""
    row = _told("company", company, at)
    told = None if row is None else json.loads(bytes(row.body)).get("over_bp")
    return None if told is None else int(told)


def _documents(kind: str, code: str) -> Any:
    return models.Document.objects.filter(type=kind, external_id=code, reversed__isnull=True)


def _told(kind: str, code: str, at: Instant) -> models.Document | None:
    return _documents(kind, code).filter(effective_at__lte=at).order_by("-effective_at", "-version", "-pk").first()


def _agreed(supplier: str, row: models.Document) -> Agreed:
    body = json.loads(bytes(row.body))
    return Agreed(
        supplier, to_datetime(row.effective_at).date(), tuple(PaymentTerm.model_validate(x) for x in body.get("terms", ())),
        body.get("over_bp"), int(body.get("discount_bp") or 0), int(body.get("discount_days") or 0),
    )  # fmt: skip
