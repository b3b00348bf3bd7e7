"""The columns of a document type's template, made from its model, so that a template never lags behind the vocabulary.

A document is one row, or several: the header's columns stand on its first row (repeated or empty on the next), each
list of parts has its own columns, and a row adds one part to every list whose columns it fills. A list inside a list
(the targets of a cost line, the stated costs of an opening line) goes on over rows that fill only its columns.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import AwareDatetime, BaseModel

from entrepot.core import documents as vocabulary
from entrepot.core.documents.header import Amount, CellRef, Country, Document, Money, Ref, UnitPrice, Units

ColumnKind = Literal[
    "text", "id", "choice", "quantity", "integer", "amount", "ratio", "percent", "moment", "date", "country",
    "currency", "flag", "ref", "integers", "pairs",
]  # fmt: skip

_LAST = ("company", "account", "note")
_PREFIX = {
    "lines": "",
    "packaging": "pack_",
    "parts": "part_",
    "consumed": "consumed_",
    "produced": "produced_",
    "costs": "cost_",
    "targets": "target_",
    "shares": "share_",
    "documents": "",
    "terms": "term_",
    "cartons": "carton_",
}
_RATIOS = {"fx_rate": "rate", "signal": "value", "tax_registration": "recoverable_share", "budget": "rate"}
"""Documents whose ``numerator`` and ``denominator`` are one number to a person."""

REF_TYPES: dict[tuple[str, str], str] = {
    ("receipt", "order"): "purchase_order", ("receipt", "shipment"): "shipment", ("return", "order"): "sales_order",
    ("shipment", "order"): "purchase_order", ("refund", "order"): "sales_order",
    ("stock_use", "order"): "sales_order", ("fee_charge", "order"): "sales_order",
    ("payment", "share_document"): "purchase_order", ("reimbursement", "loss"): "stock_use",
    ("cost_bill", "target_document"): "receipt", ("cost_bill", "replaces"): "cost_bill",
    ("vat_invoice", "order"): "purchase_order", ("export_declaration", "shipment"): "shipment",
    ("rebate_claim", "invoice"): "vat_invoice", ("rebate_claim", "declaration"): "export_declaration",
    ("rebate_settlement", "claim"): "rebate_claim", ("rebate_payment", "claim"): "rebate_claim",
    ("duty_refund", "bill"): "cost_bill",
    ("supplier_credit", "target_document"): "receipt", ("supplier_credit", "replaces"): "cost_bill",
}  # fmt: skip
"""What a reference names when its cell does not say the type; lots are receipts."""


@dataclass(frozen=True)
class TemplateColumn:
    """One column. ``path`` leads to the value: header field, or list field(s) and a field of their parts.

    ``lists`` are the list fields on the way (none, one or two); ``choices`` the allowed words.
    """

    name: str
    kind: ColumnKind
    path: tuple[str, ...]
    lists: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[str, ...] = ()
    currency: str = "currency"
    """Name of the column whose currency an amount is in."""
    nullable: bool = False
    """The model wants the value said, and takes "not known" for one: an empty cell."""


@cache
def models() -> dict[str, type[Document]]:
    """Document model by type."""
    found: dict[str, type[Document]] = {}
    for name in vocabulary.__all__:
        model = getattr(vocabulary, name)
        if isinstance(model, type) and issubclass(model, Document) and model is not Document:
            found[str(model.model_fields["type"].default)] = model
    return found


@cache
def columns(kind: str) -> tuple[TemplateColumn, ...]:
    """The template columns of document type ``kind``, in order.

    >>> [c.name for c in columns("bundle")][:4]
    ['id', 'effective_at', 'name', 'part_sku']
    """
    model = models()[kind]
    found = _walk(kind, model, "", (), ())
    first = [c for c in found if not c.lists and c.name not in _LAST]
    parts = [c for c in found if c.lists]
    last = [c for c in found if not c.lists and c.name in _LAST]
    taken = {c.name for c in first + last}
    renamed = [_renamed(c, f"line_{c.name}") if c.name in taken else c for c in parts]
    return (*first, *renamed, *last)


def _renamed(column: TemplateColumn, name: str) -> TemplateColumn:
    from dataclasses import replace

    return replace(column, name=name)


def _walk(
    kind: str, model: type[BaseModel], prefix: str, path: tuple[str, ...], lists: tuple[str, ...]
) -> list[TemplateColumn]:
    hints = get_type_hints(model, include_extras=True)
    found: list[TemplateColumn] = []
    for name, info in model.model_fields.items():
        if not path and name in ("type", "source"):
            continue
        needed = info.is_required()
        inner = _plain(hints[name])
        nullable = needed and type(None) in get_args(hints[name])
        if name == "numerator":
            found.append(TemplateColumn(_RATIOS[kind], "ratio", (*path, name), lists, needed))
            continue
        if name == "denominator":
            continue
        found += _columns_of(kind, inner, prefix, name, path, lists, needed and not nullable, nullable)
    return found


def _columns_of(
    kind: str,
    inner: Any,
    prefix: str,
    name: str,
    path: tuple[str, ...],
    lists: tuple[str, ...],
    needed: bool,
    nullable: bool,
) -> list[TemplateColumn]:
    here = (*path, name)
    item = _item(inner)
    if item is not None and item is not int:
        plain = _plain(item)
        deeper = (*lists, name)
        if plain is Ref:
            return [TemplateColumn("document", "ref", here, deeper, required=True)]
        return _walk(kind, plain, _PREFIX[name], here, deeper)
    if inner is CellRef:
        return _cell(name, here, lists, needed)
    if inner is UnitPrice:
        return [
            TemplateColumn(prefix + name, "amount", (*here, "amount"), lists, needed),
            TemplateColumn(f"{prefix}{name}_per", "quantity", (*here, "per"), lists),
        ]
    if inner is Money:
        return [
            TemplateColumn(f"{prefix}amount", "amount", (*here, "amount"), lists, needed, currency=f"{prefix}currency"),
            TemplateColumn(f"{prefix}currency", "currency", (*here, "currency"), lists, needed),
        ]
    choices = tuple(str(c) for c in get_args(inner)) if get_origin(inner) is Literal else ()
    if name == "base_amount":
        return [
            TemplateColumn("base_amount", "amount", here, lists, needed, currency="base_currency"),
            TemplateColumn("base_currency", "currency", (), lists),
        ]
    return [TemplateColumn(prefix + name, _kind(name, inner), here, lists, needed, choices, nullable=nullable)]


def _cell(name: str, path: tuple[str, ...], lists: tuple[str, ...], needed: bool) -> list[TemplateColumn]:
    start = "" if name == "cell" else f"{name}_"
    return [
        TemplateColumn("location" if name == "cell" else name, "id", (*path, "location"), lists, needed),
        TemplateColumn(f"{start}condition", "text", (*path, "condition"), lists),
        TemplateColumn(f"{start}label", "text", (*path, "label"), lists),
        TemplateColumn(f"{start}batch", "text", (*path, "batch"), lists),
        TemplateColumn(f"{start}expiry", "date", (*path, "expiry"), lists),
    ]


def _kind(name: str, inner: Any) -> ColumnKind:  # noqa: PLR0911 - one a kind
    if name in ("deposit_bp", "rate_bp", "share_bp", "over_bp", "discount_bp"):
        return "percent"
    if get_origin(inner) is Literal:
        return "choice"
    if inner is Amount:
        return "amount"
    if inner is Units:
        return "quantity"
    if inner is Country:
        return "country"
    if inner is Ref:
        return "ref"
    if inner is bool:
        return "flag"
    if inner in (AwareDatetime, datetime):
        return "moment"
    if inner is date:
        return "date"
    if name in ("currency", "base", "quote"):
        return "currency"
    if _item(inner) is int:
        return "integers"
    if get_origin(inner) is dict:
        return "pairs"
    if inner is int or _base(inner) is int:
        return "integer"
    return "id" if inner is vocabulary.header.Code else "text"  # pyright: ignore[reportAttributeAccessIssue]


def _plain(hint: Any) -> Any:
    """``hint`` without ``| None``, and without annotation where that only bounds a list."""
    if get_origin(hint) in (Union, types.UnionType):
        rest = [a for a in get_args(hint) if a is not type(None)]
        if len(rest) == 1:
            return _plain(rest[0])
    if get_origin(getattr(hint, "__origin__", None)) is list:
        return hint.__origin__
    return hint


def _base(hint: Any) -> Any:
    return getattr(hint, "__origin__", None)


def _item(hint: Any) -> Any:
    """What a list holds (``int`` also for bounded integers), ``None`` where ``hint`` is no list."""
    if get_origin(hint) is not list:
        return None
    inner = get_args(hint)[0]
    return int if inner is int or _base(inner) is int else inner
