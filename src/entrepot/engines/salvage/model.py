"""What salvage takes: goods that cannot be sold as they are, ways to be rid of them, losses and claims.

Units: grams, mm³, minor units of one currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Literal

Per = Literal["unit", "kg", "cbm", "batch", "percent_of_value"]


@dataclass(frozen=True, slots=True)
class Unsalable:
    """Goods to be rid of. ``weight`` and ``volume`` of one packed unit, None = not measured.

    ``carrying`` is their book value (minor units in all), ``value`` what they would sell for in all; None = not known.
    """

    name: str
    units: int
    currency: str
    weight: int | None = None
    volume: int | None = None
    carrying: int | None = None
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """One price of a way: ``amount`` minor units per ``per`` (or percent of the goods' value), negative = money that comes in.

    ``amount`` None = asked for and not known yet. ``component`` is ``disposal``, ``freight``, ``duty`` …
    """

    name: str
    per: Per
    amount: Fraction | None
    component: str = "disposal"
    minimum: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to be rid of goods: destroy abroad, ship home and sell, ship home and destroy, clear to a liquidator, donate.

    ``prices`` are all its costs and returns. ``days`` until it is done; ``storage_per_day`` is what the goods cost meanwhile
    (minor units in all). ``allowed`` False with its ``reason``: shown, never chosen.
    """

    id: str
    name: str
    prices: tuple[Price, ...]
    days: int = 0
    storage_per_day: Fraction | None = Fraction(0)
    allowed: bool = True
    reason: str = ""


class Cause(StrEnum):
    """Why goods were lost or lost value."""

    FIRE = "fire"
    MOULD = "mould"
    MOISTURE = "moisture"
    FORCE_MAJEURE = "force_majeure"
    CARRIER = "carrier"
    PLATFORM = "platform"
    WAREHOUSE = "warehouse"
    """Lost in the hands of a third party that stores for the seller: his contract says what is repaid."""
    THEFT = "theft"
    EXPIRED = "expired"
    OTHER = "other"


class Claim(StrEnum):
    """Where a claim stands."""

    OPEN = "open"
    """Made or to be made: shown beside the loss, not set against it (IAS 37.31)."""
    AGREED = "agreed"
    """Acknowledged in writing: set against the loss."""
    PAID = "paid"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Recovery:
    """A claim on a carrier, insurer or platform for lost units, in minor units of the loss's currency.

    ``covers`` names the cost components that the payer makes good (a platform that repays manufacturing cost: ``goods``);
    empty = the whole landed cost. ``deadline`` is the last day on which it can be made.
    """

    payer: str
    amount: int
    status: Claim
    covers: frozenset[str] = frozenset()
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """Units lost or made worthless: their landed cost by component (book components), as the ledger carried them."""

    name: str
    units: int
    cause: Cause
    on: date
    currency: str
    landed: Mapping[str, int]
    recoveries: tuple[Recovery, ...] = ()


@dataclass(frozen=True, slots=True)
class Lost:
    """Units that are gone, as a reimbursement is matched with them: ``units`` still open of it, ``place`` where they were."""

    key: str
    item: str
    place: str
    on: date
    units: int
    kind: str = ""
    """``lost`` | ``damaged`` | empty = either."""


@dataclass(frozen=True, slots=True)
class Repaid:
    """Money (minor units) or units given for a loss that it does not name.

    ``units`` None = the payer does not say; ``place`` empty = any. ``reverses`` is the key of the reimbursement that it takes
    back: its amount is negative then and it follows that one.
    """

    key: str
    item: str
    place: str
    on: date
    units: int | None
    amount: int
    kind: str = ""
    reverses: str = ""
