"""Master data as documents: companies, places, items, listings, bundles, suppliers, shops, rates.

They are versioned like any other document, so "which carton did we use in May?" has an answer.
"""

# Each document narrows `type` to its own name; pieces are frozen, which the type checker does not see.
# pyright: reportIncompatibleVariableOverride=false

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from entrepot.core.documents.header import Amount, Code, Country, Document, Piece, Short, Text, Units, unique
from entrepot.core.documents.terms import PaymentTerm, whole
from entrepot.core.money import CURRENCIES, MAX_AMOUNT

CostingMethod = Literal["fifo", "moving_average", "month_end"]
LocationKind = Literal["warehouse", "factory", "fba", "third_party", "store", "customs"]
Grams = Annotated[int, Field(ge=0, le=10**9)]
Millimetres = Annotated[int, Field(ge=0, le=10**6)]


def iso_currency(value: str) -> str:
    if value not in CURRENCIES:
        raise ValueError("not an ISO 4217 currency code")
    return value


class Company(Document):
    """A legal entity that owns stock: base currency, zone in which its periods are cut, costing method.

    ``books_from``: the first day of its books, where they start in the middle of a year. What was sold or came back before
    moved units that the opening balance left out already: it feeds demand only. ``over_bp``: what a receipt may exceed an order
    by where neither the order nor its supplier says so.
    """

    type: Literal["company"] = "company"
    name: Text
    currency: str
    zone: str = "UTC"
    method: CostingMethod = "fifo"
    country: Country | None = None
    books_from: date | None = None
    over_bp: Annotated[int, Field(ge=0, le=10_000)] | None = None

    _iso = field_validator("currency")(iso_currency)

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("not a time zone such as Asia/Shanghai") from None
        return value


class TaxRegistration(Document):
    """A dated tax number of the company in a country (VAT, EORI, IOSS, GST …).

    ``numerator``/``denominator`` of the tax on imports comes back (7/10 where three tenths of the sales are exempt): all of it
    where nothing is said, nothing under a flat rate scheme.
    """

    type: Literal["tax_registration"] = "tax_registration"
    country: Country
    scheme: Literal["vat", "gst", "flat_rate", "ioss", "oss", "eori", "sales_tax", "importer_of_record", "other"]
    number: Code
    valid_from: date
    valid_to: date | None = None
    numerator: Annotated[int, Field(ge=0, le=MAX_AMOUNT)] | None = None
    denominator: Annotated[int, Field(gt=0, le=MAX_AMOUNT)] = 1

    @property
    def share(self) -> Fraction:
        """What part of the tax on imports comes back."""
        if self.numerator is None:
            return Fraction(0 if self.scheme == "flat_rate" else 1)
        return Fraction(self.numerator, self.denominator)

    @model_validator(mode="after")
    def _in_order(self) -> TaxRegistration:
        if self.numerator is not None and self.numerator > self.denominator:
            raise ValueError("no more than all of the tax comes back")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("the registration ends before it begins")
        return self


class Packaging(Piece):
    """One packaging level: ``units`` base units inside, gross weight in grams, outer size in millimetres.

    Unknown weight or size is ``None``; a split that needs it is refused rather than guessed.
    """

    level: Literal["unit", "inner", "carton", "pallet"]
    units: Units
    weight_g: Grams | None = None
    length_mm: Millimetres | None = None
    width_mm: Millimetres | None = None
    height_mm: Millimetres | None = None
    valid_from: date | None = None

    @property
    def volume_mm3(self) -> int | None:
        """Outer volume, or ``None`` where a side is unknown."""
        if self.length_mm is None or self.width_mm is None or self.height_mm is None:
            return None
        return self.length_mm * self.width_mm * self.height_mm


class Item(Document):
    """A stock-keeping unit. ``id`` is the SKU. Packaging levels are dated: the latest valid one counts."""

    type: Literal["item"] = "item"
    name: Text = ""
    name_zh: Text = ""
    category: Text = ""
    brand: Text = ""
    base_unit: str = "piece"
    hs_code: str = ""
    origin: Country | None = None
    barcode: str = ""
    packaging: list[Packaging] = []
    supplier: str = ""
    moq: Units | None = None
    lead_time_days: Annotated[int, Field(ge=0, le=1000)] | None = None
    list_price: Amount | None = None
    currency: str = ""
    successor_of: str = ""
    discontinued_on: date | None = None


