"""The worker: which workflow each kind of job is, how a job reaches it, and the loop that does them.

``start`` writes the job and its delivery in one transaction; ``work`` takes deliveries one after another. A job runs
outside any request, so that parsing an upload or valuing a year of sales never holds a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from importlib import import_module
from typing import Any

from django_tasks import task

from entrepot.books import intake, jobs
from entrepot.books.models import Batch, Company, Job
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.progress import Progress
from entrepot.workflows.clock import now


def start(kind: str, arguments: Mapping[str, Any], owner: str) -> Job:
    """A new job of ``kind`` (a key of :data:`WORKS`), delivered to the worker."""
    if kind not in WORKS:
        raise ProblemError(
            Problem("unknown_job", "there is no such kind of job", f"choose one of {', '.join(WORKS)}", found=kind)
        )
    return jobs.enqueue(kind, arguments, owner, at=now(), deliver=run_job.enqueue)


@task()
def run_job(key: int) -> None:
    """What the queue delivers: the id of a job."""
    jobs.run(key, WORKS, now)


def work(*, once: bool = False, interval: float = 1.0) -> None:
    """Do jobs until told to stop (SIGINT, SIGTERM); with ``once`` do those that wait and return.

    Jobs that a killed worker left behind are settled first.
    """
    from django.db import OperationalError
    from django_tasks_db.management.commands.db_worker import Worker
    from django_tasks_db.utils import is_locked_database_exception

    jobs.settle_interrupted(at=now())
    worker = Worker(
        queue_names=["default"], interval=interval, batch=once, backend_name="default", startup_delay=False,
        max_tasks=None, worker_id=f"entrepot-{now()}", excluded_queue_names=[],
    )  # fmt: skip
    if not once:
        worker.configure_signals()
    while True:
        try:
            return worker.run()
        except OperationalError as error:
            # On SQLite a long import on the command line may hold the writer's lock for longer than we wait for it.
            if not is_locked_database_exception(error):
                raise


def check_import(arguments: dict[str, Any], progress: Progress) -> Any:
    """A dry run of an upload: what confirming it would do."""
    return _import(arguments, progress, dry_run=True)


def post_import(arguments: dict[str, Any], progress: Progress) -> Any:
    """Post an upload and value what it touched; forecast and proposals follow as a job of their own."""
    result = _import(arguments, progress, dry_run=False)
    _workflow("revalue", "revalue")(progress=progress)
    start("daily", {"name": f"after {arguments['name']}"}, str(arguments.get("actor", "")))
    return result


def undo_import(arguments: dict[str, Any], progress: Progress) -> Any:
    """Reverse a whole import, then value what it touched."""
    progress.begin("undoing")
    batch = Batch.objects.get(pk=arguments["batch"])
    report = intake.reverse_batch(batch.pk, recorded_at=now(), actor=str(arguments.get("actor", "")))
    _workflow("revalue", "revalue")(progress=progress)
    return {"batch": report.batch, "posted": report.posted}


def revalue(arguments: dict[str, Any], progress: Progress) -> Any:
    """Value what has newer facts than figures."""
    done = _workflow("revalue", "revalue")(everything=bool(arguments.get("everything")), progress=progress)
    return asdict(done)


def forecast(arguments: dict[str, Any], progress: Progress) -> Any:
    """Forecast every item."""
    return _said(_workflow("forecast", "forecast")(progress=progress))


def compare_stock(arguments: dict[str, Any], progress: Progress) -> Any:
    """Compare what places report of their stock with the books, and keep the cases."""
    return _said(_workflow("compare_stock", "compare_stock")(progress=progress))


def plan(arguments: dict[str, Any], progress: Progress) -> Any:
    """Propose what to decide, under the limits that were asked for."""
    company = str(arguments.get("company", ""))
    return _said(_workflow("plan", "plan")(asked=arguments.get("asked"), company=company, progress=progress))


def daily(arguments: dict[str, Any], progress: Progress) -> Any:
    """Value, forecast and plan, one after another."""
    return _said(_workflow("daily", "daily")(progress=progress))


def check(arguments: dict[str, Any], progress: Progress) -> Any:
    """Prove that nothing was lost and nothing invented; data health shows the result."""
    return _workflow("checking", "result_of")(_workflow("checking", "check")(progress=progress))


def month_report(arguments: dict[str, Any], progress: Progress) -> Any:
    """Put a month of a company together: checklist, roll-forward, vouchers."""
    row = _workflow("month_report", "month_report")(arguments["company"], arguments["month"], progress=progress)
    return {"residue": row.residue}


def month_close(arguments: dict[str, Any], progress: Progress) -> Any:
    """Close a month of a company, then put it together as it was reported."""
    actor = str(arguments.get("actor", ""))
    done = _workflow("close", "close")(arguments["company"], arguments["month"], actor=actor, progress=progress)
    month_report(arguments, progress)
    return {"document": done.document, "units": done.units, "value": done.value}


def late_facts(arguments: dict[str, Any], progress: Progress) -> Any:
    """Value a closed month twice, as it was reported and as it is known now; the month's page shows the answer."""
    progress.begin("valuing")
    found = _workflow("late_facts", "late_facts")(arguments["company"], arguments["month"])
    return asdict(found)


def simulate(arguments: dict[str, Any], progress: Progress) -> Any:
    """Ask the twin; the answer is kept under its key, which the pages know."""
    company = Company.objects.get(code=arguments["company"])
    wish = _workflow("simulate_wish", "read_wish")(date.fromisoformat(arguments["on"]), **arguments["wish"])
    _workflow("simulate", "simulate")(company, wish, progress)
    return {"key": arguments["key"]}


def set_up_check(arguments: dict[str, Any], progress: Progress) -> Any:
    """A dry run of a set-up workbook."""
    return import_module("entrepot.faces.setting_up").try_it(arguments, progress)


def set_up(arguments: dict[str, Any], progress: Progress) -> Any:
    """Set the books up from a workbook that ties."""
    return import_module("entrepot.faces.setting_up").post_it(arguments, progress)


WORKS: dict[str, jobs.Work] = {
    "set_up_check": set_up_check,
    "set_up": set_up,
    "import_check": check_import,
    "import": post_import,
    "undo_import": undo_import,
    "revalue": revalue,
    "forecast": forecast,
    "plan": plan,
    "daily": daily,
    "compare_stock": compare_stock,
    "check": check,
    "simulate": simulate,
    "month_report": month_report,
    "month_close": month_close,
    "late_facts": late_facts,
}
"""Kind of job to what does it."""


def _import(arguments: dict[str, Any], progress: Progress, *, dry_run: bool) -> Any:
    from entrepot.faces.uploads import options_of, path_of, summary

    done = _workflow("import_files", "import_file")(
        path_of(arguments), options_of(arguments.get("options", {})), name=arguments["name"], dry_run=dry_run,
        actor=str(arguments.get("actor", "")), progress=progress,
    )  # fmt: skip
    if not dry_run and done.report is not None:
        path_of(arguments).unlink(missing_ok=True)  # the books keep the file encrypted; nothing stays in clear
    return summary(done)


def _workflow(module: str, name: str) -> Any:
    """A workflow, imported when it is wanted: engines take a while to load."""
    return getattr(import_module(f"entrepot.workflows.{module}"), name)


def _said(result: Any) -> Any:
    """A workflow's answer as data: its plain fields."""
    if result is None:
        return None
    fields = getattr(result, "__dataclass_fields__", {})
    plain = {name: getattr(result, name) for name in fields}
    return {name: value for name, value in plain.items() if isinstance(value, int | float | str | bool)}
