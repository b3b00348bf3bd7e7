"""Receiving: the draft of a receipt begun from what is expected."""

from __future__ import annotations

from entrepot.books.access import Viewer
from entrepot.books.selectors import arriving
from entrepot.workflows import drafts
from entrepot.workflows.drafts import DraftView
from entrepot.workflows.typed_rows import Typed


def begin(viewer: Viewer, kind: str, number: str) -> DraftView:
    """A draft of the receipt of an order or shipment: its items stand in it, the units are to be counted.

    Raises :class:`~entrepot.books.selectors.shapes.NotThere`, ``ProblemError``.
    """
    found = arriving.arrival(viewer, kind, number)
    field = "order" if kind == "purchase_order" else "shipment"
    header = {"location": found.place_code, field: number}
    rows = tuple({"sku": line.sku} for line in found.lines if line.open)
    expected = {line.sku: line.open for line in found.lines if line.open}
    return drafts.begin(viewer, Typed("receipt", header, rows), {"expected": expected})
