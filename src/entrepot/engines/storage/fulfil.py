"""What the platform charges to pick, pack and ship one unit, and for the steps before and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

from entrepot.core.cost_lines import Basis, CostLine
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.measures import POUND
from entrepot.core.money import major, round_half_away
from entrepot.engines.storage.model import OwnFigures, Unit
from entrepot.engines.storage.size_tier import Sized, size_tier
from entrepot.rules.platform_fees import FeeBook, FeeRow, FulfilmentFee, ServiceFee

_EURO = ("AT", "BE", "DE", "ES", "FR", "IE", "IT", "NL")
CURRENCIES: dict[str, str] = {
    **dict.fromkeys(_EURO, "EUR"),
    "US": "USD", "CA": "CAD", "MX": "MXN", "BR": "BRL", "UK": "GBP", "SE": "SEK", "PL": "PLN", "TR": "TRY", "JP": "JPY",
    "AU": "AUD", "SG": "SGD", "IN": "INR", "AE": "AED", "SA": "SAR", "EG": "EGP", "ZA": "ZAR",
}  # fmt: skip
"""Currency in which a marketplace charges its fees."""


def currency_of(marketplace: str) -> str:
    """Currency of a marketplace's fees; a marketplace that is not known is refused.

    >>> currency_of("UK"), currency_of("DE")
    ('GBP', 'EUR')
    """
    if marketplace not in CURRENCIES:
        remedy = f"use one of {', '.join(sorted(CURRENCIES))}"
        raise ProblemError(Problem("unknown_marketplace", "no such marketplace", remedy, found=marketplace))
    return CURRENCIES[marketplace]


@dataclass(frozen=True, slots=True)
class Asked:
    """One SKU at one marketplace on one day. ``price`` in minor units of the marketplace's currency.

    ``wide_low_price`` says that the SKU is in a category in which the low price reaches further (UK: to 20 GBP).
    """

    unit: Unit
    marketplace: str
    on: date
    price: int | None = None
    wide_low_price: bool = False
    count: int = 1

    @property
    def currency(self) -> str:
        """Currency of the fees."""
        return currency_of(self.marketplace)


def sized(asked: Asked, book: FeeBook) -> Sized | tuple[str, ...]:
    """The tier of what is asked, or what is needed to know it."""
    if asked.unit.needs:
        return asked.unit.needs
    rows = book.on(book.tiers, asked.marketplace, asked.on)
    if not rows:
        return (f"a size tier table of {asked.marketplace} for {asked.on}",)
    found = size_tier(asked.unit, rows)
    return found or (f"the platform's own size tier of {asked.unit.sku}: it exceeds every tier of the table",)


def fulfilment(asked: Asked, book: FeeBook, own: OwnFigures | None = None) -> list[CostLine]:
    """Fulfilment fee of ``count`` units, with the surcharges of the day; the seller's own figure comes before the table.

    fee = row's fee + step fee · ⌈(fee weight − step_over) / step⌉, surcharges in percent of it, each rounded per unit.

    >>> from entrepot.rules.platform_fees import platform_fees
    >>> mug = Unit("MUG", 420, 130, 110, 100)
    >>> for line in fulfilment(Asked(mug, "US", date(2026, 3, 2), price=1999), platform_fees()):
    ...     print(line.explain())
    FBA fulfilment: 4.60 USD = 4.60 USD a unit (large_standard, 0.92 lb). Rule: US/large_standard/12-16oz/10_to_50
    (from 2026-01-15; high; progami/targonos apps/talos fees.ts @e741dcac (2026-05-18), rate card from 2026-01-15)
    """
    figure = (own or {}).get((asked.unit.sku, "fulfilment"))
    if figure is not None:
        amount = round_half_away(figure.amount) * asked.count
        rate = f"{major(round_half_away(figure.amount), figure.currency)} {figure.currency} a unit"
        return [CostLine("fulfilment", "FBA fulfilment", amount, figure.currency, figure.basis, rate=rate)]
    found = sized(asked, book)
    if isinstance(found, tuple):
        return [_unknown("fulfilment", "FBA fulfilment", asked, found)]
    rows = book.on(book.fulfilment, asked.marketplace, asked.on)
    if asked.price is None and any(r.price_over is not None or r.price_upto is not None for r in rows):
        return [_unknown("fulfilment", "FBA fulfilment", asked, (f"the selling price of {asked.unit.sku}",))]
    row = fulfilment_row(rows, found, asked)
    if row is None:
        need = f"the fee preview of {asked.unit.sku}: the table has no fee for {found.tier.tier}, {_pounds(found)}"
        return [_unknown("fulfilment", "FBA fulfilment", asked, (need,))]
    if not book.usable(row):
        return [_unconfirmed("fulfilment", "FBA fulfilment", asked, row)]
    each = unit_fee(row, found.fee_weight)
    rate = f"{major(each, row.currency)} {row.currency} a unit ({found.tier.tier}, {_pounds(found)})"
    lines = [CostLine("fulfilment", "FBA fulfilment", each * asked.count, row.currency, row.basis, rate=rate)]
    for extra in book.on(book.services, asked.marketplace, asked.on):
        if extra.fee == "fuel_and_logistics_surcharge" and extra.rate is not None:
            more = round_half_away(Fraction(each) * extra.rate / 100)
            text = f"{float(extra.rate):g}% of {major(each, row.currency)} {row.currency} a unit"
            label = "Fuel and logistics surcharge"
            lines.append(CostLine("fulfilment", label, more * asked.count, row.currency, extra.basis, rate=text))
        if extra.fee == "peak_fulfilment" and in_season(extra, asked.on):
            need = (f"the peak fee of {asked.unit.sku}, from the fee preview: no table of it was found",)
            line = _unknown("fulfilment", "Peak fulfilment fee (15 October to 14 January)", asked, need, extra.basis)
            lines.append(line)
    return lines


def fulfilment_row(rows: Sequence[FulfilmentFee], found: Sized, asked: Asked) -> FulfilmentFee | None:
    """The first row of the tier whose weight and price hold."""
    weight, price = found.fee_weight, asked.price
    for row in rows:
        if row.tier != found.tier.tier or not _within(weight, row.weight_over, row.weight_upto):
            continue
        upto = row.price_upto
        if asked.wide_low_price and row.price_upto_wide is not None:
            upto = row.price_upto_wide
        low = row.price_over is not None and (price is None or price <= row.price_over)
        high = upto is not None and (price is None or price > upto)
        if not low and not high:
            return row
    return None


def unit_fee(row: FulfilmentFee, weight: Fraction) -> int:
    """Minor units of one unit of ``weight`` grams under a row."""
    if row.step is None or row.step_over is None or weight <= row.step_over:
        return row.fee
    return row.fee + row.step_fee * ceil((weight - row.step_over) / row.step)


def in_season(row: ServiceFee, on: date) -> bool:
    """Whether a yearly fee runs on a day: its band is month·100 + day, and may run over New Year."""
    if row.band_from is None or row.band_to is None:
        return True
    day = on.month * 100 + on.day
    if row.band_from <= row.band_to:
        return row.band_from <= day <= row.band_to
    return day >= row.band_from or day <= row.band_to


def placement(asked: Asked, book: FeeBook, option: str = "minimal", own: OwnFigures | None = None) -> CostLine:
    """Inbound placement of ``count`` units; ``option`` is ``minimal``, ``partial`` or ``optimised`` splits.

    >>> from entrepot.rules.platform_fees import platform_fees
    >>> mug = Unit("MUG", 420, 130, 110, 100)
    >>> placement(Asked(mug, "US", date(2026, 3, 2), count=200), platform_fees()).amount
    8200
    """
    return service(asked, book, "inbound_placement", "handling", "Inbound placement", option=option, own=own)


def low_inventory(
    asked: Asked, book: FeeBook, short_cover: Fraction | None, long_cover: Fraction | None
) -> CostLine | None:
    """Low-inventory-level fee of ``count`` units shipped; None where it is not due.

    ``short_cover`` and ``long_cover`` are the historical days of supply over 30 and 90 days; the fee is due when both are
    under the table's last band, by the greater of the two. A unit without history (both None) pays none.
    """
    rows = [r for r in book.on(book.services, asked.marketplace, asked.on) if r.fee == "low_inventory_level"]
    if not rows or (short_cover is None and long_cover is None):
        return None
    if short_cover is None or long_cover is None:
        need = ("days of supply over 30 and over 90 days",)
        return _unknown("fulfilment", "Low-inventory-level fee", asked, need)
    cover = max(short_cover, long_cover)
    if cover >= max(r.band_to or 0 for r in rows):
        return None
    return service(asked, book, "low_inventory_level", "fulfilment", "Low-inventory-level fee", band=cover)


def removal(asked: Asked, book: FeeBook, own: OwnFigures | None = None) -> CostLine:
    """Removal or disposal of ``count`` units (one table serves both).

    The weight is rounded up to 0.1 lb up to one pound, to whole pounds above (sellercentral.amazon.com 200685050).

    >>> from entrepot.rules.platform_fees import platform_fees
    >>> removal(Asked(Unit("MUG", 420, 130, 110, 100), "US", date(2026, 3, 2), count=10), platform_fees()).amount
    1530
    """
    return service(asked, book, "removal_or_disposal", "disposal", "Removal or disposal", own=own)


def returns_processing(asked: Asked, book: FeeBook, own: OwnFigures | None = None) -> CostLine:
    """Returns processing of ``count`` returned units, where it is due: apparel and shoes always, others above their category's
    return rate. No table by size tier was found, so that without the seller's own figure the line asks for it."""
    return service(asked, book, "returns_processing", "returns", "Returns processing", own=own)


