"""What the demand engine reads and gives."""

from __future__ import annotations

from entrepot.core.frames.schema import Column, Table

_ITEM = Column("item", "key", "", "key of the item")
_CHANNEL = Column("channel", "text", "", "shop, marketplace or place", optional=True)
_REGION = Column("region", "text", "", "ship-to region", optional=True)

ORDER_LINES = Table(
    "order lines", "one line of an order, or of a return", "workflows", ("demand",),
    (
        _ITEM,
        Column("quantity", "integer", "base units", "ordered; negative: a return or cancellation", empty="not told: left out"),
        Column("ordered_at", "instant", "µs UTC", "when the buyer ordered"),
        _CHANNEL, _REGION,
        Column("order", "key", "", "order number; a negative line cancels within its order", empty="not told", optional=True),
        Column("customer", "key", "", "buyer key (never a name), to match a cancellation", empty="not told", optional=True),
        Column("cancelled", "boolean", "", "known to be cancelled before shipping", empty="not told", optional=True),
    ),
)  # fmt: skip

IN_STOCK = Table(
    "in stock", "one item and week (and channel, region)", "workflows", ("demand",),
    (
        _ITEM, _CHANNEL, _REGION,
        Column("week", "date", "Monday", "week"),
        Column("share", "number", "0..1", "share of the week in which the item could be bought"),
    ),
)  # fmt: skip

WEEKLY_DEMAND = Table(
    "weekly demand", "one item, channel, region and week with at least one line", "demand", ("workflows",),
    (
        _ITEM,
        Column("channel", "text", "", "empty text when the lines have none"),
        Column("region", "text", "", "empty text when the lines have none"),
        Column("week", "date", "Monday, company's zone", "week"),
        Column("demand", "integer", "base units", "ordered, early cancellations netted, returns not deducted"),
        Column("returned", "integer", "base units", "came back in that week"),
        Column("bulk", "integer", "base units", "of the demand: one-off bulk orders", optional=True),
    ),
)  # fmt: skip

FORECAST = Table(
    "forecast", "one series (item, and channel or region where asked)", "demand", ("workflows", "replenish"),
    (
        _ITEM,
        Column("weekly_mean", "number", "units a week", "expected over the next 13 weeks, with seasons", empty="not known"),
        Column("level", "number", "units a week", "expected at the current season", empty="not known"),
        Column("weeks", "integer", "weeks", "observed since the first sale, censored and closed weeks left out"),
        Column("zero_share", "number", "0..1", "share of the last 26 observed weeks without demand", empty="nothing observed"),
        Column("pattern", "text", "", "smooth, erratic, intermittent or lumpy; empty text: unknown"),
        Column("method", "text", "", "how the distribution was made"),
        Column("flags", "list of text", "", "codes, see the engine's FLAGS"),
        Column("bulk_rate", "number", "units a week", "of the mean: one-off bulk orders", empty="not known", optional=True),
        Column("lost_sales", "number", "units", "thought lost to stock-outs in the last 26 weeks", optional=True),
    ),
)  # fmt: skip

UNMET = Table(
    "unmet demand", "one subject, shop and source", "workflows", ("demand",),
    (
        Column("subject", "text", "", "what was looked for, left in the cart, complained of or waited for"),
        Column("item", "key", "", "the item that it is about", empty="none is listed"),
        Column("shop", "text", "", "shop; empty text where none was told"),
        Column("source", "text", "", "search, cart, complaint or waiting"),
        Column("count", "number", "a month", "people or units that were counted"),
        Column("trend", "number", "share", "the later half of the time against the earlier", empty="too few days"),
    ),
)  # fmt: skip

STORED_FORECASTS = Table(
    "stored forecasts", "one forecast of an earlier run: item, channel, last known week and lead time", "workflows", ("demand",),
    (
        _ITEM,
        Column("channel", "text", "", "place (its number as text)"),
        Column("last_week", "date", "Monday", "last whole week that was known when it was made"),
        Column("weeks", "integer", "weeks", "lead time"),
        Column("mean", "number", "units", "expected over the lead time"),
        Column("q95", "number", "units", "95 % quantile", empty="not kept", optional=True),
    ),
)  # fmt: skip

DEMAND_SHARES = Table(
    "demand shares", "one item, place, shop and country that it is shipped to", "demand", ("workflows",),
    (
        _ITEM,
        Column("channel", "text", "", "place (its number as text)"),
        Column("shop", "text", "", "shop that it is sold through; empty text: not known"),
        Column("region", "text", "", "country; empty text: not known, or the rest of the shop"),
        Column("units", "number", "units", "sold in the last half-year"),
        Column("share", "number", "0..1", "of what is expected of the item at the place; shares add up to 1"),
    ),
)  # fmt: skip
