"""Sentences: what codes of engines and books say to a reader, in his language.

Engines and books answer with a code and parameters and know no language. The templates here are translated through
gettext; a code that is not here falls back to the English text that came with it.
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as lazy

from entrepot.core.reasons import Reason
from entrepot.faces.web.formats import day, figure, money_text
from entrepot.faces.web.health_shapes import QuarantineRow
from entrepot.faces.web.shapes import Decision, Money

DECISIONS: dict[str, Promise] = {
    "order": lazy("Order {quantity} units of {sku} from {supplier}"),
    "order_nowhere": lazy("Order {quantity} units of {sku}"),
    "excess": lazy("Sell down {quantity} units of {sku}: they cover {cover_days} days"),
    "still": lazy("Decide on {quantity} units of {sku} that do not sell"),
    "cost": lazy("Enter the purchase cost of {sku}: {quantity} units have none"),
    "quarantine": lazy("Repair {quantity} rows that wait in quarantine"),
}
"""Kind of decision to its sentence."""

KINDS: dict[str, Promise] = {
    "order": pgettext_lazy("decision kind", "Reorder"),
    "excess": pgettext_lazy("decision kind", "Overstock"),
    "still": pgettext_lazy("decision kind", "Dead stock"),
    "cost": pgettext_lazy("decision kind", "Missing cost"),
    "quarantine": pgettext_lazy("decision kind", "Quarantine"),
}

REASONS: dict[str, Promise] = {}
"""Code of a reason or an assumption to its sentence; filled by :mod:`reasons`."""

PROBLEMS: dict[str, tuple[Promise, Promise]] = {}
"""Code of a problem to what is wrong and what makes it right; filled by :mod:`problems`."""

WORDS: dict[str, dict[str, Promise]] = {
    "stock_state": {
        "out": pgettext_lazy("stock", "Out of stock"),
        "low": pgettext_lazy("stock", "Low"),
        "healthy": pgettext_lazy("stock", "Healthy"),
        "over": pgettext_lazy("stock", "Overstock"),
        "still": pgettext_lazy("stock", "No sales"),
    },
    "origin": {
        "receipt": pgettext_lazy("layer", "Receipt"),
        "opening": pgettext_lazy("layer", "Opening stock"),
        "transfer": pgettext_lazy("layer", "Transfer"),
        "regrade": pgettext_lazy("layer", "Regrade"),
        "return": pgettext_lazy("layer", "Customer return"),
        "conversion": pgettext_lazy("layer", "Conversion"),
        "surplus": pgettext_lazy("layer", "Count surplus"),
        "intercompany": pgettext_lazy("layer", "Intercompany purchase"),
    },
    "state": {
        "done": pgettext_lazy("state", "Done"),
        "posted": pgettext_lazy("state", "Posted"),
        "running": pgettext_lazy("state", "Running"),
        "waiting": pgettext_lazy("state", "Waiting"),
        "failed": pgettext_lazy("state", "Failed"),
        "cancelled": pgettext_lazy("state", "Cancelled"),
        "undone": pgettext_lazy("state", "Undone"),
        "checked": pgettext_lazy("state", "Checked, not posted"),
    },
    "why": {
        "no_bill": pgettext_lazy("missing cost", "No price on the receipt and no bill yet"),
        "unknown_return": pgettext_lazy("missing cost", "A return whose sale is not known"),
        "count_surplus": pgettext_lazy("missing cost", "Found in a count, not valued yet"),
        "opening": pgettext_lazy("missing cost", "Opening stock without a stated cost"),
        "uncosted": pgettext_lazy("missing cost", "Sold before any receipt was known"),
    },
}
"""Column key to value to word."""


def word(kind: str, value: str) -> str:
    """The word for a state; an unknown one shows itself readably."""
    known = WORDS.get(kind, {}).get(value)
    return str(known) if known else value.replace("_", " ")


def decision(item: Decision) -> str:
    """The decision as one sentence."""
    kind = "order_nowhere" if item.kind == "order" and not item.parameters.get("supplier") else item.kind
    template = DECISIONS.get(kind)
    if template is None:
        return str(item.parameters.get("text", "")) or f"{item.kind}: {item.sku}"
    return _fill(str(template), {"sku": item.sku, "name": item.name, **item.parameters})


def kind(value: str) -> str:
    """The filter's name for a kind of decision."""
    return str(KINDS.get(value, value.replace("_", " ")))


def line(item: Reason) -> str:
    """One line of an explanation."""
    template = REASONS.get(item.code)
    return _fill(str(template), item.parameters) if template else item.text


def problem(row: QuarantineRow) -> str:
    """What is wrong with a row in quarantine."""
    template = PROBLEMS.get(row.code)
    return _fill(str(template[0]), {"found": row.found, **row.parameters}) if template else row.message


def remedy(row: QuarantineRow) -> str:
    """What would make the row right."""
    template = PROBLEMS.get(row.code)
    return _fill(str(template[1]), {"found": row.found, **row.parameters}) if template else row.remedy


def reason_name(code: str) -> str:
    """The filter's name for a quarantine code."""
    template = PROBLEMS.get(code)
    return str(template[0]) if template else code.replace("_", " ")


def join(parts: list[str]) -> str:
    """Sentences one after another as the language sets them."""
    return pgettext("between sentences", " ").join(parts)


def _fill(template: str, parameters: dict[str, Any]) -> str:
    """Fill a template; what is not known is said to be so."""
    readable = {key: _readable(value) for key, value in parameters.items()}
    return template.format_map(_Known(readable))


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return _("(not known)")


def _readable(value: Any) -> str:
    if value is None:
        return _("(not known)")
    if isinstance(value, Money):
        return money_text(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return figure(value)
    return day(value) if hasattr(value, "year") else str(value)
