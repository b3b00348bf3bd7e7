"""Amazon's words for fees, dispositions and events, as data (``codes/amazon.toml``)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from entrepot.channels.files.layout import normal


@cache
def words(table: str) -> dict[str, str]:
    """One table of the file, keys in normal form."""
    text = (resources.files("entrepot.channels.files") / "codes" / "amazon.toml").read_text("utf-8")
    return {normal(key): value for key, value in tomllib.loads(text)[table].items()}


def component(description: str, amount_type: str) -> str:
    """The cost component of a fee; one that no word tells is a platform fee.

    >>> component("FBAPerUnitFulfillmentFee", "ItemFees"), component("TransactionTotalAmount", "Cost of Advertising")
    ('fulfilment', 'advertising')
    """
    text = f"{normal(description)} {normal(amount_type)}"
    return next((value for key, value in words("fees").items() if key in text), "platform_fee")


def condition(disposition: str | None) -> str | None:
    """The condition of a unit; ``None`` for a disposition that is not known.

    >>> condition("CUSTOMER_DAMAGED"), condition("SELLABLE"), condition("?")
    ('customer_damaged', 'sellable', None)
    """
    return words("dispositions").get(normal(disposition or ""))
