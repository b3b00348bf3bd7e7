"""What the stored numbers mean, stated a second time: kinds of movement, cost components, families, defaults."""

from __future__ import annotations

(
    OPENING,
    RECEIPT,
    COUNT_SURPLUS,
    INTERCOMPANY_RECEIPT,
    RETURN,
    ARRIVAL,
    CONVERSION_IN,
    CONVERSION_OUT,
    TRANSFER,
    DEPARTURE,
    REGRADE,
    SUPPLIER_RETURN,
    INTERCOMPANY_SALE,
    SALE,
    WRITE_OFF,
    USE,
    COUNT_SHORTAGE,
) = range(1, 18)

RANK = (9, 0, 0, 0, 0, 1, 2, 3, 3, 4, 4, 4, 4, 4, 5, 6, 6, 6)
"""Place of a kind among movements of one instant, by kind number."""

AHEAD_OF_STOCK = frozenset({SALE, WRITE_OFF, USE, COUNT_SHORTAGE})
"""Kinds that may take units which are not there yet; every other departure waits for them."""

COMPONENTS = (
    "goods freight insurance duty import_tax handling inspection packaging domestic_freight storage capital "
    "platform_fee payment_fee fulfilment last_mile advertising returns disposal loss software rebate other "
    "expensed_freight expensed_insurance expensed_handling expensed_inspection expensed_packaging expensed_domestic_freight"
).split()
NUMBER_OF = {name: number for number, name in enumerate(COMPONENTS)}
GOODS = 0

FAMILIES = ("purchase", "first_leg", "duty_tax", "storage", "capital", "selling", "unsalable")
_FAMILY_NAMES = {
    "purchase": "goods inspection packaging domestic_freight rebate",
    "first_leg": "freight insurance handling",
    "duty_tax": "duty import_tax",
    "storage": "storage",
    "capital": "capital",
    "selling": "platform_fee payment_fee fulfilment last_mile advertising software other expensed_freight "
    "expensed_insurance expensed_handling expensed_inspection expensed_packaging expensed_domestic_freight",
    "unsalable": "returns disposal loss",
}
FAMILY_OF = tuple(
    next(place for place, family in enumerate(FAMILIES) if name in _FAMILY_NAMES[family].split()) for name in COMPONENTS
)
"""Component number → place of its family in :data:`FAMILIES`; the first three make the book cost."""
BOOK_FAMILIES = 3
