"""A line of a plan done otherwise: another quantity, way, day or supplier, reckoned at once on the plan's own futures.

Nothing of the books is read again but the line and its detail: what the line would cost and risk is told against what the
plan proposed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.conf import settings

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.books.selectors import naming
from entrepot.books.selectors import plan as stored
from entrepot.books.selectors.plan_shapes import TriedLine
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.reasons import Reason
from entrepot.workflows.plan_batches import Ints
from entrepot.workflows.plan_figures import Facts, Said, batch_of, figures, futures, weeks_of
from entrepot.workflows.plan_lanes import SPEED
from entrepot.workflows.plan_model import HORIZON
from entrepot.workflows.plan_sources import Money
from entrepot.workflows.plan_suppliers import order_price
from entrepot.workflows.rule_files import kept_rules

LATEST = 84
"""Days by which a line can be put off."""
MOST_UNITS = 10**9


@dataclass(frozen=True)
class Wish:
    """What a person would have instead; ``None`` leaves it as it is. ``modes``: units by way."""

    units: int | None = None
    modes: Mapping[str, int] | None = None
    on: date | None = None
    supplier: str | None = None

    def said(self) -> Said:
        """As it is kept with the line."""
        found: Said = {}
        if self.units is not None:
            found["units"] = self.units
        if self.modes is not None:
            found["modes"] = dict(self.modes)
        if self.on is not None:
            found["on"] = self.on.isoformat()
        if self.supplier is not None:
            found["supplier"] = self.supplier
        return found


@dataclass
class Reckoned:
    """A changed line, not saved, with its detail; ``dearer`` against the proposal, minor units."""

    line: models.PlanLine
    detail: Said
    dearer: int
    problems: list[Reason]


def try_line(
    viewer: Viewer, key: str | int, *, units: int | None = None, modes: Mapping[str, int] | None = None,
    on: date | None = None, supplier: str | None = None,
) -> TriedLine:  # fmt: skip
    """What line ``key`` would cost and risk done otherwise; stores nothing.

    Raises ``NotThere``, or :class:`ProblemError` for what makes no sense (a way that is not there, a day gone by).
    """
    found = reckon(viewer, key, Wish(units, modes, on, supplier))
    return TriedLine(
        stored.shape(viewer, found.line, naming.suppliers()), stored.weeks(found.detail["weeks"]),
        found.dearer if viewer.can("see_cost") else None, found.problems,
    )  # fmt: skip


def reckon(viewer: Viewer, key: str | int, wish: Wish) -> Reckoned:
    """The line as it was proposed, with all that a person has set by now and the wish in it.

    Reckoned from the proposal each time, so that the order in which things were changed makes no difference.
    """
    line = stored.find_line(viewer, key)
    detail = stored.detail(line)
    if not detail.get("trial"):
        raise ProblemError(
            Problem(
                "plan_too_old",
                "this plan is too old to be changed",
                "plan again, and change the new one",
                found=str(key),
            )
        )
    trial = detail["trial"]
    proposal = _proposal(line, detail)
    batch, first = batch_of(trial)
    problems: list[Reason] = []
    state = _merged(line.changed, wish)
    supplier = state.supplier or proposal["supplier"]
    facts = first if supplier == proposal["supplier"] else _from(line, detail, first, supplier)
    proposed = _by_lane(proposal["modes"], trial)
    chosen = _units(state, proposed, trial)
    elsewhere = _elsewhere(line, supplier) if facts.bought else 0
    days = _later(line, state.on)
    zero = np.zeros_like(chosen)
    before, nothing = (float(x) for x in batch.option_costs(np.stack([proposed, zero])[None], price=0.0)[0])
    usual = batch.late
    if days:
        batch.late = _put_off(usual, math.ceil(days / 7), len(batch.lanes))
    cost = float(batch.option_costs(chosen[None, None], price=0.0)[0, 0])
    dearer = cost - before + _goods_dearer(first, facts, int(proposed.sum()), int(chosen.sum()), elsewhere)
    told = futures(batch, chosen[None])
    said = figures(batch, chosen[None], told, [facts], line.run.on, [int(chosen.sum()) + elsewhere])[0]
    if days:  # put off by days, while the paths count weeks
        _days_exact(said["modes"], line.run.on, 7 * (math.ceil(days / 7)) - days)
    batch.late = usual
    line.kind = first.kind if chosen.any() or proposed.any() else models.PlanLine.KEEP
    _problems(line, trial, int(chosen.sum()), elsewhere, problems)
    line.supplier, line.on = supplier, state.on or line.run.on
    line.changed = state.said()
    _set(line, said, facts, cost, nothing, detail, elsewhere)
    detail = {**detail, "weeks": weeks_of(told, 0, line.run.on)}
    return Reckoned(line, detail, round(dearer), problems)


def _proposal(line: models.PlanLine, detail: Said) -> Said:
    """What the plan proposed: kept with the line; of a plan made before that was, the option that was chosen."""
    kept = detail["trial"].get("proposal")
    if kept is not None:
        return kept
    chosen = next((one for one in detail.get("options", []) if one.get("chosen")), None)
    modes = line.modes if not line.changed else chosen["modes"] if chosen else []
    suppliers = [one["supplier"] for one in detail.get("breaks", [])]
    supplier = line.supplier if "supplier" not in line.changed else (suppliers or [line.supplier])[0]
    return {"modes": {one["mode"]: one["units"] for one in modes}, "supplier": supplier}


def _merged(changed: Said, wish: Wish) -> Wish:
    """What a person has set so far with the new wish: a quantity after ways goes by those ways, new ways name a quantity."""
    units, modes = wish.units, wish.modes
    kept: Mapping[str, int] | None = changed.get("modes")
    if modes is None and units is None:
        units, modes = changed.get("units"), kept
    elif modes is None and units is not None and kept is not None:
        modes, units = _spread_over(kept, units), None
    on, supplier = wish.on, wish.supplier
    if on is None and changed.get("on"):
        on = date.fromisoformat(changed["on"])
    return Wish(units, modes, on, changed.get("supplier") if supplier is None else supplier)


def _spread_over(ways: Mapping[str, int], units: int) -> dict[str, int]:
    """``units`` by the ways that a person has chosen, the slowest takes the change."""
    order = sorted(ways, key=lambda mode: SPEED.index(mode) if mode in SPEED else len(SPEED))
    filled = _shared_out([ways[mode] for mode in order], units)
    return dict(zip(order, filled, strict=True))


def _shared_out(now: Sequence[int], units: int) -> list[int]:
    """What is urgent stays urgent: the fastest way keeps its units, the slowest that is used takes the change."""
    out, left = [0] * len(now), units
    for place, count in enumerate(now):
        out[place] = min(left, count)
        left -= out[place]
    used = [place for place, count in enumerate(now) if count]
    out[used[-1] if used else -1] += left
    return out


def _units(wish: Wish, proposed: Ints, trial: Said) -> Ints:
    names = [name for name, _, _ in trial["lanes"]]
    if wish.units is not None and not 0 <= wish.units <= MOST_UNITS:
        raise ProblemError(
            Problem(
                "plan_units", "this is no quantity", "write units of 0 or more", field="units", found=str(wish.units)
            )
        )
    if wish.modes is not None:
        unknown = sorted(set(wish.modes) - set(names))
        if unknown or not all(0 <= units <= MOST_UNITS for units in wish.modes.values()):
            raise ProblemError(
                Problem("plan_mode", "this line cannot go that way", f"choose of {', '.join(names)}", field="modes",
                        found=", ".join(unknown) or str(dict(wish.modes)))
            )  # fmt: skip
        out = _by_lane(wish.modes, trial)
        if wish.units is not None and int(out.sum()) != wish.units:
            raise ProblemError(
                Problem("plan_contradiction", "the ways do not add up to the quantity", "correct one of them", field="units",
                        found=f"{int(out.sum())} ≠ {wish.units}")
            )  # fmt: skip
        return out
    if wish.units is None:
        return proposed
    return np.array(_shared_out([int(x) for x in proposed], wish.units), dtype=np.int64)


def _by_lane(modes: Mapping[str, int], trial: Said) -> Ints:
    return np.array([int(modes.get(name, 0)) for name, _, _ in trial["lanes"]], dtype=np.int64)


def _elsewhere(line: models.PlanLine, supplier: str) -> int:
    """Units of the item that the plan's other lines buy of this supplier: his breaks and minimum count them too."""
    rows = models.PlanLine.objects.filter(
        run=line.run_id, item=line.item_id, kind=models.PlanLine.BUY, supplier=supplier
    ).exclude(pk=line.pk)
    rows = rows.filter(state__in=(models.PlanLine.OPEN, models.PlanLine.APPROVED))
    return sum(rows.values_list("units", flat=True))


