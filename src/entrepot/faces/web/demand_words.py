"""Sentences about unmet demand, in the reader's language: one for each code of :mod:`entrepot.engines.demand.opportunities`."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

OPPORTUNITIES: dict[str, Promise] = {
    "opp_search": gettext_lazy(
        "{count} searches a month found nothing of yours: {units} units a month, if {share} of them buy (an assumption)."
    ),
    "opp_search_measured": gettext_lazy(
        "{count} searches a month found nothing of yours: {units} units a month, if it sells for its searches as your {subjects} "
        "listed items do ({share})."
    ),
    "opp_cart": gettext_lazy(
        "{count} units a month were left in carts: {units} would have sold, if {share} of them buy (an assumption)."
    ),
    "opp_cart_measured": gettext_lazy("{count} units a month were left in carts: {units} would have sold ({share})."),
    "opp_complaint": gettext_lazy(
        "{count} reviews a month complain of it: {units} units a month, if each is a buyer lost (an assumption)."
    ),
    "opp_complaint_measured": gettext_lazy("{count} reviews a month complain of it: {units} units a month lost."),
    "opp_waiting": gettext_lazy(
        "{count} people a month asked to be told: {units} units a month, if {share} of them buy (an assumption)."
    ),
    "opp_waiting_measured": gettext_lazy("{count} people a month asked to be told: {units} units a month ({share})."),
    "opp_findable": gettext_lazy("{sku} is called so: the search does not find it, or it was not for sale there."),
    "opp_near": gettext_lazy("Nearest in the catalogue: {sku}."),
    "opp_trend": gettext_lazy("{change} in the later half of the time."),
    "opp_money_own": gettext_lazy("A unit sells for {price} and earns {margin}: its own last months."),
    "opp_money_similar": gettext_lazy(
        "A unit sells for {price} and earns {margin}: the median of {items} similar items."
    ),
    "opp_money_shop": gettext_lazy(
        "A unit sells for {price} and earns {margin}: the median of all {items} items, for none is like it."
    ),
    "opp_money_unknown": gettext_lazy("No price is known that could stand for it: money is not estimated."),
}
"""Code to sentence."""

LAUNCH: dict[str, Promise] = {
    "launch_analogues": gettext_lazy("{items} items like it sold {units} a week in their first half year."),
    "launch_interest": gettext_lazy("{people} people waiting for it are worth about {units} units at the start."),
    "launch_own": gettext_lazy("Its own {weeks} known weeks ({sold} units) make it {units} a week."),
    "flag_new_item": gettext_lazy("It is new: forecast as others like it were launched."),
    "course_follows": gettext_lazy("You said that it follows {sku}: {percent} % of its past is counted as its own."),
    "course_followed": gettext_lazy("You said that {sku} follows it."),
    "course_ends": gettext_lazy("You said that it ends on {until}: demand runs down to nothing by then."),
    "course_discontinued": gettext_lazy(
        "Its catalogue entry says that it ends on {until}: demand runs down to nothing by then."
    ),
    "course_launch": gettext_lazy("You said that it goes on sale on {until}; nothing is expected before."),
    "course_interest": gettext_lazy("You said that {people} people wait for it."),
    "course_later": gettext_lazy("The next forecast counts this."),
}
"""Code of a new item's reason (:mod:`entrepot.engines.demand.launch`) to sentence."""

KINDS: dict[str, Promise] = {
    "new": pgettext_lazy("opportunity", "New product"),
    "findable": pgettext_lazy("opportunity", "Listed, not found"),
    "restock": pgettext_lazy("opportunity", "Wanted, not bought"),
    "better": pgettext_lazy("opportunity", "Better product"),
}
"""Kind of opportunity to its name."""

SOURCES: dict[str, Promise] = {
    "search": pgettext_lazy("unmet demand", "Searches"),
    "cart": pgettext_lazy("unmet demand", "Left in carts"),
    "complaint": pgettext_lazy("unmet demand", "Complaints"),
    "waiting": pgettext_lazy("unmet demand", "Waiting to be told"),
}
"""Source of evidence to its name."""
