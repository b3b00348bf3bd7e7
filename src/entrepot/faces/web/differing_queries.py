"""What the pages of stock differences ask of the floors below."""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.books.access import Viewer
from entrepot.books.selectors import health
from entrepot.books.selectors.health_shapes import OpenDifference
from entrepot.books.selectors.shapes import Page, Slice
from entrepot.workflows import differing
from entrepot.workflows.differing import Differing

CAUSES = differing.CAUSES


def differences(viewer: Viewer) -> list[Differing]:
    """All differences, largest first, without a guess."""
    return differing.unguessed(viewer)


def guessed(wanted: Sequence[Differing], every: Sequence[Differing]) -> list[Differing]:
    """Those that are shown, with a guess why each is there."""
    return differing.guessed(wanted, every)


def difference(viewer: Viewer, key: str) -> Differing:
    """One of them. Raises ``ProblemError``."""
    return differing.difference(viewer, key)


def people(viewer: Viewer) -> Sequence[str]:
    """Who can own one."""
    return differing.people(viewer)


def change(
    viewer: Viewer,
    key: str,
    *,
    owner: str | None,
    resolve: str,
    reopen: bool,
    note: str,
    changed: int | None,
    origin: str,
) -> Differing:
    """Assign, resolve, open again, note. Raises ``ProblemError``."""
    return differing.change(
        viewer, key, owner=owner, resolve=resolve, reopen=reopen, note=note, changed=changed, origin=origin
    )


def open_differences(viewer: Viewer, part: Slice) -> Page[OpenDifference]:
    """What reports and books differ by, as last compared."""
    return health.open_differences(viewer, part)
