"""The items sheet: changed rows become versions, wrong cells and other people's changes keep all of it out."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.books import intake, models
from entrepot.core.errors import ProblemError
from entrepot.workflows import items_sheet
from entrepot.workflows.checking import check
from entrepot.workflows.items_sheet import SheetFaults
from tests.books import factories as make
from tests.workflows.ledger import doc

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def begin() -> Any:
    packs = [
        {"level": "unit", "units": 1, "weight_g": 400, "length_mm": 100, "width_mm": 90, "height_mm": 80},
        {"level": "inner", "units": 6, "weight_g": 2500}, {"level": "carton", "units": 24, "weight_g": 10_000},
    ]  # fmt: skip
    papers = [
        doc("company", "US", "2026-01-01", name="US", currency="USD"), doc("supplier", "ACME", "2026-01-01", name="Acme"),
        doc("item", "MUG", "2026-01-01", name="Mug", packaging=packs, list_price=1290, currency="EUR", supplier="ACME"),
        doc("item", "CUP", "2026-01-01", name="Cup"),
    ]  # fmt: skip
    intake.post(papers, name="first", recorded_at=make.NOW)
    return make.viewer("operations")


def row(sku: str, **cells: str) -> dict[str, Any]:
    found = next((r for r in items_sheet.rows() if r.cells["sku"] == sku), None)
    return {"cells": {**(found.cells if found else {"sku": sku}), **cells}, "seen": found.seen if found else ""}


def test_changed_rows_become_versions() -> None:
    """Name, weight and carton change, a new item comes in, an untouched row posts nothing; what is not shown is kept."""
    viewer = begin()
    told = [
        row("MUG", name_zh="马克杯", unit_weight_g="410", carton_units="12"),
        row("CUP"),
        row("NEW", name="New", moq="50"),
    ]
    assert items_sheet.change(viewer, told) == 2
    mug = models.Item.objects.get(sku="MUG")
    packs = {p.level: (p.units, p.weight_g) for p in mug.packaging.all()}
    assert (mug.name, mug.name_zh, mug.list_price, mug.currency) == ("Mug", "马克杯", 1290, "EUR")
    assert packs == {"unit": (1, 410), "inner": (6, 2500), "carton": (12, 10_000)}
    assert models.Item.objects.get(sku="NEW").moq == 50
    entry = models.AuditEntry.objects.get(subject="item:MUG")
    assert (entry.before["unit_weight_g"], entry.after["unit_weight_g"]) == ("400", "410")
    assert items_sheet.change(viewer, [row("MUG")]) == 0
    assert check().residue == 0


def test_one_wrong_cell_keeps_all_out() -> None:
    """Every wrong cell is named with its item and column; nothing is posted."""
    viewer = begin()
    told = [
        row("MUG", name="Better mug"),
        row("CUP", unit_weight_g="heavy", origin="China", supplier="NOBODY", carton_weight_g="5", discontinued_on="soon"),
    ]  # fmt: skip
    with pytest.raises(SheetFaults) as refused:
        items_sheet.change(viewer, told)
    assert {(f.sku, f.column) for f in refused.value.faults} == {
        ("CUP", name) for name in ("unit_weight_g", "origin", "supplier", "carton_units", "discontinued_on")
    }
    assert models.Item.objects.get(sku="MUG").name == "Mug"


def test_what_another_changed_is_not_overwritten() -> None:
    """A row read before another's change is refused by name; so is a new item whose SKU is taken."""
    viewer = begin()
    old = row("MUG", name="Mine")
    items_sheet.change(viewer, [row("MUG", brand="Theirs")])
    with pytest.raises(SheetFaults) as refused:
        items_sheet.change(viewer, [old, {"cells": {"sku": "CUP", "name": "again"}, "seen": ""}])
    assert [f.problem.code for f in refused.value.faults] == ["changed_meanwhile", "sku_taken"]
    assert models.Item.objects.get(sku="MUG").name == "Mug"


@pytest.mark.parametrize("role", ["warehouse", "viewer"])
def test_who_only_looks_changes_nothing(role: str) -> None:
    """Roles that post no documents are refused."""
    begin()
    with pytest.raises(ProblemError):
        items_sheet.change(make.viewer(role), [row("MUG", name="x")])
