"""Cards from the price levels that come with the rule book, for who has no card of his own yet: always estimates."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from entrepot.rules import RuleBook
from entrepot.rules.freight_lanes import Lane, freight_lanes

if TYPE_CHECKING:
    from entrepot.engines.freight import RateCard

NEIGHBOURS = ("DE", "NL")
"""Where goods for a country of the Union without a lane of its own arrive."""


def lane_cards(book: RuleBook, origin: str, destination: str) -> tuple[RateCard, ...]:
    """One card for each mode from a country to another, from the first lane that has a price.

    A country of the Union without a lane of its own takes those of :data:`NEIGHBOURS`. Port to port (or railhead, airport):
    terminal, customs clearance and the truck are not in it.

    >>> from entrepot.rules import rule_book
    >>> [(card.mode, card.destination) for card in lane_cards(rule_book(), "CN", "GB")]
    [('sea_fcl', 'GBFXT'), ('air', 'LHR')]
    >>> [card.mode for card in lane_cards(rule_book(), "CN", "AT")]
    ['sea_fcl', 'sea_lcl', 'air', 'rail_fcl', 'express']
    """
    from entrepot.engines.freight import example_card

    union = destination in book.countries and book.countries[destination].parent == "EU"
    ends = (destination, *(NEIGHBOURS if union else ()), *(("EU",) if union else ()))
    chosen: dict[str, Lane] = {}
    for end in ends:
        for lane in freight_lanes():
            start, reached = lane.countries
            if lane.cost is not None and start == origin and end in reached:
                chosen.setdefault(lane.mode, lane)
    cards = (example_card(lane) for lane in chosen.values())
    return tuple(
        dataclasses.replace(card, name=f"{card.mode} {card.origin}–{card.destination}")
        for card in cards if card is not None
    )  # fmt: skip
