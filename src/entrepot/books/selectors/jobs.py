"""Jobs as pages show them: the row, and for a running one what its worker last noted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from entrepot.books import jobs as work
from entrepot.books.access import Viewer
from entrepot.books.models import Job as Row
from entrepot.books.selectors.health_shapes import Job
from entrepot.books.selectors.paging import maybe_moment, moment
from entrepot.books.selectors.shapes import NotThere

_STATES = {"queued": "waiting"}


def job(viewer: Viewer, key: str | int) -> Job:
    """One job; his own, or anybody's for who may undo. Raises :class:`NotThere`. One query."""
    return shape(viewer, find(viewer, key))


def jobs(viewer: Viewer) -> list[Job]:
    """Jobs that run or wait, oldest first."""
    rows = Row.objects.filter(state__in=(work.QUEUED, work.RUNNING)).order_by("pk")
    return [shape(viewer, row) for row in rows if _may(viewer, row)]


def under_way(viewer: Viewer, kind: str, **arguments: str) -> Row | None:
    """A job of a kind with these arguments for the viewer's company that runs or waits, whoever asked for it."""
    return _with(viewer, kind, arguments).filter(state__in=(work.QUEUED, work.RUNNING)).order_by("pk").first()


def result(viewer: Viewer, kind: str, **arguments: str) -> tuple[dict[str, Any], datetime] | None:
    """What the last job of a kind found with these arguments for the viewer's company, and when; ``None`` without one."""
    row = _with(viewer, kind, arguments).filter(state=work.DONE).exclude(result=None).order_by("-pk").first()
    return None if row is None or row.finished_at is None else (row.result, moment(row.finished_at))


def find(viewer: Viewer, key: str | int) -> Row:
    """A job's row that the viewer may see. Raises :class:`NotThere`."""
    try:
        row = Row.objects.filter(pk=int(key)).first()
    except (ValueError, OverflowError):
        row = None
    if row is None or not _may(viewer, row):
        raise NotThere(f"job {key}")
    return row


def shape(viewer: Viewer, row: Row) -> Job:
    """A job's row with the progress that its worker noted."""
    stage, done, total, wanted = row.stage, row.done, row.total, row.cancel_wanted
    if row.state == work.RUNNING:
        noted = work.progress_of(row.pk)
        stage, done, total = noted.get("stage", stage), noted.get("done", done), noted.get("total", total)
        wanted = wanted or noted["cancel_wanted"]
    problem = row.problems[0] if row.problems else {}
    return Job(
        id=str(row.pk),
        kind=row.kind,
        label=str(row.arguments.get("name", "")) or row.kind,
        state=_STATES.get(row.state, row.state),
        stage=stage,
        done=done,
        total=total,
        started_at=maybe_moment(row.started_at),
        ended_at=maybe_moment(row.finished_at),
        error=str(problem.get("message", "")),
        remedy=str(problem.get("remedy", "")),
        cancellable=row.state in (work.QUEUED, work.RUNNING) and not wanted,
    )


def _with(viewer: Viewer, kind: str, arguments: Mapping[str, str]) -> QuerySet[Row]:
    wanted = {"company": viewer.company.code, **arguments}
    return Row.objects.filter(kind=kind, **{f"arguments__{name}": told for name, told in wanted.items()})


def _may(viewer: Viewer, row: Row) -> bool:
    return row.owner == viewer.name or viewer.can("undo")
