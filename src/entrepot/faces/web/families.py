"""Cost families and components: one name, one order and one colour for each, everywhere.

The seven families come from :mod:`entrepot.core.components`; the colour lives in the style sheet as ``--fam-<family>``
and is safe for colour-blind readers.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from entrepot.core.components import BOOK, FAMILIES

NAMES: dict[str, Promise] = {
    "net_sales": pgettext_lazy("family", "Net sales"),
    "refunds": pgettext_lazy("family", "Refunds"),
    "purchase": pgettext_lazy("family", "Purchase"),
    "first_leg": pgettext_lazy("family", "First leg"),
    "duty_tax": pgettext_lazy("family", "Duty and tax"),
    "storage": pgettext_lazy("family", "Storage"),
    "capital": pgettext_lazy("family", "Capital"),
    "imputed": gettext_lazy("Capital, imputed"),
    "selling": pgettext_lazy("family", "Selling and last mile"),
    "unsalable": pgettext_lazy("family", "Returns and loss"),
    "profit": pgettext_lazy("family", "Profit"),
    "gross": pgettext_lazy("family", "Gross profit"),
}
"""Family to label; net sales, refunds and profit stand around the seven families of cost."""

COMPONENTS: dict[str, Promise] = {
    "goods": pgettext_lazy("component", "Goods"),
    "freight": pgettext_lazy("component", "Freight"),
    "insurance": pgettext_lazy("component", "Insurance"),
    "duty": pgettext_lazy("component", "Duty"),
    "import_tax": pgettext_lazy("component", "Import tax, not recoverable"),
    "handling": pgettext_lazy("component", "Handling"),
    "inspection": pgettext_lazy("component", "Inspection"),
    "packaging": pgettext_lazy("component", "Packaging"),
    "domestic_freight": pgettext_lazy("component", "Domestic freight"),
    "storage": pgettext_lazy("component", "Storage"),
    "capital": pgettext_lazy("component", "Capital"),
    "platform_fee": pgettext_lazy("component", "Platform fee"),
    "payment_fee": pgettext_lazy("component", "Payment fee"),
    "fulfilment": pgettext_lazy("component", "Fulfilment"),
    "last_mile": pgettext_lazy("component", "Last mile"),
    "advertising": pgettext_lazy("component", "Advertising"),
    "returns": pgettext_lazy("component", "Return handling"),
    "disposal": pgettext_lazy("component", "Disposal"),
    "loss": pgettext_lazy("component", "Loss"),
    "software": pgettext_lazy("component", "Software"),
    "rebate": pgettext_lazy("component", "Rebate"),
    "other": pgettext_lazy("component", "Other"),
    "expensed_freight": pgettext_lazy("component", "Freight, expensed"),
    "expensed_insurance": pgettext_lazy("component", "Insurance, expensed"),
    "expensed_handling": pgettext_lazy("component", "Handling, expensed"),
    "expensed_inspection": pgettext_lazy("component", "Inspection, expensed"),
    "expensed_packaging": pgettext_lazy("component", "Packaging, expensed"),
    "expensed_domestic_freight": pgettext_lazy("component", "Domestic freight, expensed"),
}

BOOK_FAMILIES = tuple(family for family, members in FAMILIES.items() if set(members) <= BOOK)
"""Families of book cost (IAS 2); the others belong to the full view only."""

FULL = tuple(name for name in NAMES if name in FAMILIES or name == "imputed")
"""The families of the full view, and what the money in the goods costs, which nobody bills."""

DRILLED = ("net_sales", "refunds", *FULL)
"""Bars that open their lines."""


def label(family: str) -> str:
    """The family's name in the reader's language; an unknown one shows its own key."""
    return str(NAMES.get(family, family.replace("_", " ")))


def import_tax() -> str:
    """Import tax before anybody said whether it comes back."""
    return str(gettext_lazy("Import tax"))


def component(name: str) -> str:
    """The component's name in the reader's language."""
    return str(COMPONENTS.get(name, name.replace("_", " ")))


def in_order(families: Iterable[str]) -> list[str]:
    """``families`` in the order of the waterfall, unknown ones last by name.

    >>> in_order(["storage", "purchase"])
    ['purchase', 'storage']
    """
    rank = {family: place for place, family in enumerate(FAMILIES)}
    return sorted(set(families), key=lambda family: (rank.get(family, len(rank)), family))
