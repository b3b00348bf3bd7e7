"""What the exposure page asks of the floors below."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from entrepot.books.access import Viewer
from entrepot.workflows import exchange
from entrepot.workflows.exchange import DifferenceRow, Exchange, Hedge
from entrepot.workflows.exposure import ExposureRow, OpenOrder

__all__ = ["DifferenceRow", "Exchange", "ExposureRow", "Hedge", "OpenOrder", "told"]


def told(
    viewer: Viewer, on: date, change: Fraction, rates: dict[str, Fraction], offered: dict[str, Fraction]
) -> Exchange:  # fmt: skip
    """Exposure, differences and choices of the viewer's company; refused to who may not see cost."""
    return exchange.of_viewer(viewer, on, change, rates, offered)
