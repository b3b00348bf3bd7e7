"""A scenario's answer as the page shows it: names, the finding, stacked bars, curves, the tables of families and of items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from entrepot.books.selectors.naming import named
from entrepot.books.selectors.shapes import Money
from entrepot.core.money import exponent
from entrepot.faces.web import families
from entrepot.faces.web.formats import figure, money_text, percent
from entrepot.faces.web.tables import SEE_COST, Column

Said = dict[str, Any]
DECIDED = ("price", "first_leg", "ordering", "storage", "capital", "end_of_life", "lost_margin")
FULL = ("purchase", "first_leg", "duty_tax", "storage", "capital", "selling", "unsalable", "ordering")
BINS = 24
WRONG = {
    "closed": gettext_lazy("The closed supplier"), "delays": gettext_lazy("The delay on the way"),
    "freight": gettext_lazy("The change of freight"), "demand": gettext_lazy("The change of demand"),
    "cash": gettext_lazy("The limit on cash"),
}  # fmt: skip


def name(code: str) -> str:
    """A way of ordering by name."""
    kind, _colon, value = code.partition(":")
    if kind == "plan":
        return _("Entrepot's plan")
    if kind == "sheet":
        return _("Spreadsheet, z %(z)s") % {"z": value or "1.65"}
    if kind == "cover":
        return _("%(days)s days of cover") % {"days": value or "60"}
    if kind == "happened":
        return _("What really happened")
    return _("Own rules")


def family(key: str) -> str:
    """A family of the twin by name."""
    own = {
        "lost_margin": _("Lost margin"), "ordering": _("Order lines"), "end_of_life": _("End of life"),
        "price": _("Price breaks"),
    }  # fmt: skip
    return own.get(key) or families.label(key)


def case_of(way: Said) -> Said:
    """The disturbed run where there is one, else the calm one."""
    return way.get("disturbed") or way["calm"]


def title(answer: Said) -> str:
    """Which way costs least, and how sure that is."""
    ways, against = answer["ways"], answer["against"]
    cheapest = min(range(len(ways)), key=lambda at: case_of(ways[at])["cost"])
    if len(ways) == 1:
        told = {
            "way": name(ways[0]["code"]),
            "cost": money_text(Money(case_of(ways[0])["cost"], answer["currency"], estimate=True)),
        }
        return _("%(way)s would cost %(cost)s") % told
    if cheapest == 0:
        second = min(range(1, len(ways)), key=lambda at: against[at]["mean"])
        gap, other, certain = against[second], second, against[second]["low"] > 0
        amount, share = gap["mean"], gap["share"]
    else:
        gap, other = against[cheapest], 0
        certain = gap["high"] < 0
        base = case_of(ways[cheapest])["cost"]
        amount, share = -gap["mean"], -gap["mean"] / base if base else None
    told = {
        "way": name(ways[cheapest]["code"]),
        "other": name(ways[other]["code"]),
        "amount": money_text(Money(round(amount), answer["currency"], estimate=True)),
        "share": "" if share is None else f" ({percent(round(abs(share) * 1000 / (1 + abs(share))))})",
    }
    if certain:
        return _("%(way)s costs %(amount)s less than %(other)s%(share)s") % told
    return _("%(way)s and %(other)s cost about the same") % told


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a stacked bar, in per cent of the widest."""

    family: str
    label: str
    amount: int
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Stack:
    """A way of ordering as a stacked bar; ``low`` and ``high`` the ends of its spread in per cent."""

    name: str
    case: str
    parts: list[Part]
    cost: int
    low: float
    high: float
    range: str


