"""The reasons that engines give, in the reader's language.

One entry per code of :mod:`entrepot.engines.demand` and :mod:`entrepot.engines.replenish`; parameters that are amounts
(minor units, with ``currency`` beside them) are named, so that they are written as money.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from entrepot.books.selectors.shapes import Money
from entrepot.core.reasons import Reason
from entrepot.faces.web import plan_words
from entrepot.faces.web.demand_words import LAUNCH, OPPORTUNITIES
from entrepot.faces.web.formats import day, figure, money_text, percent

INPUTS: dict[str, Promise] = {
    "lead_weeks": pgettext_lazy("input", "lead time"),
    "review_weeks": pgettext_lazy("input", "weeks between orders"),
    "unit_cost": pgettext_lazy("input", "landed cost"),
    "unit_margin": pgettext_lazy("input", "margin"),
    "storage_week": pgettext_lazy("input", "storage fee"),
    "end_of_life_rate": pgettext_lazy("input", "risk that the item stops selling"),
    "capital_rate": pgettext_lazy("input", "cost of capital"),
    "moq": pgettext_lazy("input", "minimum order quantity"),
    "carton": pgettext_lazy("input", "carton size"),
    "order_cost": pgettext_lazy("input", "cost of an order"),
    "on_hand": pgettext_lazy("input", "stock on hand"),
    **plan_words.INPUTS,
}
"""Inputs of a plan that may be assumed or missing."""

SENTENCES: dict[str, Promise] = {
    "centre_silent": gettext_lazy(
        "About {units} units a week: none sold in {weeks} observed weeks, which does not prove never."
    ),
    "centre_windows": gettext_lazy(
        "About {units} units a week now: the average of the last 4, 8, 13 and 26 weeks ({mean_4}, {mean_8}, "
        "{mean_13}, {mean_26})."
    ),
    "blend": gettext_lazy(
        "Of these the last 4, 8, 13 and 26 weeks count {share_4}, {share_8}, {share_13} and {share_26}: so they told most "
        "in this shop's past."
    ),
    "signal": gettext_lazy("The signal {name} changes it by {change}."),
    "season": gettext_lazy("Last year's season makes it {weekly} a week over {weeks} weeks ({change})."),
    "spread_assumed": gettext_lazy(
        "The spread is assumed: there is too little history to measure how wrong forecasts were."
    ),
    "spread_measured": gettext_lazy(
        "The spread is how wrong {samples} earlier {weeks}-week forecasts of similar items turned out to be."
    ),
    "range": gettext_lazy(
        "Over {weeks} weeks: {middle} units as likely as not, between {low} and {high} in nine cases of ten."
    ),
    "no_history": gettext_lazy("No forecast: there is no sale in the data."),
    "flag_short_history": gettext_lazy("Fewer than 8 weeks were observed."),
    "flag_intermittent": gettext_lazy("Half of the recent weeks or more are without demand."),
    "flag_dormant": gettext_lazy("No demand in the last 13 observed weeks."),
    "flag_censored": gettext_lazy("Some of the last 26 weeks were out of stock and are treated as unknown."),
    "flag_one_order": gettext_lazy("One week makes more than half of the last 26 weeks' demand."),
    "flag_horizon_extrapolated": gettext_lazy("The history is too short to calibrate the longest lead times."),
    "bulk_rate": gettext_lazy("{units} of these a week are the long-run rate of one-off bulk orders."),
    "event": gettext_lazy("Events of the calendar, not yet seen in this shop, change it by {change}."),
    "promotion": gettext_lazy("Your promotions, or the end of the item, change these weeks by {change}."),
    "learnt": gettext_lazy(
        "A model learnt from the whole shop has {weight} of the say: it saved {gain} of the cost of wrong ranges."
    ),
    "alarm_settings": gettext_lazy(
        "{file} in the home of the books is not understood (field {field}, found “{found}”): the product's settings were used."
    ),
    "alarm_bias": gettext_lazy("The latest forecasts were {bias} off in all: demand has changed its pace."),
    "alarm_coverage": gettext_lazy(
        "The 95 % quantile held in {covered} of cases: the range is too narrow or too wide."
    ),
    "alarm_value": gettext_lazy("The 8-week average would have been better: value added {value}."),
    "lost_sales": gettext_lazy("Stock-outs of the last 26 weeks cost about {units} units."),
    "flag_unit_changed": gettext_lazy(
        "Recent weeks are six times the earlier ones or a sixth of them: was the unit changed?"
    ),
    "flag_unit_rescaled": gettext_lazy("The unit changed; earlier weeks were brought to the new one by the pack size."),
    "flag_signal_stopped": gettext_lazy("A signal of this item has stopped and is left out."),
    "outside": gettext_lazy(
        "The model {name} has {weight} of the say: on this shop's own past it saved {gain} of the cost of wrong ranges."
    ),
    "flag_gaps": gettext_lazy("Some of the last 26 weeks are unknown although the item was in stock."),
    "flag_impossible_weeks": gettext_lazy(
        "Some weeks were infinite or negative: the former count as unknown, the latter as nothing sold."
    ),
    "flag_net_returns": gettext_lazy("More units came back than were ordered."),
    "flag_duplicate_lines": gettext_lazy("Some order lines are there more than once; all are counted."),
    "flag_future_lines": gettext_lazy("Some order lines lie in the future; they are left out."),
    "flag_overdue_inbound": gettext_lazy("Some arrivals are overdue; they are counted as arriving now."),
    "flag_loses_money": gettext_lazy("The item loses money on every sale, so nothing is ordered."),
    "flag_moq_too_large": gettext_lazy(
        "The smallest order would lie so long that carrying it costs more than it earns."
    ),
    "not_planned": gettext_lazy("Not planned: {missing} not known."),
    "assumed": gettext_lazy("Assumed, not known: {inputs}."),
    "decision_order": gettext_lazy(
        "Order {quantity} units ({cartons} cartons) by {order_by}: expected gain {benefit}, cash {cash}."
    ),
    "decision_order_now": gettext_lazy(
        "Order {quantity} units ({cartons} cartons) today: expected gain {benefit}, cash {cash}."
    ),
    "decision_excess": gettext_lazy("Too much stock: order nothing, consider clearing."),
    "decision_wait": gettext_lazy("Order nothing now; the next review is soon enough."),
    "stock": gettext_lazy(
        "{available} available, {inbound} on the way, {weekly_mean} sold a week: lasts until {stockout_on}."
    ),
    "stock_ample": gettext_lazy(
        "{available} available, {inbound} on the way, {weekly_mean} sold a week: lasts for more than two years."
    ),
    "level": gettext_lazy(
        "{weeks} weeks of cover should hold with {ratio}: a unit short costs {margin}, one left over {overage}. That "
        "takes {order_up_to} units; there are {position}."
    ),
    "effect": gettext_lazy(
        "Without it {margin_saved} of margin is expected to be lost; carrying what is left over costs {holding_added}."
    ),
    "late": gettext_lazy(
        "Too late for about {units} units ({margin} of margin): stock runs out before an order of today can arrive."
    ),
    "excess": gettext_lazy("{units} units are more than needed and cost {month} a month; {cash} is tied up."),
    "excess_discount": gettext_lazy("Selling them now pays at up to {discount} a unit less."),
    **LAUNCH,
    **OPPORTUNITIES,
    **plan_words.PLAN,
}
"""Code to sentence."""

AMOUNTS = {
    "benefit", "cash", "margin", "overage", "margin_saved", "holding_added", "month", "discount", "effect", "value",
    "unit_cost", "price",
} | plan_words.AMOUNTS  # fmt: skip
"""Parameters that are minor units of the reason's ``currency``."""
SHARES = {
    "ratio", "change", "weight", "gain", "bias", "covered", "share", "share_4", "share_8", "share_13", "share_26",
} | plan_words.SHARES  # fmt: skip
"""Parameters that are shares of one."""
LISTS = {"inputs", "missing"}
DAYS = {"order_by", "stockout_on", "due", "until"} | plan_words.DAYS


