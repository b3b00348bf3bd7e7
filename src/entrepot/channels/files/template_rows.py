"""Rows of a template into documents of its type (see :mod:`.template_columns` for how rows and documents relate).

A document is taken whole or refused whole: half a receipt or bill would be worse than none.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import polars as pl
from pydantic import ValidationError

from entrepot.channels.files import number_style
from entrepot.channels.files.assemble import LINE, ROW, Columns, groups
from entrepot.channels.files.countries import country_code
from entrepot.channels.files.parsed import Aside, Rejected, Sourced
from entrepot.channels.files.reading import Reading
from entrepot.channels.files.references import read_reference
from entrepot.channels.files.refusals import shorten
from entrepot.channels.files.template_columns import TemplateColumn, columns, models
from entrepot.channels.files.template_words import choice_code
from entrepot.channels.files.templates import default_type
from entrepot.core.errors import Problem
from entrepot.core.money import CURRENCIES

_GROUP = "document key"  # no column is called so
_BEGINNING = "2000-01-01T00:00:00+00:00"
_DATED_BY = {
    "fx_rate": "date", "period_close": "period_to", "period_reopen": "period_to", "tax_registration": "valid_from",
    **dict.fromkeys(("company", "item", "listing", "bundle", "supplier", "location", "shop"), ""),
}  # fmt: skip
"""Where an empty date comes from: another column, or (master data) the beginning of the books."""

_YES, _NO = ("yes", "y", "true", "1", "是", "x"), ("no", "n", "false", "0", "否")


def prepare(reading: Reading) -> pl.DataFrame:
    """Every column typed, and the document that each row belongs to."""
    kind = reading.layout.code
    of_kind = columns(kind)
    stated = reading.text("type")
    reading.fault(
        stated.is_not_null() & (stated != kind),
        "type_differs",
        "the row is of another document type",
        "put each type into a file of its own",
        "type",
        stated,
    )
    data: dict[str, pl.Series] = {_GROUP: _documents(reading, kind)}
    ordered = sorted(of_kind, key=lambda c: c.kind != "currency")
    for c in ordered:
        data[c.name] = _column(reading, c, data)
    data[ROW] = pl.int_range(reading.height, eager=True)
    data[LINE] = reading.lines
    reading.units = data.get("quantity", data.get("counted", reading.units)).cast(pl.Int64)
    reading.money = data.get("amount", reading.money).cast(pl.Int64)
    reading.currencies = _inherited(data, "currency") if "currency" in data else reading.currencies
    reading.numbers = data[_GROUP]
    return pl.DataFrame(data)


def build(reading: Reading, frame: pl.DataFrame) -> Iterator[Sourced | Rejected | Aside]:
    """One document for each number, in the order of their first row."""
    for chunk, start, stop in groups(frame, _GROUP):
        yield from _Document(reading, chunk, range(start, stop)).settle()


def _documents(reading: Reading, kind: str) -> pl.Series:
    """The number of each row's document: inherited from above; made from the content where a one-row type has none."""
    number = reading.ids("id")
    if any(c.lists for c in columns(kind)):
        number = number.fill_null(strategy="forward")
        reading.fault(
            number.is_null(), "missing", "the first row of a document has its number", "fill it in", "id", number
        )
        return number.fill_null("").alias(_GROUP)
    if number.null_count() == 0:
        return number.alias(_GROUP)
    seen: Counter[str] = Counter()
    rows = reading.cells.drop(LINE).rows()
    made: list[str] = []
    for value, row in zip(number.to_list(), rows, strict=True):
        if value is not None:
            made.append(value)
            continue
        mark = hashlib.sha256(repr(row).encode()).hexdigest()[:16]
        seen[mark] += 1
        made.append(f"{mark}-{seen[mark]}")
    return pl.Series(_GROUP, made, dtype=pl.String)


def _inherited(data: dict[str, pl.Series], name: str) -> pl.Series:
    """``name`` on every row of its document: the value above it, else the first below."""
    frame = pl.DataFrame({"v": data[name], "g": data[_GROUP]})
    filled = pl.col("v").forward_fill().over("g")
    return frame.select(pl.coalesce(filled, pl.col("v").backward_fill().over("g")))["v"]


def _column(  # noqa: PLR0911 - one a kind
    reading: Reading, c: TemplateColumn, data: dict[str, pl.Series]
) -> pl.Series:
    text = reading.text(c.name)
    match c.kind:
        case "id":
            return data[_GROUP] if c.name == "id" else reading.ids(c.name)
        case "quantity" | "integer":
            return reading.quantities(c.name)
        case "amount":
            return _amounts(reading, c, data, text)
        case "moment":
            return reading.moments(c.name)
        case "date":
            return _dates(reading, c)
        case "currency":
            return _currencies(reading, c, text)
        case "percent":
            values = reading.by_value(
                [text, reading.typed(c.name)], lambda t, n: _basis_points(reading, t, n), pl.Int64
            )
            return _checked(reading, c, text, values, "not_a_percentage", "write it like 30")
        case "country":
            values = reading.by_value([text], lambda t: country_code(t) if t else None, pl.String)
            return _checked(reading, c, text, values, "unknown_country", "write an ISO 3166 code such as DE")
        case "choice":
            return reading.by_value([text], lambda t: choice_code(t, c.choices) if t else None, pl.String)
        case "flag":
            values = reading.by_value([text], _flag, pl.Boolean)
            return _checked(reading, c, text, values, "not_yes_or_no", "write yes or no")
        case _:
            return text


