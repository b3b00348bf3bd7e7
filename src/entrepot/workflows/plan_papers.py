"""Papers that go out with a plan: purchase orders and shipping instructions as CSV or XLSX, in English or Chinese.

A purchase order is read back from the books (what was posted, at the price it was posted with), a shipping instruction from the
approved lines. Suppliers' prices are left out for who may not see them.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from entrepot.books import models
from entrepot.books.access import Viewer
from entrepot.books.selectors.shapes import NotThere
from entrepot.core.errors import Problem, ProblemError
from entrepot.core.money import exponent
from entrepot.core.spreadsheet import Cell, write_csv, write_xlsx
from entrepot.workflows.documents_out import SOURCE

FORMS = ("xlsx", "csv")
_MOST = 500
_ORDER = {
    "en": (
        "Order", "Date", "Buyer", "Supplier", "Deliver to", "Ready by", "SKU", "Name", "HS code", "Units", "Cartons",
        "Units a carton", "Price", "per", "Currency", "Amount",
    ),
    "zh": (
        "采购单号", "日期", "采购主体", "供应商", "交货地", "交期", "SKU", "品名", "HS编码", "数量", "箱数", "每箱数量", "单价",
        "计价单位", "币种", "金额",
    ),
}  # fmt: skip
_LOAD = {
    "en": (
        "Instruction", "From", "To", "By", "Load on", "Expected", "SKU", "Platform label (FNSKU)", "Name", "HS code", "Units",
        "Cartons", "Units a carton", "Gross weight kg", "Volume m³",
    ),
    "zh": (
        "出货指令", "起运地", "目的仓", "运输方式", "装运日", "预计到仓", "SKU", "平台标签(FNSKU)", "品名", "HS编码", "数量",
        "箱数", "每箱数量", "毛重kg", "体积m³",
    ),
}  # fmt: skip
_SHEETS = {"en": ("Purchase orders", "Shipping instructions"), "zh": ("采购单", "出货指令")}
_MODES = {"sea": "海运", "rail": "铁路", "air": "空运", "express": "快递", "truck": "卡车", "direct": "供应商直送"}
_PRICED = (12, 13, 14, 15)
"""Columns of an order that show what the supplier is paid."""


@dataclass(frozen=True)
class Paper:
    """A file to hand out."""

    name: str
    content: bytes
    kind: str


def purchase_orders(viewer: Viewer, numbers: Collection[str], language: str = "en", form: str = "xlsx") -> Paper:
    """Orders that Entrepot wrote, by number; without numbers all that approved lines of plans stand on.

    Raises ``NotThere`` for a number that is not among the viewer's.
    """
    wanted = set(numbers) or set(_approved(viewer, models.PlanLine.BUY).values_list("document", flat=True))
    offered = {company.code for company in viewer.offered}
    documents = models.Document.objects.filter(
        type="purchase_order", source=SOURCE, external_id__in=wanted, reversed__isnull=True, account__in=offered
    ).order_by("external_id")
    if viewer.locations is not None:
        documents = documents.exclude(external_id__in=_elsewhere(viewer, wanted))
    found = list(documents[:_MOST])
    missing = set(numbers) - {row.external_id for row in found}
    if missing:
        raise NotThere(f"order {', '.join(sorted(missing))}")
    rows: list[list[Cell]] = []
    for document in found:
        rows += _order_rows(json.loads(bytes(document.body)), chinese=language.startswith("zh"))
    head = list(_ORDER[_language(language)])
    if not viewer.can("see_supplier_price"):
        head = [name for n, name in enumerate(head) if n not in _PRICED]
        rows = [[cell for n, cell in enumerate(row) if n not in _PRICED] for row in rows]
    return _paper("purchase-orders", _SHEETS[_language(language)][0], head, rows, form)


def shipping_instructions(viewer: Viewer, numbers: Collection[str], language: str = "en", form: str = "xlsx") -> Paper:
    """What is to be loaded where, by number of the instruction; without numbers all of approved lines.

    Raises ``NotThere`` for a number that is not among the viewer's.
    """
    lines = _approved(viewer, models.PlanLine.SHIP, models.PlanLine.MOVE)
    if numbers:
        lines = lines.filter(document__in=numbers)
    found = list(lines.select_related("item", "origin", "destination").order_by("document", "item__sku")[:5_000])
    missing = set(numbers) - {line.document for line in found}
    if missing:
        raise NotThere(f"instruction {', '.join(sorted(missing))}")
    chinese = language.startswith("zh")
    listed = models.Listing.objects.filter(item__in={line.item_id for line in found}).exclude(fnsku="")
    labels = dict(listed.values_list("item_id", "fnsku"))
    packed = {
        row.item_id: row
        for row in models.Packaging.objects.filter(item__in={line.item_id for line in found}, level="carton").order_by(
            "pk"
        )
    }
    rows = [
        _load_row(line, part, packed.get(line.item_id), labels.get(line.item_id, ""), chinese=chinese)
        for line in found
        for part in line.modes
    ]
    return _paper(
        "shipping-instructions", _SHEETS[_language(language)][1], list(_LOAD[_language(language)]), rows, form
    )


def _approved(viewer: Viewer, *kinds: str) -> Any:
    lines = models.PlanLine.objects.filter(kind__in=kinds, state=models.PlanLine.APPROVED).exclude(document="")
    return viewer.in_locations(viewer.of_company(lines, "run__company"), "destination")


def _elsewhere(viewer: Viewer, numbers: Collection[str]) -> set[str]:
    """Orders with anything for a place that is not the viewer's: by the plan's lines, else by where they are delivered."""
    places = viewer.locations or frozenset[int]()
    lines = models.PlanLine.objects.filter(
        kind=models.PlanLine.BUY, document__in=numbers, state=models.PlanLine.APPROVED
    )
    planned: dict[str, set[int]] = {}
    for number, place in lines.values_list("document", "destination_id"):
        planned.setdefault(number, set()).add(place)
    out = {number for number, at in planned.items() if not at <= places}
    codes = set(models.Location.objects.filter(pk__in=places).values_list("code", flat=True))
    rows = models.PurchaseLine.objects.filter(
        document__external_id__in=set(numbers) - set(planned), document__source=SOURCE
    )
    return out | {number for number, at in rows.values_list("document__external_id", "destination") if at not in codes}


def _order_rows(body: dict[str, Any], *, chinese: bool) -> list[list[Cell]]:
    items = {row.sku: row for row in models.Item.objects.filter(sku__in=[line["sku"] for line in body["lines"]])}
    packed = models.Packaging.objects.filter(item__in=[row.pk for row in items.values()], level="carton")
    cartons = dict(packed.values_list("item_id", "units"))
    supplier = models.Supplier.objects.filter(code=body["supplier"]).first()
    who = (
        body["supplier"]
        if supplier is None
        else _named(supplier.name, supplier.name_zh, body["supplier"], chinese=chinese)
    )
    currency = body["currency"]
    digits = exponent(currency)
    out: list[list[Cell]] = []
    for line in body["lines"]:
        item = items[line["sku"]]
        carton = cartons.get(item.pk) or 1
        price, per = line["price"]["amount"], line["price"].get("per", 1)
        amount = Decimal(price) * line["quantity"] / per
        out.append(
            [
                body["id"], body["effective_at"][:10], body["company"], who, body.get("destination", ""), line.get("due") or "",
                item.sku, _named(item.name, item.name_zh, item.sku, chinese=chinese), item.hs_code, line["quantity"],
                -(-line["quantity"] // carton), carton, Decimal(price).scaleb(-digits), per, currency,
                amount.scaleb(-digits).quantize(Decimal(1).scaleb(-digits)),
            ]
        )  # fmt: skip
    return out


def _load_row(
    line: models.PlanLine, part: dict[str, Any], packed: models.Packaging | None, label: str, *, chinese: bool
) -> list[Cell]:
    units = int(part["units"])
    boxes = -(-units // line.carton)
    weight = volume = None
    if packed is not None:
        if packed.weight_g is not None:
            weight = round(Decimal(packed.weight_g * boxes) / 1000, 2)
        if packed.length_mm and packed.width_mm and packed.height_mm:
            volume = round(Decimal(packed.length_mm * packed.width_mm * packed.height_mm * boxes) / 10**9, 3)
    origin, end, mode = line.origin, line.destination, str(part["mode"])
    return [
        line.document, "" if origin is None else _named(origin.name, origin.name_zh, origin.code, chinese=chinese),
        _named(end.name, end.name_zh, end.code, chinese=chinese), _MODES.get(mode, mode) if chinese else mode,
        line.on.isoformat(), part.get("arrives") or "", line.item.sku, label,
        _named(line.item.name, line.item.name_zh, line.item.sku, chinese=chinese), line.item.hs_code, units, boxes, line.carton,
        weight, volume,
    ]  # fmt: skip


def _named(name: str, name_zh: str, code: str, *, chinese: bool) -> str:
    return ((name_zh or name) if chinese else (name or name_zh)) or code


def _language(language: str) -> str:
    return "zh" if language.startswith("zh") else "en"


def _paper(name: str, title: str, head: list[str], rows: list[list[Cell]], form: str) -> Paper:
    if form not in FORMS:
        raise ProblemError(
            Problem(
                "unknown_form",
                "there is no such kind of file",
                f"choose {' or '.join(FORMS)}",
                field="form",
                found=form,
            )
        )
    if form == "csv":
        return Paper(f"{name}.csv", write_csv(head, rows), "text/csv; charset=utf-8")
    xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Paper(f"{name}.xlsx", write_xlsx(head, rows, title), xlsx)
