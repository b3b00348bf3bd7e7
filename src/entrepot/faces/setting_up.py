"""A set-up workbook on its way: kept, tried in the worker, shown with every fault and how it ties, confirmed, posted.

Whoever may import and is confined to nothing sets books up: the workbook speaks of every company and place.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from entrepot.books import audit_trail
from entrepot.books.access import Viewer
from entrepot.books.models import Job
from entrepot.books.selectors import NotThere, jobs
from entrepot.books.selectors.health_shapes import Job as Shown
from entrepot.books.selectors.shapes import Money
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.progress import Progress
from entrepot.faces import uploads, worker
from entrepot.workflows.clock import now

KIND_TRY, KIND_POST = "set_up_check", "set_up"


@dataclass(frozen=True)
class Tied:
    """A figure of the trial balance: signed, found, and the difference."""

    company: str
    figure: str
    signed: Money
    found: Money
    difference: Money


@dataclass(frozen=True)
class SetUpPage:
    """A workbook on its way. ``phase``: checking, checked, posting, done, failed or cancelled."""

    id: str
    file: str
    phase: str
    job: Shown
    documents: tuple[tuple[str, int], ...] = ()
    ties: tuple[Tied, ...] = ()
    problems: tuple[Problem, ...] = ()
    hidden: int = 0
    """Faults that are not shown."""
    posted: bool = False

    @property
    def ready(self) -> bool:
        """Whether it can be posted: no fault, every figure ties, and there is something in it."""
        apart = any(tie.difference.amount for tie in self.ties)
        return self.phase == "checked" and bool(self.documents) and not self.problems and not apart


def begin(viewer: Viewer, name: str, chunks: Iterable[bytes], zone: str) -> str:
    """Keep a workbook and try it in the worker; its id. Raises ``ProblemError``: too large, not a workbook, not allowed."""
    need(viewer)
    if Path(name).suffix.lower() != ".xlsx":
        raise ProblemError(
            Problem("file_type", "this kind of file cannot be imported", "choose one of .xlsx", document=name)
        )
    kept = f"{secrets.token_hex(16)}.xlsx"
    uploads.keep(kept, name, chunks)
    arguments = {"file": kept, "name": Path(name).name[:200], "zone": zone or "UTC", "actor": viewer.name,
                 "users": viewer.can("manage_users")}  # fmt: skip
    return str(worker.start(KIND_TRY, arguments, viewer.name).pk)


def confirm(viewer: Viewer, key: str) -> None:
    """Post a workbook that was tried and ties, in the worker; twice is once."""
    need(viewer)
    found = page(viewer, key)
    if not found.ready:
        raise ProblemError(
            Problem("not_checked", "this upload cannot be posted now", "upload the file again", found=found.phase)
        )
    tried = jobs.find(viewer, key)
    audit_trail.record(
        viewer.name,
        "",
        "books.set_up",
        f"job:{tried.pk}",
        after={"file": found.file, **dict(found.documents)},
        at=now(),
    )
    worker.start(KIND_POST, {**tried.arguments, "check": tried.pk, "actor": viewer.name,
                             "users": viewer.can("manage_users")}, viewer.name)  # fmt: skip


def page(viewer: Viewer, key: str) -> SetUpPage:
    """Where a workbook is. Raises :class:`NotThere`."""
    need(viewer)
    tried = jobs.find(viewer, key)
    if tried.kind != KIND_TRY:
        raise NotThere(f"set-up {key}")
    posting = Job.objects.filter(kind=KIND_POST, arguments__check=tried.pk).order_by("-pk").first()
    row = posting or tried
    result: dict[str, Any] = (row.result or {}) if row.state == "done" else {}
    problems = [Problem(**one) for one in (result.get("problems") or row.problems or [])]
    return SetUpPage(
        key, str(tried.arguments["name"]), _phase(tried, posting, result), jobs.shape(viewer, row),
        tuple(result.get("documents", {}).items()), tuple(_tied(tie) for tie in result.get("ties", [])), tuple(problems),
        int(result.get("hidden", 0)), bool(result.get("posted")),
    )  # fmt: skip


def recent(viewer: Viewer) -> list[SetUpPage]:
    """The last workbooks that were tried, newest first."""
    rows = Job.objects.filter(kind=KIND_TRY, owner=viewer.name).order_by("-pk")[:5]
    return [page(viewer, str(row.pk)) for row in rows]


def need(viewer: Viewer) -> None:
    """Raise ``ProblemError`` unless he may set books up."""
    viewer.need("import")
    if not all(scope is None for scope in (viewer.companies, viewer.shops, viewer.locations)):
        raise ProblemError(
            Problem(
                "not_allowed", "your account is confined to some shops or places", "ask the owner to set up the books"
            )
        )


def try_it(arguments: dict[str, Any], progress: Progress) -> Any:
    """The worker's dry run."""
    return _run(arguments, progress, dry_run=True)


def post_it(arguments: dict[str, Any], progress: Progress) -> Any:
    """The worker's posting; figures follow."""
    said = _run(arguments, progress, dry_run=False)
    if said["posted"]:
        uploads.path_of(arguments).unlink(missing_ok=True)
        from entrepot.workflows.revalue import revalue

        revalue(progress=progress)
        worker.start("daily", {"name": f"after {arguments['name']}"}, str(arguments.get("actor", "")))
    return said


MOST = 200
"""Faults that are kept with the job."""


def _run(arguments: dict[str, Any], progress: Progress, *, dry_run: bool) -> dict[str, Any]:
    from entrepot.workflows.set_up_books import set_up_books

    done = set_up_books(
        uploads.path_of(arguments), dry_run=dry_run, actor=str(arguments.get("actor", "")), progress=progress,
        zone=arguments.get("zone", "UTC"), name=arguments["name"], users_allowed=bool(arguments.get("users")),
    )  # fmt: skip
    return {
        "documents": done.documents,
        "problems": [asdict(problem) for problem in done.problems[:MOST]],
        "hidden": max(0, len(done.problems) - MOST),
        "ties": [asdict(tie) for tie in done.ties],
        "posted": done.posted,
    }


def _phase(tried: Job, posting: Job | None, result: dict[str, Any]) -> str:
    if posting is not None:
        if posting.state == "done":
            return "done" if result.get("posted") else "refused"
        return "posting" if posting.state in ("queued", "running") else str(posting.state)
    return {"queued": "checking", "running": "checking", "done": "checked"}.get(str(tried.state), str(tried.state))


def _tied(said: dict[str, Any]) -> Tied:
    def money(amount: int) -> Money:
        return Money(amount, said["currency"])

    signed, found = said["signed"], said["found"]
    return Tied(said["company"], said["figure"], money(signed), money(found), money(found - signed))
