"""Jobs: they end as they should, tell how far they are while a transaction is open, and stop when asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from entrepot.books import jobs
from entrepot.books.models import Job
from entrepot.books.selectors import NotThere
from entrepot.books.selectors import jobs as reads
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.progress import Progress
from tests.books import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def _clock() -> int:
    return make.NOW


def _job(**more: Any) -> Job:
    return jobs.enqueue("count", {"name": "ten things", **more}, "ann", at=make.NOW)


@pytest.fixture(autouse=True)
def _no_notes_left() -> Iterator[None]:
    yield
    assert [path.name for path in (Path(settings.HOME) / "jobs").glob("*")] == []


def test_a_job_is_done_with_its_result() -> None:
    """It ends with what its workflow said and with the last stage that it told."""

    def work(arguments: dict[str, Any], progress: Progress) -> Any:
        progress.begin("counting", 10)
        progress.advance(10)
        return {"said": arguments["name"]}

    job = jobs.run(_job().pk, {"count": work}, _clock)
    assert (job.state, job.result, job.stage, job.done, job.total) == (
        "done",
        {"said": "ten things"},
        "counting",
        10,
        10,
    )
    assert (job.started_at, job.finished_at) == (make.NOW, make.NOW)


def test_progress_is_seen_while_the_transaction_is_open() -> None:
    """What a page reads changes before anything is committed, also where one writer shuts out all others."""
    job, seen = _job(), []

    def work(arguments: dict[str, Any], progress: Progress) -> Any:
        with transaction.atomic():
            make.company("NEW")
            for stage in ("reading", "posting"):
                progress.begin(stage, 4)
                shown = reads.job(make_viewer, job.pk)
                seen.append((shown.state, shown.stage, shown.total, shown.percent))

    make_viewer = make.viewer()
    jobs.run(job.pk, {"count": work}, _clock)
    assert seen == [("running", "reading", 4, 0), ("running", "posting", 4, 0)]


def test_a_wish_to_cancel_reaches_a_running_job() -> None:
    """The job stops at its next step, what it had not committed is gone, and it is told as cancelled."""
    job = _job()

    def work(arguments: dict[str, Any], progress: Progress) -> Any:
        with transaction.atomic():
            make.company("HALF")
            assert jobs.cancel(job.pk, at=make.NOW)
            assert not reads.job(viewer, job.pk).cancellable
            progress.begin("next")
            pytest.fail("it went on")

    viewer = make.viewer()
    ended = jobs.run(job.pk, {"count": work}, _clock)
    assert (ended.state, ended.cancel_wanted) == ("cancelled", True)
    assert not make.models.Company.objects.filter(code="HALF").exists()
    assert not jobs.cancel(job.pk, at=make.NOW)


def test_a_waiting_job_is_cancelled_at_once() -> None:
    """It never begins, even when the queue delivers it afterwards."""
    job = _job()
    assert jobs.cancel(job.pk, at=make.NOW)
    assert jobs.run(job.pk, {}, _clock).state == "cancelled"


def test_problems_end_the_job_with_what_to_do() -> None:
    """A problem becomes error and remedy; an unforeseen error is told without a traceback and still raised."""
    viewer = make.viewer()

    def refuse(arguments: dict[str, Any], progress: Progress) -> Any:
        raise ProblemError(Problem("bad_file", "the file is cut off", "export it again"))

    def break_down(arguments: dict[str, Any], progress: Progress) -> Any:
        raise ZeroDivisionError

    first, second = _job(), _job()
    jobs.run(first.pk, {"count": refuse}, _clock)
    with pytest.raises(ZeroDivisionError):
        jobs.run(second.pk, {"count": break_down}, _clock)
    assert (reads.job(viewer, first.pk).error, reads.job(viewer, first.pk).remedy) == (
        "the file is cut off",
        "export it again",
    )
    assert reads.job(viewer, second.pk).state == "failed"
    assert "nothing was posted by halves" in reads.job(viewer, second.pk).error


def test_a_job_delivered_twice_is_done_once() -> None:
    """The second delivery finds it taken and leaves it."""
    times = []
    job = _job()
    for _ in range(2):
        jobs.run(job.pk, {"count": lambda a, p: times.append(1)}, _clock)
    assert len(times) == 1


def test_a_killed_workers_job_is_settled_and_a_living_ones_is_not() -> None:
    """A job whose process is gone is told to be run again; one whose process lives goes on."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    alive, killed = _job(), _job()
    Job.objects.update(state="running")
    for job, pid in ((alive, os.getpid()), (killed, dead.pid)):
        jobs.JobProgress(job.pk).begin("posting", 10)
        note = Path(settings.HOME) / "jobs" / f"{job.pk}.json"
        note.write_text(json.dumps({**json.loads(note.read_text()), "pid": pid}))
    assert jobs.settle_interrupted(at=make.NOW) == [killed.pk]
    killed.refresh_from_db()
    assert (killed.state, killed.problems[0]["code"], killed.stage) == ("failed", "interrupted", "posting")
    jobs.forget(alive.pk)


def test_whose_job_it_is() -> None:
    """The owner of a job and who may undo see it; a warehouse hand does not see others' jobs."""
    job = _job()
    assert reads.job(make.viewer("operations"), job.pk).label == "ten things"
    with pytest.raises(NotThere):
        reads.job(make.viewer("warehouse"), job.pk)
    assert reads.jobs(make.viewer("warehouse")) == []
    assert [j.state for j in reads.jobs(make.viewer("owner"))] == ["waiting"]
