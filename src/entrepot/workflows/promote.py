"""Promotions that a user knows of: what they do to a stored fan at once, and what the next run makes of them.

An uplift of +40 % makes each day from its first to its last sell 1.4 times as much; a week counts as many of its seven
days as it has of them, and uplifts that fall together are added. A week's quantiles move with its mean. Totals move as
their means do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from entrepot.books import uplifts
from entrepot.books.access import Viewer
from entrepot.books.models import Location, Uplift
from entrepot.books.selectors.demand_shapes import ComingTotal, ComingWeek, DemandPage
from entrepot.books.selectors.shapes import NotThere
from entrepot.books.selectors.sku import find
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now

if TYPE_CHECKING:
    from entrepot.engines.demand import Forecast

ALL_OUT = 0.0
"""No factor is below this: nothing sells less than nothing."""


@dataclass(frozen=True, slots=True)
class Lift:
    """``percent`` more on each day from ``first`` to ``last``."""

    first: date
    last: date
    percent: int


def factor(week: date, lifts: Sequence[Lift]) -> float:
    """By how much the week beginning on Monday ``week`` sells more.

    >>> factor(date(2026, 11, 23), [Lift(date(2026, 11, 27), date(2026, 11, 30), 70)])
    1.3
    """
    extra = 0.0
    for lift in lifts:
        days = (min(lift.last, week + timedelta(days=6)) - max(lift.first, week)).days + 1
        extra += max(days, 0) / 7 * lift.percent / 100
    return round(max(1 + extra, ALL_OUT), 6)


def lifted(page: DemandPage, lifts: Sequence[Lift]) -> DemandPage:
    """The page as it would be with exactly ``lifts`` in it, instead of those that the stored run knew."""
    fan, ratios, before, after = [], [], 0.0, 0.0
    for week in page.fan:
        new = factor(week.week, lifts)
        move = new / week.promotion if week.promotion > 0 else new
        fan.append(_moved(week, move, new))
        before, after = before + week.mean, after + week.mean * move
        ratios.append(after / before if before > 0 else 1.0)
    totals = [_total(total, ratios[total.weeks - 1]) for total in page.totals]
    mean = sum(weeks * odds for weeks, odds in page.lead)
    over = ratios[min(max(round(mean), 1), len(ratios)) - 1] if ratios else 1.0
    row = replace(
        page.row,
        lead_mean=round(page.row.lead_mean * over),
        lead_low=round(page.row.lead_low * over),
        lead_middle=round(page.row.lead_middle * over),
        lead_high=round(page.row.lead_high * over),
    )
    return replace(page, fan=fan, totals=totals, row=row)


def known(company: int, result: Forecast) -> dict[int, list[float]]:
    """Row of the forecast → factor of each coming week, for the rows that a standing uplift touches."""
    if result.last_week is None:
        return {}
    lifts: dict[int, list[tuple[int | None, Lift]]] = {}
    for row in uplifts.coming(company, result.last_week + timedelta(weeks=1)):
        lifts.setdefault(row.item_id, []).append((row.location_id, Lift(row.first, row.last, row.percent)))
    weeks = [result.last_week + timedelta(weeks=ahead) for ahead in range(1, result.state.expected.shape[1])]
    found = {}
    for place, (item, channel) in enumerate(result.frame.select("item", "channel").iter_rows()):
        here = [lift for at, lift in lifts.get(item, ()) if at is None or at == int(channel)]
        factors = [factor(week, here) for week in weeks] if here else []
        if any(one != 1 for one in factors):
            found[place] = factors
    return found


def counted(result: Forecast, factors: dict[int, list[float]]) -> Forecast:
    """The forecast with ``factors`` in it."""
    import numpy as np

    keys = result.frame.select(*result.by).rows() if factors else []
    for row, moves in factors.items():
        result = result.scaled(keys[row], np.array(moves))
    return result


def tried(page: DemandPage, one: tuple[date, date, int] | None) -> DemandPage:
    """The page with the promotions that stand, and with ``one`` more (first day, last day, per cent) where given.

    Raises :class:`~entrepot.core.errors.ProblemError` for one without sense.
    """
    standing = [Lift(row.first, row.last, row.percent) for row in page.uplifts]
    if one is None:
        return lifted(page, standing)
    uplifts.check(*one)
    return lifted(page, [*standing, Lift(*one)])


def _moved(week: ComingWeek, move: float, new: float) -> ComingWeek:
    return replace(week, mean=week.mean * move, quantiles=tuple(q * move for q in week.quantiles), promotion=new)


def _total(total: ComingTotal, ratio: float) -> ComingTotal:
    return ComingTotal(total.weeks, total.mean * ratio, tuple(round(q * ratio) for q in total.quantiles))


def add(
    viewer: Viewer, sku: str, place: str, first: date, last: date, percent: int, note: str = "", *, origin: str = ""
) -> Uplift:
    """Keep an uplift for ``sku`` at ``place`` (a code; empty: everywhere); the next forecast run counts it.

    Raises :class:`NotThere`, or :class:`~entrepot.core.errors.ProblemError` for what makes no sense or is not allowed.
    """
    at = Location.objects.filter(code=place).first() if place else None
    if place and at is None:
        raise NotThere(f"place {place}")
    return uplifts.add(viewer, find(sku), at, first, last, percent, note, at=now(), origin=origin)


def withdraw(viewer: Viewer, key: int, *, origin: str = "") -> None:
    """Expect it no longer. Raises :class:`~entrepot.core.errors.ProblemError` when it does not stand any more."""
    if not uplifts.withdraw(viewer, key, at=now(), origin=origin):
        raise ProblemError(
            Problem("uplift_gone", "this promotion does not stand any more", "look at the list again", found=str(key))
        )
