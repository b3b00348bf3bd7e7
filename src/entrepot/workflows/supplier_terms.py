"""A supplier's payment terms, discount and tolerance, told anew from a day on: kept as a further version of the supplier.

Orders of that day and later take them where they state nothing themselves; earlier orders keep what was
agreed when they were placed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from entrepot.books import audit_trail, bulk, intake, models
from entrepot.books.access import Viewer
from entrepot.books.agreements import Agreed, agreed, history
from entrepot.core.calendar import Instant, local_date, midnight, to_datetime
from entrepot.core.documents import Supplier
from entrepot.core.errors import ProblemError
from entrepot.workflows.clock import now
from entrepot.workflows.order_steps import typed
from entrepot.workflows.purchasing import problem


def read(viewer: Viewer, supplier: str) -> list[Agreed]:
    """All that was agreed with a supplier, the newest first. Raises ``ProblemError``: no such supplier, not his to see."""
    viewer.need("see_supplier_price")
    if not models.Supplier.objects.filter(code=supplier).exists():
        raise problem("unknown_supplier", "this supplier is not in the books", "correct the code", supplier[:60])
    return history(supplier)


def agree(
    viewer: Viewer, supplier: str, terms: Sequence[Mapping[str, Any]], *, since: date | None = None, over_bp: int | None = None,
    discount_bp: int = 0, discount_days: int = 0, at: Instant | None = None, origin: str = "",
) -> Agreed:  # fmt: skip
    """From ``since`` on (today unless said) these terms hold; shares add up to 10,000 or are none at all.

    Raises ``ProblemError``: who may not buy, shares that are not the whole, a day before the newest agreement.
    """
    viewer.need("buy")
    moment, zone = now() if at is None else at, viewer.company.zone
    told = read(viewer, supplier)
    day = since or local_date(moment, zone)
    start = moment if day == local_date(moment, zone) else midnight(day, zone)
    newest = models.Document.objects.filter(type="supplier", external_id=supplier, reversed__isnull=True)
    with transaction.atomic():
        bulk.writer_lock()
        row = newest.order_by("-effective_at", "-version", "-pk").first()
        if row is not None and start < row.effective_at:
            raise problem(
                "earlier_terms", "later terms are in the books", "give a day on or after the newest", day.isoformat(),
                field="since",
            )  # fmt: skip
        body = {} if row is None else json.loads(bytes(row.body))
        master = models.Supplier.objects.get(code=supplier)
        known = {"name": master.name, "name_zh": master.name_zh, "kind": master.kind, "country": master.country or None,
                 "currency": master.currency, "payment_terms": master.payment_terms, "order_in": master.order_in,
                 "minimum_order": master.minimum_order}  # fmt: skip
        document = typed(
            Supplier,
            {**known, **body, "id": supplier, "source": "entered" if row is None else row.source,
             "account": "" if row is None else row.account, "effective_at": to_datetime(start), "terms": list(terms),
             "over_bp": over_bp, "discount_bp": discount_bp, "discount_days": discount_days, "type": "supplier"},
        )  # fmt: skip
        report = intake.post(
            [document], name=f"terms of {supplier}", recorded_at=moment, actor=viewer.name, layout="entered"
        )
        if report.quarantined:
            raise ProblemError(*report.problems)
        after = {"since": day.isoformat(), "terms": [dict(term) for term in terms], "over_bp": over_bp}
        before = {"terms": [term.model_dump() for term in told[0].terms] if told else []}
        audit_trail.record(viewer.name, origin, "supplier.terms", supplier, before=before, after=after, at=moment)
    return agreed(supplier, start)
