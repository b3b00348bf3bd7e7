"""What the pages of receiving and shipments ask of the floors below."""

from __future__ import annotations

from typing import Any

from entrepot.books.access import Viewer
from entrepot.books.selectors import arriving
from entrepot.books.selectors.arriving import Arriving
from entrepot.workflows import over_receipt, receiving
from entrepot.workflows.drafts import DraftView
from entrepot.workflows.over_receipt import OverShort


def arrivals(viewer: Viewer, text: str) -> list[Arriving]:
    """Orders and shipments with units to come; ``text``: in number, container, carrier or supplier."""
    return _holding(arriving.arrivals(viewer), text)


def shipments(viewer: Viewer, text: str) -> list[Arriving]:
    """Shipments, newest first."""
    return _holding(arriving.shipments(viewer), text)


def arrival(viewer: Viewer, kind: str, number: str) -> Arriving:
    """One of them. Raises ``NotThere``."""
    return arriving.arrival(viewer, kind, number)


def receive(viewer: Viewer, kind: str, number: str) -> DraftView:
    """A draft of its receipt. Raises ``NotThere``, ``ProblemError``."""
    return receiving.begin(viewer, kind, number)


def over_short(viewer: Viewer, document: Any) -> list[OverShort]:
    """Where a receipt differs from what is open."""
    return over_receipt.over_short(viewer, document)


def _holding(rows: list[Arriving], text: str) -> list[Arriving]:
    wanted = text.strip().casefold()
    fields = ("number", "container", "carrier", "origin")
    return [row for row in rows if any(wanted in getattr(row, name).casefold() for name in fields)] if wanted else rows