def sentence(code: str, parameters: Mapping[str, Any]) -> str | None:
    """The sentence for ``code``; ``None`` where this reader's language has none and the English text must do."""
    if code == "decision_order" and parameters.get("order_by") is None:
        code = "decision_order_now"
    if code == "stock" and parameters.get("stockout_on") is None:
        code = "stock_ample"
    if code == "plan_standing" and not parameters.get("out_on"):
        code = "plan_standing_ample"
    if code == "strategy" and not parameters.get("service"):
        code = "strategy_free"
    if code.startswith("assumed_") and "input" in parameters:
        return written("inputs", parameters["input"], parameters)
    template = SENTENCES.get(code)
    if template is None:
        return None
    readable = {key: written(key, value, parameters) for key, value in parameters.items()}
    try:
        text = str(template).format_map(readable)
    except KeyError:
        return None
    if code == "excess" and parameters.get("discount") is not None:
        text = followed(text, str(SENTENCES["excess_discount"]).format_map(readable))
    return text


TELLING = (
    "plan_standing",
    "plan_ordered",
    "plan_without",
    "stock",
    "late",
    "effect",
    "excess",
    "no_history",
    "not_planned",
)
"""What a reader wants to hear first; what repeats the decision itself is not said again."""


def first(items: Sequence[Reason], count: int = 2) -> list[Reason]:
    """The ``count`` most telling lines of an explanation."""
    telling = sorted((r for r in items if r.code in TELLING), key=lambda r: TELLING.index(r.code))
    return (telling or further(items))[:count]


def further(items: Sequence[Reason]) -> list[Reason]:
    """Everything but what the decision's own sentence and its list of assumptions say."""
    return [r for r in items if not r.code.startswith(("decision_", "plan_buy", "plan_ship")) and r.code != "assumed"]


def followed(first: str, following: str) -> str:
    """Two sentences one after another; Chinese sets no space between them."""
    return pgettext("two sentences", "%(first)s %(following)s") % {"first": first, "following": following}


def written(key: str, value: Any, beside: Mapping[str, Any]) -> str:
    """One parameter as the reader writes it."""
    if value is None or (key in plan_words.WRITTEN and isinstance(value, str)):
        return _("(not known)") if value is None else plan_words.WRITTEN[key](value)
    if key in AMOUNTS and isinstance(value, int) and beside.get("currency"):
        return money_text(Money(value, str(beside["currency"])))
    if key in SHARES:
        sign = "+" if key in {"change", "bias"} and value > 0 else ""
        return sign + percent(round(float(value) * 1000))
    if key == "value" and isinstance(value, float):
        return percent(round(value * 1000))
    if key in LISTS:
        return pgettext("between list items", ", ").join(
            str(INPUTS.get(name, name.replace("_", " "))) for name in str(value).split(",")
        )
    if key in DAYS and isinstance(value, str):
        return day(date.fromisoformat(value[:10])) if value else ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return figure(value) if isinstance(value, int | float) else str(value)