class Listing(Document):
    """What a shop calls an item: seller SKU, and the platform's own ids. ``id`` is the seller SKU."""

    type: Literal["listing"] = "listing"
    shop: Code
    sku: Code
    title: Text = ""
    asin: str = ""
    fnsku: str = ""
    valid_from: date | None = None


class BundlePart(Piece):
    sku: Code
    quantity: Units


class Bundle(Document):
    """A listing that ships several items; ``id`` is the bundle's SKU. Selling it moves its parts."""

    type: Literal["bundle"] = "bundle"
    name: Text = ""
    parts: Annotated[list[BundlePart], Field(min_length=1)]

    @model_validator(mode="after")
    def _once(self) -> Bundle:
        unique([p.sku for p in self.parts], "part")
        return self


class Supplier(Document):
    """Who sells or carries: ``id`` is the supplier code. ``kind`` tells factories from forwarders and others.

    ``minimum_order``: least goods of one order, in ``currency``; ``order_in``: he takes whole cartons, or whole pallets of the
    items that have that packaging level. ``terms``: when shares of an order are due that states none itself; ``over_bp``: what
    a receipt may exceed a line of such an order by; ``discount_bp`` of a bill paid within ``discount_days``. All three hold from
    the document's day on.
    """

    type: Literal["supplier"] = "supplier"
    name: Text = ""
    name_zh: Text = ""
    kind: Literal["goods", "forwarder", "broker", "carrier", "warehouse", "platform", "other"] = "goods"
    country: Country | None = None
    currency: str = ""
    payment_terms: Text = ""
    minimum_order: Amount | None = None
    order_in: Literal["carton", "pallet"] = "carton"
    over_bp: Annotated[int, Field(ge=0, le=10_000)] | None = None
    discount_bp: Annotated[int, Field(ge=0, le=10_000)] = 0
    discount_days: Annotated[int, Field(ge=0, le=365)] = 0
    terms: list[PaymentTerm] = []

    @model_validator(mode="after")
    def _all_of_it(self) -> Supplier:
        whole(self.terms)
        return self


class Location(Document):
    """A place where units can stand; ``id`` is its code."""

    type: Literal["location"] = "location"
    name: Text = ""
    name_zh: Text = ""
    kind: LocationKind = "warehouse"
    country: Country | None = None
    city: Text = ""


class Shop(Document):
    """A selling account on a channel; ``id`` is its code. Orders draw from ``location`` unless they say otherwise."""

    type: Literal["shop"] = "shop"
    name: Text = ""
    channel: Literal["amazon", "shopify", "woocommerce", "shopee", "ebay", "own", "other"] = "other"
    currency: str
    zone: str = "UTC"
    location: Code
    country: Country | None = None

    _iso = field_validator("currency")(iso_currency)


class FxRate(Document):
    """``rate`` units of ``quote`` for one unit of ``base``, as an exact ratio, valid from its date on."""

    type: Literal["fx_rate"] = "fx_rate"
    base: str
    quote: str
    numerator: Annotated[int, Field(gt=0, le=MAX_AMOUNT)]
    denominator: Annotated[int, Field(gt=0, le=MAX_AMOUNT)] = 1
    date: date
    purpose: Literal["books", "customs", "tax", "platform", "bank"] = "books"
    publisher: Text = ""

    _iso = field_validator("base", "quote")(iso_currency)


class Signal(Document):
    """A dated observation that may explain demand (page views, ad spend, search index, price of a rival …).

    ``subject``: what people looked for, complained of or waited for, in their words; with it, and without ``sku``, the
    signal tells of demand for something that is not listed.
    """

    type: Literal["signal"] = "signal"
    sku: str = ""
    shop: str = ""
    name: Code
    subject: Short = ""
    numerator: Annotated[int, Field(ge=-MAX_AMOUNT, le=MAX_AMOUNT)]
    denominator: Annotated[int, Field(gt=0, le=MAX_AMOUNT)] = 1