def _goods_dearer(first: Facts, facts: Facts, proposed: int, count: int, elsewhere: int) -> float:
    """What the goods of the changed order cost above the proposal's price: what is bought now is not bought later."""
    if not first.bought:
        return 0.0
    whole = first.goods_of(proposed + elsewhere)
    plain = whole / (proposed + elsewhere) if proposed + elsewhere else first.goods_of(1)
    rest = first.goods_of(elsewhere) if facts is not first else facts.goods_of(elsewhere)
    now = facts.goods_of(count + elsewhere) - facts.goods_of(elsewhere)
    return now - (whole - rest) - plain * (count - proposed)


def _later(line: models.PlanLine, on: date | None) -> int:
    if on is None:
        return 0
    days = (on - line.run.on).days
    if not 0 <= days <= LATEST:
        raise ProblemError(
            Problem("plan_day", "the day lies before the plan's or too far after it",
                    f"choose one within {LATEST} days of {line.run.on}", field="on", found=on.isoformat())
        )  # fmt: skip
    return days


def _put_off(late: Ints | None, weeks: int, modes: int) -> Ints:
    """Today's order is placed so many weeks later, and is as late as an order of that week is."""
    out = np.zeros((HORIZON + 1, modes), np.int64) if late is None else late.copy()
    out[0] = weeks + out[min(weeks, len(out) - 1)]
    return out


