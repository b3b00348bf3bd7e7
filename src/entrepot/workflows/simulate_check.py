"""Whether the books have what a scenario names: suppliers, modes, places, SKUs, and days within the weeks that are run.

What is not there would change nothing and be read as "it costs nothing"; so it is refused, with what there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from entrepot.books import models
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.simulate_books import SellerBooks
from entrepot.workflows.simulate_rules import CLASSES, OwnRules, read_rules
from entrepot.workflows.simulate_wish import ANY, OWN, PAST, Wish

SHOWN = 8


def check_wish(books: SellerBooks, wish: Wish) -> None:
    """Raise :class:`ProblemError` with all that a wish names and the books do not have."""
    case, problems = wish.disruption, list[Problem]()
    suppliers = {*map(str, books.supplier), *map(str, books.country), ANY} - {""}
    problems += _unknown("supplier", {one.supplier for one in case.closed} - suppliers, suppliers - {ANY})
    problems += _unknown("mode", case.modes - set(books.modes), books.modes)
    places = set(map(str, books.place))
    problems += _unknown("place", set(wish.waiting) - places, places)
    problems += _out_of_time(books, wish)
    if any(way.kind == OWN for way in wish.ways):
        rules = read_rules(wish.rules)
        problems += _unknown("sku", set(rules.skus) - set(map(str, books.sku)), map(str, books.sku))
        problems += _unknown("class", set(rules.classes) - CLASSES, CLASSES)
        problems += _unknown("mode", _modes(rules) - set(books.modes), books.modes)
    if wish.mode == PAST and not books.replayable.any():
        problems.append(
            Problem("nothing_to_replay", "no item has sold long enough to run the last year again",
                    "run futures of the forecast instead", field="mode", found=wish.mode)
        )  # fmt: skip
    if problems:
        raise ProblemError(*problems)


def check_names(wish: Wish) -> None:
    """As far as can be told without the kept figures: suppliers, places and SKUs that no books know. Three queries at most."""
    problems: list[Problem] = []
    named = {one.supplier for one in wish.disruption.closed} - {ANY}
    if named:
        rows = models.Supplier.objects.values_list("code", "country")
        there = {text for row in rows for text in row if text} | {"CN"}
        problems += _unknown("supplier", named - there, there)
    if wish.waiting:
        places = set(models.Location.objects.values_list("code", flat=True))
        problems += _unknown("place", set(wish.waiting) - places, places)
    if any(way.kind == OWN for way in wish.ways):
        skus = set(read_rules(wish.rules).skus)
        found = set(models.Item.objects.filter(sku__in=skus).values_list("sku", flat=True)) if skus else skus
        problems += _unknown("sku", skus - found, found)
    if problems:
        raise ProblemError(*problems)


def _modes(rules: OwnRules) -> set[str]:
    said = (rules.everywhere, *rules.classes.values(), *rules.skus.values())
    return {str(one["mode"]) for one in said if "mode" in one}


def _unknown(what: str, wrong: Iterable[str], there: Iterable[str]) -> list[Problem]:
    known = sorted(set(there))
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    remedy = f"use one of {', '.join(known[:SHOWN])}{more}" if known else "the books have none"
    return [
        Problem(
            f"scenario_unknown_{what}", f"nothing that is run has the {what} {name}", remedy, field=what, found=name
        )
        for name in sorted(wrong)
    ]


def _out_of_time(books: SellerBooks, wish: Wish) -> list[Problem]:
    past = wish.mode == PAST
    begin = books.replay_from if past else books.on
    end = begin + timedelta(weeks=books.replay_weeks if past else wish.weeks)
    return [
        Problem(
            "scenario_out_of_time", f"nothing of {first} to {last} lies in the weeks that are run",
            f"write days from {begin} to {end - timedelta(days=1)}", field="disruption", found=f"{first}:{last}",
        )
        for first, last in wish.disruption.spans
        if last < begin or first >= end
    ]  # fmt: skip
