"""Limits that a person asks for, before a plan is made under them: who may ask, and whether the names are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.core.calendar import local_date
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now
from entrepot.workflows.plan_limits import Limits, read_limits


def checked(viewer: Viewer, asked: Mapping[str, Any]) -> dict[str, Any]:
    """``asked`` (text by name, as :func:`~entrepot.workflows.plan_limits.read_limits` takes it) as a job keeps it.

    Needs the permission ``approve`` and a view of all places, for a limit holds for the whole company. Raises
    :class:`ProblemError` for a limit that cannot be read or names a place or supplier that is not known.
    """
    viewer.need("approve")
    if viewer.locations is not None:
        raise ProblemError(
            Problem("not_allowed", "limits hold for the whole company", "ask someone who sees all of its places")
        )
    told: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in asked.items()}
    run = viewer.of_company(models.PlanRun.objects.order_by("-made_at")).first()
    on = run.on if run else local_date(now(), viewer.company.zone)
    names_known(read_limits(on, viewer.company.currency, **told))
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}


def names_known(limits: Limits) -> None:
    """Raise :class:`ProblemError` for each place or supplier that the books do not know."""
    places = {place for place in (*limits.containers, *limits.warehouses) if place}
    known = set(models.Location.objects.filter(code__in=places).values_list("code", flat=True))
    problems = [_unknown("place", name) for name in sorted(places - known)]
    suppliers = {*limits.suppliers, *(c.supplier for c in limits.closed)} - {"all"}
    countries = {name for name in suppliers if len(name) == 2 and name.isalpha() and name.isupper()}
    there = _suppliers(suppliers - countries)
    problems += [_unknown("supplier", name) for name in sorted(suppliers - countries - there)]
    if problems:
        raise ProblemError(*problems)


def _suppliers(codes: Iterable[str]) -> set[str]:
    wanted = set(codes)
    found = set(models.Supplier.objects.filter(code__in=wanted).values_list("code", flat=True))
    for model in (models.PurchaseLine, models.SupplierOffer, models.Item):
        rows: Any = model.objects.filter(supplier__in=wanted - found)
        found |= set(rows.values_list("supplier", flat=True).distinct())
    return found


def _unknown(kind: str, name: str) -> Problem:
    return Problem(f"unknown_{kind}", f"there is no such {kind}", "check the code", field=kind, found=name)
