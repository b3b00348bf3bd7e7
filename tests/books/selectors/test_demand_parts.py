"""What a run keeps beside its figures, as pages read it: signals, outside models, channels and countries."""

from __future__ import annotations

import pytest

from entrepot.books.selectors import demand_parts
from tests.books import factories as make

CONTENT = {
    "signals": [
        {
            "name": "mentions",
            "effect": 0.01,
            "low": -0.1,
            "high": 0.12,
            "value": -0.001,
            "kept": False,
            "reason": "effect not clear",
        },
        {"name": "cart_adds", "effect": 0.41, "low": 0.3, "high": 0.52, "value": 0.0624, "kept": True, "reason": ""},
    ],
    "outside": [{"name": "theirs", "weight": 0.25, "gain": 0.012, "more": 1}],
    "regions": [["WEB", "DE", 0.75], ["WEB", "", 0.05], ["OTHER", "FR", 0.2]],
}


def test_kept_signals_come_first_in_thousandths() -> None:
    """And a run of an earlier version, without any of it, is nothing."""
    rows = demand_parts.signals(CONTENT)
    assert [(row.name, row.kept, row.value) for row in rows] == [("cart_adds", True, 62), ("mentions", False, -1)]
    assert [(row.name, row.weight, row.gain) for row in demand_parts.outside(CONTENT)] == [("theirs", 250, 12)]
    assert demand_parts.signals({}) == demand_parts.outside({}) == demand_parts.of_run({}, [], 1.0) == []


@pytest.mark.django_db
def test_demand_divides_among_the_channels_that_the_reader_may_see() -> None:
    """Shares of the whole, units a week beside them, the largest first; another's shop is left out."""
    shop = make.shop("WEB")
    rows = demand_parts.of_run(CONTENT, [shop], 40.0)
    assert [(row.channel, row.country, row.share, row.weekly) for row in rows] == [
        ("Shop WEB", "DE", 750, 30.0), ("Shop WEB", "", 50, 2.0),
    ]  # fmt: skip
    detail = {"regions": [["WEB", "AT", 0.1, 12], ["WEB", "DE", 0.9, 108]], "signals": [["cart_adds", 1.0834]]}
    assert [(row.country, row.sold) for row in demand_parts.of_item(detail, [shop], 10.0)] == [("DE", 108), ("AT", 12)]
    assert demand_parts.moved(detail) == {"cart_adds": 1083}
    assert demand_parts.moved({}) == {}
