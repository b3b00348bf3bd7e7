"""What the pages of counts ask of the floors below."""

from __future__ import annotations

from entrepot.books.access import Viewer
from entrepot.books.models import CountSheet
from entrepot.books.selectors import naming
from entrepot.faces.web.entry_queries import revalue
from entrepot.workflows import counting
from entrepot.workflows.counting import CountPage, CountRow
from entrepot.workflows.entered import Posted

REASONS = counting.REASONS


def places(viewer: Viewer) -> dict[str, str]:
    """Code and name of the places that he may count."""
    return naming.places(viewer.locations)


def counts(viewer: Viewer) -> list[CountSheet]:
    """Counts, newest first."""
    return counting.counts(viewer)


def begin(viewer: Viewer, place: str, *, blind: bool, whole: bool) -> str:
    """Start one; its number. Raises ``ProblemError``."""
    return counting.begin(viewer, place, blind=blind, whole=whole)


def page(viewer: Viewer, number: str) -> CountPage:
    """One count. Raises ``ProblemError``."""
    return counting.page(viewer, number)


def enter(viewer: Viewer, number: str, code: str, units: int | None, cell: dict[str, str]) -> CountRow:
    """One scan or one typed quantity. Raises ``ProblemError``."""
    told = {name: cell.get(name, "") for name in ("condition", "label", "batch", "expiry")}
    return counting.enter(
        viewer, number, code, units, condition=told["condition"], label=told["label"], batch=told["batch"],
        expiry=told["expiry"],
    )  # fmt: skip


def act(viewer: Viewer, number: str, what: str) -> None:
    """``finish`` or ``cancel``. Raises ``ProblemError``."""
    (counting.finish if what == "finish" else counting.cancel)(viewer, number)


def recount(viewer: Viewer, number: str, entries: list[int]) -> None:
    """Ask for a further round. Raises ``ProblemError``."""
    counting.recount(viewer, number, entries)


def give_reason(viewer: Viewer, number: str, entry: int, reason: str) -> None:
    """Why it differs. Raises ``ProblemError``."""
    counting.give_reason(viewer, number, entry, reason)


def approve(viewer: Viewer, number: str, digest: str, origin: str) -> Posted:
    """Post it; figures follow in the worker. Raises ``ProblemError``."""
    done = counting.approve(viewer, number, digest, origin=origin)
    revalue(viewer, number)
    return done
