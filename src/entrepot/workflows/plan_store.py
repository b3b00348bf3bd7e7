"""A plan as it is kept: the run, its lines with their details, what could not be planned, and today's decisions from it."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter, defaultdict
from datetime import date, timedelta

import numpy as np
from django.db.models import Max

from entrepot import __version__
from entrepot.books import models
from entrepot.core.calendar import Instant
from entrepot.workflows import plan_head
from entrepot.workflows.plan_batches import Batch
from entrepot.workflows.plan_figures import Facts, Said, figures, futures, trial_of, weeks_of
from entrepot.workflows.plan_limits import Limits
from entrepot.workflows.plan_model import Inputs, Line
from entrepot.workflows.plan_options import options_of
from entrepot.workflows.plan_orders import BUY, MOVE, Choice, solved_part
from entrepot.workflows.plan_reasons import reasons_of
from entrepot.workflows.plan_within import Within

DETAILED_RUNS = 3
"""Newest runs of a company whose details are kept."""
_BATCH = 400


def store(inputs: Inputs, result: Within, limits: Limits, at: Instant) -> models.PlanRun:
    """Keep the plan in the caller's transaction; open lines of the plan before it are superseded."""
    company, decided = inputs.company, result.decided
    run = models.PlanRun.objects.create(
        company=company, made_at=at, on=inputs.on, currency=company.currency, asked=limits.said(),
        forecast_at=models.DemandRun.objects.filter(company=company).aggregate(at=Max("made_at"))["at"],
        facts_at=models.Document.objects.aggregate(at=Max("recorded_at"))["at"], version="",
    )  # fmt: skip
    run.version = _version(run)
    models.PlanLine.objects.filter(run__company=company, state=models.PlanLine.OPEN).update(
        state=models.PlanLine.SUPERSEDED
    )
    rows, details = _lines(inputs, result, run)
    models.PlanLine.objects.bulk_create(rows, batch_size=_BATCH)
    models.PlanDetail.objects.bulk_create(
        [models.PlanDetail(line=row, content=pack(said)) for row, said in zip(rows, details, strict=True)],
        batch_size=_BATCH,
    )
    gaps = [
        models.PlanGap(run=run, item_id=inputs.lines[n].item, destination=inputs.lines[n].place, missing=names)
        for n, names in decided.missing.items()
    ]
    models.PlanGap.objects.bulk_create(gaps, batch_size=_BATCH)
    families: Counter[str] = Counter()
    for row in rows:
        families.update(row.families)
    run.lines, run.unplanned = sum(1 for row in rows if row.kind != models.PlanLine.KEEP), len(gaps)
    run.cash = sum(row.cash or 0 for row in rows)
    run.saving = sum(row.saving or 0 for row in rows)
    run.limits_cost = round(result.cost)
    run.content = plan_head.content(inputs, result, families, limits)
    run.save()
    old = (
        models.PlanRun.objects.filter(company=company).order_by("-made_at").values_list("pk", flat=True)[DETAILED_RUNS:]
    )
    models.PlanDetail.objects.filter(line__run_id__in=list(old)).delete()
    return run


def pack(said: Said) -> bytes:
    """A detail as it is kept."""
    return zlib.compress(json.dumps(said, separators=(",", ":")).encode(), 6)


