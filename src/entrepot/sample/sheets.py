"""Documents as rows of Entrepot's own templates: the seller's own lists, and other people's bills typed into them.

The columns come from :mod:`entrepot.channels.files.template_columns`, so they follow the vocabulary. A document begins
a row with its header; each further part of its lists is a further row that repeats only the document's number.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from entrepot.channels.files.template_columns import REF_TYPES, TemplateColumn, columns
from entrepot.core.documents import Document, Ref
from entrepot.core.money import major

Row = dict[str, str]
_USUAL = {"condition": "sellable", "divisor": "6000", "estimate": "False", "per": "1", "share": "1", "unit": "piece"}
"""What an empty cell means, by the last word of the heading: columns that say nothing else are left out."""


def rows_of(documents: Sequence[Document], decimal: str = ".") -> tuple[list[str], list[Row]]:
    """Headings and rows of documents of one type; columns that nobody fills are left out.

    ``decimal`` is the decimal mark of amounts.
    """
    kind = documents[0].type
    known = columns(kind)
    rows = [row for document in documents for row in _rows(kind, document, known, decimal)]
    used = {name for row in rows for name, text in row.items() if text and text != _USUAL.get(name.split("_")[-1])}
    return [c.name for c in known if c.name in used or c.required], rows


def _rows(kind: str, document: Document, known: Sequence[TemplateColumn], decimal: str) -> Iterable[Row]:
    head = {c.name: _text(kind, document, document, c, decimal) for c in known if not c.lists}
    rows: list[Row] = [{"id": head["id"]}]
    for top in sorted({c.lists[0] for c in known if c.lists}):
        mine = [c for c in known if c.lists and c.lists[0] == top]
        place = 0
        for part in getattr(document, top):
            deep = [c for c in mine if len(c.lists) == 2]
            inner = max((len(getattr(part, c.lists[1])) for c in deep), default=0)
            for step in range(max(1, inner)):
                if place == len(rows):
                    rows.append({"id": head["id"]})
                for c in mine:
                    if len(c.lists) == 1 and step == 0:
                        rows[place][c.name] = _text(kind, document, part, c, decimal, 1)
                    elif len(c.lists) == 2 and step < len(getattr(part, c.lists[1])):
                        rows[place][c.name] = _text(kind, document, getattr(part, c.lists[1])[step], c, decimal, 2)
                place += 1
    rows[0] = {**head, **rows[0]}
    return rows


def _text(kind: str, document: Document, holder: Any, c: TemplateColumn, decimal: str, depth: int = 0) -> str:
    """The cell of one column; ``depth`` list fields of its path lead to ``holder``."""
    if not c.path:
        return _base_currency(document) if c.name == "base_currency" else ""
    if c.kind == "ratio":
        return _ratio(Fraction(holder.numerator, holder.denominator), decimal)
    value = holder
    for name in c.path[depth:]:
        value = None if value is None else getattr(value, name)
    if value is None or value in ("", []):
        return ""
    if c.kind == "amount":
        return major(value, _currency(document, holder, c)).replace(".", decimal)
    if isinstance(value, Ref):
        return reference(value, REF_TYPES.get((kind, c.name), "receipt"))
    return _plain(value, c.kind)


def _plain(value: Any, kind: str) -> str:
    if kind == "percent":
        return f"{value / 100:g}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return " ".join(str(v) for v in value) if isinstance(value, list) else str(value)


def reference(ref: Ref, usual: str) -> str:
    """A reference as a template writes it: ``type:id#line``, the type left out where it is the usual one."""
    text = ref.id if ref.type == usual else f"{ref.type}:{ref.id}"
    return text if ref.line is None else f"{text}#{ref.line}"


def _currency(document: Any, holder: Any, c: TemplateColumn) -> str:
    if c.currency == "base_currency":
        return _base_currency(document)
    own = getattr(holder, "currency", "") or getattr(document, "currency", "")
    return own or "USD"


def _base_currency(document: Any) -> str:
    return {"SZ": "CNY", "HK": "USD"}.get(document.company, "USD") if document.base_amount is not None else ""


def _ratio(value: Fraction, decimal: str) -> str:
    """A rate as a decimal where it is one, else as a fraction."""
    scaled = value * 10**10
    if scaled.denominator == 1:
        text = f"{scaled.numerator:011d}"
        return f"{text[:-10]}.{text[-10:]}".rstrip("0").rstrip(".").replace(".", decimal)
    return f"{value.numerator}/{value.denominator}"


def as_csv(kind: str, headings: Sequence[str], rows: Sequence[Row], *, german: bool = False) -> bytes:
    """A template as CSV; ``german`` as a German spreadsheet saves it: semicolons, windows-1252."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if german else ",", lineterminator="\r\n")
    writer.writerow(["type", *headings])
    writer.writerows([kind, *(row.get(h, "") for h in headings)] for row in rows)
    return text.getvalue().encode("cp1252" if german else "utf-8")


def as_xlsx(kind: str, headings: Sequence[str], rows: Sequence[Row], language: str, created: date) -> bytes:
    """A template as a workbook: quantities and amounts are numbers, everything else is text."""
    import xlsxwriter

    known = {c.name: c for c in columns(kind)}
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(created.year, created.month, created.day)})  # noqa: DTZ001
        sheet = book.add_worksheet(kind)
        sheet.write_row(0, 0, ["type", *(localised(kind, h, language) for h in headings)])
        for line, row in enumerate(rows, start=1):
            sheet.write_string(line, 0, kind)
            for place, heading in enumerate(headings, start=1):
                text = row.get(heading, "")
                if text and known[heading].kind in ("quantity", "amount", "integer"):
                    sheet.write_number(line, place, float(text))
                elif text:
                    sheet.write_string(line, place, text)
    return target.getvalue()


def localised(kind: str, heading: str, language: str) -> str:
    """A heading in the template's language."""
    return heading
