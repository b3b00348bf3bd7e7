"""Weights of a split, derived again: units, grams, volumes, prices. By value: see :mod:`entrepot.audit.values`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from entrepot.audit.references import Moved, Sold
from entrepot.audit.registers import Registers, local_day


def of_movements(
    registers: Registers, basis: str, rows: Sequence[Moved], manual: Sequence[int], divisor: int
) -> list[int | None]:
    """Weights in the order of the targets; ``None`` for a basis by value (values.Goods)."""
    if basis == "quantity":
        return [row.quantity for row in rows]
    if basis in ("equal", "line"):
        return [1] * len(rows)
    if basis == "manual":
        return list(manual)
    if basis == "value":
        return [None] * len(rows)
    return [_physical(registers, basis, row, divisor) for row in rows]


def _physical(registers: Registers, basis: str, row: Moved, divisor: int) -> int:
    unit = _unit(registers.packaging.get(row.item, []), local_day(row.at, "UTC").isoformat())
    grams = unit.get("weight_g") or 0
    volume = (unit.get("length_mm") or 0) * (unit.get("width_mm") or 0) * (unit.get("height_mm") or 0)
    if basis == "weight":
        return row.quantity * grams
    if basis == "volume":
        return row.quantity * volume
    return row.quantity * max(grams * 1000, volume * 1000 // divisor)


def _unit(levels: list[dict[str, Any]], day: str) -> dict[str, Any]:
    """The unit's packaging valid on a day: the latest dated one, else an undated one."""
    valid = [level for level in levels if level["level"] == "unit" and (level.get("valid_from") or "") <= day]
    return max(valid, key=lambda level: level.get("valid_from") or "", default={})


def of_sales(basis: str, lines: Sequence[Sold], manual: Sequence[int]) -> list[int | None]:
    """Weights of order lines: net price, else equal."""
    if basis == "manual" and len(manual) == len(lines):
        return list(manual)
    if basis == "quantity":
        return [line.quantity for line in lines]
    prices = [max(0, line.base_amount or 0) for line in lines]
    return list(prices) if basis == "value" and sum(prices) > 0 else [1] * len(lines)