def stacks(answer: Said) -> list[Stack]:
    """The compared cost of every way by family, calm and disturbed."""
    runs = [(way, case) for way in answer["ways"] for case in ("calm", "disturbed") if case in way]
    many = answer["futures"] > 1
    widest = max([1, *(max(way[case]["high"] if many else 0, _positive(way[case]["decided"])) for way, case in runs)])
    out: list[Stack] = []
    for way, case in runs:
        told, left, parts = way[case], 0.0, []
        for key in DECIDED:
            amount = told["decided"].get(key, 0)
            width = max(amount, 0) * 100 / widest
            parts.append(Part(key, family(key), amount, round(left, 2), round(width, 2)))
            left += width
        span = ""
        if many:
            ends = (money_text(Money(told[end], answer["currency"], estimate=True)) for end in ("low", "high"))
            span = " – ".join(ends)
        word = "" if len(runs) == len(answer["ways"]) else _("as things are") if case == "calm" else _("disturbed")
        low, high = (round(max(told[end], 0) * 100 / widest, 2) if many else 0.0 for end in ("low", "high"))
        out.append(Stack(name(way["code"]), word, parts, told["cost"], low, high, span))
    return out


def _positive(amounts: Mapping[str, int]) -> int:
    return sum(max(amounts.get(key, 0), 0) for key in DECIDED)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the comparison: a figure of every run; ``kind`` money | share | text."""

    label: str
    kind: str
    values: list[Any]
    end: bool = False


def heads(answer: Said) -> list[str]:
    """Runs by name, as the columns of the comparison; of the last year the books first."""
    out: list[str] = [_("In the books")] if "booked" in answer else []
    for way in answer["ways"]:
        out.append(name(way["code"]))
        if "disturbed" in way:
            out.append(_("%(way)s, disturbed") % {"way": name(way["code"])})
    return out


def compared(answer: Said) -> list[Row]:
    """Full cost by the books' families, what the way of ordering decides of it, profit, service and stock of every run."""
    told = [way[case] for way in answer["ways"] for case in ("calm", "disturbed") if case in way]
    booked: Said | None = answer.get("booked")
    many = answer["futures"] > 1

    def money(label: str, read: Any, *, end: bool = False, books: int | None = None) -> Row:
        return Row(label, "money", [*([books] if booked is not None else []), *(read(one) for one in told)], end)

    def share(label: str, read: Any) -> Row:
        return Row(
            label, "share", [*([None] if booked is not None else []), *(round(read(one) * 1000) for one in told)]
        )

    rows = [
        money(
            family(key),
            lambda one, key=key: one["families"].get(key, 0),
            books=None if booked is None else booked.get(key),
        )
        for key in FULL
    ]
    whole = None if booked is None else sum(booked.values())
    rows.append(money(_("Full cost"), lambda one: one["total"], end=True, books=whole))
    if many:
        rows.append(money(_("in one future of twenty less than"), lambda one: one["total_band"][0]))
        rows.append(money(_("in one future of twenty more than"), lambda one: one["total_band"][-1]))
    rows.append(money(_("Profit"), lambda one: one["profit"], end=True))
    of_it = _("Decided by the way of ordering: %(family)s")
    rows += [
        money(of_it % {"family": family(key)}, lambda one, key=key: one["decided"].get(key, 0))
        for key in DECIDED
        if key != "price" or any(one["decided"].get(key, 0) for one in told)
    ]
    rows.append(money(_("Cost of ordering so"), lambda one: one["cost"], end=True))
    if many:
        rows.append(money(_("in one future of twenty less than"), lambda one: one["low"]))
        rows.append(money(_("half of the futures less than"), lambda one: one["middle"]))
        rows.append(money(_("in one future of twenty more than"), lambda one: one["high"]))
    rows.append(share(_("Demand met"), lambda one: one["fill"]))
    rows.append(share(_("Weeks out of stock"), lambda one: one["out_weeks"]))
    rows.append(money(_("Stock at the end"), lambda one: one["left_value"]))
    return rows


