"""The day's work in order: value what changed, accrue and compare with bills, compare the stock that places report with the
books, rank unmet demand, forecast, plan, keep what storage will cost, and the score."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.core.calendar import Instant
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.compare_stock import compare_stock
from entrepot.workflows.forecast import forecast
from entrepot.workflows.opportunities import opportunities
from entrepot.workflows.plan import Planned, plan
from entrepot.workflows.revalue import Revalued, revalue
from entrepot.workflows.scorecard import Scored, scorecard
from entrepot.workflows.storage_figures import storage_figures
from entrepot.workflows.true_up import true_up


@dataclass(frozen=True)
class Day:
    """What the day's run did."""

    valued: Revalued
    planned: list[Planned]
    scored: list[Scored]


def daily(*, progress: Progress = SILENT, at: Instant | None = None) -> Day:
    """Figures, forecast and proposals as of now."""
    valued = revalue(progress=progress)
    true_up(progress=progress, at=at)
    compare_stock(progress=progress, at=at)
    opportunities(progress=progress, made_at=at)
    planned = plan(forecast(progress=progress, made_at=at), progress=progress, made_at=at)
    storage_figures(progress=progress, at=at)
    return Day(valued, planned, scorecard(progress=progress, at=at))
