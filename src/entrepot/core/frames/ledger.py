"""The facts as the valuation reads them, and the cost shares made of them."""

from __future__ import annotations

from entrepot.core.frames.schema import Column, Table

_LINE = Column("line", "integer", "", "number of the cost line")
_COMPONENT = Column("component", "integer", "", "what was paid for, see core.components")
_LINE_AMOUNT = Column("amount", "integer", "minor units, base currency", "of the whole line, signed; not yet split")
_WEIGHT = Column(
    "weight",
    "integer",
    "by the line's basis",
    "its part of the line is weight / sum of weights",
    empty="manual or equal",
)
_COMPANY = Column("company_id", "integer", "", "company that bears it")

MOVEMENTS = Table(
    "movements", "one movement of one item, live as of the instants asked for", "books.facts", ("valuation", "demand"),
    (
        Column("movement", "integer", "", "unique number"),
        Column("item", "key", "", "key of the item"),
        Column("from_cell", "integer", "", "cell that the units leave", empty="from outside"),
        Column("to_cell", "integer", "", "cell that the units enter", empty="to outside"),
        Column("quantity", "integer", "base units", "above 0"),
        Column("at", "instant", "µs UTC", "instant of the fold; a late fact of a closed period folds in the open one"),
        Column("late", "integer", "0 or 1", "folds behind everything of that instant that is not late"),
        Column("kind", "integer", "", "see core.kinds"),
        Column("document_key", "integer", "", "order of documents among equals"),
        Column("line", "integer", "", "line of the document"),
        Column("ordinal", "integer", "", "order within the line"),
        Column("of", "integer", "", "movement that this one answers: a return's sale", empty="none"),
        Column("lot", "integer", "", "birth movement whose units are drawn first", empty="none"),
        Column("event", "integer", "", "shared by all rows of one conversion", empty="none"),
        Column("share", "integer", "weight", "a conversion output's part of the cost", empty="none"),
        Column("company", "integer", "", "company whose books these are"),
        Column("sales_line", "integer", "", "sales line that it ships", empty="none"),
        Column("effective_at", "instant", "µs UTC", "when it happened"),
        Column("document", "integer", "", "document that told of it"),
    ),
)  # fmt: skip

COST_WEIGHTS = Table(
    "cost weights", "one cost line and one movement that it falls on", "books.facts", ("valuation",),
    (
        _LINE, _COMPONENT, _LINE_AMOUNT,
        Column("side", "integer", "0 or 1", "0: the layers born there · 1: what was taken out"),
        Column("movement", "integer", "", "target movement", empty="what it was aimed at is no more"),
        _WEIGHT,
        Column("internal", "integer", "0 or 1", "1: a transfer price between sister companies"),
        _COMPANY,
    ),
)  # fmt: skip

ORDER_WEIGHTS = Table(
    "order weights", "one cost line and one sales line that it falls on", "books.facts", ("workflows",),
    (
        _LINE, _COMPONENT, _LINE_AMOUNT,
        Column("sales_line", "integer", "", "target sales line", empty="what it was aimed at is no more"),
        _WEIGHT, _COMPANY,
    ),
)  # fmt: skip

PERIOD_LINES = Table(
    "period lines", "one cost line for a place or a company over a period", "books.facts", ("valuation",),
    (
        _LINE, _COMPONENT, _LINE_AMOUNT, _COMPANY,
        Column("location_id", "integer", "", "place", empty="the whole company"),
        Column("item_id", "integer", "", "item", empty="all items there"),
        Column("period_from", "instant", "µs UTC", "first instant of the period", empty="open"),
        Column("period_to", "instant", "µs UTC", "first instant behind the period", empty="open"),
    ),
)  # fmt: skip

SALES = Table(
    "sales lines", "one line of a sales order, live", "books.facts", ("workflows", "demand"),
    (
        Column("line", "integer", "", "number of the sales line"),
        Column("item_id", "integer", "", "item", empty="a bundle"),
        Column("company_id", "integer", "", "seller"),
        Column("shop_id", "integer", "", "shop"),
        Column("quantity", "integer", "base units", "ordered"),
        Column("amount", "integer", "minor units, base currency", "net sales", empty="price or rate not known"),
        Column("ordered_at", "instant", "µs UTC", "when the buyer ordered"),
        Column("country", "text", "ISO 3166-1 alpha-2", "destination; empty text: not told"),
        Column("region", "text", "", "region of the destination; empty text: not told"),
        Column("status", "text", "", "open, shipped or cancelled"),
        Column("document_id", "integer", "", "document that told of it"),
    ),
)  # fmt: skip

REFUNDS = Table(
    "refund lines", "one line of money given back", "books.facts", ("workflows",),
    (
        Column("line", "integer", "", "number of the refund line"),
        Column("sales_line", "integer", "", "sale that it belongs to", empty="not known"),
        Column("item_id", "integer", "", "item", empty="not known"),
        Column("amount", "integer", "minor units, base currency", "given back", empty="rate not known"),
    ),
)  # fmt: skip

BUNDLE_PARTS = Table(
    "bundle parts", "one movement that ships a part of a bundle sold", "books.facts", ("workflows",),
    (
        Column("sales_line", "integer", "", "the bundle's line", empty="what it was aimed at is no more"),
        Column("movement", "integer", "", "movement of the part"),
        Column("quantity", "integer", "base units", "units of the part"),
    ),
)  # fmt: skip

COST_SHARES = Table(
    "cost shares", "one cost line and target movement, split", "workflows", ("valuation",),
    (
        _LINE, _COMPONENT,
        Column("movement", "integer", "", "target movement"),
        Column("side", "integer", "0 or 1", "0: the layers born there · 1: what was taken out", optional=True),
        Column("amount", "integer", "minor units, base currency", "of the line on this movement, signed"),
        Column("internal", "integer", "0 or 1", "1: a transfer price between sister companies", optional=True),
    ),
)  # fmt: skip
