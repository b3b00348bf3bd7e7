"""FX exposure: what is still to be paid in other currencies and when, differences apart from prices, forward or spot."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from entrepot.books.selectors.paging import cut
from entrepot.books.selectors.shapes import Money
from entrepot.faces.web import exchange_queries as queries
from entrepot.faces.web.columns import document_page
from entrepot.faces.web.exchange_queries import DifferenceRow, Exchange, ExposureRow, Hedge, OpenOrder
from entrepot.faces.web.formats import money_text, plain
from entrepot.faces.web.page import Visit, page
from entrepot.faces.web.tables import EXPORT_ROWS, Column, Table, build, wish
from entrepot.faces.web.views.export import send


def weeks() -> list[Column]:
    """Exposure by currency and due week."""
    return [
        Column("currency", gettext_lazy("Currency"), sort=False),
        Column("first", gettext_lazy("Due from"), "date"),
        Column("last", gettext_lazy("to"), "date", optional=True),
        Column("amount", gettext_lazy("To be paid"), read=_foreign, sort=False),
        Column("home", gettext_lazy("At today's rate"), "money"),
        Column("effect", gettext_lazy("If it rises as asked"), "money"),
        Column("orders", gettext_lazy("Orders"), read=lambda r: ", ".join(r.orders), wrap=True, sort=False),
    ]


def orders() -> list[Column]:
    """The open orders behind it."""
    return [
        Column("order", gettext_lazy("Order")),
        Column("supplier", gettext_lazy("Supplier")),
        Column("due", gettext_lazy("Due"), "date"),
        Column(
            "assumed", gettext_lazy("Due day is ours"), read=lambda r: _("assumed") if r.assumed else "", optional=True
        ),
        Column("ordered", gettext_lazy("Ordered"), read=lambda r: _of(r, r.ordered), sort=False),
        Column("paid", gettext_lazy("Paid"), read=lambda r: _of(r, r.paid), sort=False),
        Column("unpaid", gettext_lazy("Still to be paid"), read=lambda r: _of(r, r.unpaid)),
    ]


def causes() -> list[Column]:
    """What purchases came to beside their order, the rate apart from the price."""
    return [
        Column("order", gettext_lazy("Order"), href=lambda r: document_page(r.document)),
        Column("supplier", gettext_lazy("Supplier")),
        Column("currency", gettext_lazy("Currency")),
        Column("ordered", gettext_lazy("Ordered"), "money"),
        Column("price", gettext_lazy("Price variance"), "money", read=lambda r: r.price or None, optional=True),
        Column("rate", gettext_lazy("Rate until receipt"), "money", read=lambda r: r.rate or None, optional=True),
        Column("goods_cost", gettext_lazy("Goods cost"), "money"),
        Column("realised", gettext_lazy("Realised"), "money", read=lambda r: r.realised or None, optional=True),
        Column("unrealised", gettext_lazy("Not realised"), "money", read=_open, optional=True),
        Column("owed", gettext_lazy("Still owed"), read=lambda r: _of(r, r.owed) if r.owed else "", optional=True),
    ]


def _open(row: DifferenceRow) -> int | None:
    return row.unrealised if row.unrealised is None or row.unrealised else None


def _foreign(row: ExposureRow) -> str:
    return f"{plain(row.amount, row.currency)} {row.currency}"


def _of(row: OpenOrder | DifferenceRow, amount: int) -> str:
    return f"{plain(amount, row.currency)} {row.currency}"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay, in home money; ``more`` beside the parity forward."""

    label: str
    amount: int
    more: int


@dataclass(frozen=True, slots=True)
class HedgeShown:
    """Forward or spot of a currency, with what was typed and what is missing."""

    hedge: Hedge
    spot: str
    forward: str
    rates: tuple[tuple[str, str, str], ...]
    """(parameter, currency, per cent a year)."""
    ways: tuple[Way, ...]
    break_even: str


def _typed(visit: Visit) -> tuple[Fraction, dict[str, Fraction], dict[str, Fraction]]:
    """Change in per cent, interest by currency in per cent, forwards by currency; what is no number is left out."""
    query = visit.request.GET

    def number(text: str) -> Fraction | None:
        try:
            return Fraction(text.strip().replace(",", ".").rstrip("%")) if text.strip() else None
        except (ValueError, ZeroDivisionError):
            return None

    change = number(query.get("change", "")[:12])
    rates: dict[str, Fraction] = {}
    offered: dict[str, Fraction] = {}
    for key, value in query.items():
        found = number(value[:20])
        code = key.partition("_")[2]
        if found is None or len(code) != 3:
            continue
        if key.startswith("rate_"):
            rates[code] = found / 100
        elif key.startswith("forward_") and found > 0:
            offered[code] = found
    return (Fraction(1, 20) if change is None else change / 100), rates, offered