def service(
    asked: Asked,
    book: FeeBook,
    fee: str,
    component: str,
    label: str,
    *,
    option: str = "",
    band: Fraction | None = None,
    own: OwnFigures | None = None,
) -> CostLine:
    """A fee of the services table for ``count`` units; a line that says what it needs where no row is usable."""
    figure = (own or {}).get((asked.unit.sku, fee))
    if figure is not None:
        amount = round_half_away(figure.amount * asked.count)
        return CostLine(component, label, amount, figure.currency, figure.basis, rate="own report, a unit")
    rows = [r for r in book.on(book.services, asked.marketplace, asked.on) if r.fee == fee and r.option == option]
    if not rows:
        return _unknown(component, label, asked, (f"a price of {fee} at {asked.marketplace} on {asked.on}",))
    found = sized(asked, book)
    if isinstance(found, tuple):
        return _unknown(component, label, asked, found)
    weight = (
        _rounded(found.fee_weight)
        if rows[0].step_over is not None or fee == "removal_or_disposal"
        else found.fee_weight
    )
    for row in rows:
        tier = bool(row.tiers & {"all", found.tier.size_class, found.tier.tier})
        weighs = row.weight_over is None or _within(weight, row.weight_over, row.weight_upto)
        banded = band is None or row.band_from is None or row.band_from <= band < (row.band_to or band + 1)
        if tier and weighs and banded and row.rate is not None:
            if not book.usable(row):
                return _unconfirmed(component, label, asked, row)
            each = row.rate
            if row.step_rate and row.step and row.step_over is not None and weight > row.step_over:
                each += row.step_rate * ceil((weight - row.step_over) / row.step)
            text = f"{major(round_half_away(each), row.currency)} {row.currency} a unit"
            amount = round_half_away(each * asked.count)
            base = f"{asked.count} units" if asked.count != 1 else ""
            return CostLine(component, label, amount, row.currency, row.basis, base=base, rate=text)
    return _unknown(component, label, asked, (f"a price of {fee} for {found.tier.tier}, {_pounds(found)}",))


def _rounded(weight: Fraction) -> Fraction:
    """Pounds rounded up to 0.1 up to one, to whole pounds above; in grams."""
    step = POUND / 10 if weight <= POUND else POUND
    return ceil(weight / step) * step


def _within(weight: Fraction, over: Fraction, upto: Fraction | None) -> bool:
    return (weight > over or over == 0) and (upto is None or weight <= upto)


def _pounds(found: Sized) -> str:
    if found.tier.marketplace == "US":
        return f"{float(found.fee_weight / POUND):.2f} lb"
    return f"{float(found.fee_weight):.0f} g"


def _unknown(component: str, label: str, asked: Asked, needs: tuple[str, ...], basis: Basis | None = None) -> CostLine:
    if basis is None:
        return CostLine(component, label, None, asked.currency, needs=needs)
    return CostLine(component, label, None, asked.currency, basis, needs=needs)


def _unconfirmed(component: str, label: str, asked: Asked, row: FeeRow) -> CostLine:
    return _unknown(component, label, asked, (f"your confirmation of the unverified rate {row.id}",), row.basis)
