"""A question to the twin from a page or a program: answered at once where the answer is kept, else by the worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied

from entrepot.books import jobs
from entrepot.books.access import Viewer
from entrepot.books.models import Company, DemandRun, Job
from entrepot.core.calendar import local_date
from entrepot.faces import worker
from entrepot.workflows.clock import now
from entrepot.workflows.simulate_books import kept_books
from entrepot.workflows.simulate_check import check_names, check_wish
from entrepot.workflows.simulate_kept import FIRST, known, version_of
from entrepot.workflows.simulate_wish import Wish, read_wish


@dataclass(frozen=True, slots=True)
class Asked:
    """``answer`` where it is kept; else the ``job`` that works on it, ``None`` where nobody has asked yet, and the answer of the
    ``first`` futures as soon as that is there."""

    wish: Wish
    key: str
    answer: dict[str, Any] | None
    job: Job | None = None
    first: dict[str, Any] | None = None


def ask(viewer: Viewer, said: Mapping[str, Any], *, begin: bool) -> Asked:
    """What is known of a question (parameters of :func:`read_wish`); ``begin``: hand it to the worker if it is not answered.

    Needs see_cost and sight of the whole company. Raises :class:`ProblemError` for what cannot be read, and for names that the
    books do not have. Twelve queries at most.
    """
    viewer.need("see_cost")
    if viewer.locations is not None:
        raise PermissionDenied("a scenario is about the whole company")
    company = Company.objects.get(code=viewer.company.code)
    on = first_day(company)
    wish = read_wish(on, **said)
    key = wish.key(company.code, version_of(company))
    answer = known(key)
    if answer is not None:
        return Asked(wish, key, answer)
    books = kept_books(company)
    if books is None:
        check_names(wish)
    else:
        check_wish(books, wish)
    running = Job.objects.filter(kind="simulate").order_by("-pk")[:20]
    job = next((one for one in running if one.arguments.get("key") == key), None)
    if begin and (job is None or job.state in jobs.ENDED):
        told = {"name": "simulate", "company": company.code, "on": on.isoformat(), "wish": wish.said(), "key": key}
        job = worker.start("simulate", told, viewer.name)
    return Asked(wish, key, None, job, known(key + FIRST))


def first_day(company: Company) -> date:
    """The day after the newest order, where the futures begin."""
    newest = DemandRun.objects.filter(company=company).order_by("-made_at").values_list("as_of", flat=True).first()
    return local_date(newest if newest is not None else now(), company.zone) + timedelta(days=1)
