"""The columns of every table of the pages, with the permission that each needs."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from entrepot.books.selectors.demand_shapes import DemandRow
from entrepot.books.selectors.shapes import (
    BillShare,
    CostRow,
    Decision,
    DocumentLine,
    Effect,
    LayerRow,
    RangeCost,
    SaleRow,
)
from entrepot.faces.web import families, import_tax_words, sentences
from entrepot.faces.web.formats import figure
from entrepot.faces.web.tables import SEE_COST, Column
from entrepot.faces.web.waterfall import per_unit


def sku_page(code: str) -> str:
    """Address of an SKU."""
    return reverse("sku", args=[code])


def document_page(key: str) -> str:
    """Address of a document, empty where there is none."""
    return reverse("document", args=[key]) if key else ""


def decisions() -> list[Column]:
    """Today, as exported."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda d: sku_page(d.sku)),
        Column("name", _("Name")),
        Column("kind", _("Kind"), read=lambda d: sentences.kind(d.kind)),
        Column("sentence", _("Decision"), read=sentences.decision, sort=False, wrap=True),
        Column("effect", _("Money at stake"), "amount", needs=SEE_COST),
        Column("spend", _("Spend"), "amount", needs=SEE_COST),
        Column("deadline", _("Deadline"), "date"),
        Column("state", _("State"), "state"),
        Column("reasons", _("Reasons"), "lines", sort=False, needs=SEE_COST, wrap=True),
        Column("assumed", _("Assumed"), "lines", sort=False, needs=SEE_COST, wrap=True),
    ]


def stock(by: str) -> list[Column]:
    """The inventory table, by SKU, location or channel."""
    place = {"location": _("Location"), "channel": _("Channel")}
    columns = [Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku)), Column("name", _("Name"))]
    if by in place:
        columns.append(Column("place", place[by]))
    return [
        *columns,
        Column("stock_state", _("State"), "state"),
        Column("cover_days", _("Cover, days"), "days", estimate=True),
        Column("on_hand", _("On hand"), "units"),
        Column("reserved", _("Reserved"), "units", shown=False),
        Column("unsellable", _("Unsellable"), "units", shown=False),
        Column("available", _("Available"), "units", shown=False),
        Column("in_transit", _("In transit"), "units"),
        Column("arrivals", _("Arrives"), "arrivals", sort=False, shown=False),
        Column("weekly", _("Units a week"), "decimal", estimate=True),
        Column("ages", _("Age in days"), "ages", sort=False),
        Column("value", _("Book value"), "money", needs=SEE_COST),
        Column("missing_units", _("Without cost"), "units", needs=SEE_COST),
    ]


def economics(by: str, present: list[str]) -> list[Column]:
    """The true-cost table: one column a cost family that occurs."""
    labels = {
        "sku": _("SKU"),
        "lot": _("Lot"),
        "channel": _("Channel"),
        "destination": _("Destination"),
        "order": _("Order"),
    }

    def cost(family: str) -> Column:
        return Column(
            f"cost_{family}",
            families.label(family),
            "money",
            read=lambda row: row.costs.get(family),
            needs=SEE_COST,
            optional=True,
        )

    first = (
        Column("key", labels["sku"], "sku", href=lambda r: sku_page(r.key))
        if by == "sku"
        else Column("label", labels[by], href=lambda r: document_page(r.key))
        if by == "lot"
        else Column("key", labels[by], read=lambda r: r.label)
    )
    return [
        first,
        *([Column("label", _("Name"))] if by == "sku" else []),
        Column("units", _("Units"), "units"),
        Column("net_sales", _("Net sales"), "money", needs=SEE_COST),
        Column("profit", _("Profit"), "money", needs=SEE_COST),
        Column("profit_unit", _("Profit a unit"), "money", read=_profit_unit, needs=SEE_COST),
        Column("margin", _("Margin"), "percent", read=_margin, needs=SEE_COST),
        *[cost(family) for family in present],
        Column("missing_units", _("Without cost"), "units", needs=SEE_COST),
    ]


def _profit_unit(row: CostRow) -> int | None:
    return per_unit(row.profit, row.units)


def _margin(row: CostRow) -> int | None:
    if row.profit is None or not row.net_sales or row.net_sales < 0:
        return None
    return round(row.profit * 1000 / row.net_sales)


def carriers(family: str, link: Callable[[CostRow], str]) -> list[Column]:
    """The SKUs that carry one bar of the waterfall; ``link`` opens an SKU's bills."""

    def amount(row: CostRow) -> int | None:
        return row.costs.get(family)

    def share(row: CostRow) -> int | None:
        cost, net = amount(row), row.net_sales
        return round(cost * 1000 / net) if cost is not None and net and net > 0 else None

    return [
        Column("key", _("SKU"), "sku", href=link),
        Column("label", _("Name")),
        Column("units", _("Units"), "units"),
        Column(f"cost_{family}", families.label(family), "money", read=amount, needs=SEE_COST, optional=True),
        Column("unit", _("A unit"), "money", read=lambda r: per_unit(amount(r), r.units), needs=SEE_COST, sort=False),
        Column(
            "share",
            _("Of net sales"),
            "percent",
            read=share,
            needs=SEE_COST,
            sort=False,
        ),
    ]