def told_rows(rows: Sequence[Row], currency: str) -> list[tuple[Row, list[str]]]:
    """The comparison as it is written."""

    def cell(row: Row, value: Any) -> str:
        if value is None:
            return "–"
        return percent(value) if row.kind == "share" else money_text(Money(value, currency, estimate=True))

    return [(row, [cell(row, value) for value in row.values]) for row in rows]


def differences(answer: Said) -> list[str]:
    """Every way against the first, and what the disturbance costs each."""
    out: list[str] = []
    first, currency = answer["ways"][0], answer["currency"]

    def text(amount: float) -> str:
        return money_text(Money(round(amount), currency, estimate=True))

    for way, gap in list(zip(answer["ways"], answer["against"], strict=True))[1:]:
        told = {
            "way": name(way["code"]), "first": name(first["code"]), "amount": text(abs(gap["mean"])),
            "low": text(gap["low"]), "high": text(gap["high"]), "share": figure(round(gap["cheaper"] * 100)),
        }  # fmt: skip
        if answer["futures"] > 1:
            sentence = (
                _("%(way)s costs %(amount)s more than %(first)s "
                    "(95 %% of the mean: %(low)s to %(high)s); cheaper in %(share)s %% of the futures.")
                if gap["mean"] >= 0
                else _("%(way)s costs %(amount)s less than %(first)s "
                    "(95 %% of the mean: %(low)s to %(high)s); cheaper in %(share)s %% of the futures.")
            )  # fmt: skip
        else:
            sentence = (
                _("%(way)s would have cost %(amount)s more than %(first)s "
                    "(95 %% over items: %(low)s to %(high)s); cheaper for %(share)s %% of the items.")
                if gap["mean"] >= 0
                else _("%(way)s would have cost %(amount)s less than %(first)s "
                    "(95 %% over items: %(low)s to %(high)s); cheaper for %(share)s %% of the items.")
            )  # fmt: skip
        out.append(sentence % told)
    for way in answer["ways"]:
        if "shock" in way:
            out += _shocked(way, text)
    return out


def _shocked(way: Said, text: Callable[[float], str]) -> list[str]:
    """What goes wrong costs a way in all, what changed, and each thing by itself."""
    gap = way["shock"]
    worst = max(DECIDED, key=lambda key: gap["families"].get(key, 0))
    told = {
        "way": name(way["code"]), "amount": text(abs(gap["mean"])), "low": text(gap["low"]), "high": text(gap["high"]),
        "family": family(worst), "before": percent(round(way["calm"]["fill"] * 1000)),
        "after": percent(round(way["disturbed"]["fill"] * 1000)), "stock": text(abs(gap["left_value"])),
        "profit": text(abs(gap["profit"])),
    }  # fmt: skip
    said = [
        _("%(way)s: what goes wrong costs %(amount)s (%(low)s to %(high)s), most in %(family)s.")
        if gap["mean"] >= 0
        else _("%(way)s costs %(amount)s less so than as things are: it buys less, and less is left over."),
        _("Demand met: %(before)s, now %(after)s."),
    ]
    if gap["left_value"]:
        said.append(
            _("%(stock)s less stock at the end.") if gap["left_value"] < 0 else _("%(stock)s more stock at the end.")
        )
    said.append(_("%(profit)s less profit.") if gap["profit"] < 0 else _("%(profit)s more profit."))
    alone = [
        (_("%(wrong)s alone costs %(amount)s.") if one["mean"] >= 0 else _("%(wrong)s alone saves %(amount)s."))
        % {"wrong": WRONG[kind], "amount": text(abs(one["mean"]))}
        for kind, one in way.get("each", {}).items()
    ]
    return [" ".join([*(part % told for part in said), *alone])]


