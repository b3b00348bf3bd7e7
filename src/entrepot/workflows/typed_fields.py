"""What a sheet on screen shows of a kind of document: its columns, their headings and meanings in both languages, choices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from entrepot.channels.files import template_words
from entrepot.channels.files.template_columns import TemplateColumn
from entrepot.workflows.typed_codes import meant
from entrepot.workflows.typed_rows import header_columns, row_columns

_NUMERIC = frozenset({"quantity", "integer", "amount", "ratio", "percent"})
_MAIN: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "purchase_order": (
        ("id", "supplier", "effective_at", "currency", "incoterm", "deposit_bp", "destination", "expected"),
        ("sku", "quantity", "price", "due"),
    ),
    "receipt": (
        ("id", "location", "effective_at", "order", "shipment"),
        ("sku", "quantity", "condition", "batch", "expiry", "label"),
    ),
    "shipment": (
        ("id", "origin", "destination", "effective_at", "mode", "carrier", "container", "eta"), ("sku", "quantity"),
    ),
    "transfer": (("id", "origin", "destination", "effective_at"), ("sku", "quantity")),
    "regrade": (
        ("id", "origin", "origin_condition", "destination", "destination_condition", "effective_at", "reason"),
        ("sku", "quantity"),
    ),
    "conversion": (
        ("id", "purpose", "location", "effective_at"),
        ("consumed_sku", "consumed_quantity", "produced_sku", "produced_quantity", "produced_share"),
    ),
    "count": (("id", "location", "effective_at"), ("sku", "counted", "condition", "batch", "line_note")),
    "stock_use": (("id", "purpose", "location", "effective_at", "reason"), ("sku", "quantity")),
    "supplier_return": (("id", "supplier", "location", "condition", "effective_at"), ("sku", "quantity")),
    "stock_report": (("id", "location", "effective_at"), ("sku", "condition", "quantity")),
    "cost_bill": (
        ("id", "supplier", "effective_at", "currency", "due"),
        ("component", "amount", "basis", "target_kind", "target_document", "target_location", "line_note"),
    ),
    "supplier_credit": (
        ("id", "supplier", "effective_at", "currency"),
        ("component", "amount", "basis", "target_kind", "target_document", "line_note"),
    ),
    "payment": (
        ("id", "supplier", "effective_at", "currency", "amount", "base_amount", "base_currency"),
        ("share_document", "share_amount"),
    ),
    "return": (("id", "shop", "order", "location", "effective_at", "reason"), ("sku", "quantity", "condition")),
}  # fmt: skip
"""Head and row columns that are shown at first; all others are a click away, or come when they hold something."""


@dataclass(frozen=True)
class SheetField:
    """One column as the sheet shows it. ``what``: whose code stands there (item, location, supplier, shop), or ""."""

    name: str
    label: str
    meaning: str
    kind: str
    numeric: bool
    required: bool
    what: str
    choices: tuple[tuple[str, str], ...]
    main: bool


@cache
def head_fields(kind: str, language: str) -> tuple[SheetField, ...]:
    """Fields of the head, the main ones first. Raises ``ProblemError`` for an unknown kind.

    >>> [field.name for field in head_fields("transfer", "en") if field.main]
    ['id', 'origin', 'destination', 'effective_at']
    """
    return _fields(kind, language, header_columns(kind), 0)


@cache
def row_fields(kind: str, language: str) -> tuple[SheetField, ...]:
    """Columns of the rows, the main ones first.

    >>> [field.label for field in row_fields("transfer", "zh") if field.main]
    ['SKU', '数量']
    """
    return _fields(kind, language, row_columns(kind), 1)


def _fields(kind: str, language: str, columns: tuple[TemplateColumn, ...], part: int) -> tuple[SheetField, ...]:
    listed = _MAIN.get(kind)
    main = listed[part] if listed else tuple(column.name for column in columns)
    found = [
        _field(kind, "zh" if language.startswith("zh") else "en", column, column.name in main) for column in columns
    ]
    place = {name: number for number, name in enumerate(main)}
    return tuple(sorted(found, key=lambda field: place.get(field.name, len(place))))


def _field(kind: str, language: template_words.Language, column: TemplateColumn, main: bool) -> SheetField:
    choices = tuple((code, template_words.choice_word(code, language)) for code in column.choices)
    if column.kind == "flag":
        choices = tuple((code, template_words.choice_word(code, language)) for code in ("yes", "no"))
    return SheetField(
        column.name, template_words.heading(kind, column.name, language),
        template_words.meaning(kind, column.name, language), column.kind, column.kind in _NUMERIC, column.required,
        meant(kind, column.name), choices, main,
    )  # fmt: skip
