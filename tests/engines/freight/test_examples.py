"""Example cards: usable, marked, and never more certain than their source."""

from datetime import date

import pytest

from entrepot.core.cost_lines import Confidence
from entrepot.engines.freight import Cartons, Consignment, checked, example_card, quote, us_zone
from entrepot.rules.freight_lanes import freight_lanes

PRICED = [lane for lane in freight_lanes() if lane.cost is not None]
GOODS = Consignment((Cartons(100, 12_000, 500, 400, 400),), date(2026, 3, 1))


@pytest.mark.parametrize("lane", PRICED, ids=lambda lane: lane.id)
def test_every_priced_lane_makes_a_card_of_estimates(lane):
    """The card passes its own check; a quote on it is complete, positive, and marked line by line."""
    card = example_card(lane)
    assert card is not None
    told = quote(checked(card), GOODS, {"40GP": 1} if card.containers else None)
    assert told.complete
    assert told.total.known > 0
    assert all(line.estimate for line in told.lines)
    assert card.confidence in (Confidence.MEDIUM, Confidence.UNCONFIRMED)
    usual, slow = card.transit_days or (0, 0)
    assert 0 < usual <= slow


def test_a_lane_without_a_price_makes_no_card():
    """What was not found is not guessed."""
    bare = [lane for lane in freight_lanes() if lane.cost is None]
    assert bare
    assert all(example_card(lane) is None for lane in bare)


def test_illustrative_prices_are_unconfirmed():
    """A default of ours never looks like a source."""
    assert {lane.cost_confidence for lane in PRICED if lane.source == "default"} == {Confidence.UNCONFIRMED}


def test_zones_begin_after_their_bound():
    """Distances on and just beyond each bound."""
    assert [us_zone(x) for x in (50, 51, 300, 301, 1800, 1801)] == [1, 2, 3, 4, 7, 8]
