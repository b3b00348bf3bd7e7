"""Today's decisions from a plan: what to buy, what to load, what to sell down. What a person put off stays put off."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from entrepot.books import models
from entrepot.core.calendar import Instant
from entrepot.workflows.plan_head import assumed

if TYPE_CHECKING:
    from entrepot.engines.replenish import Plan

EXCESS_SHOWN = 200
ORDER, SHIP, EXCESS = "order", "ship", "excess"
_KIND = {models.PlanLine.BUY: ORDER, models.PlanLine.SHIP: SHIP, models.PlanLine.MOVE: SHIP}


def decisions(
    company: models.Company, run: models.PlanRun, surplus: tuple[Plan, set[tuple[int, int]]], at: Instant
) -> list[models.Decision]:
    """Open proposals of the plan before are superseded; new ones are kept and tied to their lines."""
    open_rows = models.Decision.objects.filter(company=company, state=models.Decision.OPEN)
    open_rows.filter(kind__in=(ORDER, SHIP, EXCESS, "still")).update(state=models.Decision.SUPERSEDED)
    put_off = models.Decision.objects.filter(company=company, state=models.Decision.SNOOZED, snoozed_until__gt=run.on)
    answered = set(put_off.values_list("kind", "item_id", "location"))
    # What is ordered to serve a class's share of demand may save less than it costs: it is to be decided all the same.
    acting = run.planline_set.exclude(kind=models.PlanLine.KEEP).filter(units__gt=0)
    lines = list(acting.select_related("item", "destination", "plandetail"))
    rows: list[models.Decision] = []
    tied: list[models.PlanLine] = []
    for line in lines:
        if (_KIND.get(line.kind, ""), line.item_id, line.destination.code) not in answered and line.kind in _KIND:
            rows.append(_of_line(company, run, line, at))
            tied.append(line)
    rows += _excess(company, run, *surplus, answered, at)
    models.Decision.objects.bulk_create(rows, batch_size=1_000)
    for line, row in zip(tied, rows, strict=False):
        line.decision = row
    models.PlanLine.objects.bulk_update(tied, ["decision"], batch_size=500)
    return rows


def _of_line(company: models.Company, run: models.PlanRun, line: models.PlanLine, at: Instant) -> models.Decision:
    from entrepot.books.selectors.plan import unpacked

    kept = unpacked(line.plandetail.content)
    reasons = kept.get("reasons", [])
    if reasons and line.out_on is not None:
        reasons[0]["parameters"].setdefault("cover_days", max((line.out_on - run.on).days, 0))
    return models.Decision(
        run=str(run.made_at), kind=_KIND[line.kind], company=company, item_id=line.item_id, location=line.destination.code,
        supplier=line.supplier, quantity=line.units, deadline=line.on, effect=line.saving, cash=line.cash,
        currency=run.currency, reasons=reasons, assumed=kept.get("assumed", []), made_at=at,
    )  # fmt: skip


def _excess(
    company: models.Company, run: models.PlanRun, found: Plan, stock_assumed: set[tuple[int, int]], answered: set[Any],
    at: Instant,
) -> list[models.Decision]:  # fmt: skip
    codes = dict(models.Location.objects.values_list("pk", "code"))
    rows: list[models.Decision] = []
    for row in found.excess.head(EXCESS_SHOWN).iter_rows(named=True):
        place = codes[row["location"]]
        if (EXCESS, row["item"], place) in answered:
            continue
        reasons = [
            {"code": r.code, "text": r.text, "parameters": _plain(r.parameters)}
            for r in found.explain(row["item"], row["location"])
        ]
        if reasons and row["cover_weeks"] is not None:
            reasons[0]["parameters"].setdefault("cover_days", round(row["cover_weeks"] * 7))
        names = [*row["assumed"], *(["on_hand"] if (row["item"], row["location"]) in stock_assumed else [])]
        rows.append(
            models.Decision(
                run=str(run.made_at), kind=EXCESS, company=company, item_id=row["item"], location=place,
                quantity=int(row["excess_units"]), effect=_whole(row["excess_month"]), cash=_whole(row["excess_cash"]),
                currency=run.currency, reasons=reasons, assumed=[assumed(name) for name in names], made_at=at,
            )
        )  # fmt: skip
    return rows


def _plain(parameters: Any) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in dict(parameters).items()}


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
