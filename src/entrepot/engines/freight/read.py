"""Rate cards from readable files: a mapping as TOML gives it, with bands in it or in a sheet of rows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, cast

from entrepot.core.cost_lines import Confidence
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.measures import CENTIMETRE, CUBIC_INCHES_PER_POUND, CUBIC_METRE, INCH
from entrepot.core.money import exponent
from entrepot.engines.freight.card import checked
from entrepot.engines.freight.model import EVERYWHERE, UNITS, Band, Charge, Condition, Container, RateCard, WeightRule

Table = Mapping[str, Any]


def read_card(text: str, rows: Iterable[Mapping[str, str]] | None = None) -> RateCard:
    """A rate card from TOML text, checked whole; ``rows`` of a sheet (zone, over, upto, flat, rate) replace its bands.

    Money is in major units of the card's currency, weights in the card's unit, divisors in cm³/kg or, with
    ``divisor_unit = "in3/lb"``, in³/lb; sides in mm, or in inches with ``sides = "in"``. The layout is in
    docs/methods/freight.md. Raises :class:`ProblemError` that names the card, the field and what was found.

    >>> card = read_card('''
    ... id = "LINE-BR"
    ... name = "Small parcel line to Brazil"
    ... mode = "line"
    ... currency = "CNY"
    ... per_piece = true
    ... component = "last_mile"
    ... weight = { unit = "g", step = 1 }
    ... band = [{ over = 0, upto = 2000, flat = 22, rate = 0.085 }]
    ... ''')
    >>> from entrepot.engines.freight.price import price
    >>> price(card, Fraction(300)).amount
    4750
    """
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ProblemError(
            Problem("rate_card", "the card is not valid TOML", "mend the place", found=str(error))
        ) from None
    if rows is not None:
        table = {**table, "band": [{k: v for k, v in row.items() if v != ""} for row in rows]}
    return card_from(table)


def card_from(table: Table) -> RateCard:
    """A rate card from a mapping with the names of :func:`read_card`, checked whole."""
    reader = _Reader(str(table.get("id", "")))
    currency = str(reader.needed(table, "currency"))
    cents = Fraction(10) ** exponent(currency)
    weight = reader.weight(cast(Table, table.get("weight", {})))
    card = RateCard(
        id=str(reader.needed(table, "id")),
        name=str(table.get("name", table.get("id", ""))),
        mode=str(reader.needed(table, "mode")),
        currency=currency,
        weight=weight,
        bands=tuple(reader.band(row, cents) for row in reader.rows(table, "band")),
        containers=tuple(reader.container(row, cents) for row in reader.rows(table, "container")),
        charges=tuple(reader.charge(row, cents) for row in reader.rows(table, "charge")),
        minimum=reader.cents(table, "minimum", cents),
        edge=table.get("edge", "upto"),
        next_break=bool(table.get("next_break", False)),
        per_piece=bool(table.get("per_piece", False)),
        all_in=bool(table.get("all_in", False)),
        component=str(table.get("component", "freight")),
        leg=table.get("leg", "border"),
        origin=str(table.get("origin", "")),
        destination=str(table.get("destination", "")),
        transit_days=reader.days(table, "transit_days"),
        valid_from=reader.day(table, "valid_from"),
        valid_to=reader.day(table, "valid_to"),
        source=str(table.get("source", "")),
        confidence=reader.confidence(table) or Confidence.SELLER,
    )
    return checked(card)


class _Reader:
    """Reads fields of one card; what is wrong is said with the card's id and the field."""

    def __init__(self, card: str) -> None:
        self.card = card

    def wrong(self, field: str, message: str, remedy: str, found: object = "") -> ProblemError:
        return ProblemError(Problem("rate_card", message, remedy, self.card, field=field, found=str(found)))

    def needed(self, table: Table, field: str) -> Any:
        if field not in table:
            raise self.wrong(field, "the field is missing", "add it to the card")
        return table[field]

    def rows(self, table: Table, field: str) -> list[Table]:
        return cast("list[Table]", table.get(field, []))

    def texts(self, table: Table, field: str) -> list[str]:
        found: Any = table.get(field, [])
        listed: list[Any] = cast("list[Any]", found) if isinstance(found, list) else [None]
        if not all(isinstance(x, str) for x in listed):
            raise self.wrong(field, "not a list of texts", 'write it like ["battery"]', str(table[field]))
        return listed

    def confidence(self, table: Table) -> Confidence | None:
        text = str(table.get("confidence", ""))
        if text and text not in set(Confidence):
            raise self.wrong("confidence", "no such confidence", f"use {', '.join(Confidence)}", text)
        return Confidence(text) if text else None

    def season(self, table: Table) -> tuple[tuple[int, int], tuple[int, int]] | None:
        days = self.texts(table, "season")
        try:
            parts = [date(2024, int(month), int(day)) for month, _, day in (text.partition("-") for text in days)]
        except ValueError:
            parts = []
        if days and len(parts) != 2:
            raise self.wrong("season", "not two days of the year", 'write it like ["10-15", "01-14"]', days)
        return ((parts[0].month, parts[0].day), (parts[1].month, parts[1].day)) if days else None

    def number(self, table: Table, field: str, default: Fraction | None = None) -> Fraction | None:
        if field not in table:
            return default
        try:
            return Fraction(Decimal(str(table[field])))
        except (InvalidOperation, ValueError):
            raise self.wrong(field, "not a number", "write it like 12.5", table[field]) from None

    def certain(self, table: Table, field: str) -> Fraction:
        number = self.number(table, field)
        if number is None:
            raise self.wrong(field, "the number is missing", "add it to the row")
        return number

    def cents(self, table: Table, field: str, cents: Fraction) -> int | None:
        number = self.number(table, field)
        return None if number is None else round(number * cents)

    def day(self, table: Table, field: str) -> date | None:
        value = table.get(field)
        try:
            return value if isinstance(value, date) else date.fromisoformat(value) if value else None
        except ValueError:
            raise self.wrong(field, "not a date", "write it like 2026-03-01", value) from None

    def days(self, table: Table, field: str) -> tuple[int, int] | None:
        found = cast("list[int]", table.get(field, []))
        if found and (len(found) != 2 or found[0] > found[1]):
            raise self.wrong(field, "not two rising numbers of days", "write it like [20, 27]", found)
        return (found[0], found[1]) if found else None

    def weight(self, table: Table) -> WeightRule:
        unit = table.get("unit", "kg")
        if unit not in UNITS:
            raise self.wrong("weight.unit", "no such unit of charge", f"use one of {', '.join(UNITS)}", unit)
        divisor = self.number(table, "divisor")
        if divisor is not None and table.get("divisor_unit") == "in3/lb":
            divisor *= CUBIC_INCHES_PER_POUND
        side_step = self.number(table, "side_step")
        if side_step is not None:
            side_step *= {"in": INCH, "cm": CENTIMETRE}.get(str(table.get("side_unit", "mm")), Fraction(1))
        zero, one = Fraction(0), Fraction(1)
        return WeightRule(
            unit=unit,
            divisor=divisor,
            step=self.number(table, "step"),
            per_piece=bool(table.get("per_piece", False)),
            side_step=side_step,
            volume_share=self.number(table, "volume_share", one) or zero,
            volume_from=self.number(table, "volume_from", one) or one,
            piece_minimum=self.number(table, "piece_minimum", zero) or zero,
            minimum=self.number(table, "minimum", zero) or zero,
        )

    def band(self, row: Table, cents: Fraction) -> Band:
        zero = Fraction(0)
        return Band(
            over=self.certain(row, "over"),
            upto=self.number(row, "upto"),
            flat=(self.number(row, "flat", zero) or zero) * cents,
            rate=(self.number(row, "rate", zero) or zero) * cents,
            rate_over=self.number(row, "rate_over", zero) or zero,
            zone=str(row.get("zone", EVERYWHERE)),
        )

    def container(self, row: Table, cents: Fraction) -> Container:
        inside = cast("list[int]", row.get("inside", []))
        room = tuple(sorted(inside, reverse=True))
        return Container(
            kind=str(self.needed(row, "kind")),
            price=round(self.certain(row, "price") * cents),
            volume=int(self.certain(row, "cbm") * CUBIC_METRE),
            payload=int(self.certain(row, "payload_kg") * 1000),
            inside=(room[0], room[1], room[2]) if len(room) == 3 else None,
        )

    def charge(self, row: Table, cents: Fraction) -> Charge:
        per = str(row.get("per", "shipment"))
        amount = self.certain(row, "amount")
        return Charge(
            code=str(self.needed(row, "code")),
            name=str(row.get("name", row["code"])),
            component=str(row.get("component", "freight")),
            per=cast(Any, per),
            amount=amount if per == "percent" else amount * cents,
            of=tuple(self.texts(row, "of") or ["freight"]),
            minimum=self.cents(row, "minimum", cents),
            maximum=self.cents(row, "maximum", cents),
            when=self.condition(cast(Table, row.get("when", {}))),
            group=str(row.get("group", "")),
            leg=row.get("leg", "border"),
            valid_from=self.day(row, "valid_from"),
            valid_to=self.day(row, "valid_to"),
            source=str(row.get("source", "")),
            confidence=self.confidence(row),
        )

    def condition(self, row: Table) -> Condition:
        scale = INCH if row.get("sides") == "in" else Fraction(1)
        grams = UNITS[str(row.get("weight_unit", "g"))]

        def bound(field: str, unit: Fraction) -> int | None:
            number = self.number(row, field)
            return None if number is None else int(number * unit)

        return Condition(
            goods=frozenset(self.texts(row, "goods")),
            zones=frozenset(self.texts(row, "zones")),
            postcodes=tuple(text.replace(" ", "").upper() for text in self.texts(row, "postcodes")),
            residential=bool(row.get("residential", False)),
            season=self.season(row),
            weight_over=bound("weight_over", grams),
            longest_over=bound("longest_over", scale),
            second_over=bound("second_over", scale),
            girth_over=bound("girth_over", scale),
        )
