"""What the plan's page says above the grid: the finding, the bars by family, limits with their prices, curves to draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from entrepot.books.selectors.plan_shapes import ContainerFill, Limit, PlanHead, PlanLinePage, PlanRow
from entrepot.books.selectors.shapes import Money
from entrepot.core.money import exponent
from entrepot.faces.web import families, plan_columns, plan_words
from entrepot.faces.web.formats import figure, money_text, percent


@dataclass(frozen=True, slots=True)
class FamilyBar:
    """A family of cost as a bar: ``width`` per cent of the widest; ``other`` what it is without the plan."""

    family: str
    label: str
    amount: int
    width: float
    other: int | None = None
    other_width: float = 0.0


EXTRA = {"lost_margin": "unsalable", "ordering": "selling", "end_of_life": "unsalable", "freight": "first_leg"}
"""Families of a plan that the books do not have → the colour that they borrow."""


def label(name: str) -> str:
    """The name of a family of the plan."""
    own = {
        "lost_margin": _("Lost margin"),
        "ordering": _("Order lines"),
        "order": _("Order lines"),
        "order_line": _("Order lines"),
        "end_of_life": _("End of life"),
        "returns": _("Returns"),
        "unsalable": _("End of life"),
    }
    return own.get(name) or families.label(name)


def bars(amounts: Mapping[str, int], others: Mapping[str, int] | None = None) -> list[FamilyBar]:
    """Families in their order, those of nothing left out."""
    beside = others or {}
    names = [n for n in families.in_order({*amounts, *beside}) if amounts.get(n) or beside.get(n)]
    widest = max([1, *(abs(amounts.get(n, 0)) for n in names), *(abs(beside.get(n, 0)) for n in names)])
    return [
        FamilyBar(
            EXTRA.get(name, name), label(name), amounts.get(name, 0), round(abs(amounts.get(name, 0)) * 100 / widest, 2),
            beside.get(name, 0) if others is not None else None, round(abs(beside.get(name, 0)) * 100 / widest, 2),
        )
        for name in names
    ]  # fmt: skip


def title(head: PlanHead) -> str:
    """What the plan says, in one sentence."""
    count = sum(n for kind, n in head.kinds.items() if kind != "keep")
    if not count:
        return _("Nothing to buy or to load this week")
    shown = ngettext("%(n)s order or load", "%(n)s orders and loads", count) % {"n": figure(count)}
    if head.saving is None or head.cash is None:
        return shown
    return _("%(what)s would save %(saved)s and take %(cash)s of cash") % {
        "what": shown,
        "saved": money_text(Money(head.saving, head.currency, estimate=True)),
        "cash": money_text(Money(head.cash, head.currency, estimate=True)),
    }


@dataclass(frozen=True, slots=True)
class ShownLimit:
    """A limit as it is read."""

    name: str
    asked: str
    used: str
    binds: bool
    price: str
    cost: Money | None
    lines: int
    relief: Any
    later: int = 0
    """Re-orders of later weeks that gave way too."""


def limits(head: PlanHead) -> list[ShownLimit]:
    """What limits take and what one more of each would save."""
    return [_limit(one, head.currency) for one in head.limits]


def _limit(one: Limit, currency: str) -> ShownLimit:
    def amount(value: int | None) -> str:
        if value is None:
            return ""
        if one.kind in ("cash", "funds"):
            return money_text(Money(value, currency))
        if one.kind in ("container", "warehouse"):
            return f"{figure(value / 1000)} m³"
        if one.kind == "container_kg":
            return f"{figure(value / 1000)} kg"
        return percent(value) if one.kind == "service" else figure(value)

    units = {
        "cash": _("a unit of money more"), "funds": _("a unit of money more"),
        "container": _("1 m³ more"), "warehouse": _("1 m³ more"),
        "container_kg": _("1 kg more"),
        "service": _("1 point less"), "closure": _("a week less"), "supplier": _("a unit more"),
        "supplier_week": _("a unit more"),
    }  # fmt: skip
    price = ""
    if one.price:
        shown = (
            figure(one.price, 2)
            if one.kind in ("cash", "funds")
            else money_text(Money(round(one.price), currency, estimate=True))
        )
        price = _("%(price)s for %(unit)s") % {"price": shown, "unit": units.get(one.kind, "")}
    name = plan_words.limit(one.kind)
    used, tightest = amount(one.used), ""
    if one.week is not None and one.available is not None:
        when = _("week %(week)s") % {"week": one.week + 1}
        tightest = f" ({when})"
    return ShownLimit(
        f"{name} {one.name}" if one.name and one.name != one.kind else name, one.asked,
        used if one.available is None else (_("%(used)s of %(all)s") % {"used": used, "all": amount(one.available)}) + tightest,
        one.binds, price, None if one.cost is None else Money(one.cost, currency, estimate=True), one.lines, one.relief,
        one.later,
    )  # fmt: skip


def cash_chart(head: PlanHead) -> dict[str, Any]:
    """Payments by week, in major units, and their running total."""
    scale = float(10 ** exponent(head.currency))
    return {
        "weeks": [one.week.isoformat() for one in head.weeks],
        "owed": [None if one.owed is None else one.owed / scale for one in head.weeks],
        "planned": [None if one.planned is None else one.planned / scale for one in head.weeks],
        "total": [None if one.total is None else one.total / scale for one in head.weeks],
        "later": [(one.later or 0) / scale for one in head.weeks] if any(one.later for one in head.weeks) else None,
        "budget": [None if one.budget is None else one.budget / scale for one in head.weeks]
        if any(one.budget is not None for one in head.weeks)
        else None,
    }


def line_chart(found: PlanLinePage) -> dict[str, Any]:
    """Stock with and without the line, its band, arrivals and demand, by week."""
    return {
        name: [round(getattr(one, name), 2) for one in found.weeks]
        for name in ("stock", "stock_low", "stock_high", "stock_nothing", "coming", "from_line", "demand", "demand_low",
                     "demand_high")
    } | {"weeks": [one.week.isoformat() for one in found.weeks]}  # fmt: skip


def line_title(row: PlanRow) -> str:
    """The line as a sentence."""
    told = {
        "units": figure(row.units),
        "to": row.destination_name,
        "from": plan_columns.source(row),
        "way": plan_columns.way(row),
    }
    if row.kind == "buy" and row.units:
        return _("Buy %(units)s from %(from)s for %(to)s, by %(way)s") % told
    if row.kind in ("ship", "move") and row.units:
        return _("Load %(units)s from %(from)s to %(to)s, by %(way)s") % told
    return _("Nothing today for %(to)s") % told


def option(code: str) -> str:
    """The name of another way to do a line."""
    own = {
        "chosen": _("As planned"), "nothing": _("Nothing this week"), "more": _("A carton more"),
        "next_break": _("Up to the next price break"),
    }  # fmt: skip
    return own.get(code) or _("All by %(way)s") % {"way": plan_words.way(code.removeprefix("all_"))}


HOW = {
    "fcl": lambda: _("full containers"),
    "lcl": lambda: _("loose"),
    "air": lambda: _("air"),
    "rail": lambda: _("rail"),
}


def fills(head: PlanHead) -> list[dict[str, Any]]:
    """What goes one way together, as it is read."""
    return [
        {
            "row": one, "from": one.supplier or one.origin, "way": plan_words.way(one.mode), "m3": figure(one.cbm / 1000, 2),
            "kg": figure(round(one.kg / 1000)), "fill": min((one.fill or 0) / 10, 100.0),
            "how": _loaded(one), "other": _other(one),
        }
        for one in head.fills
    ]  # fmt: skip


NEAR = 4
"""A container that costs so many times the loose freight is not worth telling."""


def _loaded(one: ContainerFill) -> str:
    """Loose, or so many containers of each size and what is loose beside them."""
    if not one.boxes:
        return (f"{one.containers} × " if one.containers else "") + (HOW[one.how]() if one.how in HOW else one.how)
    told = " + ".join(f"{count} × {kind}" for kind, count in one.boxes)
    return told if not one.loose else told + " + " + _("%(m3)s m³ loose") % {"m3": figure(one.loose / 1000, 2)}


def _other(one: ContainerFill) -> str:
    """The other way to load it, where it is anywhere near: a container for a handful of cartons is none."""
    if one.freight_other is None or one.freight is None:
        return ""
    return _("loose") if one.boxes else _("in containers") if one.freight_other < NEAR * one.freight else ""


def assumed(head: PlanHead) -> list[str]:
    """Inputs that the books do not know, and for how many lines."""
    out: list[str] = []
    for one in head.assumed:
        count = int(str(one.parameters.get("lines", 0)))
        name = plan_columns.input_name(str(one.parameters.get("input", one.text)))
        told = {"name": name, "n": figure(count)}
        out.append(ngettext("%(name)s: %(n)s line", "%(name)s: %(n)s lines", count) % told)
    return out
