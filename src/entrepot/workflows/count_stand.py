"""What a place held at an instant, cell by cell, and what moved there between that instant and a later one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q

from entrepot.books import models
from entrepot.core.calendar import Instant


class Key(NamedTuple):
    """A cell of the place, for one item."""

    item: int
    condition: str
    label: str
    batch: str
    expiry: str


@dataclass(frozen=True)
class Stand:
    """``books``: units at the instant. ``flight``: net units that came in since, up to the moment asked for of each key.
    ``there``: keys that held units at the instant."""

    books: dict[Key, int]
    flight: dict[Key, int]
    there: tuple[Key, ...]


def stand(
    company: int, location: int, at: Instant, until: Mapping[Key, Instant | None], *, besides: int | None = None
) -> Stand:
    """Fold nothing: the balance now, less what came since, plus what left since; as if batch ``besides`` were not posted.
    Three queries."""
    cells = {
        pk: (condition, label, batch, expiry)
        for pk, condition, label, batch, expiry in models.Cell.objects.filter(
            company_id=company, location_id=location, transit=""
        ).values_list("pk", "condition", "label", "batch", "expiry_key")
    }
    books: dict[Key, int] = defaultdict(int)
    last: dict[int, Instant] = defaultdict(int)
    rows = models.Balance.objects.filter(cell_id__in=cells).values_list("cell_id", "item_id", "on_hand", "last_at")
    for cell, item, units, moved in rows:
        books[Key(item, *cells[cell])] += units
        last[item] = max(last[item], moved)
    flight: dict[Key, int] = defaultdict(int)
    moved = [item for item, instant in last.items() if instant > at or besides is not None]
    for start in range(0, len(moved), 500):
        either = Q(from_cell_id__in=cells) | Q(to_cell_id__in=cells)
        since = (
            Q(effective_at__gt=at) | Q(document__batch_id=besides) if besides is not None else Q(effective_at__gt=at)
        )
        later = models.Movement.objects.filter(
            either, since, item_id__in=moved[start : start + 500], replacement=None, waiting=None
        )
        columns = ("item_id", "from_cell_id", "to_cell_id", "quantity", "effective_at")
        for item, source, target, units, when in later.order_by().values_list(*columns):
            for cell, sign in ((source, -1), (target, 1)):
                if cell not in cells:
                    continue
                key = Key(item, *cells[cell])
                books[key] -= sign * units
                if (end := until.get(key)) is not None and at < when <= end:
                    flight[key] += sign * units
    there = tuple(sorted(key for key, units in books.items() if units > 0))
    return Stand(dict(books), dict(flight), there)
