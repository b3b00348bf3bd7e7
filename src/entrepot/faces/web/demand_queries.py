"""What the pages of unmet demand and of an item's course ask of the floors below."""

from __future__ import annotations

from entrepot.books.access import Viewer
from entrepot.books.selectors import opportunities as ranked
from entrepot.books.selectors.opportunities import OpportunityList
from entrepot.books.selectors.shapes import Slice
from entrepot.faces.web.filters import OpportunityFilter


def opportunities(viewer: Viewer, wanted: OpportunityFilter, part: Slice) -> OpportunityList:
    """Unmet demand as it was last ranked."""
    return ranked.opportunities(viewer, wanted, part)
