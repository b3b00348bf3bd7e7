"""What the replenishment engine reads and gives. Money is in minor units of the plan's currency."""

from __future__ import annotations

from entrepot.core.frames.schema import Column, Table

_ITEM = Column("item", "key", "", "key of the item")
_LOCATION = Column("location", "key", "", "key of the place whose stock this is")
_ASSUMED = "assumed, and named so"
_UNIT_MONEY = "minor units a unit"

POSITIONS = Table(
    "positions", "one item and place", "workflows", ("replenish",),
    (
        _ITEM, _LOCATION,
        Column("on_hand", "integer", "units", "sellable there now"),
        Column("reserved", "integer", "units", "already promised", empty="none", optional=True),
        Column("weekly_mean", "number", "units a week", "expected, from the forecast", empty="no forecast"),
        Column("demand_lead", "list of numbers", "units", "quantiles of demand over the lead time", empty="no forecast"),
        Column("demand_cover", "list of numbers", "units", "the same over lead time + review period", empty="no forecast"),
        Column("flags", "list of text", "", "of the forecast, carried through", empty="none", optional=True),
        Column("lead_weeks", "list of numbers", "weeks", "from order to sellable", empty=_ASSUMED),
        Column("lead_weights", "list of numbers", "", "weights of those weeks", empty="equal", optional=True),
        Column("review_weeks", "number", "weeks", "between two orders", empty=_ASSUMED),
        Column("price", "number", _UNIT_MONEY, "net price, where cost or margin is missing", empty="not known", optional=True),
        Column("unit_cost", "number", _UNIT_MONEY, "landed book cost", empty="assumed from the price, or not planned"),
        Column("unit_margin", "number", _UNIT_MONEY, "lost by one unmet unit: price − fees − cost", empty=_ASSUMED),
        Column("storage_week", "number", "minor units a unit and week", "storage", empty=_ASSUMED),
        Column("capital_rate", "number", "a year", "cost of capital as a fraction", empty=_ASSUMED),
        Column("end_of_life_rate", "number", "a year", "probability that the item stops selling", empty=_ASSUMED),
        Column("order_cost", "number", "minor units", "of one order line whatever its size", empty=_ASSUMED),
        Column("cycle_weeks", "number", "weeks", "of demand that one order covers", empty="review period", optional=True),
        Column("demand_cycle", "list of numbers", "units", "demand over lead time + cycle", empty="demand_cover", optional=True),
        Column("carton", "integer", "units", "in a carton", empty="1"),
        Column("moq", "integer", "units", "fewest of one order", empty="0"),
    ),
)  # fmt: skip

INBOUND = Table(
    "inbound", "one expected arrival", "workflows", ("replenish",),
    (
        _ITEM, _LOCATION,
        Column("quantity", "integer", "units", "on their way there"),
        Column("expected_on", "date", "", "when they can be sold; a date in the past counts as arriving at once"),
    ),
)  # fmt: skip

PLAN = Table(
    "plan", "one item and place that could be planned", "replenish", ("workflows",),
    (
        _ITEM, _LOCATION,
        Column("action", "text", "", "order, excess (too much stock: advice) or wait"),
        Column("quantity", "integer", "units", "to order; 0 unless the action is order"),
        Column("cartons", "integer", "cartons", "to order"),
        Column("order_by", "date", "", "latest date for stock to last until the order arrives", empty="no need"),
        Column("stockout_on", "date", "", "expected demand uses up stock and arrivals", empty="not within two years"),
        Column("arrives_on", "date", "", "expected arrival of an order of today"),
        Column("benefit", "number", "minor units", "gained by ordering now instead of at the next review"),
        Column("margin_saved", "number", "minor units", "margin of the units not sold if the order waited"),
        Column("holding_added", "number", "minor units", "cost of having the order one review earlier"),
        Column("cash", "number", "minor units", "tied up by the order at landed cost"),
        Column("position", "number", "units", "available + arriving within lead time and review"),
        Column("order_up_to", "number", "units", "position at which another unit is not worth its cost"),
        Column("service", "number", "0..1", "probability that this level covers lead time + cycle"),
        Column("overage", "number", _UNIT_MONEY, "cost of the last unit of that level if it is left over"),
        Column("cycle_weeks", "number", "weeks", "of demand that the order is to cover after the lead time"),
        Column("lost_before", "number", "units", "lost before any order of today can arrive"),
        Column("cover_weeks", "number", "weeks", "that stock and all arrivals last", empty="no demand"),
        Column("excess_units", "number", "units", "beyond order-up-to and the tolerated weeks"),
        Column("excess_month", "number", "minor units a month", "storage and capital of the excess"),
        Column("excess_cash", "number", "minor units", "landed cost tied up in the excess"),
        Column("clear_discount", "number", _UNIT_MONEY, "what may be given up to sell the excess now", empty="not selling"),
        Column("assumed", "list of text", "", "inputs that were assumed, not known"),
        Column("available", "integer", "units", "on hand − reserved"),
        Column("inbound", "integer", "units", "on their way, whenever they arrive"),
        Column("weekly_mean", "number", "units a week", "expected"),
        Column("lead_mean", "number", "weeks", "expected from order to sellable"),
        Column("review_weeks", "number", "weeks", "between two orders"),
        Column("unit_cost", "number", _UNIT_MONEY, "landed cost that was used"),
        Column("unit_margin", "number", _UNIT_MONEY, "margin that was used"),
        Column("holding_week", "number", "minor units a unit and week", "storage + capital"),
        Column("carton", "integer", "units", "in a carton"),
        Column("moq", "integer", "units", "fewest of one order"),
        Column("flags", "list of text", "", "of the forecast and the plan: late, overdue_inbound, loses_money, moq_too_large"),
    ),
)  # fmt: skip
