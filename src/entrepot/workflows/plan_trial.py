"""A line of a plan done otherwise: another quantity, way, day or supplier, reckoned at once on the plan's own futures.

Nothing of the books is read again but the line and its detail: what the line would cost and risk is told against what the
plan proposed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
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
from entrepot.workflows.plan_model import HORIZON
from entrepot.workflows.plan_sources import Money
from entrepot.workflows.rule_files import kept_rules

LATEST = 84
"""Days by which a line can be put off."""


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
    """The line with the wish in it."""
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
    batch, facts = batch_of(trial)
    problems: list[Reason] = []
    if line.kind == models.PlanLine.KEEP:
        line.kind = models.PlanLine.BUY
    supplier = wish.supplier
    if supplier is not None and supplier != line.supplier:
        facts = _from(line, detail, facts, supplier)
    chosen = _units(wish, line, trial, problems)
    later = _later(line, wish.on)
    if later:
        late = np.zeros((HORIZON + 1, len(batch.lanes)), np.int64) if batch.late is None else batch.late.copy()
        late[0] += math.ceil(later / 7)
        batch.late = late
    proposed = _as_proposed(line, trial)
    zero = np.zeros_like(chosen)
    cost, before, nothing = (float(x) for x in batch.option_costs(np.stack([chosen, proposed, zero])[None])[0])
    if later:  # what the proposal costs is told without the wait
        batch.late, kept = (None if trial["late"] is None else batch_of(trial)[0].late), batch.late
        before = float(batch.option_costs(proposed[None, None])[0, 0])
        nothing = float(batch.option_costs(zero[None, None])[0, 0])
        batch.late = kept
    count = int(chosen.sum())
    _, first = batch_of(trial)
    plain = first.goods_of(max(int(proposed.sum()), 1)) / max(int(proposed.sum()), 1)
    dearer = cost - before + (facts.goods_of(count) - plain * count if facts.bought else 0.0)
    told = futures(batch, chosen[None])
    said = figures(batch, chosen[None], told, [facts], line.on, [count])[0]
    _problems(line, trial, count, problems)
    _set(line, said, wish, facts, cost, nothing, detail)
    detail = {**detail, "weeks": weeks_of(told, 0, line.run.on)}
    return Reckoned(line, detail, round(dearer), problems)


def _units(wish: Wish, line: models.PlanLine, trial: Said, problems: list[Reason]) -> Ints:
    names = [name for name, _, _ in trial["lanes"]]
    now = _as_proposed(line, trial)
    if wish.modes is not None:
        unknown = sorted(set(wish.modes) - set(names))
        if unknown or any(units < 0 for units in wish.modes.values()):
            raise ProblemError(
                Problem("plan_mode", "this line cannot go that way", f"choose of {', '.join(names)}", field="modes",
                        found=", ".join(unknown) or str(dict(wish.modes)))
            )  # fmt: skip
        out = np.array([int(wish.modes.get(name, 0)) for name in names], dtype=np.int64)
        if wish.units is not None and int(out.sum()) != wish.units:
            raise ProblemError(
                Problem("plan_contradiction", "the ways do not add up to the quantity", "correct one of them", field="units",
                        found=f"{int(out.sum())} ≠ {wish.units}")
            )  # fmt: skip
        return out
    if wish.units is None:
        return now
    if not 0 <= wish.units <= 10**9:
        raise ProblemError(
            Problem(
                "plan_units", "this is no quantity", "write units of 0 or more", field="units", found=str(wish.units)
            )
        )
    # What is urgent stays urgent: the fastest way keeps its units, the slowest takes the change.
    out, left = np.zeros_like(now), wish.units
    for mode, units in enumerate(now):
        out[mode] = min(left, int(units))
        left -= int(out[mode])
    used = np.flatnonzero(now)
    out[int(used[-1]) if used.size else -1] += left
    return out


def _as_proposed(line: models.PlanLine, trial: Said) -> Ints:
    by = {one["mode"]: one["units"] for one in line.modes}
    return np.array([int(by.get(name, 0)) for name, _, _ in trial["lanes"]], dtype=np.int64)


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
    return replace(facts, starts=[b["from"] for b in theirs], prices=[b["amount"] / b["per"] * factor for b in theirs])


def _problems(line: models.PlanLine, trial: Said, count: int, problems: list[Reason]) -> None:
    carton = trial["carton"]
    if count % carton:
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
    if line.kind == models.PlanLine.BUY and 0 < count < trial["least"]:
        text = f"Less than this destination's share of the supplier's minimum ({trial['least']})."
        problems.append(Reason("plan_below_minimum", text, {"units": count, "least": trial["least"]}))


def _set(
    line: models.PlanLine, said: Said, wish: Wish, facts: Facts, cost: float, nothing: float, detail: Said
) -> None:  # fmt: skip
    line.units, line.modes = said["units"], said["modes"]
    line.cartons = -(-line.units // line.carton)
    line.mode = "" if not line.modes else line.modes[0]["mode"] if len(line.modes) == 1 else "split"
    line.arrives = min((date.fromisoformat(one["arrives"]) for one in line.modes), default=None)
    line.cash, line.families = said["cash"], said["families"]
    line.cost, line.saving = round(cost), round(nothing - cost) if line.units else 0
    line.risk, line.risk_nothing = said["risk"], said["risk_nothing"]
    line.later_storage, line.later_aged = said["later_storage"], said["later_aged"]
    line.changed = {**line.changed, **wish.said()}
    if wish.on is not None:
        line.on = wish.on
    if wish.supplier is not None:
        line.supplier = wish.supplier
    if facts.bought:
        _price(line, detail, facts)


def _price(line: models.PlanLine, detail: Said, facts: Facts) -> None:
    theirs: list[Any] = [b for b in detail.get("breaks", []) if b["supplier"] == line.supplier]
    if theirs and line.units:
        reached = theirs[min(facts.break_at(line.units), len(theirs) - 1)]
        line.price_amount, line.price_per, line.price_currency = reached["amount"], reached["per"], reached["currency"]
        line.break_from = reached["from"] if len(theirs) > 1 else None