def _days_exact(modes: list[Said], on: date, early: int) -> None:
    for one in modes:
        one["days"] -= early
        one["arrives"] = (on + timedelta(days=one["days"])).isoformat()


def _from(line: models.PlanLine, detail: Said, facts: Facts, supplier: str) -> Facts:
    """The same goods from another supplier whose price is known; his lead time is taken to be the same."""
    theirs = [b for b in detail.get("breaks", []) if b["supplier"] == supplier]
    if not theirs or not facts.bought:
        known = sorted({b["supplier"] for b in detail.get("breaks", [])})
        raise ProblemError(
            Problem("plan_supplier", "no price of this supplier is known for the item",
                    f"choose of {', '.join(known) or 'none'}, or read his price list", field="supplier", found=supplier)
        )  # fmt: skip
    money = Money(line.run.company, line.run.on, kept_rules(settings.HOME))
    factor = money.factor(theirs[0]["currency"])
    if factor is None:
        raise ProblemError(
            Problem(
                "no_rate", "no exchange rate is known", "post a rate", field="supplier", found=theirs[0]["currency"]
            )
        )
    return replace(
        facts, starts=[b["from"] for b in theirs], prices=[b["amount"] / b["per"] * factor for b in theirs],
        every_unit=theirs[0].get("every_unit", True),
    )  # fmt: skip


def _problems(line: models.PlanLine, trial: Said, count: int, elsewhere: int, problems: list[Reason]) -> None:
    carton = trial["carton"]
    if count % carton and carton != line.carton:
        text = f"{count} units are not whole pallets of {carton}, which the supplier takes."
        problems.append(Reason("plan_not_pallets", text, {"units": count, "carton": carton}))
    elif count % carton:
        problems.append(
            Reason(
                "plan_not_cartons",
                f"{count} units are not whole cartons of {carton}.",
                {"units": count, "carton": carton},
            )
        )
    if line.kind == models.PlanLine.SHIP and count > line.waiting:
        text = f"Only {line.waiting} units wait."
        problems.append(Reason("plan_more_than_waits", text, {"units": count, "waiting": line.waiting}))
    least = trial.get("minimum", trial["least"])
    if line.kind == models.PlanLine.BUY and 0 < count + elsewhere < least:
        text = f"Less than the supplier's minimum ({least})."
        problems.append(Reason("plan_below_minimum", text, {"units": count + elsewhere, "least": least}))


def _set(
    line: models.PlanLine, said: Said, facts: Facts, cost: float, nothing: float, detail: Said, elsewhere: int
) -> None:  # fmt: skip
    line.units, line.modes = said["units"], said["modes"]
    line.cartons = -(-line.units // line.carton)
    line.mode = "" if not line.modes else line.modes[0]["mode"] if len(line.modes) == 1 else "split"
    line.arrives = min((date.fromisoformat(one["arrives"]) for one in line.modes), default=None)
    line.cash, line.families = said["cash"], said["families"]
    line.cost, line.saving = round(cost), round(nothing - cost) if line.units else 0
    line.risk, line.risk_nothing = said["risk"], said["risk_nothing"]
    line.later_storage, line.later_aged = said["later_storage"], said["later_aged"]
    if facts.bought:
        _price(line, detail, facts, elsewhere)


def _price(line: models.PlanLine, detail: Said, facts: Facts, elsewhere: int) -> None:
    theirs: list[Any] = [b for b in detail.get("breaks", []) if b["supplier"] == line.supplier]
    if theirs and line.units:
        breaks = [(b["from"], b["amount"], b["per"]) for b in theirs]
        start, amount, per = order_price(breaks, facts.every_unit, line.units + elsewhere)
        line.price_amount, line.price_per, line.price_currency = amount, per, theirs[0]["currency"]
        line.break_from = start if len(theirs) > 1 else None