def _checked(
    reading: Reading, c: TemplateColumn, text: pl.Series, values: pl.Series, code: str, remedy: str
) -> pl.Series:
    reading.fault(text.is_not_null() & values.is_null(), code, "the cell cannot be read", remedy, c.name, text)
    return values


def _dates(reading: Reading, c: TemplateColumn) -> pl.Series:
    zone, reading.zone = reading.zone, "UTC"  # a calendar day has no zone
    try:
        return reading.moments(c.name).dt.replace_time_zone(None)
    finally:
        reading.zone = zone


def _amounts(reading: Reading, c: TemplateColumn, data: dict[str, pl.Series], text: pl.Series) -> pl.Series:
    if c.currency in data:
        currency = _inherited(data, c.currency)
        currency = currency.fill_null(reading.settings.currency) if reading.settings.currency else currency
    else:
        currency = pl.Series([reading.settings.currency] * reading.height, dtype=pl.String)
    reading.fault(
        text.is_not_null() & currency.is_null(),
        "currency_missing",
        "the amount has no currency",
        f"fill in the column {reading.heading(c.currency)!r}",
        c.name,
        text,
    )
    return reading.amounts(c.name, currency)


def _currencies(reading: Reading, c: TemplateColumn, text: pl.Series) -> pl.Series:
    code = text.str.to_uppercase()
    bad = code.is_not_null() & ~code.is_in(list(CURRENCIES))
    reading.fault(
        bad, "unknown_currency", "the currency is not an ISO 4217 code", "write a code such as USD or EUR", c.name, text
    )
    return code.set(bad, None)


def _basis_points(reading: Reading, text: str | None, typed: bool) -> int | None:
    if text is None:
        return None
    text = text.removesuffix("%").strip()
    value = number_style.canonical(text) if typed else number_style.decimal(text, reading.number_style)
    if value is None or value * 100 != int(value * 100):
        return None
    return int(value * 100)


def _flag(text: str | None) -> bool | None:
    if text is None:
        return None
    word = text.casefold()
    return True if word in _YES else False if word in _NO else None


