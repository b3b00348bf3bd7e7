"""A small seller in documents: two companies, every kind of movement, costs early and late, corrections, a close.

``batches()`` is what arrived, in order, as (recorded at, documents); tests post it, break it, kill it, shuffle it.
"""

from collections.abc import Iterator
from typing import Any

from tests.audit.ledger_february import billed, february
from tests.audit.ledger_january import january
from tests.audit.ledger_march import march
from tests.audit.ledger_masters import master
from tests.audit.ledger_words import at, day, document
from tests.audit.tax_back import came_back, told_again


def batches() -> Iterator[tuple[int, list[Any]]]:
    """(recorded at, documents) in the order of arrival."""
    yield day(1), master()
    yield day(24), january()
    yield (
        day(34),
        [document("period_close", "CLOSE-1", 34, company="HK", period_from=at(0)[:10], period_to=at(30)[:10])],
    )
    yield day(49), february()
    yield day(50), billed()
    yield day(56), came_back()
    yield day(61), [*march(), *told_again()]


def post_all(*, value: bool = True) -> None:
    """Post everything through the real door, and value it."""
    from entrepot.books import intake
    from entrepot.workflows.revalue import revalue

    for recorded_at, documents in batches():
        intake.post(documents, name="small ledger", recorded_at=recorded_at)
    if value:
        revalue()
