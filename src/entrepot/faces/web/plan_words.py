"""Sentences about plans, in the reader's language: one for each code of the workflow ``plan`` and of today's orders."""

from __future__ import annotations

from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from entrepot.faces.web.formats import day, figure

WAYS: dict[str, Promise] = {
    "sea": pgettext_lazy("way", "sea"),
    "rail": pgettext_lazy("way", "rail"),
    "air": pgettext_lazy("way", "air"),
    "express": pgettext_lazy("way", "express"),
    "truck": pgettext_lazy("way", "truck"),
    "direct": pgettext_lazy("way", "the supplier, straight to the place"),
    "split": pgettext_lazy("way", "several ways"),
}
STAGES: dict[str, Promise] = {
    "new": pgettext_lazy("stage", "new"),
    "growing": pgettext_lazy("stage", "growing"),
    "steady": pgettext_lazy("stage", "steady"),
    "fading": pgettext_lazy("stage", "fading"),
    "dormant": pgettext_lazy("stage", "dormant"),
}
INPUTS: dict[str, Promise] = {
    "unit_fees": pgettext_lazy("input", "selling fees"),
    "price": pgettext_lazy("input", "price"),
    "freight": pgettext_lazy("input", "freight"),
    "duty": pgettext_lazy("input", "duty"),
    "ageing": pgettext_lazy("input", "fees on old stock"),
    "salvage": pgettext_lazy("input", "what clearing brings back"),
    "supplier": pgettext_lazy("input", "supplier"),
    "forecast": pgettext_lazy("input", "forecast"),
    "modes": pgettext_lazy("input", "a way that may be used"),
    "ways": pgettext_lazy("input", "a way to the place"),
}
"""Inputs of a plan that may be assumed or missing."""

LIMITS: dict[str, Promise] = {
    "cash": gettext_lazy("Cash"),
    "funds": gettext_lazy("Money in every week"),
    "container": gettext_lazy("Containers, volume"),
    "container_kg": gettext_lazy("Containers, weight"),
    "service": gettext_lazy("Demand met"),
    "closure": gettext_lazy("Supplier closed"),
    "supplier": gettext_lazy("Supplier's capacity"),
    "supplier_week": gettext_lazy("Supplier's capacity a week"),
    "capacity": gettext_lazy("What a supplier makes of an item a week"),
    "warehouse": gettext_lazy("Room in the warehouse"),
}