def curves(answer: Said) -> dict[str, Said]:
    """Stock and cash by week of every way, in major units; of the disturbed run where there is one."""
    first = date.fromisoformat(answer["from"])
    weeks = [(first + timedelta(weeks=n)).isoformat() for n in range(answer["weeks"])]
    whole = 10 ** exponent(answer["currency"])
    out: dict[str, Said] = {}
    for key in ("stock", "cash"):
        ways: list[Said] = []
        for way in answer["ways"]:
            curve = case_of(way)["curves"][key]
            line: Said = {"name": name(way["code"]), "mean": [v / whole for v in curve["mean"]]}
            if answer["futures"] > 1:
                line |= {"low": [v / whole for v in curve["low"]], "high": [v / whole for v in curve["high"]]}
            ways.append(line)
        out[key] = {"weeks": weeks, "ways": ways}
    return out


def spread(answer: Said) -> Said | None:
    """Share of the futures by what they cost, in per cent; ``None`` for one history."""
    if answer["futures"] < 2:
        return None
    costs = [np.array(case_of(way)["costs"]) / 10 ** exponent(answer["currency"]) for way in answer["ways"]]
    low, high = min(float(c.min()) for c in costs), max(float(c.max()) for c in costs)
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    share = [np.histogram(c, edges)[0] * 100 / len(c) for c in costs]
    return {
        "bins": [float(v) for v in (edges[:-1] + edges[1:]) / 2],
        "ways": [
            {
                "name": name(way["code"]),
                "share": [round(float(v), 2) for v in part],
                "middle": int(np.clip(np.searchsorted(edges, np.median(cost), "right") - 1, 0, BINS - 1)),
            }
            for way, part, cost in zip(answer["ways"], share, costs, strict=True)
        ],
    }


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item under every way: ``cost`` and ``lost`` margin by way, ``gap`` of the way compared to the first."""

    sku: str
    name: str
    place: str
    cost: list[int]
    lost: list[int]
    met: list[float]
    out: list[float]
    left: list[float]
    gap: int


def items(answer: Said, other: int) -> list[ItemRow]:
    """Items by what the way with index ``other`` costs more than the first."""
    said = answer["items"]
    by = [case_of(way)["by_item"] for way in answer["ways"]]
    return [
        ItemRow(
            said["sku"][n], named(said["name"][n], said["name_zh"][n]), said["place"][n],
            [one["cost"][n] for one in by], [one["lost"][n] for one in by],
            [one["met"][n] for one in by], [one["out"][n] for one in by], [one["left"][n] for one in by],
            by[other]["cost"][n] - by[0]["cost"][n],
        )
        for n, seen in enumerate(said["seen"])
        if seen
    ]  # fmt: skip


def columns(answer: Said, other: int) -> list[Column]:
    """One item a row, a cost column for every way."""
    ways = [name(way["code"]) for way in answer["ways"]]

    def by(key: str, label: str, at: int, kind: str, *, shown: bool) -> Column:
        return Column(
            f"{key}{at}",
            label,
            kind,
            read=lambda row: getattr(row, key)[at],
            needs=SEE_COST,
            estimate=True,
            shown=shown,
        )

    gap = _("%(way)s dearer") % {"way": ways[other]}
    return [
        Column("sku", gettext_lazy("SKU"), "sku", href=lambda r: reverse("sku", args=[r.sku])),
        Column("name", gettext_lazy("Name"), wrap=True),
        Column("place", gettext_lazy("Location")),
        *([Column("gap", gap, "money", needs=SEE_COST, estimate=True)] if len(ways) > 1 else []),
        *(by("cost", way, at, "money", shown=True) for at, way in enumerate(ways)),
        *(by("lost", f"{family('lost_margin')} · {way}", at, "money", shown=False) for at, way in enumerate(ways)),
        *(by("met", _("Sold · %(way)s") % {"way": way}, at, "decimal", shown=False) for at, way in enumerate(ways)),
        *(
            by("out", _("Weeks out · %(way)s") % {"way": way}, at, "decimal", shown=False)
            for at, way in enumerate(ways)
        ),
        *(by("left", _("Left · %(way)s") % {"way": way}, at, "decimal", shown=False) for at, way in enumerate(ways)),
    ]