def _told(visit: Visit) -> tuple[Exchange, Fraction]:
    change, rates, offered = _typed(visit)
    return queries.told(visit.viewer, timezone.localdate(), change, rates, offered), change


_TABLES = {"weeks": (weeks, ""), "orders": (orders, "due"), "differences": (causes, "")}


def _table(visit: Visit, found: Exchange, name: str, *, everything: bool) -> Table:
    """One of the page's three tables."""
    declare, default = _TABLES[name]
    declared = declare()
    view = wish(visit.request, declared, default, prefix=f"{name}-")
    part = replace(view.slice, offset=0, limit=EXPORT_ROWS) if everything else view.slice
    rows: tuple[Any, ...]
    sums: tuple[str, ...] = ()
    if name == "weeks":
        rows, sums = found.exposure.rows, ("home", "effect")
    elif name == "orders":
        rows = found.exposure.orders
    else:
        rows, sums = found.differences, ("ordered", "price", "rate", "goods_cost", "realised", "unrealised")
    return build(name, declared, cut(rows, part, sums=sums), view, visit.viewer, found.home,
                 export=reverse("exchange") + name)  # fmt: skip


def _shown(hedge: Hedge, home: str) -> HedgeShown:
    choice = hedge.choice
    ways: list[Way] = []
    if choice is not None:
        if choice.forward is not None:
            ways.append(Way(_("The bank's forward"), choice.forward, choice.forward - choice.parity))
        ways.append(Way(_("Forward as interest rates justify"), choice.parity, 0))
        ways.append(Way(_("Buy today and hold"), choice.spot_now, choice.spot_now - choice.parity))
        ways += [
            Way(_("Wait, and the rate moves %(change)s") % {"change": name}, amount, amount - choice.parity)
            for name, amount in choice.later.items()
        ]
    rates = tuple(
        (f"rate_{code}", code, "" if rate is None else f"{float(rate * 100):g}")
        for code, rate in ((home, hedge.home_rate), (hedge.currency, hedge.currency_rate))
    )
    return HedgeShown(
        hedge, "" if hedge.spot is None else f"{float(hedge.spot):.4f}",
        "" if hedge.offered is None else f"{float(hedge.offered):.4f}", rates, tuple(ways),
        "" if choice is None else f"{float(choice.break_even):.4f}",
    )  # fmt: skip


def _finding(found: Exchange, change: Fraction) -> str:
    """The page in a sentence."""
    rows = [row for row in found.exposure.rows if row.home is not None]
    if not found.exposure.orders:
        return _("Nothing is owed in another currency")
    home = sum(row.home or 0 for row in rows)
    effect = sum(row.effect or 0 for row in rows)
    said = {
        "amount": money_text(Money(home, found.home, estimate=True)), "change": f"{float(change * 100):+g} %",
        "effect": money_text(Money(abs(effect), found.home, estimate=True)),
    }  # fmt: skip
    if effect >= 0:
        return _("%(amount)s to be paid in other currencies; %(change)s costs %(effect)s") % said
    return _("%(amount)s to be paid in other currencies; %(change)s saves %(effect)s") % said


@require_GET
@page
def exchange(visit: Visit) -> HttpResponseBase:
    """The page."""
    if not visit.viewer.can("see_cost"):
        return visit.page("web/no_cost.html", "exchange", status=403)
    found, change = _told(visit)
    tables = {name: _table(visit, found, name, everything=False) for name in _TABLES}
    cycle = found.cycle
    return visit.page(
        "web/exchange.html", "exchange", found=found, finding=_finding(found, change), change=f"{float(change * 100):g}",
        hedges=[_shown(hedge, found.home) for hedge in found.hedges], tables=tables,
        cycle=None if cycle is None else {
            "days": round(cycle.days), "stock": round(cycle.inventory), "payout": round(cycle.receivables),
            "payables": round(cycle.payables),
        },
        since=found.on - timedelta(days=365),
    )  # fmt: skip


@require_GET
@page
def export(visit: Visit, name: str, suffix: str) -> HttpResponseBase:
    """One of the tables as a file."""
    visit.need("see_cost")
    if name not in _TABLES:
        raise Http404(name)
    return send(_table(visit, _told(visit)[0], name, everything=True), suffix, visit.state.zone)