class _Document:
    """The rows of one document on their way into its model."""

    def __init__(self, reading: Reading, chunk: Columns, rows: range) -> None:
        self.reading, self.chunk, self.rows = reading, chunk, rows
        self.kind = reading.layout.code
        self.columns = columns(self.kind)
        self.problems: dict[int, Problem] = {}
        self.part_rows: dict[tuple[str, int], int] = {}

    def settle(self) -> Iterator[Sourced | Rejected]:
        numbers = [self.chunk[ROW][r] for r in self.rows]
        for r, number in zip(self.rows, numbers, strict=True):
            if number in self.reading.faults:
                self.problems[r] = self.reading.faults[number]
        if not self.problems:
            data = self._header() | self._lists()
            if not self.problems:
                try:
                    document = models()[self.kind].model_validate(data)
                    lines = self.reading.line_numbers
                    yield Sourced(document, tuple([lines[n] for n in numbers]))
                    return
                except ValidationError as error:
                    self._explain(error)
        yield from self._refused(numbers)

    def _refused(self, numbers: list[int]) -> Iterator[Rejected]:
        first = next(iter(self.problems.values()))
        for r, number in zip(self.rows, numbers, strict=True):
            problem = self.problems.get(r) or Problem(
                "document_refused",
                f"another row of this document cannot be read (line {first.line})",
                "correct that row and import again",
                document=str(self.chunk[_GROUP][r]),
            )
            yield self.reading.reject(number, problem)

    def _problem(self, r: int, code: str, message: str, remedy: str, column: str = "", found: Any = "") -> None:
        self.problems.setdefault(
            r,
            Problem(
                code,
                message,
                remedy,
                document=str(self.chunk[_GROUP][r]),
                line=self.chunk[LINE][r],
                field=self.reading.heading(column) if column else "",
                found=shorten(str(found)),
            ),
        )

    def _header(self) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for c in self.columns:
            if c.lists or not c.path:
                continue
            values = [(r, v) for r in self.rows if (v := self.chunk[c.name][r]) is not None]
            if not values:
                continue
            for r, value in values[1:]:
                if value != values[0][1]:
                    self._problem(
                        r,
                        "header_differs",
                        "the row says something else than the document's first row",
                        "repeat the same or leave it empty",
                        c.name,
                        value,
                    )
            self._put(data, c, values[0][1], values[0][0])
        return self._defaults(data)

    def _defaults(self, data: dict[str, Any]) -> dict[str, Any]:
        settings, model = self.reading.settings, models()[self.kind]
        data.setdefault("company", settings.company or "")
        for name, said in (("shop", settings.shop), ("currency", settings.currency)):
            if name in model.model_fields and said and name not in data:
                needed = model.model_fields[name].is_required()
                if needed or name == "shop":
                    data[name] = said
        data.setdefault("account", data.get("shop") or data["company"])
        if "effective_at" not in data and self.kind in _DATED_BY:
            day = data.get(_DATED_BY[self.kind])
            data["effective_at"] = f"{day.date()}T00:00:00+00:00" if day else _BEGINNING
        data["source"] = f"file:{self.kind}"
        return data

    def _lists(self) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for name in dict.fromkeys(c.lists[0] for c in self.columns if c.lists):
            parts: list[Any] = []
            own = [c for c in self.columns if c.lists == (name,)]
            deeper = [c for c in self.columns if len(c.lists) == 2 and c.lists[0] == name]
            for r in self.rows:
                part = self._part(own, r)
                if part is not None:
                    self.part_rows[name, len(parts)] = r
                    parts.append(part)
                sub = self._part(deeper, r)
                if sub is None:
                    continue
                if not parts:
                    self._problem(
                        r,
                        "part_without_line",
                        "the row continues a line, but none stands above it",
                        "fill in the line's own columns",
                        deeper[0].name,
                    )
                else:
                    parts[-1].setdefault(deeper[0].lists[1], []).append(sub)
            if parts or models()[self.kind].model_fields[name].is_required():
                data[name] = parts
        return data

    def _part(self, own: list[TemplateColumn], r: int) -> Any:
        part: dict[str, Any] = {}
        for c in own:
            value = self.chunk[c.name][r]
            if value is not None:
                self._put(part, c, value, r)
        if not part:
            return None
        for c in own:
            if c.nullable and c.path[-1] not in part:
                part[c.path[-1]] = None
        return part.get("", part)

    def _put(self, data: dict[str, Any], c: TemplateColumn, value: Any, r: int) -> None:
        value = self._value(c, value, r)
        if c.kind == "ratio":
            if value is not None:
                data["numerator"], data["denominator"] = value
            return
        path = c.path[len(c.lists) :] or ("",)
        for step in path[:-1]:
            data = data.setdefault(step, {})
        data[path[-1]] = value

    def _value(self, c: TemplateColumn, value: Any, r: int) -> Any:
        match c.kind:
            case "ref":
                found = read_reference(value, default_type(self.kind, c), frozenset(models()))
                if found is None:
                    self._problem(
                        r,
                        "reference_unclear",
                        "the cell does not say which type of document it names",
                        "write it like receipt:GR-1",
                        c.name,
                        value,
                    )
                return found
            case "ratio":
                ratio = _ratio(value, self.reading.number_style)
                if ratio is None:
                    self._problem(
                        r, "not_a_number", "this is not a number", "write it like 7.1234 or 1/7", c.name, value
                    )
                return ratio
            case "integers":
                words = [w.strip() for w in value.replace(",", ";").split(";") if w.strip()]
                if not all(w.isdecimal() and len(w) < 16 for w in words):
                    self._problem(r, "not_weights", "weights are whole numbers", "write them like 60;40", c.name, value)
                    return []
                return [int(w) for w in words]
            case "pairs":
                pairs = [p.partition("=") for p in value.split(";") if p.strip()]
                return {k.strip(): v.strip() for k, _, v in pairs}
            case "date":
                return value.date() if c.lists else value
            case _:
                return value

    def _explain(self, error: ValidationError) -> None:
        for each in error.errors(include_url=False, include_context=False):
            where = each["loc"]
            r, field = self.rows[0], where
            if len(where) > 1 and isinstance(where[1], int):
                r, field = self.part_rows.get((str(where[0]), where[1]), r), where[2:]
            message = each["msg"].removeprefix("Value error, ")
            column = next((c.name for c in self.columns if c.path[-len(field) :] == field), ".".join(map(str, field)))
            found = each["input"] if isinstance(each["input"], str | int) else ""
            self._problem(
                r, "invalid", message[:1].lower() + message[1:], "correct this cell and import again", column, found
            )


def _ratio(text: str, style: number_style.NumberStyle) -> tuple[int, int] | None:
    """Numerator and denominator as written: ``7.1234`` is 71234/10000, ``2/14`` stays 2/14."""
    top, slash, bottom = text.partition("/")
    if slash:
        pair = [number_style.decimal(t.strip(), style) for t in (top, bottom)]
        if any(v is None or v != int(v) for v in pair) or not pair[1]:
            return None
        return int(pair[0] or 0), int(pair[1])
    value = number_style.decimal(text, style)
    if value is None:
        value = number_style.canonical(text)
    if value is None:
        return None
    _, _, power = value.as_tuple()
    places = -power if isinstance(power, int) and power < 0 else 0
    return int(Fraction(value) * 10**places), 10**places
