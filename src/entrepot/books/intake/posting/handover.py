"""When goods that a supplier sends become ours: what the order's incoterm and the shipment's dates say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from entrepot.books import models
from entrepot.books.intake.posting import references
from entrepot.books.intake.posting.builder import Builder
from entrepot.core import documents as d
from entrepot.core.calendar import Instant, to_instant
from entrepot.core.incoterms import HANDOVER, owned_from
from entrepot.core.kinds import Kind


def owned(b: Builder, doc: d.Shipment, order: d.Ref) -> Instant | None:
    """The instant from which the goods of a supplier's shipment are ours; None: when they are received."""
    body = _latest(references.documents(b, order))
    dates = [to_instant(one) if one else None for one in (doc.picked_up_at, doc.on_board_at)]
    return owned_from(body.get("incoterm", "EXW"), b.header.effective_at, *dates)


def still_the_suppliers(shipment: models.Shipment) -> d.Ref | None:
    """The order of a shipment whose goods become ours only when received; None for any other shipment."""
    body = json.loads(bytes(shipment.document.body))
    if not body.get("order"):
        return None
    order = d.Ref.model_validate(body["order"])
    rows = models.Document.objects.filter(type="purchase_order", external_id=order.id, pk__lt=shipment.document_id)
    for name in ("source", "account"):
        if told := getattr(order, name):
            rows = rows.filter(**{name: told})
    own = rows.filter(company_id=shipment.company_id)
    rows = own if own.exists() else rows
    incoterm = _latest(list(rows.order_by("pk").values_list("pk", flat=True))).get("incoterm", "EXW")
    return order if HANDOVER[incoterm] == "received" else None


def orders_sent(shipment: d.Ref) -> set[str]:
    """Numbers of the purchase orders whose supplier sent this shipment."""
    rows = models.Document.objects.filter(type="shipment", external_id=shipment.id).values_list("body", flat=True)
    orders = (json.loads(bytes(body)).get("order") or {} for body in rows)
    return {order["id"] for order in orders if order}


def received_as_bought(orders: Sequence[int], shipment: str) -> bool:
    """Was this shipment received while its goods were still the supplier's, so that the receipt gave birth to them?

    ``orders``: ids of the order's versions.
    """
    born = models.Movement.objects.filter(
        document__type="receipt", kind=int(Kind.RECEIPT), purchase_line__document__in=orders, replacement__isnull=True
    )
    bodies = models.Document.objects.filter(pk__in=born.values("document")).values_list("body", flat=True)
    return any((json.loads(bytes(body)).get("shipment") or {}).get("id") == shipment for body in bodies)


def _latest(documents: list[int]) -> dict[str, Any]:
    """Body of the newest of these documents."""
    body = models.Document.objects.values_list("body", flat=True).get(pk=max(documents))
    return json.loads(bytes(body))
