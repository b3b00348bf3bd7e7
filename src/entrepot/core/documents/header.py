"""What every document has: an identity, a company, an instant, and typed pieces used by many kinds.

Identity is (source, account, type, id); a later content under the same identity is its next *version* and corrects the
earlier one line by line. Amounts are integers in minor units of ``currency``; a unit price is a pair
(amount, per quantity), never a rounded quotient; quantities are integers in the item's base unit.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from entrepot.core.money import CURRENCIES, MAX_AMOUNT

MAX_QUANTITY = 2 * 10**9
"""Units of one line: what the valuation can fold (31 bits)."""

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Amount = Annotated[int, Field(ge=-MAX_AMOUNT, le=MAX_AMOUNT, strict=True)]
Units = Annotated[int, Field(gt=0, le=MAX_QUANTITY, strict=True)]
Condition = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class Piece(BaseModel):
    """A frozen part of a document; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Money(Piece):
    """``amount`` minor units of ``currency``."""

    amount: Amount
    currency: str

    @field_validator("currency")
    @classmethod
    def _iso(cls, value: str) -> str:
        if value not in CURRENCIES:
            raise ValueError("not an ISO 4217 currency code")
        return value


class UnitPrice(Piece):
    """``amount`` minor units for every ``per`` units: 12.5 cents a unit is ``amount=125, per=10``."""

    amount: Amount
    per: Units = 1


class Ref(Piece):
    """Another document, and one line of it where ``line`` is given (lines count from 1).

    ``type`` and ``id`` find it within the company; ``account`` and ``source`` narrow where ids repeat.
    """

    type: str
    id: Code
    line: Annotated[int, Field(ge=1)] | None = None
    account: str = ""
    source: str = ""


class CellRef(Piece):
    """Where units stand, beside the company: place, condition, label (FNSKU, barcode), batch and expiry."""

    location: Code
    condition: Condition = "sellable"
    label: Short = ""
    batch: Short = ""
    expiry: date | None = None


class Document(Piece):
    """Header of every document.

    ``source`` says by which door it came (``file:amazon_orders``, ``api``, ``web``); ``account`` is the shop, supplier
    or company whose numbering ``id`` belongs to. ``effective_at`` is when it happened.
    """

    type: str
    id: Code
    source: Code = "manual"
    account: Short = ""
    company: str = ""
    effective_at: AwareDatetime
    note: Text = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """(source, account, type, id): what makes two deliveries the same document."""
        return (self.source, self.account, self.type, self.id)


class ItemLine(Piece):
    """One item and how many base units of it. ``pack``/``packs`` keep how the count entered, by exact ratio."""

    sku: Code
    quantity: Units
    pack: str = ""
    packs: Annotated[int, Field(gt=0)] | None = None
    note: Text = ""


def unique(values: list[str], what: str) -> None:
    """Refuse repeats inside one document."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} {value!r} stands twice")
        seen.add(value)
