"""The items as one sheet: what each cell says, and what becomes of the cells that somebody changed.

A row that changed becomes a new version of the item's document (source ``entered``); what the sheet does not show (list price,
inner packs, pallets, dates of packaging) is kept. All changes are posted as one batch or none: every cell that is wrong is
named, and so is every item that somebody else changed since the sheet was opened (``seen``: the row as it was read).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from entrepot.books import audit_trail, bulk, intake, models
from entrepot.books.access import Viewer
from entrepot.books.selectors.packs import Pack, packs
from entrepot.core.calendar import to_datetime
from entrepot.core.documents import Item, Packaging
from entrepot.core.errors import Problem, ProblemError
from entrepot.workflows.clock import now

TEXTS = ("name", "name_zh", "category", "brand", "hs_code", "origin", "barcode", "supplier")
NUMBERS = ("moq", "lead_time_days")
UNIT = ("weight_g", "length_mm", "width_mm", "height_mm")
CARTON = ("units", *UNIT)
COLUMNS = (
    "sku", "name", "name_zh", "category", "brand", "supplier", "hs_code", "origin", "barcode", "moq", "lead_time_days",
    *(f"unit_{name}" for name in UNIT), *(f"carton_{name}" for name in CARTON), "discontinued_on",
)  # fmt: skip
"""Columns in order; weights in grams, sizes in millimetres, ``discontinued_on`` a day (empty: active)."""
MOST = 5_000
"""Rows that one posting may change."""
_LENGTHS = {"name": 2000, "name_zh": 2000, "category": 2000, "brand": 200, "hs_code": 20, "origin": 2, "barcode": 120,
            "supplier": 120}  # fmt: skip


@dataclass(frozen=True)
class ItemRow:
    """A row: cells by column, and ``seen``, which a change names."""

    cells: dict[str, str]
    seen: str


@dataclass(frozen=True)
class CellFault:
    """What is wrong with a cell of the item ``sku``."""

    sku: str
    column: str
    problem: Problem


class SheetFaults(ProblemError):
    """Cells that cannot be posted; nothing was."""

    def __init__(self, faults: list[CellFault]) -> None:
        super().__init__(*(fault.problem for fault in faults))
        self.faults = faults


def rows() -> list[ItemRow]:
    """Every item by SKU. Two queries; plain values, for all of thousands stand on the sheet."""
    levels = packs()
    wanted = dict.fromkeys(("pk", "sku", "discontinued_on", "list_price", *TEXTS, *NUMBERS))
    return [_row(item, levels[item["pk"]]) for item in models.Item.objects.order_by("sku").values(*wanted)]


def may_change(viewer: Viewer) -> bool:
    """Whether he may change items: whoever posts any document and is confined to no shop or place."""
    return viewer.can("post") and viewer.shops is None and viewer.locations is None


def change(viewer: Viewer, changed: Iterable[Mapping[str, Any]], *, origin: str = "") -> int:
    """Post rows that changed ({"cells": column → text, "seen": text; empty for a new item}); how many did.

    Raises :class:`SheetFaults`, with nothing posted: wrong cells, or changed by another meanwhile.
    """
    if not may_change(viewer):
        raise ProblemError(Problem("not_allowed", "your role may not change items", "ask the owner for another role"))
    told = list(changed)
    if len(told) > MOST:
        raise ProblemError(Problem("too_many_rows", "too many rows at once", f"change at most {MOST}"))
    with transaction.atomic():
        bulk.writer_lock()
        known = {row.cells["sku"]: row for row in rows()}
        faults: list[CellFault] = []
        documents: list[Item] = []
        before, after = dict[str, Any](), dict[str, Any]()
        suppliers = set(models.Supplier.objects.values_list("code", flat=True))
        for one in told:
            cells = {name: " ".join(str(one.get("cells", {}).get(name) or "").split()) for name in COLUMNS}
            old = known.get(cells["sku"])
            wrong = _conflicts(cells, old, str(one.get("seen") or "")) or _wrong(cells, suppliers)
            faults += wrong
            if wrong or (old is not None and old.cells == cells):
                continue
            documents.append(_document(cells))
            fields = [name for name in COLUMNS if old is None or old.cells[name] != cells[name]]
            before[cells["sku"]] = {name: old.cells[name] for name in fields} if old else None
            after[cells["sku"]] = {name: cells[name] for name in fields if cells[name] or old}
        if faults:
            raise SheetFaults(faults)
        if documents:
            report = intake.post(
                documents, name=f"items ({len(documents)})", recorded_at=now(), actor=viewer.name, layout="entered:item"
            )
            if report.quarantined:
                raise SheetFaults([CellFault(p.document, p.field, p) for p in report.problems])
            for sku in list(after)[:200]:
                audit_trail.record(viewer.name, origin, "item.change", f"item:{sku}", before[sku], after[sku], at=now())
    return len(documents)


def _row(item: Mapping[str, Any], levels: list[Pack]) -> ItemRow:
    cells = {name: "" if item[name] is None else str(item[name]) for name in (*TEXTS, *NUMBERS)}
    ends = item["discontinued_on"]
    cells |= {"sku": item["sku"], "discontinued_on": ends.isoformat() if ends else ""}
    for level, names in (("unit", UNIT), ("carton", CARTON)):
        found = _newest(levels, level)
        for name in names:
            value = getattr(found, name) if found else None
            cells[f"{level}_{name}"] = "" if value is None else str(value)
    cells = {name: " ".join(cells[name].split()) for name in COLUMNS}
    text = json.dumps([cells, [_plain(one) for one in levels], item["list_price"]], sort_keys=True)
    return ItemRow(cells, hashlib.sha256(text.encode()).hexdigest()[:16])


def _newest(levels: Iterable[Any], level: str) -> Any:
    found = [one for one in levels if one.level == level]
    return max(found, key=lambda one: (one.valid_from or date.min, one.pk), default=None)


def _plain(one: Pack) -> list[Any]:
    day = one.valid_from.isoformat() if one.valid_from else ""
    return [one.level, one.units, one.weight_g, one.length_mm, one.width_mm, one.height_mm, day]


def _conflicts(cells: Mapping[str, str], old: ItemRow | None, seen: str) -> list[CellFault]:
    sku = cells["sku"]
    if not sku or len(sku) > 120:
        return [CellFault(sku, "sku", Problem("no_sku", "an item needs an SKU", "write its SKU", field="sku"))]
    if old is None and seen:
        return [CellFault(sku, "sku", Problem("item_gone", "this item is not there any more", "load the page again"))]
    if old is not None and old.seen != seen:
        problem = Problem(
            "changed_meanwhile", "somebody else changed this meanwhile", "look again, then change", found=sku
        )
        if not seen:
            problem = Problem(
                "sku_taken", "another item has this SKU", "change that one, or write another SKU", found=sku
            )
        return [CellFault(sku, "sku", problem)]
    return []


def _wrong(cells: Mapping[str, str], suppliers: set[str]) -> list[CellFault]:
    sku, faults = cells["sku"], list[CellFault]()

    def fault(column: str, code: str, message: str, remedy: str) -> None:
        faults.append(CellFault(sku, column, Problem(code, message, remedy, field=column, found=cells[column][:80])))

    for name, most in _LENGTHS.items():
        if len(cells[name]) > most:
            fault(name, "too_long", "this text is too long", f"write at most {most} characters")
    if cells["origin"] and not (len(cells["origin"]) == 2 and cells["origin"].isascii() and cells["origin"].isupper()):
        fault("origin", "bad_country", "this is no country code", "write two capital letters, such as CN")
    if cells["hs_code"] and not cells["hs_code"].replace(".", "").isdecimal():
        fault("hs_code", "bad_hs_code", "this is no HS code", "write 4 to 10 digits")
    if cells["supplier"] and cells["supplier"] not in suppliers:
        fault(
            "supplier",
            "unknown_supplier",
            "the supplier is not in the books",
            "create the supplier or correct its code",
        )
    for name in (*NUMBERS, *(f"unit_{one}" for one in UNIT), *(f"carton_{one}" for one in CARTON)):
        text = cells[name].replace(",", "")
        if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
            fault(name, "bad_number", "this is no whole number", "write digits only: grams, millimetres, pieces, days")
        elif text and int(text) == 0 and name in ("moq", "carton_units"):
            fault(name, "bad_number", "this is no whole number", "write 1 or more, or leave it empty")
    if any(cells[f"carton_{one}"] for one in UNIT) and not cells["carton_units"]:
        fault("carton_units", "no_units", "a carton needs to know how many it holds", "write the pieces in a carton")
    if cells["discontinued_on"]:
        try:
            date.fromisoformat(cells["discontinued_on"])
        except ValueError:
            fault("discontinued_on", "bad_date", "this is no date", "write it as 2026-01-31, or leave it empty")
    return faults


def _document(cells: Mapping[str, str]) -> Item:
    """The item as the cells say it, and what they do not say as it stands."""
    item = models.Item.objects.filter(sku=cells["sku"]).prefetch_related("packaging").first()
    levels = list(item.packaging.all()) if item else []
    shown = {level: _newest(levels, level) for level in ("unit", "carton")}
    packaging = [_packaging(one, {}) for one in levels if one not in shown.values()]
    for level, names in (("unit", UNIT), ("carton", CARTON)):
        said = {name: _number(cells[f"{level}_{name}"]) for name in names}
        if any(value is not None for value in said.values()):
            packaging.append(_packaging(shown[level], {"level": level, "units": said.pop("units", None) or 1, **said}))
    kept: dict[str, Any] = {}
    if item:
        kept = {"base_unit": item.base_unit, "list_price": item.list_price, "currency": item.currency}
    fields: dict[str, Any] = {name: cells[name] for name in TEXTS if name != "origin"}
    fields |= {name: _number(cells[name]) for name in NUMBERS}
    return Item(
        id=cells["sku"], source="entered", effective_at=to_datetime(now()), origin=cells["origin"] or None,
        discontinued_on=date.fromisoformat(cells["discontinued_on"]) if cells["discontinued_on"] else None,
        packaging=packaging, **fields, **kept,
    )  # fmt: skip


def _packaging(one: Any, said: Mapping[str, Any]) -> Packaging:
    fields = ("level", "units", "weight_g", "length_mm", "width_mm", "height_mm", "valid_from")
    stood = {} if one is None else {name: getattr(one, name) for name in fields}
    return Packaging(**{**stood, **said})


def _number(text: str) -> int | None:
    plain = text.replace(",", "")
    return int(plain) if plain else None
