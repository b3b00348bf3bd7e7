"""Cost components and the seven families in which people read them.

Component numbers are stored in the database and must never be reused. ``BOOK`` components are capitalised under
IAS 2 / CAS 1 (purchase, duty, non-recoverable tax, inbound freight and handling); the rest belong to the full view only.
"""

from __future__ import annotations

COMPONENTS: dict[str, int] = {
    "goods": 0, "freight": 1, "insurance": 2, "duty": 3, "import_tax": 4, "handling": 5, "inspection": 6,
    "packaging": 7, "domestic_freight": 8, "storage": 9, "capital": 10, "platform_fee": 11, "payment_fee": 12,
    "fulfilment": 13, "last_mile": 14, "advertising": 15, "returns": 16, "disposal": 17, "loss": 18, "software": 19,
    "rebate": 20, "other": 21, "expensed_freight": 22, "expensed_insurance": 23, "expensed_handling": 24,
    "expensed_inspection": 25, "expensed_packaging": 26, "expensed_domestic_freight": 27,
}  # fmt: skip
NAMES: dict[int, str] = {number: name for name, number in COMPONENTS.items()}
GOODS = COMPONENTS["goods"]

SERVICE = "service"
"""Category of an item that is sold but not stocked (postage, a discount line): it is never planned."""

FAMILIES: dict[str, tuple[str, ...]] = {
    "purchase": ("goods", "inspection", "packaging", "domestic_freight", "rebate"),
    "first_leg": ("freight", "insurance", "handling"),
    "duty_tax": ("duty", "import_tax"),
    "storage": ("storage",),
    "capital": ("capital",),
    "selling": (
        "platform_fee", "payment_fee", "fulfilment", "last_mile", "advertising", "software", "other", "expensed_freight",
        "expensed_insurance", "expensed_handling", "expensed_inspection", "expensed_packaging",
        "expensed_domestic_freight",
    ),
    "unsalable": ("returns", "disposal", "loss"),
}  # fmt: skip
"""Family → its components; the order is the order of every waterfall."""

EXPENSED: dict[str, str] = {name.removeprefix("expensed_"): name for name in COMPONENTS if name.startswith("expensed_")}
"""What a company's policy may expense when incurred → how it counts then: a selling cost of the same units.

Documents and cost lines keep the plain name; the figures take the other one for goods that came while the policy held.
"""

FAMILY_OF: dict[str, str] = {component: family for family, members in FAMILIES.items() for component in members}
BOOK: frozenset[str] = frozenset(FAMILIES["purchase"] + FAMILIES["first_leg"] + FAMILIES["duty_tax"])


def family_of(number: int) -> str:
    """Family of a component number.

    >>> family_of(COMPONENTS["freight"])
    'first_leg'
    """
    return FAMILY_OF[NAMES[number]]
