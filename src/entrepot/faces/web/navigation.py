"""The pages in the order of a working day: one list for the side bar, the phone's bar and the keyboard's help."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from entrepot.books.access import Viewer


@dataclass(frozen=True, slots=True)
class Link:
    """A page: the section it lights up, its address's name, its label, the key after ``g``, and what one must be allowed.

    ``phone`` pages stand in the bar at the foot of a phone's screen; all others open from "All pages" there.
    """

    section: str
    url: str
    label: str | Promise
    key: str = ""
    needs: str = ""
    phone: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that belong together; the first group has no title."""

    title: str | Promise
    links: tuple[Link, ...]


GROUPS = (
    Group("", (Link("today", "today", _("Today"), "t", phone=True),)),
    Group(
        _("Decide"),
        (
            Link("plan", "plan", _("Plan"), "p"),
            Link("scenario", "scenario", _("Scenario"), "s", "see_cost"),
            Link("demand", "demand", _("Demand"), "d"),
            Link("opportunities", "opportunities", _("Opportunities"), "o"),
        ),
    ),
    Group(
        _("Buy"),
        (
            Link("orders", "orders", _("Purchasing"), "u"),
            Link("payables", "payables", _("Payables and cash"), "y", "see_supplier_price"),
        ),
    ),
    Group(
        _("Stock"),
        (
            Link("inventory", "inventory", _("Inventory"), "i", phone=True),
            Link("receiving", "receiving", _("Receiving"), "n"),
            Link("shipments", "shipments", _("Shipments"), ""),
            Link("counts", "counts", _("Counts"), "", "post_stock"),
            Link("differences", "differences", _("Stock differences")),
            Link("labels", "labels", _("Labels")),
        ),
    ),
    Group(
        _("Cost"),
        (
            Link("cost", "cost", _("True cost"), "c", "see_cost", phone=True),
            Link("variance", "variance", _("Cost variance"), "v", "see_cost"),
            Link("exchange", "exchange", _("FX exposure"), "", "see_cost"),
            Link("storage", "storage", _("Storage ahead"), "", "see_cost"),
            Link("quote", "quote", _("Quote"), "q", "see_cost"),
            Link("what-if", "what-if", _("What if"), "w", "see_cost"),
            Link("rules", "rules", _("Rules"), "r"),
        ),
    ),
    Group(
        _("Get back"),
        (
            Link("bill-audit", "bill-audit", _("Bill audit"), "b", "see_cost"),
            Link("rebates", "rebates", _("Export rebates"), "x", "see_cost"),
            Link("recoverable-tax", "recoverable-tax", _("Recoverable import tax"), "", "see_cost"),
            Link("duty-refunds", "duty-refunds", _("Duty refunds"), "", "see_cost"),
            Link("losses", "losses", _("Losses and claims")),
            Link("salvage", "salvage", _("Recover or dispose"), "", "see_cost"),
        ),
    ),
    Group(
        _("Books"),
        (
            Link("close", "close", _("Close"), "l", "see_cost"),
            Link("budget", "budget", _("Budget"), "", "see_cost"),
        ),
    ),
    Group(
        _("Data"),
        (
            Link("health", "health", _("Data health"), "h"),
            Link("entering", "entering", _("Type a document"), "e", "post_stock"),
            Link("import", "imports", _("Import"), "m", "import"),
            Link("items", "items", _("Items")),
            Link("set-up", "set-up", _("Set up"), "", "import"),
            Link("users", "users", _("Users and rights"), "", "manage_users"),
            Link("audit", "audit-trail", _("Audit trail"), "", "see_audit"),
        ),
    ),
)


def shown(viewer: Viewer) -> tuple[Group, ...]:
    """The groups with the pages that ``viewer`` may open; a group without any is left out."""
    groups = (Group(g.title, tuple(x for x in g.links if not x.needs or viewer.can(x.needs))) for g in GROUPS)
    return tuple(g for g in groups if g.links)
