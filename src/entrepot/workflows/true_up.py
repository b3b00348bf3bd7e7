"""After valuing: accrue what moved, value again what that changed, follow orders, compare bills with estimates, add all up."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.core.calendar import Instant
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.accrue import accrue
from entrepot.workflows.order_figures import order_figures
from entrepot.workflows.reconcile import reconcile
from entrepot.workflows.revalue import revalue
from entrepot.workflows.variance import variance


@dataclass(frozen=True, slots=True)
class TrueUp:
    """A company's turn: estimates posted and withdrawn, differences found, costs without a bill, cents left over."""

    company: str
    accruals: int
    withdrawn: int
    variances: int
    unbilled: int
    residue: int


def true_up(*, progress: Progress = SILENT, at: Instant | None = None) -> list[TrueUp]:
    """The whole round, company by company. Run again without news it changes nothing."""
    accrued = {row.company: row for row in accrue(progress=progress, at=at)}
    if any(row.posted or row.withdrawn for row in accrued.values()):
        revalue(progress=progress)
    order_figures(at=at, progress=progress)
    compared = {row.company: row for row in variance(progress=progress, at=at)}
    return [
        TrueUp(
            row.company, accrued[row.company].posted, accrued[row.company].withdrawn, compared[row.company].variances,
            compared[row.company].unbilled, row.residue,
        )
        for row in reconcile(progress=progress)
    ]  # fmt: skip
