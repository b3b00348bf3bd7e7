"""Long work: a row says what is wanted and how it ended, a small file beside the data says how far it is.

An import holds one transaction open from its first to its last row. On SQLite nobody else can write meanwhile, and
nobody sees what that transaction wrote, so progress and the wish to cancel travel through files in
``<home>/jobs``: ``7.json`` is written by the worker, ``7.cancel`` by whoever wants job 7 to stop. Web and worker share
that folder.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from entrepot.books.models import Job
from entrepot.core.calendar import Instant
from entrepot.core.errors import Cancelled, Problem, ProblemError
from entrepot.core.progress import Progress

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
ENDED = (DONE, FAILED, CANCELLED)
INTERVAL = 0.2
"""Seconds between two notes of progress; more often helps no reader."""

Work = Callable[[dict[str, Any], Progress], Any]
"""What a kind of job does: its arguments and a listener in, something that JSON can say out."""


def enqueue(
    kind: str,
    arguments: Mapping[str, Any],
    owner: str,
    *,
    at: Instant,
    deliver: Callable[[int], Any] | None = None,
) -> Job:
    """A new job; ``deliver`` hands its id to the queue in the same transaction: both are there or neither."""
    with transaction.atomic():
        job = Job.objects.create(kind=kind, arguments=dict(arguments), owner=owner, created_at=at)
        if deliver is not None:
            deliver(job.pk)
    return job


def run(key: int, works: Mapping[str, Work], clock: Callable[[], Instant]) -> Job:
    """Do job ``key`` and note how it ended. Problems and a wish to cancel end the job, not the worker.

    A job that is not waiting any more is left as it is: a queue may deliver twice.
    """
    taken = Job.objects.filter(pk=key, state=QUEUED).update(state=RUNNING, started_at=clock())
    job = Job.objects.get(pk=key)
    if not taken:
        return job
    progress = JobProgress(key)
    try:
        progress.check()
        work = works.get(job.kind)
        if work is None:
            raise ProblemError(
                Problem("unknown_job", "nobody here knows this kind of job", "update the worker", found=job.kind)
            )
        job.result = _plain(work(dict(job.arguments), progress))
        job.state = DONE
    except Cancelled:
        job.state = CANCELLED
    except ProblemError as error:
        job.state, job.problems = FAILED, [_plain(asdict(problem)) for problem in error.problems]
    except Exception as error:
        job.state, job.problems = FAILED, [asdict(_unexpected(error))]
        raise
    finally:
        seen = progress.seen
        job.stage, job.done, job.total = str(seen["stage"])[:200], seen["done"], seen["total"]
        job.cancel_wanted, job.finished_at = progress.cancel_wanted, clock()
        job.save()
        forget(key)
    return job


def cancel(key: int, *, at: Instant) -> bool:
    """Ask a job to stop. One that has not begun ends at once; a running one at its next step. False: it had ended."""
    if Job.objects.filter(pk=key, state__in=ENDED).exists():
        return False
    _cancel_file(key).parent.mkdir(parents=True, exist_ok=True)
    _cancel_file(key).touch()
    # Only a job that waits is changed here: while one runs, its transaction may keep every other writer waiting.
    queued = Job.objects.filter(pk=key, state=QUEUED)
    if queued.exists() and queued.update(state=CANCELLED, cancel_wanted=True, finished_at=at):
        forget(key)
    return True


def progress_of(key: int) -> dict[str, Any]:
    """What the running job last noted: ``stage``, ``done``, ``total`` and ``cancel_wanted``; empty before its start."""
    try:
        noted: dict[str, Any] = json.loads(_file(key).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        noted = {}
    return {**noted, "cancel_wanted": _cancel_file(key).exists()}


def forget(key: int) -> None:
    """Remove the files of an ended job."""
    for path in (_file(key), _cancel_file(key)):
        with suppress(OSError):
            path.unlink()


def settle_interrupted(*, at: Instant) -> list[int]:
    """End the jobs whose worker died (power, ``kill -9``): they are told to be run again. Ids of those."""
    problem = Problem(
        "interrupted", "the worker stopped in the middle of this job", "nothing was posted by halves: start it again"
    )
    found = []
    for key in Job.objects.filter(state=RUNNING).values_list("pk", flat=True):
        noted = progress_of(key)
        if noted.get("host", socket.gethostname()) != socket.gethostname() or _alive(noted.get("pid")):
            continue
        changed = Job.objects.filter(pk=key, state=RUNNING).update(
            state=FAILED, problems=[asdict(problem)], finished_at=at, stage=noted.get("stage", "")[:200]
        )
        forget(key)
        if changed:
            found.append(key)
    return found


class JobProgress:
    """A listener that notes stage and count in the job's file, and raises :class:`Cancelled` when asked to stop."""

    def __init__(self, key: int) -> None:
        self.key = key
        self.cancel_wanted = False
        self.seen: dict[str, Any] = {"stage": "", "done": 0, "total": None}
        self._next = 0.0
        _file(key).parent.mkdir(parents=True, exist_ok=True)
        self._note()

    def begin(self, label: str, total: int | None = None) -> None:
        """A new stage starts."""
        self.seen = {"stage": label, "done": 0, "total": total}
        self._note()
        self.check()

    def advance(self, steps: int = 1) -> None:
        """``steps`` more are done."""
        self.seen["done"] += steps
        if time.monotonic() >= self._next:
            self._note()
            self.check()

    def check(self) -> None:
        """Raise :class:`Cancelled` if someone wants this job to stop."""
        if _cancel_file(self.key).exists():
            self.cancel_wanted = True
            raise Cancelled

    def _note(self) -> None:
        self._next = time.monotonic() + INTERVAL
        path = _file(self.key)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps({**self.seen, "pid": os.getpid(), "host": socket.gethostname()}), encoding="utf-8")
        fresh.replace(path)  # a reader sees the old note or the new one, never half of one


def _folder() -> Path:
    return Path(settings.HOME) / "jobs"


def _file(key: int) -> Path:
    return _folder() / f"{key}.json"


def _cancel_file(key: int) -> Path:
    return _folder() / f"{key}.cancel"


def _alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str).replace("\\u0000", ""))


def _unexpected(error: Exception) -> Problem:
    return Problem(
        "unexpected",
        "the job stopped at an error that nobody foresaw; nothing was posted by halves",
        "start it again; if it stops again, report it with the log of the worker",
        found=f"{type(error).__name__}: {error}"[:500],
    )