def bills() -> list[Column]:
    """Cost lines behind a figure."""
    return [
        Column("document", _("Document"), "sku", href=lambda b: document_page(b.document_id)),
        Column("kind", _("Kind"), read=lambda b: sentences.word("document", b.kind)),
        Column("component", _("Component"), read=_component, wrap=True),
        Column("at", _("Date"), "date"),
        Column("known_at", _("Known since"), "date", shown=False),
        Column("original", _("As billed"), "amount", sort=False, needs=SEE_COST),
        Column("total", _("Whole line"), "money", needs=SEE_COST),
        Column("sold", _("Of units sold"), "money", needs=SEE_COST, optional=True),
        Column("on_hand", _("Of units in stock"), "money", needs=SEE_COST, optional=True),
        Column("share", _("Falls on this SKU"), "money", needs=SEE_COST, optional=True),
        Column("note", _("Note"), read=lambda b: sentences.word("bill_note", b.note), sort=False),
    ]


def _component(row: BillShare | RangeCost) -> str:
    """The component; of import tax what comes back, and why."""
    if row.tax is None:
        return families.component(row.component)
    return f"{families.import_tax()}: {import_tax_words.reason(row.tax)}"


def layers() -> list[Column]:
    """Open cost layers of an SKU."""
    families_of = ("purchase", "first_leg", "duty_tax")

    def cost(family: str) -> Column:
        label = families.label(family)
        return Column(
            f"cost_{family}",
            label,
            "money",
            read=lambda r: r.costs.get(family),
            needs=SEE_COST,
            sort=False,
            optional=True,
        )

    return [
        Column("born_at", pgettext_lazy("layer", "Since"), "date"),
        Column("place", _("Location")),
        Column("origin", pgettext_lazy("layer", "Came by"), read=lambda r: sentences.word("effect", r.origin)),
        Column("document", _("Document"), href=lambda r: document_page(r.document_id)),
        Column("units", _("Units at first"), "units", shown=False),
        Column("remaining", _("Units there"), "units"),
        *[cost(family) for family in families_of],
        Column("total", _("Cost of the layer"), "money", needs=SEE_COST),
        Column("unit", _("Cost a unit"), "money", read=_layer_unit, needs=SEE_COST, sort=False),
    ]


def _layer_unit(row: LayerRow) -> int | None:
    return None if row.missing else per_unit(row.total, row.remaining)


def sales() -> list[Column]:
    """Sale lines."""
    return [
        Column("order", _("Order"), "sku", href=_sale_page),
        Column("sold_at", _("Sold"), "instant"),
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku), shown=False),
        Column("channel", _("Channel")),
        Column("destination", _("Destination")),
        Column("units", _("Units"), "units"),
        Column("returned_units", _("Returned"), "units", shown=False),
        Column("net_price", _("Net price"), "money", needs=SEE_COST),
        Column("cost", _("Cost"), "money", needs=SEE_COST),
        Column("profit", _("Profit"), "money", needs=SEE_COST),
    ]


def _sale_page(row: SaleRow) -> str:
    return reverse("sale", args=[row.id])


def ranges() -> list[Column]:
    """A sale's cost, line by line."""
    return [
        Column("layer", _("Layer"), "sku", href=lambda r: document_page(r.document_id), sort=False),
        Column("units", _("Units of the layer"), read=_range, sort=False),
        Column("document", _("Came with"), href=lambda r: document_page(r.document_id), sort=False),
        Column("component", _("Component"), read=_component, sort=False, wrap=True),
        Column("bill", _("Bill"), href=lambda r: document_page(r.bill_id), sort=False),
        Column("arithmetic", _("Arithmetic"), sort=False),
        Column("amount", _("Cost"), "money", needs=SEE_COST, sort=False),
    ]


def _range(row: RangeCost) -> str:
    return f"[{row.start:,}, {row.stop:,})"


def demand() -> list[Column]:
    """The newest forecast, an item and place a row."""
    return [
        Column("sku", _("SKU"), "sku", href=demand_page),
        Column("name", _("Name")),
        Column("place", _("Location")),
        Column("weekly", _("Units a week"), "decimal", estimate=True),
        Column("recent", _("Last 8 weeks"), "decimal", optional=True, shown=False),
        Column("lead_days", _("Lead time, days"), "days", shown=False),
        Column("lead_middle", _("Over the lead time"), "units", estimate=True),
        Column("lead_range", _("Nine cases of ten"), "span", read=_lead_range, sort=False, estimate=True),
        Column("lead_high", _("95 % quantile"), "units", estimate=True, shown=False),
        Column("at_stake", _("Value at stake"), "money", needs=SEE_COST, estimate=True, optional=True),
        Column("wape", _("Error"), "percent", optional=True),
        Column("wape_simple", _("Error of the 8-week average"), "percent", optional=True, shown=False),
        Column("value_added", _("Value added"), "percent", optional=True),
        Column("bias", _("Bias"), "percent", optional=True, shown=False),
        Column("covered", _("Held 95 %"), "percent", optional=True, shown=False),
        Column("lost", _("Lost to stock-outs"), "units", optional=True, estimate=True),
        Column("pattern", _("Pattern"), read=lambda r: sentences.word("pattern", r.pattern), shown=False),
        Column("flags", _("Notes"), read=_flags, sort=False, wrap=True),
    ]