def _version(run: models.PlanRun) -> str:
    standing = models.PlanOverride.objects.filter(company=run.company, withdrawn_at=None, line=None)
    offers = models.SupplierOffer.objects.filter(withdrawn_at=None).aggregate(at=Max("made_at"))["at"]
    parts = [
        __version__, run.company_id, str(run.on), run.forecast_at, run.facts_at, run.asked, offers,
        sorted(standing.values_list("pk", flat=True)),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _lines(inputs: Inputs, result: Within, run: models.PlanRun) -> tuple[list[models.PlanLine], list[Said]]:
    """Lines with their details: loads and purchases, and one line that keeps for every other place."""
    decided = result.decided
    kept: dict[int, list[Choice]] = defaultdict(list)
    for choice in (*decided.ship.values(), *decided.moves, *(c for c in decided.buy.values() if c.units.sum() > 0)):
        if choice.units.sum() > 0:
            kept[choice.row].append(choice)
    shown = [choice for choices in kept.values() for choice in choices]
    shown += [choice for n, choice in decided.buy.items() if n not in kept]
    whole: Counter[int] = Counter()
    for choice in decided.buy.values():
        whole[inputs.lines[choice.row].item] += int(choice.units.sum())
    by_batch: dict[int, list[Choice]] = defaultdict(list)
    for choice in shown:
        by_batch[id(choice.batch)].append(choice)
    rows: list[models.PlanLine] = []
    details: list[Said] = []
    for choices in by_batch.values():
        batch = choices[0].batch
        plan = batch.plan
        if plan is None:
            continue
        part = solved_part(batch, [c.at for c in choices])
        units = np.stack([c.units for c in choices])
        facts = [facts_of(inputs, c) for c in choices]
        order = [whole[inputs.lines[c.row].item] if c.kind == BUY else int(c.units.sum()) for c in choices]
        _in_money(part, choices)
        told = futures(part, units)
        said = figures(part, units, told, facts, inputs.on, order)
        others = options_of(part, units, facts, inputs.on)
        for n, choice in enumerate(choices):
            rows.append(_row(inputs, run, choice, said[n], max(order[n], 1), whole))
            details.append(
                {
                    "weeks": weeks_of(told, n, inputs.on), "options": others[n], "nothing": said[n]["nothing"],
                    "breaks": _breaks(inputs.lines[choice.row]),
                    "trial": {**trial_of(part, n, facts[n]), "minimum": inputs.lines[choice.row].moq,
                              "proposal": _proposal(inputs, choice, said[n]["modes"])},
                    "reasons": reasons_of(inputs, choice, said[n], plan.explain(choice.at)),
                    "assumed": [plan_head.assumed(name) for name in plan_head.assumed_of(inputs, choice)],
                }
            )  # fmt: skip
    return rows, details


def _in_money(part: Batch, choices: list[Choice]) -> None:
    """Costs of the choices as they are stored: what is really paid and lost, without the price that stands for a floor."""
    if part.price <= 0:
        return
    orders = np.stack([np.stack([c.units, np.zeros_like(c.units), c.wanted]) for c in choices])
    for choice, (cost, nothing, wanted) in zip(choices, part.option_costs(orders, price=0.0), strict=True):
        if choice.kind == MOVE:  # its saving is told in money already, and what its origin loses is in it
            choice.cost, choice.nothing = float(nothing) - (choice.nothing - choice.cost), float(nothing)
            choice.unlimited = choice.cost
        else:
            choice.cost, choice.nothing, choice.unlimited = float(cost), float(nothing), float(wanted)


def _proposal(inputs: Inputs, choice: Choice, modes: list[Said]) -> Said:
    """What a person's changes are reckoned from."""
    source = inputs.lines[choice.row].source
    supplier = source.supplier if choice.kind == BUY and source is not None else ""
    return {"modes": {one["mode"]: one["units"] for one in modes}, "supplier": supplier}


def facts_of(inputs: Inputs, choice: Choice) -> Facts:
    """Money of the line's unit."""
    line = inputs.lines[choice.row]
    factor = inputs.money.factor(line.source.currency) if line.source else None
    starts, prices, every = [], [], True
    if line.source is not None and factor is not None:
        starts = [start for start, _, _ in line.source.breaks]
        prices = [amount / per * factor for _, amount, per in line.source.breaks]
        every = line.source.every_unit
    made = 0.0 if choice.kind != BUY else sum(line.made_in) / max(len(line.made_in), 1)
    duty = 0.0 if choice.kind == MOVE else line.duty or 0.0
    return Facts(
        choice.kind,
        duty,
        line.fees or 0.0,
        line.returns,
        line.goods or 0.0,
        starts,
        prices,
        every,
        made,
    )


def _row(
    inputs: Inputs, run: models.PlanRun, choice: Choice, said: Said, order: int, whole: Counter[int]
) -> models.PlanLine:
    line, units = inputs.lines[choice.row], int(choice.units.sum())
    grade, source = line.grade, line.source
    buying = choice.kind == BUY
    kind = choice.kind if units else models.PlanLine.KEEP
    modes = said["modes"]
    price = source.price_at(order) if source is not None else None
    flags = [*line.flags, *choice.flags, *(["late"] if said["risk_nothing"] and _late(said, inputs.on, choice) else [])]
    if line.stale:
        flags.append("overdue_inbound")
    if line.margin <= 0:
        flags.append("loses_money")
    waiting = inputs.waiting.get(line.item)
    buyer = inputs.buyer_of(line) if buying else inputs.company.code
    return models.PlanLine(
        run=run, kind=kind, item_id=line.item, destination=line.place,
        origin=(choice.origin or line.origin) if kind != models.PlanLine.KEEP or buying else None,
        supplier=source.supplier if buying and source else "", buyer=buyer, units=units, carton=line.carton,
        cartons=-(-units // line.carton), mode=_mode(modes), modes=modes, on=inputs.on,
        arrives=min((date.fromisoformat(one["arrives"]) for one in modes), default=None),
        price_amount=price[1] if buying and price else None, price_per=price[2] if buying and price else 1,
        price_currency=source.currency if buying and source else "",
        break_from=price[0] if buying and price and source and len(source.breaks) > 1 else None,
        cash=said["cash"] if units else 0, cost=_whole(choice.cost),
        saving=_whole(choice.nothing - choice.cost) if units else 0,
        given_up=max(0, _whole(choice.cost - choice.unlimited) or 0) if "limited" in choice.flags else 0,
        later_storage=said["later_storage"], later_aged=said["later_aged"], risk=said["risk"],
        risk_nothing=said["risk_nothing"], out_on=said["out_on"] and date.fromisoformat(said["out_on"]),
        weekly_milli=round(line.weekly * 1000), available=line.available, coming=sum(line.coming),
        waiting=waiting.units if waiting else 0, families=said["families"],
        grade=f"{grade.value}{grade.steadiness}" if grade else "", stage=grade.stage if grade else "",
        review_weeks=grade.strategy.review_weeks if grade else None,
        service=round(grade.strategy.service * 1000) if grade else None,
        flags=f",{','.join(dict.fromkeys(flags))},", assumed=plan_head.assumed_of(inputs, choice),
    )  # fmt: skip


def _late(said: Said, on: date, choice: Choice) -> bool:
    """Whether stock ends before the fastest way can bring anything."""
    return said["out_on"] is not None and date.fromisoformat(said["out_on"]) < on + timedelta(
        weeks=choice.batch.lanes[0].nominal
    )


def _mode(modes: list[Said]) -> str:
    return "" if not modes else modes[0]["mode"] if len(modes) == 1 else "split"


def _breaks(line: Line) -> list[Said]:
    return [
        {
            "supplier": source.supplier, "from": start, "amount": amount, "per": per, "currency": source.currency,
            "source": source.origin, "every_unit": source.every_unit,
        }
        for source in ([line.source] if line.source else []) + line.others
        for start, amount, per in source.breaks
    ]  # fmt: skip


def _whole(value: float) -> int | None:
    return None if np.isnan(value) else round(value)
