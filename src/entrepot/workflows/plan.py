"""The plan of every company: what to buy, what to load, what to sell down, from the forecast, the stock and the true costs.

A new plan takes the place of the open lines and proposals of the one before; what was approved, snoozed or dismissed stays.
docs/methods/plan.md says what is decided and what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from entrepot.books import bulk, models
from entrepot.core.calendar import Instant, local_date
from entrepot.core.progress import SILENT, Progress
from entrepot.workflows.clock import now
from entrepot.workflows.forecast import CompanyForecast, forecast
from entrepot.workflows.plan_asked import names_known
from entrepot.workflows.plan_decisions import EXCESS, decisions
from entrepot.workflows.plan_excess import propose_for
from entrepot.workflows.plan_inputs import gather
from entrepot.workflows.plan_limits import Limits, read_limits
from entrepot.workflows.plan_store import store
from entrepot.workflows.plan_within import within
from entrepot.workflows.simulate_read import keep_planned

__all__ = ["Planned", "plan", "propose_for"]


@dataclass(frozen=True)
class Planned:
    """What a run proposed for one company. ``effect`` and ``cash`` of its orders and loads, minor units."""

    company: str
    orders: int
    loads: int
    excess: int
    unplanned: int
    effect: int
    cash: int
    currency: str
    run: int


def plan(
    forecasts: list[CompanyForecast] | None = None, *, asked: Mapping[str, Any] | None = None, company: str = "",
    progress: Progress = SILENT, made_at: Instant | None = None,
) -> list[Planned]:  # fmt: skip
    """Plan every company (or the one with the code ``company``) on the day after its last order.

    Forecasts are made where none are handed in. ``asked``: limits as text (see
    :func:`~entrepot.workflows.plan_limits.read_limits`); ``None`` keeps those of the company's last plan, ``{}`` drops them.
    """
    at = made_at or now()
    found = forecast(progress=progress, made_at=at) if forecasts is None else forecasts
    progress.begin("planning", len(found))
    done = []
    for one in found:
        owner = models.Company.objects.get(pk=one.company)
        if not company or owner.code == company:
            done.append(_plan(owner, one, asked, at))
        progress.advance()
    return done


def _plan(company: models.Company, one: CompanyForecast, asked: Mapping[str, Any] | None, at: Instant) -> Planned:
    on = local_date(one.as_of, company.zone) + timedelta(days=1)
    limits = limits_for(company, on, asked)
    inputs = gather(company, one, on)
    result = within(inputs, one, limits)
    surplus = propose_for(company, one, on)
    with transaction.atomic():
        bulk.writer_lock()
        run = store(inputs, result, limits, at)
        rows = decisions(company, run, surplus, at)
    if limits == Limits():
        keep_planned(result.decided, one)
    kinds = [row.kind for row in run.planline_set.only("kind")]
    return Planned(
        company.code, kinds.count(models.PlanLine.BUY), kinds.count(models.PlanLine.SHIP),
        sum(1 for row in rows if row.kind == EXCESS), run.unplanned, run.saving, run.cash, company.currency, run.pk,
    )  # fmt: skip


def limits_for(company: models.Company, on: Any, asked: Mapping[str, Any] | None) -> Limits:
    """The limits of the next plan: as asked, else those of the last plan without the closures that are over."""
    if asked is not None:
        told: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in asked.items()
        }
        limits = read_limits(on, company.currency, **told)
        names_known(limits)
        return limits
    last = models.PlanRun.objects.filter(company=company).order_by("-made_at").first()
    if last is None or not last.asked:
        return Limits()
    kept = {**last.asked, "closed": [one for one in last.asked.get("closed", []) if one[2] >= on.isoformat()]}
    return Limits.kept(kept)
