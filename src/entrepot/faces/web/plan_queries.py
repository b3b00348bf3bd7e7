"""What the pages of the plan ask of the floors below."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from entrepot.books.access import Viewer
from entrepot.books.models import Job, PlanLine
from entrepot.books.selectors import jobs as work
from entrepot.books.selectors import plan as stored
from entrepot.books.selectors.health_shapes import Job as ShownJob
from entrepot.books.selectors.plan import PlanWish
from entrepot.books.selectors.plan_shapes import GapRow, OverrideRow, PlanLinePage, PlanList, PlanRow, TriedLine
from entrepot.books.selectors.shapes import Page, Slice
from entrepot.faces import worker
from entrepot.workflows import plan_acts, plan_papers, plan_trial
from entrepot.workflows.plan_asked import checked
from entrepot.workflows.plan_papers import Paper

__all__ = ["PlanWish"]


def plan(viewer: Viewer, wanted: PlanWish, part: Slice, run: str) -> PlanList:
    """The newest plan, or an older one by its number. Raises :class:`NotThere`."""
    return stored.plan(viewer, wanted, part, run)


def line(viewer: Viewer, key: str) -> PlanLinePage:
    """One line. Raises :class:`NotThere`."""
    return stored.line(viewer, key)


def row(viewer: Viewer, key: str) -> PlanRow:
    """One line as the list shows it."""
    return stored.shape(viewer, stored.find_line(viewer, key), stored.naming.suppliers())


def gaps(viewer: Viewer, part: Slice, run: str) -> Page[GapRow]:
    """What could not be planned."""
    return stored.gaps(viewer, part, run)


def overrides(viewer: Viewer, sku: str) -> list[OverrideRow]:
    """What people set for an item."""
    return stored.overrides(viewer, sku)


def tried(viewer: Viewer, key: str, said: Mapping[str, Any]) -> TriedLine:
    """A line done otherwise, stored nowhere. Raises ``ProblemError``."""
    return plan_trial.try_line(viewer, key, **said)


def change(viewer: Viewer, key: str, said: Mapping[str, Any]) -> list[Any]:
    """Keep a changed line; what does not fit (cartons, minimum) is told. Raises ``ProblemError``."""
    return plan_acts.change(viewer, key, **said, origin="web").problems


def approve(viewer: Viewer, keys: Collection[str]) -> list[PlanLine]:
    """Orders and loading instructions of these lines. Raises ``ProblemError``."""
    return list(plan_acts.approve(viewer, list(keys), origin="web"))


def undo(viewer: Viewer, key: str) -> list[PlanLine]:
    """Take an approval back, with all that went out in the same document."""
    return plan_acts.undo(viewer, key, origin="web")


def override(viewer: Viewer, sku: str, field: str, value: Any, note: str, place: str = "") -> None:
    """Set an item's strategy, by who is confined to places at ``place`` alone. Raises ``ProblemError``."""
    where = place if viewer.locations is not None else ""
    plan_acts.override(viewer, sku, field, value, place=where, note=note, origin="web")


def withdraw(viewer: Viewer, key: int) -> None:
    """Let an item's strategy be what its class says."""
    plan_acts.withdraw(viewer, key, origin="web")


def paper(viewer: Viewer, what: str, language: str, form: str) -> Paper:
    """Purchase orders or shipping instructions of the approved lines as a file."""
    made = plan_papers.purchase_orders if what == "orders" else plan_papers.shipping_instructions
    return made(viewer, (), language, form)


def plan_again(viewer: Viewer, asked: Mapping[str, Any]) -> Job:
    """Plan anew under limits, in the worker. Raises ``ProblemError`` for limits that cannot be read."""
    kept = checked(viewer, asked)
    return worker.start("plan", {"name": "plan", "company": viewer.company.code, "asked": kept}, viewer.name)


def planning(viewer: Viewer) -> list[ShownJob]:
    """Jobs that plan, now or soon."""
    return [job for job in work.jobs(viewer) if job.kind in ("plan", "daily")]
