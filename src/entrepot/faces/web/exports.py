"""CSV and XLSX of a table, exactly the columns that are seen.

Text that a spreadsheet could take for a formula (it starts with ``=``, ``+``, ``-``, ``@``, TAB or CR) is quoted with
an apostrophe; figures are written as figures, amounts in major units with the currency in the header. Cells that are
not known stay empty.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, StreamingHttpResponse

from entrepot.books.selectors.shapes import AGE_BANDS, Money
from entrepot.core.money import exponent
from entrepot.core.reasons import Reason
from entrepot.faces.web import sentences
from entrepot.faces.web.tables import Column, Table

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = "\ufeff"


def harmless(text: str) -> str:
    """Text that no spreadsheet runs.

    >>> harmless("=1+1"), harmless("A-1"), harmless("-5")
    ("'=1+1", 'A-1', "'-5")
    """
    return f"'{text}" if text.startswith(DANGEROUS) else text


def headers(columns: Iterable[Column], currency: str) -> list[str]:
    """Header texts; amounts name their currency, age bands open into one column each."""
    texts: list[str] = []
    for column in columns:
        if column.kind == "ages":
            texts += [f"{column.label} {band}" for band in AGE_BANDS]
        elif column.kind == "money":
            texts.append(f"{column.label} ({currency})")
        elif column.kind == "amount":
            texts += [str(column.label), f"{column.label} ISO"]
        else:
            texts.append(str(column.label))
    return [harmless(text) for text in texts]


def cells(columns: Iterable[Column], row: Any, currency: str, zone: ZoneInfo) -> list[Any]:
    """One row as typed cells: str, int, Decimal, date, naive local datetime or None."""
    out: list[Any] = []
    for column in columns:
        value = column.value(row)
        if column.kind == "ages":
            out += list(value) if value is not None else [None] * len(AGE_BANDS)
        elif column.kind == "amount":
            out += [_major(value.amount, value.currency), value.currency] if isinstance(value, Money) else [None, None]
        else:
            out.append(_cell(column, value, currency, zone))
    return out


def _cell(column: Column, value: Any, currency: str, zone: ZoneInfo) -> Any:
    if value is None:
        return None
    if column.kind == "money":
        return _major(value, currency)
    if column.kind == "percent":
        return Decimal(value).scaleb(-1)
    if column.kind == "decimal":
        return Decimal(str(round(value, 2)))
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None, microsecond=0)
    if isinstance(value, date) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return harmless(_text(column, value))


def _text(column: Column, value: Any) -> str:
    if column.kind == "arrivals":
        return "; ".join(" ".join((str(a.units), a.shipment, f"{a.eta:%Y-%m-%d}" if a.eta else "")) for a in value)
    if column.kind == "lines":
        return " ".join(sentences.line(item) for item in value if isinstance(item, Reason))
    return sentences.word(column.key, str(value)) if column.kind == "state" else str(value)


def _major(amount: int | None, currency: str) -> Decimal | None:
    return None if amount is None else Decimal(amount).scaleb(-exponent(currency))


def as_csv(table: Table, rows: Iterable[Any], zone: str) -> StreamingHttpResponse:
    """The rows as UTF-8 CSV with a byte-order mark, so that a spreadsheet reads Chinese rightly."""
    place = ZoneInfo(zone)

    def lines() -> Iterator[str]:
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow(headers(table.visible, table.currency))
        yield BOM + buffer.getvalue()
        for row in rows:
            buffer.seek(0)
            buffer.truncate()
            writer.writerow(["" if c is None else c for c in cells(table.visible, row, table.currency, place)])
            yield buffer.getvalue()

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file(table)}.csv"'
    return response


def as_xlsx(table: Table, rows: Iterable[Any], zone: str) -> HttpResponse:
    """The rows as a workbook of one sheet; no cell is a formula or a link."""
    import xlsxwriter  # heavy, and only exports need it

    place = ZoneInfo(zone)
    stream = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    book = xlsxwriter.Workbook(stream, options)
    sheet = book.add_worksheet(table.name[:31])
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    money = book.add_format(
        {"num_format": "#,##0." + "0" * exponent(table.currency) if exponent(table.currency) else "#,##0"}
    )
    sheet.freeze_panes(1, 1)
    for place_x, text in enumerate(headers(table.visible, table.currency)):
        sheet.write_string(0, place_x, text, bold)
    for place_y, row in enumerate(rows, start=1):
        for place_x, cell in enumerate(cells(table.visible, row, table.currency, place)):
            if cell is None:
                continue
            if isinstance(cell, datetime):
                sheet.write_datetime(place_y, place_x, cell, moment)
            elif isinstance(cell, date):
                sheet.write_datetime(place_y, place_x, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
            elif isinstance(cell, Decimal):
                sheet.write_number(place_y, place_x, float(cell), money)
            elif isinstance(cell, int):
                sheet.write_number(place_y, place_x, cell)
            else:
                sheet.write_string(place_y, place_x, cell[:32_767])
    book.close()
    response = HttpResponse(stream.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{_file(table)}.xlsx"'
    return response


def _file(table: Table) -> str:
    return f"{table.name}-{datetime.now(UTC):%Y-%m-%d}"
