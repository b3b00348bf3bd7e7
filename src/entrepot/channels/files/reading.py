"""The rows of a recognised file as typed columns; what cannot be read becomes a fault of its row.

Columns are converted as a whole: each distinct text is parsed once, exactly (decimal arithmetic, no binary floats), and
joined back to its rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from entrepot.channels.files import date_style, number_style
from entrepot.channels.files.countries import country_code
from entrepot.channels.files.grid import LINE, column
from entrepot.channels.files.parsed import Aside, Rejected
from entrepot.channels.files.recognise import Header, Question
from entrepot.channels.files.refusals import refuse, shorten
from entrepot.channels.files.settings import Settings
from entrepot.core.documents.header import MAX_QUANTITY
from entrepot.core.errors import Problem
from entrepot.core.money import CURRENCIES

MOMENT = pl.Datetime("us", "UTC")
_EXCEL_DAMAGE = re.compile(r"^\d(?:[.,]\d+)?E\+\d{2}$")
_ENOUGH = 20
_TOO_MANY = 50_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Reading:
    """One file's rows below the header.

    ``faults`` holds the first problem of each faulty row, by row number (from 0). ``units``,
    ``money`` and ``numbers`` are what a builder says each row is about; they put the quantity and the amount at stake
    and the document's number on the problems.
    """

    def __init__(self, header: Header, settings: Settings) -> None:
        assert header.layout is not None
        self.header = header
        self.layout = header.layout
        self.settings = settings
        self.cells = header.grid.cells.slice(header.row + 1)
        self.lines: pl.Series = self.cells[LINE]
        self.line_numbers: list[int] = self.lines.to_list()
        self.height = self.cells.height
        self.faults: dict[int, Problem] = {}
        self.warnings: list[Problem] = []
        self.units: pl.Series = pl.Series([None] * self.height, dtype=pl.Int64)
        self.money: pl.Series = pl.Series([None] * self.height, dtype=pl.Int64)
        self.currencies: pl.Series = pl.Series([settings.currency] * self.height, dtype=pl.String)
        self.numbers: pl.Series = pl.Series([None] * self.height, dtype=pl.String)
        self.number_style: number_style.NumberStyle = "point"
        self.date_order: date_style.DateOrder = "day_first"
        self.zone = settings.zone or "UTC"

    # what stands in the columns -------------------------------------------------------------------------------------

    def has(self, field: str) -> bool:
        return field in self.header.columns

    def text(self, field: str) -> pl.Series:
        """The cells of ``field``; all null where the file has no such column."""
        if not self.has(field):
            return pl.Series(field, [None] * self.height, dtype=pl.String)
        return self.cells[column(self.header.columns[field])].alias(field)

    def typed(self, field: str) -> pl.Series:
        """Which cells of ``field`` the file itself types as numbers."""
        numeric = self.header.grid.numeric
        if numeric is None or not self.has(field):
            return pl.Series([False] * self.height, dtype=pl.Boolean)
        marks = numeric[column(self.header.columns[field])]
        if self.header.grid.header is not None:
            return pl.Series([marks[0]] * self.height, dtype=pl.Boolean)
        return marks.slice(self.header.row + 1)

    def distinct(self, kinds: Sequence[str]) -> list[tuple[str, int]]:
        """Every text that stands in columns of ``kinds`` without being typed, and how often."""
        counts: Counter[str] = Counter()
        for each in self.layout.fields:
            if each.kind in kinds and self.has(each.name):
                text = self.text(each.name).filter(~self.typed(each.name)).drop_nulls()
                for value, times in text.value_counts(name="times").iter_rows():
                    counts[value] += times
        return list(counts.items())

    # what must be settled before rows can be read -------------------------------------------------------------------

    def settle(self) -> list[Question]:
        """Decide number style, date order and zone from all rows; what stays open comes back as questions."""
        return [*self._settle_numbers(), *self._settle_dates(), *self._settle_needs()]

    def _settle_numbers(self) -> list[Question]:
        said = self.settings.number_style or self.layout.number_style
        if said:
            self.number_style = "comma" if said == "comma" else "point"
            return []
        style, counts, examples = number_style.decide(self.distinct(["amount", "quantity", "ratio"]))
        if style:
            self.number_style = style
            return []
        found = ", ".join(examples[k] for k in ("point", "comma", "either") if k in examples)
        both = counts.get("point") and counts.get("comma")
        text = (
            "the numbers are written in two styles: which mark is the decimal one?"
            if both
            else "the numbers can be read in two ways: which mark is the decimal one?"
        )
        return [Question("number_style", text, choices=("point", "comma"), found=found)]

    def _settle_dates(self) -> list[Question]:
        texts = self.distinct(["moment", "date"])
        said = self.settings.date_order or self.layout.date_order
        questions: list[Question] = []
        if said:
            self.date_order = "month_first" if said == "month_first" else "day_first"
        else:
            order, _, examples = date_style.decide_order(texts)
            if order:
                self.date_order = order
            else:
                found = ", ".join(examples[k] for k in ("day_first", "month_first", "either") if k in examples)
                questions.append(
                    Question(
                        "date_order",
                        "does the day or the month stand first in the dates?",
                        choices=("day_first", "month_first"),
                        found=found,
                    )
                )
        return questions

    def _settle_needs(self) -> list[Question]:
        questions: list[Question] = []
        needs = self.layout.needs
        if "shop" in needs and not self.settings.shop:
            questions.append(Question("shop", "which shop does the file come from?"))
        if "location" in needs and not self.settings.location and not self._full("location"):
            questions.append(Question("location", "which place does the file speak of?"))
        if "currency" in needs and not self.settings.currency and not self._full("currency"):
            questions.append(Question("currency", "in which currency are the amounts?", choices=tuple(CURRENCIES)))
        if "as_of" in needs and not self.settings.as_of:
            questions.append(Question("as_of", "at which moment was this stock counted?"))
        if "zone" in needs and not self.settings.zone and not self._all_offsets():
            questions.append(Question("zone", "in which time zone are the times?"))
        return questions

    def _full(self, field: str) -> bool:
        return self.has(field) and self.text(field).null_count() == 0

    def _all_offsets(self) -> bool:
        return all(date_style.has_offset(text) for text, _ in self.distinct(["moment"]))

    # typed columns --------------------------------------------------------------------------------------------------

    def ids(self, field: str, required: bool = False) -> pl.Series:
        """Codes; numbers that a spreadsheet turned into 1.2E+11 are faults, for their digits are gone."""
        text = self.text(field)
        damaged = text.str.contains(_EXCEL_DAMAGE.pattern).fill_null(value=False)
        self.fault(
            damaged,
            "id_damaged",
            "a spreadsheet has shortened this number, its last digits are lost",
            "export the file again and do not save it from Excel",
            field,
            text,
        )
        self.fault(
            text.str.len_chars().fill_null(0) > 120,
            "too_long",
            "the code is longer than 120 characters",
            "check the column",
            field,
            text,
        )
        if required:
            self.required(field, text)
        return text

    def required(self, field: str, text: pl.Series) -> None:
        self.fault(text.is_null(), "missing", "the cell is empty", "fill it in", field, text)

    def quantities(self, field: str, required: bool = False) -> pl.Series:
        """Whole numbers, signed."""
        text = self.text(field)
        values = self.by_value([text, self.typed(field)], self._whole, pl.Int64)
        self._unreadable(
            text, values, field, "not_a_quantity", "this is not a whole number of units", "write it like 12"
        )
        if required:
            self.required(field, text)
        return values

    def amounts(self, field: str, currency: pl.Series) -> pl.Series:
        """Minor units of each row's ``currency``; an empty cell is null, never 0."""
        text = self.text(field)
        values = self.by_value([text, self.typed(field), currency], self._minor, pl.Int64)
        self._unreadable(
            text.set(currency.is_null(), None),
            values,
            field,
            "not_an_amount",
            "this is not an amount in the file's number style",
            "write it like " + self._sample(),
        )
        return values

    def totals(self, price: str, quantity: pl.Series, currency: pl.Series) -> pl.Series:
        """Unit price times quantity in minor units, rounded once per line (halves away from zero)."""
        text = self.text(price)
        values = self.by_value([text, self.typed(price), quantity, currency], self._product, pl.Int64)
        unknown = currency.is_null() | quantity.is_null()
        self._unreadable(
            text.set(unknown, None),
            values,
            price,
            "not_an_amount",
            "this is not a price in the file's number style",
            "write it like " + self._sample(),
        )
        return values

    def moments(self, field: str, required: bool = False) -> pl.Series:
        """Instants in UTC."""
        text = self.text(field)
        values = self.by_value([text], self._instant, pl.Int64)
        self._unreadable(
            text,
            values,
            field,
            "not_a_date",
            "this is not a date",
            "write it like 2026-01-31 or " + ("31/01/2026" if self.date_order == "day_first" else "01/31/2026"),
        )
        if required:
            self.required(field, text)
        return values.cast(MOMENT).alias(field)

    def currency(self, field: str = "currency") -> pl.Series:
        """ISO codes; empty cells take the caller's currency."""
        text = self.text(field).str.to_uppercase()
        bad = text.is_not_null() & ~text.is_in(list(CURRENCIES))
        self.fault(
            bad,
            "unknown_currency",
            "the currency is not an ISO 4217 code",
            "write a code such as USD or EUR",
            field,
            text,
        )
        self.currencies = text.set(bad, None).fill_null(self.settings.currency or "")
        self.currencies = self.currencies.set(self.currencies == "", None)
        return self.currencies

    def countries(self, field: str = "country") -> pl.Series:
        """ISO 3166 codes of country names in the languages of the trade; an unknown name is null."""
        return self.by_value([self.text(field)], lambda t: country_code(t) if t else None, pl.String).alias("country")

    def by_value(self, columns: Sequence[pl.Series], read: Callable[..., Any], kind: Any) -> pl.Series:
        """``read(*cells)`` for every row, called once for each distinct combination of cells."""
        names = [f"k{i}" for i in range(len(columns))]
        frame = pl.DataFrame([c.alias(n) for c, n in zip(columns, names, strict=True)])
        keys = frame.unique()
        values = pl.Series("value", [read(*row) for row in keys.iter_rows()], dtype=kind)
        return frame.join(keys.with_columns(values), on=names, how="left", nulls_equal=True, maintain_order="left")[
            "value"
        ]

    def _whole(self, text: str | None, typed: bool) -> int | None:
        value = self._value(text, typed)
        if value is None or value != int(value) or abs(value) > MAX_QUANTITY:
            return None
        return int(value)

    def _minor(self, text: str | None, typed: bool, currency: str | None) -> int | None:
        value = self._value(text, typed)
        return None if value is None or currency is None else number_style.to_minor(value, currency)

    def _product(self, text: str | None, typed: bool, quantity: int | None, currency: str | None) -> int | None:
        value = self._value(text, typed)
        if value is None or quantity is None or currency is None:
            return None
        return number_style.to_minor(value * quantity, currency)

    def _value(self, text: str | None, typed: bool) -> number_style.Decimal | None:
        if text is None:
            return None
        return number_style.canonical(text) if typed else number_style.decimal(text, self.number_style)

    def _instant(self, text: str | None) -> int | None:
        if text is None:
            return None
        moment = date_style.instant(text, self.date_order, self.zone)
        if moment is None:
            return None
        past = moment - _EPOCH
        return (past.days * 86_400 + past.seconds) * 1_000_000 + past.microseconds

    def _sample(self) -> str:
        return "1234.56" if self.number_style == "point" else "1234,56"

    # faults ---------------------------------------------------------------------------------------------------------

    def _unreadable(self, text: pl.Series, values: pl.Series, field: str, code: str, message: str, remedy: str) -> None:
        bad = text.is_not_null() & values.is_null()
        said, count = text.len() - text.null_count(), int(bad.sum())
        if count > _ENOUGH and count * 2 > said:
            at = bad.arg_true()[0]
            raise refuse(
                "column_unreadable",
                f"most cells of the column {self.heading(field)!r} cannot be read: {message}",
                "check that the columns are not swapped, or choose another column",
                line=int(self.lines[at]),
                found=str(text[at]),
                field=self.heading(field),
                bad=count,
            )
        self.fault(bad, code, message, remedy, field, text)

    def fault(
        self, mask: pl.Series, code: str, message: str, remedy: str, field: str = "", found: pl.Series | None = None
    ) -> None:
        """Mark the rows of ``mask`` as faulty; a row keeps its first problem."""
        for row in mask.fill_null(value=False).arg_true().to_list():
            if row not in self.faults:
                value = "" if found is None else found[row]
                self.faults[row] = Problem(
                    code,
                    message,
                    remedy,
                    line=int(self.lines[row]),
                    field=self.heading(field),
                    found=shorten("" if value is None else str(value)),
                )

    def heading(self, field: str) -> str:
        """The file's own heading of ``field``."""
        return self.header.headings[self.header.columns[field]] if self.has(field) else field

    def good(self) -> pl.Series:
        """Mask of the rows without a fault."""
        mask = pl.Series([True] * self.height, dtype=pl.Boolean)
        return mask.scatter(sorted(self.faults), False) if self.faults else mask

    def reject(self, row: int, problem: Problem) -> Rejected:
        """``row`` as a rejected row, with its line, amount, currency and units."""
        from dataclasses import replace

        problem = replace(
            problem,
            line=int(self.lines[row]),
            amount=self.money[row],
            quantity=self.units[row],
            currency=self.currencies[row] or "",
            document=problem.document or self.numbers[row] or "",
        )
        values = self.cells.drop(LINE).row(row)
        cells = {h or f"#{i + 1}": v for i, (h, v) in enumerate(zip(self.header.headings, values, strict=False)) if v}
        return Rejected(problem, {key: shorten(value, 500) for key, value in cells.items()})

    def usable(self) -> None:
        """Refuse a large file of which most rows are faulty: it is the wrong file, not a file with bad rows."""
        count = len(self.faults)
        if count > _TOO_MANY and count * 2 > self.height:
            first = self.faults[min(self.faults)]
            raise refuse(
                "most_rows_faulty",
                f"{count:,} of {self.height:,} rows cannot be used; the first: {first.message}",
                first.remedy,
                line=first.line,
                field=first.field,
                found=first.found,
            )

    def rejects(self) -> list[Rejected]:
        """All faulty rows."""
        return [self.reject(row, problem) for row, problem in sorted(self.faults.items())]

    def put_aside(self, mask: pl.Series, reason: str) -> list[Aside]:
        """The rows of ``mask`` as rows without a fact of their own."""
        return [Aside(reason, line) for line in self.lines.filter(mask).to_list()]