def demand_page(row: DemandRow) -> str:
    """Address of an item's demand at a place."""
    return f"{reverse('demand-item', args=[row.sku])}?{urlencode({'place': row.place_code})}"


def _lead_range(row: DemandRow) -> str:
    return f"{figure(row.lead_low)}\u2009–\u2009{figure(row.lead_high)}"


def _flags(row: DemandRow) -> str:
    return pgettext("between list items", ", ").join(sentences.word("flag", code) for code in row.flags)


def quarantine() -> list[Column]:
    """Rows in quarantine."""
    return [
        Column(
            "document",
            _("File or document"),
            "sku",
            read=lambda r: sentences.numbered(r.document),
            href=lambda r: reverse("held", args=[r.id]),
        ),
        Column("line", _("Line"), "units"),
        Column("field", _("Field"), read=lambda r: sentences.word("field", r.field)),
        Column("found", _("Found"), wrap=True, sort=False),
        Column("message", _("What is wrong"), read=sentences.problem, wrap=True, sort=False),
        Column("remedy", _("What makes it right"), read=sentences.remedy, wrap=True, sort=False),
        Column("units", _("Units"), "units"),
        Column("amount", _("Amount"), "amount", needs=SEE_COST),
        Column("since", _("Waits since"), "instant"),
    ]


def missing() -> list[Column]:
    """Units without a purchase cost."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku)),
        Column("name", _("Name")),
        Column("why", _("Why"), "state", wrap=True),
        Column("document", _("Document"), href=lambda r: document_page(r.document_id)),
        Column("place", _("Location")),
        Column("born_at", pgettext_lazy("layer", "Since"), "date"),
        Column("units", _("Units"), "units"),
        Column("on_hand", _("On hand"), "units"),
        Column("sold", _("Sold"), "units"),
    ]


def waiting() -> list[Column]:
    """Facts that wait for what they need."""
    return [
        Column("document", _("Document"), "sku", href=lambda r: document_page(r.document_id)),
        Column("what", _("What"), read=lambda r: sentences.word("document", r.what)),
        Column("why", _("Waits for"), read=lambda r: sentences.waits_for(r.why), wrap=True),
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku) if r.sku else ""),
        Column("place", _("Location")),
        Column("units", _("Units"), "units"),
        Column("amount", _("Amount"), "amount", needs=SEE_COST),
        Column("since", _("Since"), "instant"),
    ]


def imports() -> list[Column]:
    """Imported files."""
    return [
        Column("file", _("File"), "sku", href=lambda r: reverse("import", args=[r.id])),
        Column("at", _("Imported"), "instant"),
        Column("layout", _("Layout"), read=lambda r: sentences.layout(r.layout)),
        Column("by", _("By")),
        Column("lines", _("Lines"), "units"),
        Column("posted", _("Posted"), "units"),
        Column("known", _("Already there"), "units"),
        Column("quarantined", _("In quarantine"), "units"),
        Column("state", _("State"), "state"),
    ]


def differences() -> list[Column]:
    """What places report otherwise than the books, as last compared."""
    return [
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku)),
        Column("name", _("Name")),
        Column("place", _("Location")),
        Column("condition", _("What"), read=lambda r: sentences.word("difference_what", r.condition)),
        Column("off", _("Difference"), "units", sort=False),
        Column("since", _("Since"), "instant"),
        Column("owner", _("Owner")),
    ]


def _line_part(row: DocumentLine) -> str:
    if row.what in families.COMPONENTS:
        return families.component(row.what)
    return sentences.word("document_line", row.what)


def effects() -> list[Column]:
    """What a document did; a sale leads to its explanation."""
    return [
        Column("what", _("What"), read=lambda r: sentences.word("effect", r.what), href=_effect_page),
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku) if r.sku else ""),
        Column("component", _("Component"), read=lambda r: families.component(r.component) if r.component else ""),
        Column("place", _("Where")),
        Column("units", _("Units"), "units"),
        Column("amount", _("Amount"), "money", needs=SEE_COST, optional=True),
    ]


def _effect_page(row: Effect) -> str:
    return reverse("sale", args=[row.sale_id]) if row.sale_id else ""


def lines() -> list[Column]:
    """A document as received."""
    return [
        Column("line", _("Line"), sort=False),
        Column("what", _("What"), read=_line_part, sort=False),
        Column("sku", _("SKU"), "sku", href=lambda r: sku_page(r.sku) if r.sku else "", sort=False),
        Column("quantity", _("Quantity"), "units", sort=False),
        Column("amount", _("Amount"), "amount", needs=SEE_COST, sort=False),
        Column("note", _("Note"), wrap=True, sort=False),
    ]


def deciding(item: Decision) -> str:
    """Anchor of a decision on Today."""
    return f"{reverse('today')}#d-{item.id}"