PLAN: dict[str, Promise] = {
    "plan_buy": gettext_lazy("Buy {units} units ({cartons} cartons): {ways}. Expected to save {saved}."),
    "plan_ship": gettext_lazy("Load {units} units ({cartons} cartons): {ways}. Expected to save {saved}."),
    "plan_move": gettext_lazy("Move {units} units ({cartons} cartons): {ways}. Expected to save {saved}."),
    "plan_standing": gettext_lazy(
        "{available} free there, {coming} on the way, {waiting} waiting unshipped; {weekly} sold a week: lasts until about "
        "{out_on}."
    ),
    "plan_standing_ample": gettext_lazy(
        "{available} free there, {coming} on the way, {waiting} waiting unshipped; {weekly} sold a week: lasts beyond the weeks "
        "ahead."
    ),
    "plan_ordered": gettext_lazy("{units} more are on order, to be loaded from {place} when they are there."),
    "plan_without": gettext_lazy(
        "Until {until} about {units} more units would run out without it: {risk_nothing} % of the demand, {risk} % with it."
    ),
    "plan_storage": gettext_lazy(
        "Its units will cost {amount} of storage until they are sold, {aged} of it because they grow old."
    ),
    "plan_limited": gettext_lazy("The limits cost {amount} here: {units} units would be best."),
    "plan_service": gettext_lazy(
        "To serve its class's share of the demand, a unit not sold counts {amount} more than its margin."
    ),
    "rolling_order": gettext_lazy(
        "{units} units by {mode}: what will be there when they arrive is less than {level} times the demand until the next order "
        "could arrive."
    ),
    "rolling_nothing": gettext_lazy("Nothing today: waiting a week costs no more."),
    "rolling_fill": gettext_lazy("If it goes on so, {share} of the demand is met."),
    "service_kept": gettext_lazy(
        "In the last quarter {met} % of the demand would have been met where {expected} % was expected: the plan aims {higher} "
        "points higher than asked."
    ),
    "service_kept_unknown": gettext_lazy(
        "There is too little history to tell what promises of service are worth: the plan aims {higher} points higher than asked."
    ),
    "strategy": gettext_lazy("Class {class}, {stage}: at least {service} of the demand is to be met."),
    "strategy_free": gettext_lazy("Class {class}, {stage}: the costs decide how much of the demand is met."),
    "strategy_overruled": gettext_lazy("Its strategy was set by hand."),
    "plan_not_cartons": gettext_lazy("{units} units are not whole cartons of {carton}."),
    "plan_not_pallets": gettext_lazy("{units} units are not whole pallets of {carton}, which the supplier takes."),
    "plan_more_than_waits": gettext_lazy("Only {waiting} units wait."),
    "plan_below_minimum": gettext_lazy("Less than the supplier's minimum ({least})."),
    "limit_service": gettext_lazy(
        "{share} can be served: the rest runs out before an order of today arrives, or costs more than it earns."
    ),
    "limit_waits": gettext_lazy(
        "{lines} orders wait; the first to let through is {sku} for {place}, which would save {amount}."
    ),
    "limit_more_money": gettext_lazy(
        "Orders that gave way: {lines}. {more_money} more would let {sku} for {place} through and save {amount}."
    ),
    "limit_more_room": gettext_lazy(
        "Orders that gave way: {lines}. {more} m³ more would let {sku} for {place} through and save {amount}."
    ),
    "limit_more_weight": gettext_lazy(
        "Orders that gave way: {lines}. {more} kg more would let {sku} for {place} through and save {amount}."
    ),
    "limit_more_units": gettext_lazy(
        "Orders that gave way: {lines}. {more} units more would let {sku} for {place} through and save {amount}."
    ),
    "limit_already_money": gettext_lazy(
        "What is owed already is {more_money} too much, from week {week} on: no choice of today changes that."
    ),
    "limit_already_room": gettext_lazy(
        "What stands there or is on its way already is {more} m³ too much, from week {week} on: no choice of today changes that."
    ),
    "limit_already_weight": gettext_lazy(
        "What is on its way already is {more} kg too much, from week {week} on: no choice of today changes that."
    ),
    "limit_already_units": gettext_lazy(
        "What is on order already is {more} units too much, from week {week} on: no choice of today changes that."
    ),
    "limit_excludes_money": gettext_lazy(
        "The demand to be met and {limit} exclude each other: {lines} orders gave way; {more_money} more would let all through."
    ),
    "limit_excludes_room": gettext_lazy(
        "The demand to be met and {limit} exclude each other: {lines} orders gave way; {more} m³ more would let all through."
    ),
    "limit_excludes_weight": gettext_lazy(
        "The demand to be met and {limit} exclude each other: {lines} orders gave way; {more} kg more would let all through."
    ),
    "limit_excludes_units": gettext_lazy(
        "The demand to be met and {limit} exclude each other: {lines} orders gave way; {more} units more would let all through."
    ),
    "plan_flag_container": gettext_lazy(
        "More, or by a slower way, because the container that it goes in is paid for anyway."
    ),
    "plan_flag_no_least_value": gettext_lazy(
        "The supplier's least order value is not reached, and reaching it costs more than it saves: nothing today."
    ),
    "plan_flag_least_value": gettext_lazy("Raised so that the supplier's least order value is reached."),
    "plan_flag_minimum": gettext_lazy(
        "Raised to the supplier's minimum: the part that is not needed yet costs less than the order saves."
    ),
    "plan_flag_no_minimum": gettext_lazy("The supplier's minimum costs more than the order would save: nothing today."),
    "plan_flag_price_break": gettext_lazy(
        "Raised to the next price break: it saves more than the units cost that wait."
    ),
    "plan_flag_closure": gettext_lazy("The supplier's closure changes this order."),
    "plan_flag_limited": gettext_lazy("Smaller or later than it should be, because of the limits."),
    "plan_flag_shared": gettext_lazy("More is wanted than waits: cartons went where the next one saves most."),
    "plan_flag_review_later": gettext_lazy("Its review is not due this week, and waiting costs little."),
    "plan_flag_not_ordered": gettext_lazy("Its class is not ordered without a person's word."),
    "plan_flag_ending": gettext_lazy("The item ends soon: nothing more is bought."),
    "plan_flag_made_here": gettext_lazy("It is made from other items: buy those."),
    "plan_flag_no_supplier": gettext_lazy("No supplier is known: name one before you approve."),
    "plan_flag_loses_money": gettext_lazy("A unit sold earns nothing after its costs."),
    "plan_flag_overdue_inbound": gettext_lazy("Arrivals that are long overdue are not counted."),
    "plan_flag_stock_negative": gettext_lazy("The books show less than nothing there: taken as empty."),
    "plan_flag_long_lead": gettext_lazy("The lead time is nearly as long as the weeks that are looked ahead."),
}
"""Code to sentence."""
AMOUNTS = frozenset({"saved", "amount", "aged", "more_money"})
SHARES = frozenset({"floor", "service"})
DAYS = frozenset({"out_on"})


def way(mode: str) -> str:
    """The word for a mode."""
    return str(WAYS.get(mode, mode))


def stage(value: str) -> str:
    """The word for a stage of life."""
    return str(STAGES.get(value, value))


def ways(said: str) -> str:
    """What goes by which way, from ``rail:68:2026-11-25,sea:24:2026-12-16``."""
    parts: list[str] = []
    for one in said.split(","):
        mode, units, arrives = (*one.split(":"), "", "")[:3]
        if units.isdigit() and arrives:
            told = {"units": figure(int(units)), "way": way(mode), "day": day(date.fromisoformat(arrives))}
            parts.append(_("%(units)s by %(way)s, there %(day)s") % told)
    return "; ".join(parts) or said


def limit(kind: str) -> str:
    """The word for a limit."""
    return str(LIMITS.get(kind, kind))


WRITTEN = {"ways": ways, "mode": way, "stage": stage, "limit": limit}
"""Parameters that are codes."""
