"""The columns of the plan's grid and of what stands beside it, and their words."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from entrepot.books.selectors.plan_shapes import PlanRow
from entrepot.books.selectors.shapes import Money
from entrepot.faces.web import plan_words
from entrepot.faces.web.formats import figure, money_text
from entrepot.faces.web.reasons import INPUTS
from entrepot.faces.web.tables import SEE_COST, Column

KINDS: dict[str, Promise] = {
    "buy": pgettext_lazy("plan", "Buy"),
    "ship": pgettext_lazy("plan", "Load"),
    "move": pgettext_lazy("plan", "Move"),
    "keep": pgettext_lazy("plan", "Nothing"),
}
STATES: dict[str, Promise] = {
    "open": pgettext_lazy("plan", "to decide"),
    "approved": pgettext_lazy("plan", "approved"),
    "dismissed": pgettext_lazy("plan", "refused"),
    "superseded": pgettext_lazy("plan", "replaced by a newer plan"),
}
FLAGS: dict[str, Promise] = {
    "late": pgettext_lazy("plan", "runs out first"),
    "limited": pgettext_lazy("plan", "held back by a limit"),
    "closure": pgettext_lazy("plan", "moved by a closure"),
    "minimum": pgettext_lazy("plan", "raised to the minimum"),
    "price_break": pgettext_lazy("plan", "raised to a price break"),
    "container": pgettext_lazy("plan", "fills a container"),
    "least_value": pgettext_lazy("plan", "raised to the least order value"),
    "no_supplier": pgettext_lazy("plan", "no supplier"),
    "loses_money": pgettext_lazy("plan", "earns nothing"),
    "overdue_inbound": pgettext_lazy("plan", "overdue arrival"),
}
FIELDS: dict[str, Promise] = {
    "units": _("Units"),
    "modes": pgettext_lazy("way", "By"),
    "on": _("On"),
    "supplier": _("Supplier"),
    "service": _("Demand to be met"),
    "review_weeks": _("Weeks between reviews"),
    "ordered": _("Ordered at all"),
}


def field(name: str) -> str:
    """The word for what a person set."""
    return str(FIELDS.get(name, name))


def line_page(row: PlanRow) -> str:
    """Address of a line."""
    return reverse("plan-line", args=[row.id])


def columns() -> list[Column]:
    """One decision a row."""
    return [
        Column("sku", _("SKU"), "sku", href=line_page),
        Column("kind", _("What"), read=lambda r: str(KINDS.get(r.kind, r.kind))),
        Column("units", _("Units"), "units"),
        Column("way", pgettext_lazy("way", "By"), read=way, sort=False),
        Column("on", _("On"), "date"),
        Column("supplier", pgettext_lazy("plan", "From"), read=source),
        Column("destination", pgettext_lazy("plan", "To")),
        Column("saving", _("Saves"), "money", needs=SEE_COST, estimate=True, optional=True),
        Column("cash", _("Cash"), "money", needs=SEE_COST, estimate=True, optional=True),
        Column("risk", _("Not served"), "percent", estimate=True),
        Column("risk_nothing", _("Without it"), "percent", estimate=True),
        Column("arrives", _("Arrives"), "date"),
        Column("out_on", _("Runs out"), "date", estimate=True),
        Column("later_storage", _("Storage later"), "money", needs=SEE_COST, estimate=True, optional=True),
        Column("later_aged", _("of it for age"), "money", needs=SEE_COST, estimate=True, optional=True, sort=False, shown=False),
        Column("cost", _("Cost of the weeks ahead"), "money", needs=SEE_COST, estimate=True, optional=True, shown=False),
        Column("given_up", _("Lost to limits"), "money", needs=SEE_COST, estimate=True, optional=True, shown=False),
        Column("price", _("Price a unit"), read=price, needs="see_supplier_price", sort=False, shown=False, optional=True),
        Column("available", _("Available"), "units", shown=False),
        Column("coming", _("On the way"), "units", shown=False),
        Column("waiting", _("Waiting unshipped"), "units", shown=False),
        Column("weekly", _("Units a week"), "decimal", estimate=True, shown=False),
        Column("name", _("Name"), wrap=True, shown=False),
        Column("grade", _("Class"), shown=False),
        Column("stage", _("Stage"), read=lambda r: plan_words.stage(r.stage), sort=False, shown=False),
        Column("flags", _("Note"), read=notes, sort=False, wrap=True, optional=True, shown=False),
        Column("assumed", _("Assumed"), read=assumed, sort=False, wrap=True, needs=SEE_COST, shown=False, optional=True),
        Column("cartons", _("Cartons"), "units", sort=False, shown=False),
        Column("destination_name", _("Location"), sort=False, shown=False),
        Column("state", _("State"), read=lambda r: str(STATES.get(r.state, r.state))),
        Column("document", _("Document"), sort=False, shown=False, optional=True),
    ]  # fmt: skip


def way(row: PlanRow) -> str:
    """By which ways, with the units of each where there are several."""
    if len(row.modes) > 1:
        return ", ".join(f"{figure(one.units)} {plan_words.way(one.mode)}" for one in row.modes)
    return plan_words.way(row.mode) if row.mode else ""


def source(row: PlanRow) -> str:
    """From whom or from where."""
    return row.supplier_name if row.kind in ("buy", "keep") else row.origin


def notes(row: PlanRow) -> str:
    """What is special about the line."""
    return " · ".join(str(FLAGS[flag]) for flag in row.flags if flag in FLAGS)


def assumed(row: PlanRow) -> str:
    """Inputs that the books do not know."""
    return " · ".join(map(input_name, row.assumed))


def price(row: PlanRow) -> str | None:
    """The supplier's price for the quantity."""
    return told_price(row.price)


def told_price(said: tuple[int, int, str] | None) -> str | None:
    """A price as it is written: amount, and for how many units where it is not one."""
    if said is None:
        return None
    amount, per, currency = said
    text = money_text(Money(amount, currency))
    return text if per == 1 else f"{text} / {figure(per)}"


def input_name(name: str) -> str:
    """The word for an input of the plan."""
    return str(INPUTS.get(name, name))


def gaps() -> list[Column]:
    """What could not be planned."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: reverse("sku", args=[r.sku]), sort=False),
        Column("name", _("Name"), sort=False, wrap=True),
        Column("destination", _("Location"), sort=False),
        Column("missing", _("Missing"), sort=False, read=lambda r: " · ".join(map(input_name, r.missing))),
    ]
