"""The day's work in order: value what changed, share the period costs, rank unmet demand, forecast, plan."""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.core.calendar import Instant
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.forecast import forecast
from entrepot.workflows.opportunities import opportunities
from entrepot.workflows.plan import Planned, plan
from entrepot.workflows.revalue import Revalued, revalue


@dataclass(frozen=True)
class Day:
    """What the day's run did."""

    valued: Revalued
    planned: list[Planned]


def daily(*, progress: Progress = SILENT, at: Instant | None = None) -> Day:
    """Figures, forecast and proposals as of now."""
    valued = revalue(progress=progress)
    opportunities(progress=progress, made_at=at)
    return Day(valued, plan(forecast(progress=progress, made_at=at), progress=progress, made_at=at))
