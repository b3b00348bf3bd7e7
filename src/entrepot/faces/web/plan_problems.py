"""What can be wrong with a change of the plan or with a scenario: code to what is wrong and what makes it right."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

PLAN: dict[str, tuple[Promise, Promise]] = {
    "plan_too_old": (
        pgettext_lazy("problem", "this plan is too old to be changed"),
        pgettext_lazy("remedy", "plan again, and change the new one"),
    ),
    "plan_mode": (
        pgettext_lazy("problem", "this line cannot go that way"),
        pgettext_lazy("remedy", "choose another way: this one has no freight or no lane here"),
    ),
    "plan_contradiction": (
        pgettext_lazy("problem", "what was set contradicts itself"),
        pgettext_lazy("remedy", "correct one of the two"),
    ),
    "plan_units": (
        pgettext_lazy("problem", "this is no quantity"),
        pgettext_lazy("remedy", "write units of 0 or more"),
    ),
    "plan_day": (
        pgettext_lazy("problem", "the day lies before the plan's or too far after it"),
        pgettext_lazy("remedy", "choose a day within twelve weeks of the plan"),
    ),
    "plan_supplier": (
        pgettext_lazy("problem", "no price of this supplier is known for the item"),
        pgettext_lazy("remedy", "choose a supplier that has sold it, or read his price list"),
    ),
    "plan_nothing": (
        pgettext_lazy("problem", "the line orders nothing"),
        pgettext_lazy("remedy", "give it a quantity first"),
    ),
    "plan_typed": (
        pgettext_lazy("problem", "this cannot be read"),
        pgettext_lazy("remedy", "write a whole number, or a day as 2027-01-30"),
    ),
    "bad_limit": (
        pgettext_lazy("problem", "the limit cannot be read"),
        pgettext_lazy("remedy", "write it as the example in the field shows"),
    ),
    "bad_override": (
        pgettext_lazy("problem", "this cannot be set"),
        pgettext_lazy("remedy", "write per cent, whole weeks, ways, or yes and no"),
    ),
    "bad_scenario": (
        pgettext_lazy("problem", "this part of the scenario cannot be read"),
        pgettext_lazy("remedy", "write it as the example in the field shows"),
    ),
    "bad_rules": (
        pgettext_lazy("problem", "the ordering rules cannot be read"),
        pgettext_lazy("remedy", "write one rule a line, such as cover_days = 60"),
    ),
    "scenario_unknown_supplier": (
        pgettext_lazy("problem", "Nothing that is run comes from this supplier or country"),
        pgettext_lazy("remedy", "Write the code of a supplier of your items, or a country, such as CN:lny."),
    ),
    "scenario_unknown_mode": (
        pgettext_lazy("problem", "Nothing that is run travels in this way"),
        pgettext_lazy("remedy", "Name a way that your goods take: air, sea, rail, truck, express, or all."),
    ),
    "scenario_unknown_place": (
        pgettext_lazy("problem", "Nothing that is run is sold from this place"),
        pgettext_lazy("remedy", "Write the code of a place that sells your items."),
    ),
    "scenario_unknown_sku": (
        pgettext_lazy("problem", "This SKU is not among the items that are run"),
        pgettext_lazy("remedy", "Correct the code in your rules, or leave the SKU out."),
    ),
    "scenario_unknown_class": (
        pgettext_lazy("problem", "There is no such class of items"),
        pgettext_lazy("remedy", "Use the classes A, B and C."),
    ),
    "scenario_out_of_time": (
        pgettext_lazy("problem", "These days lie outside of the weeks that are run"),
        pgettext_lazy("remedy", "Write days within them; the last year again begins a year before the newest order."),
    ),
    "nothing_to_replay": (
        pgettext_lazy("problem", "No item has sold long enough to run the last year again"),
        pgettext_lazy("remedy", "Run futures of the forecast instead."),
    ),
    "nothing_to_simulate": (
        pgettext_lazy("problem", "there is nothing that can be simulated yet"),
        pgettext_lazy("remedy", "import orders, purchase orders and prices, then run the daily work"),
    ),
    "scenario_unknown": (
        pgettext_lazy("problem", "this scenario has not been run yet"),
        pgettext_lazy("remedy", "open its page and run it first"),
    ),
    "earlier_terms": (
        pgettext_lazy("problem", "later terms are in the books"),
        pgettext_lazy("remedy", "give a day on or after the newest"),
    ),
    "no_rate": (
        pgettext_lazy("problem", "no exchange rate is known"),
        pgettext_lazy("remedy", "enter a rate"),
    ),
    "plan_open": (
        pgettext_lazy("problem", "nothing was decided here yet"),
        pgettext_lazy("remedy", "look at the line again"),
    ),
    "plan_settled": (
        pgettext_lazy("problem", "this line was decided already"),
        pgettext_lazy("remedy", "plan again, or undo first"),
    ),
    "unknown_form": (
        pgettext_lazy("problem", "there is no such kind of file"),
        pgettext_lazy("remedy", "choose one of the list"),
    ),
}
"""Code to (what is wrong, what makes it right)."""
