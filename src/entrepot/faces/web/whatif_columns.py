"""Columns and bars of the what-if page: SKUs before and after, families before and after, goods on the water."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entrepot.faces.web import families, quote_words
from entrepot.faces.web.tables import Column
from entrepot.workflows.whatif_shop import ShopRow
from entrepot.workflows.whatif_water import WaterRow

NEEDS: dict[str, str | Promise] = {
    "hs": _("HS code"),
    "origin": _("country of origin"),
    "country": _("a country of the rule book"),
    "cost": _("the purchase cost"),
    "rule": _("a duty or tax rate, or an exchange rate"),
    "eta": _("the day of arrival"),
    "freight": _("what the way there costs"),
    "onward": _("where they go from there"),
}


def columns() -> list[Column]:
    """Profit before and after, by SKU and country."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: reverse("sku", args=[r.sku])),
        Column("name", _("Name"), wrap=True),
        Column("country", _("Country")),
        Column("units", _("Units"), "units"),
        Column("net", _("Net sales"), "money", shown=False),
        Column("sold", _("Change of net sales"), "money", shown=False),
        Column("before", _("Profit now"), "money"),
        Column("effect", _("Added cost"), "money"),
        Column("after", _("Profit after"), "money"),
        Column("gross_before", _("Gross profit now (books)"), "money", shown=False),
        Column("gross_after", _("Gross profit after (books)"), "money", shown=False),
        Column("turned", _("Turns"), read=lambda r: str(_("turns unprofitable")) if r.turned else ""),
        Column("needs", _("Still needed"), read=_needs, optional=True, wrap=True),
    ]


def _needs(row: ShopRow) -> str:
    if row.estimate and not row.needs:
        return str(_("≈ duty at its share in the books: no rate is known"))
    return str(NEEDS.get(row.needs, row.needs))


def water() -> list[Column]:
    """Goods on the water and what they pay more."""
    return [
        Column("shipment", _("Shipment"), read=lambda r: r.goods.shipment),
        Column("country", _("To"), read=lambda r: r.goods.country),
        Column("mode", _("Way"), read=lambda r: quote_words.mode(r.goods.mode), optional=True),
        Column("eta", _("Arrives"), "date", read=lambda r: r.goods.eta),
        Column("sku", _("SKU"), "sku", read=lambda r: r.goods.sku, href=lambda r: reverse("sku", args=[r.goods.sku])),
        Column("name", _("Name"), read=lambda r: r.goods.name, wrap=True, optional=True),
        Column("units", _("Units"), "units", read=lambda r: r.goods.units),
        Column("effect", _("More duty and tax"), "money"),
        Column("needs", _("Still needed"), read=_water, optional=True),
    ]


def ordered() -> list[Column]:
    """Goods ordered and not shipped, and what they will pay more."""
    return [
        Column("order", _("Purchase order"), read=lambda r: r.goods.order,
               href=lambda r: reverse("order", args=[r.goods.order])),
        Column("country", _("To"), read=lambda r: r.goods.country),
        Column("expected", _("Expected"), "date", read=lambda r: r.goods.expected),
        Column("sku", _("SKU"), "sku", read=lambda r: r.goods.sku, href=lambda r: reverse("sku", args=[r.goods.sku])),
        Column("name", _("Name"), read=lambda r: r.goods.name, wrap=True, optional=True),
        Column("units", _("Units"), "units", read=lambda r: r.goods.units),
        Column("effect", _("More duty and tax ≈"), "money"),
        Column("needs", _("Still needed"), read=lambda r: str(NEEDS.get(r.needs, r.needs)), optional=True),
    ]  # fmt: skip


def _water(row: WaterRow) -> str:
    if row.needs:
        return str(NEEDS.get(row.needs, row.needs))
    return "" if row.hit else str(_("arrives before the change"))


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """One family before and after, in minor units, and how long its two bars are in per cent of the longest."""

    family: str
    label: str
    before: int
    after: int
    was: float
    now: float

    @property
    def change(self) -> int:
        """What it grew by."""
        return self.after - self.before


def family_rows(rows: Sequence[ShopRow]) -> list[FamilyRow]:
    """Net sales, families and profit of the rows that are known to the end, before and after."""
    known = [r for r in rows if r.after is not None]
    if not known:
        return []
    costs = known[0].costs
    amounts = {name: (sum(r.costs[name] for r in known), sum(r.more.get(name, 0) for r in known)) for name in costs}
    profit = sum(r.before or 0 for r in known)
    sales = profit + sum(was for was, _more in amounts.values())
    steps = [("net_sales", sales, sum(r.sold for r in known)), *((n, was, more) for n, (was, more) in amounts.items())]
    steps.append(("profit", profit, sum(r.lost for r in known)))
    most = max([1, *(abs(v) for _n, was, more in steps for v in (was, was + more))])

    def label(name: str) -> str:
        return str(_("Net sales after refunds")) if name == "net_sales" else families.label(name)

    def long(amount: int) -> float:
        return round(max(0, amount) * 100 / most, 2)

    return [
        FamilyRow(name, label(name), was, was + more, long(was), long(was + more))
        for name, was, more in steps if was or more
    ]  # fmt: skip
